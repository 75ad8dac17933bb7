#include "page/layout.h"
#include "page/pages.h"

static bool is_gathering(const struct petition *t)
{
	return t->state == PETITION_PENDING || t->state == PETITION_VALIDATED;
}

/* How many supporters are still to come; the creator is none of them. */
static uint64_t missing(const struct page *p, const struct petition *t)
{
	uint64_t count = petition_count(t);
	uint64_t supporters = count > 0 ? count - 1 : 0;

	return supporters < p->site->sponsors ? p->site->sponsors - supporters
					      : 0;
}

static void gathering(struct page *p, const struct petition *t)
{
	uint64_t n = missing(p, t);

	html_lit(&p->h, "<p class=\"lead\">");
	if (n > 0)
		say_count(p,
			"It needs {1} more supporter before somebody checks "
			"it and it can be published.",
			"It needs {1} more supporters before somebody checks "
			"it and it can be published.",
			n);
	else
		say(p, "Its supporters are being counted.");
	html_lit(&p->h, "</p>\n");
	say_in(p, "p",
		"The person who started it has a link to send to people who "
		"want to support it.");
}

static void moderation(struct page *p)
{
	html_lit(&p->h, "<p class=\"lead\">");
	say(p,
		"It has enough supporters. Somebody checks that it meets the "
		"standards for petitions.");
	html_lit(&p->h, "</p>\n");
	say_in(p, "p",
		"If it does, it is published, and everybody can sign it. If it "
		"does not, the reason is told.");
}

void page_waiting(
	struct buf *out, const struct page_site *site, const struct petition *t)
{
	struct str title = is_gathering(t)
		? site_tr(site, "This petition is gathering support")
		: site_tr(site, "This petition is being checked");
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){ .title = title, .is_noindex = true });
	html_lit(&p.h, "<div class=\"narrow\">\n");
	html_elem(&p.h, "h1", title);
	html_lit(&p.h, "\n");
	if (is_gathering(t))
		gathering(&p, t);
	else
		moderation(&p);
	html_lit(&p.h, "<ul>\n<li>");
	html_link(&p.h, STR("/standards"), tr(&p, "Petition standards"));
	html_lit(&p.h, "</li>\n<li>");
	html_link(&p.h, STR("/petitions?state=open"),
		tr(&p, "Petitions that can be signed now"));
	html_lit(&p.h, "</li>\n</ul>\n</div>\n");
	layout_end(&p);
}

#include "page/layout.h"
#include "page/pages.h"

/* ---- periods ---- */

static void period(struct page *p, const struct petition_period *v)
{
	struct scratch response;
	struct scratch debate;
	struct scratch span;

	html_lit(&p->h, "<li>\n<h2><a href=\"");
	html_url(&p->h, STR("/archived/petitions"));
	html_lit(&p->h, "?parliament=");
	html_url_part(&p->h, v->period);
	html_lit(&p->h, "\">");
	html_text(&p->h, format_years(&span, v->period));
	html_lit(&p->h, "</a></h2>\n<p>");
	html_text(&p->h, v->government);
	html_lit(&p->h, "</p>\n<p class=\"small\">");
	say(p, "Ended on");
	html_lit(&p->h, " ");
	say_date(p, v->dissolution_ms);
	html_lit(&p->h, ". ");
	sayf(p, "A response was due at {1} signatures, a debate at {2}.",
		.arg = { page_number(p, &response, v->response_threshold),
			page_number(p, &debate, v->debate_threshold) });
	html_lit(&p->h, "</p>\n</li>\n");
}

void page_periods(struct buf *out, const struct page_site *site,
	const struct store_period *at, size_t count)
{
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){
			.title = site_tr(site, "Petitions of earlier periods"),
			.path = STR("/parliaments") });
	html_lit(&p.h, "<div class=\"narrow\">\n");
	say_in(&p, "h1", "Petitions of earlier periods");
	say_in(&p, "p",
		"When a parliament ends, its petitions close. They stay here "
		"to be read, with all that came of them.");
	if (count == 0)
		say_in(&p, "p", "No period has ended yet.");
	else
		html_lit(&p.h, "<ul class=\"petitions\">\n");
	for (size_t i = 0; i < count; i++)
		period(&p, &at[i].is);
	if (count > 0)
		html_lit(&p.h, "</ul>\n");
	html_lit(&p.h, "<p>");
	html_link(&p.h, STR("/petitions"), tr(&p, "All petitions"));
	html_lit(&p.h, "</p>\n</div>\n");
	layout_end(&p);
}

/* ---- topics ---- */

void page_topics(struct buf *out, const struct page_site *site,
	const struct store_topic *at, size_t count)
{
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){ .title = site_tr(site, "Topics"),
			.path = STR("/topics") });
	html_lit(&p.h, "<div class=\"narrow\">\n");
	say_in(&p, "h1", "Topics");
	if (count == 0)
		say_in(&p, "p", "No petition has a topic yet.");
	else
		html_lit(&p.h, "<ul>\n");
	for (size_t i = 0; i < count; i++) {
		html_lit(&p.h, "<li><a href=\"");
		html_url(&p.h, STR("/petitions"));
		html_lit(&p.h, "?topic=");
		html_url_part(&p.h, at[i].code);
		html_lit(&p.h, "\">");
		html_text(&p.h, at[i].name.len > 0 ? at[i].name : at[i].code);
		html_lit(&p.h, "</a></li>\n");
	}
	if (count > 0)
		html_lit(&p.h, "</ul>\n");
	html_lit(&p.h, "</div>\n");
	layout_end(&p);
}

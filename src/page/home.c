#include "page/pages.h"

#include "page/layout.h"
#include "page/local.h"
#include "page/search.h"
#include "page/summary.h"

static void how(struct page *p)
{
	struct scratch response;
	struct scratch debate;

	html_lit(
		&p->h, "<section class=\"promise\" aria-labelledby=\"how\">\n");
	html_lit(&p->h, "<h2 id=\"how\">");
	say(p, "What a petition can do");
	html_lit(&p->h, "</h2>\n<dl>\n<div><dt>");
	html_text(
		&p->h, page_number(p, &response, p->site->response_threshold));
	html_lit(&p->h, "</dt><dd>");
	say(p, "signatures: the Government responds");
	html_lit(&p->h, "</dd></div>\n<div><dt>");
	html_text(&p->h, page_number(p, &debate, p->site->debate_threshold));
	html_lit(&p->h, "</dt><dd>");
	say(p, "signatures: considered for a debate in Parliament");
	html_lit(&p->h, "</dd></div>\n<div><dt>");
	say(p, "One each");
	html_lit(&p->h, "</dt><dd>");
	say(p, "every signature is confirmed, counted once and provable");
	html_lit(&p->h, "</dd></div>\n</dl>\n</section>\n");
}

static void begin(struct page *p, struct str id, struct str heading)
{
	html_lit(&p->h, "<section aria-labelledby=\"");
	html_attr(&p->h, id);
	html_lit(&p->h, "\">\n<h2 id=\"");
	html_attr(&p->h, id);
	html_lit(&p->h, "\">");
	html_text(&p->h, heading);
	html_lit(&p->h, "</h2>\n");
}

static void more(struct page *p, struct str url, struct str text)
{
	html_lit(&p->h, "<p>");
	html_link(&p->h, url, text);
	html_lit(&p->h, "</p>\n");
}

static void popular(struct page *p, const struct page_list *list)
{
	struct scratch number;

	begin(p, STR("open"), tr(p, "Popular petitions"));
	if (list->count == 0) {
		say_in(p, "p", "There are no open petitions at the moment.");
		more(p, STR("/petitions"), tr(p, "All petitions"));
	} else {
		summary_list(p, list);
		html_lit(&p->h, "<p>");
		sayf(p, "[All open petitions] ({1})",
			.arg = { page_number(p, &number, list->total) },
			.url = { STR("/petitions?state=open") });
		html_lit(&p->h, "</p>\n");
	}
	html_lit(&p->h, "</section>\n");
}

/* Left out when it is empty. */
static void section(struct page *p, const struct page_list *list, struct str id,
	struct str heading, struct str url, struct str all)
{
	if (list->count == 0)
		return;
	begin(p, id, heading);
	summary_list(p, list);
	more(p, url, all);
	html_lit(&p->h, "</section>\n");
}

/* Left out while nothing moves. */
static void trending(struct page *p, const struct page_home *home)
{
	struct scratch path;

	if (home->trends_count == 0)
		return;
	begin(p, STR("trending"), tr(p, "Most signed in the last hour"));
	html_lit(&p->h, "<ol class=\"petitions\">\n");
	for (size_t i = 0; i < home->trends_count; i++) {
		const struct store_trend *t = &home->trends[i];

		html_lit(&p->h, "<li>");
		html_link(&p->h, petition_path(&path, t->id, false, ""),
			t->action);
		html_lit(&p->h, "<p><span>");
		say_count(p, "{1} signature in the last hour",
			"{1} signatures in the last hour", t->gained);
		html_lit(&p->h, "</span></p></li>\n");
	}
	html_lit(&p->h, "</ol>\n</section>\n");
}

void page_home(struct buf *out, const struct page_site *site,
	const struct page_home *home)
{
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){
			.description = site_tr(site,
				"Read, sign and follow petitions, and "
				"check every count yourself."),
			.path = STR("/") });
	html_lit(&p.h, "<div class=\"hero\">\n");
	say_in(&p, "h1", "Petitions");
	html_lit(&p.h, "<p class=\"lead\">");
	say(&p,
		"Ask for something to change. Sign what you agree with. See "
		"for yourself that every signature counts.");
	html_lit(&p.h, "</p>\n");
	search_form(&p, &(struct page_browse){ .facet = STORE_OPEN });
	html_lit(&p.h, "</div>\n");
	how(&p);
	trending(&p, home);
	popular(&p, &home->open);
	begin(&p, STR("local"), tr(&p, "Petitions in your area"));
	html_lit(&p.h, "<div class=\"narrow\">\n");
	local_form(&p, STR(""), STR_NULL);
	html_lit(&p.h, "</div>\n</section>\n");
	section(&p, &home->responded, STR("responded"),
		tr(&p, "Government responded"),
		STR("/petitions?state=with_response"),
		tr(&p, "All petitions with a response"));
	section(&p, &home->debated, STR("debated"),
		tr(&p, "Debated in Parliament"),
		STR("/petitions?state=debated"),
		tr(&p, "All debated petitions"));
	layout_end(&p);
}

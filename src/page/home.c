#include "page/pages.h"

#include "page/layout.h"

static void item(struct page *p, const struct store_summary *s)
{
	struct scratch path;

	html_lit(&p->h, "<li><a href=\"");
	html_url(&p->h, petition_path(&path, s->id, s->archived, ""));
	html_lit(&p->h, "\">");
	html_text(&p->h, s->action);
	html_lit(&p->h, "</a>\n<p class=\"small\"><span>");
	say_count(p, "{1} signature", "{1} signatures", s->count);
	html_lit(&p->h, "</span>");
	if (s->deadline_ms != WHEN_NONE) {
		html_lit(&p->h, " <span>");
		if (s->state == PETITION_OPEN)
			say(p, "Closes on");
		else
			say(p, "Closed on");
		html_lit(&p->h, " ");
		say_date(p, s->deadline_ms);
		html_lit(&p->h, "</span>");
	}
	html_lit(&p->h, "</p></li>\n");
}

static void list(struct page *p, const struct store_summary *s, size_t count,
	uint64_t total)
{
	html_lit(&p->h, "<ol class=\"petitions\">\n");
	for (size_t i = 0; i < count; i++)
		item(p, &s[i]);
	html_lit(&p->h, "</ol>\n");
	if (total <= count)
		return;
	html_lit(&p->h, "<p class=\"small\">");
	say_count(p, "One petition in all.",
		"The most signed of {1} petitions.", total);
	html_lit(&p->h, "</p>\n");
}

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
	html_lit(&p.h, "</p>\n</div>\n");
	how(&p);
	html_lit(&p.h, "<section aria-labelledby=\"open\">\n<h2 id=\"open\">");
	say(&p, "Open petitions");
	html_lit(&p.h, "</h2>\n");
	if (home->open_count == 0)
		say_in(&p, "p", "There are no open petitions at the moment.");
	else
		list(&p, home->open, home->open_count, home->open_total);
	html_lit(&p.h, "</section>\n");
	if (home->closed_count > 0) {
		html_lit(&p.h,
			"<section aria-labelledby=\"closed\">\n"
			"<h2 id=\"closed\">");
		say(&p, "Closed petitions");
		html_lit(&p.h, "</h2>\n");
		list(&p, home->closed, home->closed_count, home->closed_total);
		html_lit(&p.h, "</section>\n");
	}
	layout_end(&p);
}

/*
 * check.c - before somebody starts a petition: is there one already?
 */
#include "page/layout.h"
#include "page/summary.h"

static void form(struct page *p, struct str words)
{
	html_lit(&p->h, "<form class=\"search\" role=\"search\" action=\"");
	html_url(&p->h, STR("/petitions/check"));
	html_lit(&p->h, "\">\n<label for=\"q\">");
	say(p, "What should be done, in a sentence?");
	html_lit(&p->h,
		"</label>\n<div>\n<input type=\"search\" id=\"q\" name=\"q\" "
		"autocomplete=\"off\" value=\"");
	html_attr(&p->h, words);
	html_lit(&p->h, "\">\n<button class=\"button\">");
	say(p, "Find similar petitions");
	html_lit(&p->h, "</button>\n</div>\n</form>\n");
}

static void found(struct page *p, const struct page_check *c)
{
	if (c->list.count == 0) {
		sayf_in(p, "h2",
			"No open petition is like "
			"\xE2\x80\x9C{1}\xE2\x80\x9D",
			.arg = { c->words });
		say_in(p, "p",
			"Try other words for the same thing, or look through "
			"all petitions, closed ones too:");
	} else {
		sayf_in(p, "h2",
			"Open petitions like \xE2\x80\x9C{1}\xE2\x80\x9D",
			.arg = { c->words });
		say_in(p, "p",
			"The most similar first. If one of them asks for the "
			"same, sign it: two petitions for one thing share its "
			"signatures.");
		summary_list_to_sign(p, &c->list);
		say_in(p, "p", "Is it none of these? Look further:");
	}
	html_lit(&p->h, "<ul>\n<li>");
	html_link(&p->h, STR("/petitions"), tr(p, "All petitions"));
	html_lit(&p->h, "</li>\n<li>");
	html_link(
		&p->h, STR("/archived/petitions"), tr(p, "Archived petitions"));
	html_lit(&p->h, "</li>\n</ul>\n");
}

void page_check(struct buf *out, const struct page_site *site,
	const struct page_check *c)
{
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){
			.title = site_tr(site, "Is there a petition already?"),
			.path = STR("/petitions/check"),
			.is_noindex = c->words.len > 0 });
	say_in(&p, "h1", "Is there a petition already?");
	say_in(&p, "p",
		"Before you ask for something, see whether others have asked "
		"for it: a petition counts for more when all who want the "
		"same sign the same one.");
	form(&p, c->words);
	if (c->words.len > 0)
		found(&p, c);
	layout_end(&p);
}

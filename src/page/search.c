#include "page/search.h"

enum { URL_MAX_BYTES = 4096 };

static struct str list_path(bool archived)
{
	return archived ? STR("/archived/petitions") : STR("/petitions");
}

void search_form(struct page *p, const struct page_browse *b)
{
	html_lit(&p->h, "<form class=\"search\" role=\"search\" action=\"");
	html_url(&p->h, list_path(b->archived));
	html_lit(&p->h, "\">\n<label for=\"q\">");
	html_text(&p->h,
		b->archived ? tr(p, "Search archived petitions")
			    : tr(p, "Search petitions"));
	html_lit(&p->h,
		"</label>\n<div>\n<input type=\"search\" id=\"q\" name=\"q\" "
		"autocomplete=\"off\" value=\"");
	html_attr(&p->h, b->words);
	html_lit(&p->h, "\">\n<button class=\"button\">");
	say(p, "Search");
	html_lit(&p->h, "</button>\n</div>\n");
	if (b->archived && b->period.len > 0)
		html_hidden(&p->h, STR("parliament"), b->period);
	if (b->facet != STORE_ALL)
		html_hidden(&p->h, STR("state"), facet_name(b->facet));
	for (size_t i = 0; i < b->topics_count; i++)
		html_hidden(&p->h, STR("topic[]"), b->topic[i].code);
	html_lit(&p->h, "</form>\n");
}

/* The way back to the whole list. */
static void without_words(struct page *p, const struct page_browse *b)
{
	struct page_browse all = *b;
	struct buf url;

	all.words = STR_NULL;
	buf_init(&url, URL_MAX_BYTES);
	browse_url(&url, &all, list_path(b->archived), b->facet, 1);
	html_link(&p->h, buf_view(&url), tr(p, "Show all again"));
	buf_release(&url);
}

void search_found(struct page *p, const struct page_browse *b)
{
	say_count(p, "{1} petition.", "{1} petitions.", b->list.total);
	html_lit(&p->h, " ");
	sayf(p, "Searched for \xE2\x80\x9C{1}\xE2\x80\x9D.",
		.arg = { b->words });
	html_lit(&p->h, " ");
	without_words(p, b);
}

/* The same words, asked for elsewhere. */
static void elsewhere(struct page *p, const struct page_browse *b,
	bool archived, struct str label)
{
	const struct page_browse other = { .archived = archived,
		.words = b->words };
	struct buf url;

	buf_init(&url, URL_MAX_BYTES);
	browse_url(&url, &other, list_path(archived), STORE_ALL, 1);
	html_lit(&p->h, "<li>");
	html_link(&p->h, buf_view(&url), label);
	html_lit(&p->h, "</li>\n");
	buf_release(&url);
}

void search_nothing(struct page *p, const struct page_browse *b)
{
	sayf_in(p, "h2", "Nothing found for \xE2\x80\x9C{1}\xE2\x80\x9D",
		.arg = { b->words });
	html_lit(&p->h, "<ul>\n");
	say_in(p, "li", "Check the spelling.");
	say_in(p, "li",
		"Use fewer words: a petition is found when all of them stand "
		"in its title, or all in its background, or all in its "
		"details.");
	say_in(p, "li", "Use other words for the same thing.");
	html_lit(&p->h, "</ul>\n<p>");
	say(p, "Or look for the same words elsewhere:");
	html_lit(&p->h, "</p>\n<ul>\n");
	if (b->facet != STORE_ALL || b->topics_count > 0)
		elsewhere(p, b, b->archived,
			b->archived ? tr(p, "in all archived petitions")
				    : tr(p, "in all petitions"));
	if (b->archived)
		elsewhere(p, b, false, tr(p, "in petitions of this time"));
	else
		elsewhere(p, b, true, tr(p, "in archived petitions"));
	html_lit(&p->h, "<li>");
	html_link(&p->h, STR("/petitions/check"),
		tr(p, "Find similar petitions"));
	html_lit(&p->h, "</li>\n</ul>\n");
}

/*
 * browse.c - lists of petitions: what they hold, how to narrow them, and page
 * by page.  Everything is a link, so that it works without script.
 */
#include "page/search.h"
#include "page/summary.h"

/* clang-format off */
static const struct words {
	enum store_facet facet;
	struct str label; /* in the menu of facets */
	struct str order; /* below the heading */
} words[] = {
	{ STORE_ALL, words_mark("All petitions"), words_mark("Most signed first.") },
	{ STORE_OPEN, words_mark("Open petitions"), words_mark("Most signed first.") },
	{ STORE_RECENT, words_mark("Recent petitions"), words_mark("Open petitions, the newest first.") },
	{ STORE_CLOSED, words_mark("Closed petitions"), words_mark("Most signed first.") },
	{ STORE_REJECTED, words_mark("Rejected petitions"), words_mark("These broke a rule; each says which.") },
	{ STORE_AWAITING_RESPONSE, words_mark("Awaiting government response"), words_mark("Waiting longest first.") },
	{ STORE_WITH_RESPONSE, words_mark("Government responses"), words_mark("The newest response first.") },
	{ STORE_AWAITING_DEBATE, words_mark("Awaiting a debate in Parliament"), words_mark("The next debate first.") },
	{ STORE_DEBATED, words_mark("Debated in Parliament"), words_mark("The newest debate first.") },
	{ STORE_NOT_DEBATED, words_mark("Not debated in Parliament"), words_mark("The newest decision first.") },
	{ STORE_PUBLISHED, words_mark("Published petitions"), words_mark("Most signed first.") },
};
/* clang-format on */

enum { N_WORDS = sizeof(words) / sizeof(words[0]), URL_MAX_BYTES = 4096 };

static const struct words *words_of(enum store_facet facet)
{
	for (size_t i = 0; i < N_WORDS; i++)
		if (words[i].facet == facet)
			return &words[i];
	return &words[0];
}

static struct str list_path(const struct page_browse *b)
{
	return b->archived ? STR("/archived/petitions") : STR("/petitions");
}

/* <a href="…" with the address left open for more attributes. */
static void link_begin(struct page *p, const struct page_browse *b,
	struct str path, enum store_facet facet, uint64_t page)
{
	struct buf url;

	buf_init(&url, URL_MAX_BYTES);
	browse_url(&url, b, path, facet, page);
	html_lit(&p->h, "<a href=\"");
	html_url(&p->h, buf_view(&url));
	html_lit(&p->h, "\"");
	buf_release(&url);
}

/* ---- what to show ---- */

static void facets(struct page *p, const struct page_browse *b)
{
	html_lit(&p->h, "<nav class=\"facets\" aria-label=\"");
	html_attr(&p->h, tr(p, "Which petitions"));
	html_lit(&p->h, "\">\n<ul>\n");
	for (size_t i = 0; i < N_WORDS; i++) {
		enum store_facet facet;

		if (facet_parse(facet_name(words[i].facet), b->archived,
			    &facet) != OK)
			continue;
		html_lit(&p->h, "<li>");
		link_begin(p, b, list_path(b), facet, 1);
		if (facet == b->facet)
			html_lit(&p->h, " aria-current=\"page\"");
		html_lit(&p->h, ">");
		html_text(&p->h, words_find(p->site->words, words[i].label));
		html_lit(&p->h, "</a></li>\n");
	}
	html_lit(&p->h, "</ul>\n</nav>\n");
}

static void period_name(struct page *p, const struct petition_period *v)
{
	struct scratch span;

	html_text(&p->h, format_years(&span, v->period));
	if (v->government.len > 0) {
		html_lit(&p->h, " ");
		html_text(&p->h, v->government);
	}
}

static void periods(struct page *p, const struct page_browse *b)
{
	if (b->periods_count == 0)
		return;
	html_lit(&p->h, "<nav class=\"facets\" aria-label=\"");
	html_attr(&p->h, tr(p, "Of which time"));
	html_lit(&p->h, "\">\n<ul>\n");
	for (size_t i = 0; i < b->periods_count; i++) {
		struct page_browse other = *b;

		other.period = b->periods[i].is.period;
		html_lit(&p->h, "<li>");
		link_begin(p, &other, list_path(b), b->facet, 1);
		if (str_eq(other.period, b->period))
			html_lit(&p->h, " aria-current=\"page\"");
		html_lit(&p->h, ">");
		period_name(p, &b->periods[i].is);
		html_lit(&p->h, "</a></li>\n");
	}
	html_lit(&p->h, "</ul>\n</nav>\n");
}

static void topics(struct page *p, const struct page_browse *b)
{
	struct page_browse without = *b;

	if (b->topics_count == 0)
		return;
	html_lit(&p->h, "<p>");
	for (size_t i = 0; i < b->topics_count; i++) {
		sayf(p, "Topic: {1}.", .arg = { b->topic[i].name });
		html_lit(&p->h, " ");
	}
	without.topics_count = 0;
	link_begin(p, &without, list_path(b), b->facet, 1);
	html_lit(&p->h, ">");
	say(p, "Show all topics");
	html_lit(&p->h, "</a></p>\n");
}

/* ---- page by page ---- */

static void step(struct page *p, const struct page_browse *b, uint64_t page,
	struct str rel, struct str label)
{
	struct scratch of;

	html_lit(&p->h, "<li>");
	link_begin(p, b, list_path(b), b->facet, page);
	html_lit(&p->h, " rel=\"");
	html_attr(&p->h, rel);
	html_lit(&p->h, "\">");
	html_text(&p->h, label);
	html_lit(&p->h, " <span class=\"hidden\">");
	sayf(p, "(page {1})", .arg = { page_number(p, &of, page) });
	html_lit(&p->h, "</span></a></li>\n");
}

static void number(struct page *p, const struct page_browse *b, uint64_t page)
{
	struct scratch s;

	html_lit(&p->h, "<li>");
	link_begin(p, b, list_path(b), b->facet, page);
	if (page == b->page)
		html_lit(&p->h, " aria-current=\"page\"");
	html_lit(&p->h, " aria-label=\"");
	sayf(p, "Page {1}", .arg = { page_number(p, &s, page) });
	html_lit(&p->h, "\">");
	html_text(&p->h, page_number(p, &s, page));
	html_lit(&p->h, "</a></li>\n");
}

/* The first, the last, and those around this one. */
static bool is_near(const struct page_browse *b, uint64_t page)
{
	return page == 1 || page == b->pages ||
		(page + 2 >= b->page && page <= b->page + 2);
}

static void pager(struct page *p, const struct page_browse *b)
{
	uint64_t from = b->page > 2 ? b->page - 2 : 1;
	uint64_t to = b->page + 2 < b->pages ? b->page + 2 : b->pages;

	if (b->pages < 2)
		return;
	html_lit(&p->h, "<nav class=\"pager\" aria-label=\"");
	html_attr(&p->h, tr(p, "Pages"));
	html_lit(&p->h, "\">\n<ul>\n");
	if (b->page > 1)
		step(p, b, b->page - 1, STR("prev"), tr(p, "Previous"));
	if (from > 1)
		number(p, b, 1);
	if (from > 2)
		html_lit(&p->h, "<li aria-hidden=\"true\">\xE2\x80\xA6</li>\n");
	for (uint64_t page = from; page <= to; page++)
		if (is_near(b, page))
			number(p, b, page);
	if (to + 1 < b->pages)
		html_lit(&p->h, "<li aria-hidden=\"true\">\xE2\x80\xA6</li>\n");
	if (to < b->pages)
		number(p, b, b->pages);
	if (b->page < b->pages)
		step(p, b, b->page + 1, STR("next"), tr(p, "Next"));
	html_lit(&p->h, "</ul>\n</nav>\n");
}

/* ---- the page ---- */

static void results(struct page *p, const struct page_browse *b)
{
	html_lit(&p->h, "<p class=\"small\">");
	if (b->words.len > 0)
		search_found(p, b);
	else
		say_count(p, "{1} petition.", "{1} petitions.", b->list.total);
	html_lit(&p->h, " ");
	html_text(&p->h, words_find(p->site->words, words_of(b->facet)->order));
	html_lit(&p->h, "</p>\n");
	topics(p, b);
	if (b->list.count > 0) {
		summary_list(p, &b->list);
		pager(p, b);
		return;
	}
	if (b->words.len > 0) {
		search_nothing(p, b);
		return;
	}
	html_lit(&p->h, "<p>");
	say(p, "There are none at the moment.");
	if (b->facet != STORE_ALL) {
		html_lit(&p->h, " ");
		link_begin(p, b, list_path(b), STORE_ALL, 1);
		html_lit(&p->h, ">");
		say(p, "All petitions");
		html_lit(&p->h, "</a>");
	}
	html_lit(&p->h, "</p>\n");
}

static void data_links(struct page *p, const struct page_browse *b)
{
	struct page_browse whole = *b;

	whole.count = STR_NULL;
	html_lit(&p->h, "<p class=\"small\">");
	link_begin(p, b,
		b->archived ? STR("/archived/petitions.json")
			    : STR("/petitions.json"),
		b->facet, b->page);
	html_lit(&p->h, ">");
	say(p, "This list as JSON");
	html_lit(&p->h, "</a> ");
	link_begin(p, &whole,
		b->archived ? STR("/archived/petitions.csv")
			    : STR("/petitions.csv"),
		b->facet, 1);
	html_lit(&p->h, ">");
	say(p, "All of it as CSV");
	html_lit(&p->h, "</a> ");
	if (b->archived)
		html_link(&p->h, STR("/petitions"),
			tr(p, "Petitions of this time"));
	else
		html_link(&p->h, STR("/archived/petitions"),
			tr(p, "Archived petitions"));
	html_lit(&p->h, "</p>\n");
}

void page_browse(struct buf *out, const struct page_site *site,
	const struct page_browse *b)
{
	struct str heading = words_find(site->words, words_of(b->facet)->label);
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){ .title = b->archived
				? site_tr(site, "Archived petitions")
				: heading,
			.path = list_path(b),
			.is_part = true,
			.is_noindex = b->words.len > 0 });
	html_lit(&p.h, "<h1>");
	html_text(&p.h, b->archived ? tr(&p, "Archived petitions") : heading);
	html_lit(&p.h, "</h1>\n");
	if (b->archived)
		say_in(&p, "p",
			"These petitions were submitted before the last "
			"general elections. They are closed and cannot be "
			"signed any more.");
	search_form(&p, b);
	html_lit(&p.h, "<div class=\"browse\">\n<div class=\"choice\">\n");
	periods(&p, b);
	facets(&p, b);
	html_lit(&p.h, "</div>\n<div>\n");
	if (b->archived) {
		html_lit(&p.h, "<h2>");
		html_text(&p.h, heading);
		html_lit(&p.h, "</h2>\n");
	}
	results(&p, b);
	data_links(&p, b);
	html_lit(&p.h, "</div>\n</div>\n");
	layout_end(&p);
}

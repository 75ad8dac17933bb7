#include "page/pages.h"

#include "html/html.h"

/* The names are those of the public interface. */
static const struct {
	struct str name;
	bool live, archived;
} facets[STORE_FACETS] = {
	[STORE_ALL] = { STR_INIT("all"), true, true },
	[STORE_OPEN] = { STR_INIT("open"), true, false },
	[STORE_RECENT] = { STR_INIT("recent"), true, false },
	[STORE_CLOSED] = { STR_INIT("closed"), true, false },
	[STORE_REJECTED] = { STR_INIT("rejected"), true, true },
	[STORE_AWAITING_RESPONSE] = { STR_INIT("awaiting_response"), true,
		false },
	[STORE_WITH_RESPONSE] = { STR_INIT("with_response"), true, true },
	[STORE_AWAITING_DEBATE] = { STR_INIT("awaiting_debate"), true, false },
	[STORE_DEBATED] = { STR_INIT("debated"), true, true },
	[STORE_NOT_DEBATED] = { STR_INIT("not_debated"), true, true },
	[STORE_PUBLISHED] = { STR_INIT("published"), false, true },
};

struct str facet_name(enum store_facet facet)
{
	return facets[facet].name;
}

enum err facet_parse(
	struct str name, bool archived, enum store_facet *ret_facet)
{
	for (int i = 0; i < STORE_FACETS; i++) {
		if (!str_eq(facets[i].name, name) ||
			!(archived ? facets[i].archived : facets[i].live))
			continue;
		*ret_facet = (enum store_facet)i;
		return OK;
	}
	return ERR_INVALID;
}

/* One more key and value of a query. */
static void pair(struct html *h, bool *first, const char *key, struct str value)
{
	buf_c(h->out, *first ? "?" : "&");
	buf_c(h->out, key);
	buf_c(h->out, "=");
	html_url_part(h, value);
	*first = false;
}

void browse_url(struct buf *out, const struct page_browse *b, struct str path,
	enum store_facet facet, uint64_t page)
{
	struct html h = { .out = out };
	char number[24];
	bool first = true;

	buf_str(out, path);
	if (b->count.len > 0)
		pair(&h, &first, "count", b->count);
	(void)snprintf(
		number, sizeof(number), "%llu", (unsigned long long)page);
	if (page > 1)
		pair(&h, &first, "page", str_c(number));
	if (b->archived && b->period.len > 0)
		pair(&h, &first, "parliament", b->period);
	if (b->words.len > 0)
		pair(&h, &first, "q", b->words);
	if (facet != STORE_ALL)
		pair(&h, &first, "state", facet_name(facet));
	for (size_t i = 0; i < b->topics_count; i++)
		pair(&h, &first, b->topics_count == 1 ? "topic" : "topic%5B%5D",
			b->topic[i].code);
}

#include "cmd/petition_verify_page.h"

#include <inttypes.h>
#include <jansson.h>
#include <unistd.h>

#define PAGE_MAX_BYTES ((size_t)16 << 20)
#define TRIES 4

struct pages {
	struct source *source;
	const struct history_terms *terms;
	struct history *h;
	struct verdict *v;
	struct buf b;
};

/* data.attributes.signature_count; false if the text has none. */
static bool read_count(const struct buf *b, uint64_t *ret_count)
{
	json_t *doc = json_loadb(b->at == NULL ? "" : b->at, b->len,
		JSON_REJECT_DUPLICATES, NULL);
	const json_t *n = json_object_get(
		json_object_get(json_object_get(doc, "data"), "attributes"),
		"signature_count");
	bool good = json_is_integer(n) && json_integer_value(n) >= 0;

	if (good)
		*ret_count = (uint64_t)json_integer_value(n);
	json_decref(doc);
	return good;
}

/* What the page says.  ERR_NOT_FOUND: there is none, which is no fault of the
 * log's; other errors were told. */
static enum err get_count(
	struct pages *p, const struct tally *t, uint64_t *ret_count)
{
	char path[64];
	enum err e;

	(void)snprintf(
		path, sizeof(path), "petitions/%" PRIu64 ".json", t->petition);
	e = source_get(p->source, path, SOURCE_CHANGES, &p->b);
	if (e == OK && !read_count(&p->b, ret_count)) {
		verdict_fault(p->v, "%s has no signature_count", path);
		return ERR_INVALID;
	}
	if (e != OK && e != ERR_NOT_FOUND)
		verdict_trouble(p->v, "%s cannot be read: %s", path,
			e == ERR_TOO_LARGE ? "too long"
					   : source_why(p->source));
	return e;
}

/* True if a year's log has begun since: how far it went we do not know. */
static bool new_year(struct pages *p)
{
	unsigned years[RECOUNT_MAX_YEARS];
	size_t n;

	return source_get(p->source, "log/years", SOURCE_CHANGES, &p->b) !=
		OK ||
		years_parse(buf_view(&p->b), years, RECOUNT_MAX_YEARS, &n) !=
		OK ||
		n != p->h->n;
}

/* True if the leaves that came since may explain the difference, for each
 * moves a count by one at most. */
static bool explained(struct pages *p, uint64_t page, uint64_t count)
{
	uint64_t apart = page > count ? page - count : count - page;
	uint64_t more;

	if (new_year(p))
		return true;
	return history_grown(p->source, p->terms, p->h, p->v, &more) &&
		apart <= more;
}

static void compare(struct pages *p, const struct tally *t)
{
	uint64_t page;

	for (unsigned i = 0; i < TRIES; i++) {
		if (i > 0)
			(void)sleep(1);
		if (get_count(p, t, &page) != OK || page == tally_count(t) ||
			explained(p, page, tally_count(t)))
			return;
	}
	verdict_fault(p->v,
		"the page of petition %" PRIu64 " counts %" PRIu64
		" signatures, the log %" PRIu64,
		t->petition, page, tally_count(t));
}

void pages_verify(struct source *s, const struct history_terms *terms,
	struct history *h, uint64_t only, struct verdict *v)
{
	struct pages p = { .source = s, .terms = terms, .h = h, .v = v };
	const struct tally *t;

	buf_init(&p.b, PAGE_MAX_BYTES);
	for (size_t i = 0;
		verdict_good(v) && (t = recount_at(h->recount, i)) != NULL; i++)
		if (only == 0 || only == t->petition)
			compare(&p, t);
	buf_release(&p.b);
}

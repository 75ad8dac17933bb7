/*
 * verify_leaf_fuzz.c - petition-verify's reader of leaves and its recount.
 * Each 65 bytes of input are a leaf and, before it, whether a new year's log
 * begins there.  Whatever they are, no signature is taken away twice, and a
 * recount that finds no fault gives the count that adding up gives.
 */
#include <assert.h>

#include "cmd/petition_verify_recount.h"

enum { STEP = 1 + LEAF_BYTES, LEAVES_MAX = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The leaves that were taken, with the year of each one's log. */
struct taken {
	struct leaf leaf[LEAVES_MAX];
	unsigned year[LEAVES_MAX];
	size_t n;
};

/* True if leaf i, a mark, means leaf s. */
static bool means(const struct taken *t, size_t i, size_t s)
{
	uint64_t year = t->leaf[i].aux == 0 ? t->year[i] : t->leaf[i].aux;
	size_t first = 0;

	while (first < t->n && t->year[first] != year)
		first++;
	return s == first + t->leaf[i].target;
}

static bool counts(const struct taken *t, size_t s)
{
	bool invalid = false;
	bool withdrawn = false;

	for (size_t i = s + 1; i < t->n; i++) {
		uint8_t type = t->leaf[i].type;

		if (type < LEAF_INVALIDATE || type > LEAF_RESTORE ||
			!means(t, i, s))
			continue;
		if (type == LEAF_WITHDRAW)
			withdrawn = true;
		else
			invalid = type == LEAF_INVALIDATE;
	}
	return !invalid && !withdrawn;
}

static void check_tally(
	const struct taken *t, const struct tally *tally, bool faultless)
{
	uint64_t count = tally->carried;

	assert(tally->invalidated + tally->withdrawn <= tally->signs);
	for (size_t i = 0; i < t->n; i++)
		if (t->leaf[i].type == LEAF_SIGN &&
			t->leaf[i].petition == tally->petition && counts(t, i))
			count++;
	assert(!faultless || count == tally_count(tally));
}

static enum err take(struct recount *r, struct taken *t, const uint8_t *step,
	unsigned *year, struct verdict *v)
{
	enum err e = OK;

	if (t->n == 0 || step[0] != 0)
		e = recount_year(r, ++*year);
	if (e != OK)
		return e;
	t->leaf[t->n] = leaf_read(step + 1);
	t->year[t->n] = *year;
	return recount_leaf(r, &t->leaf[t->n++], v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct taken t;
	struct verdict v = { .faults = 0 };
	const struct tally *tally;
	struct recount *r = NULL;
	unsigned year = 2025;
	enum err e = recount_new(LEAVES_MAX, &r);

	t.n = 0;
	for (; e == OK && size >= STEP && t.n < LEAVES_MAX; size -= STEP) {
		e = take(r, &t, data, &year, &v);
		data += STEP;
	}
	for (size_t i = 0; e == OK && (tally = recount_at(r, i)) != NULL; i++)
		check_tally(&t, tally, v.faults == 0);
	recount_free(r);
	return 0;
}

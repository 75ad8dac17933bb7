#include "role/keep_index.h"

#include "base/rng.h"
#include "base/tap.h"

/* True if slot stands under key, exactly `times` times. */
static bool found(const struct keep_index *ix, uint64_t key, uint64_t slot,
	unsigned times)
{
	struct keep_walk w = keep_index_walk(ix, key);
	unsigned n = 0;
	uint64_t s;

	while (keep_walk_next(&w, &s))
		n += s == slot;
	return n == times;
}

static void one_key_many_slots(void)
{
	struct keep_index ix;
	struct keep_walk w;
	uint64_t slot;
	unsigned n = 0;

	CHECK(keep_index_init(&ix, 4) == OK);
	w = keep_index_walk(&ix, 7);
	CHECK(!keep_walk_next(&w, &slot));
	keep_index_remove(&ix, 7, 1); /* of an empty table */
	for (uint64_t s = 1; s <= 100; s++)
		CHECK(keep_index_add(&ix, 7, s) == OK);
	w = keep_index_walk(&ix, 7);
	while (keep_walk_next(&w, &slot))
		n++;
	CHECK_INT(n, 100);
	keep_index_remove(&ix, 7, 50);
	CHECK(found(&ix, 7, 50, 0));
	CHECK(found(&ix, 7, 51, 1));
	keep_index_clear(&ix);
	CHECK(found(&ix, 7, 51, 0));
	keep_index_release(&ix);
}

/* The greatest slot, and the fingerprint that wraps around a table's end. */
static void edges(void)
{
	struct keep_index ix;

	CHECK(keep_index_init(&ix, 1) == OK);
	for (uint64_t i = 0; i < 20; i++)
		CHECK(keep_index_add(&ix, UINT64_MAX, KEEP_SLOT_END - 1 - i) ==
			OK);
	CHECK(found(&ix, UINT64_MAX, KEEP_SLOT_END - 1, 1));
	for (uint64_t i = 0; i < 19; i++)
		keep_index_remove(&ix, UINT64_MAX, KEEP_SLOT_END - 1 - i);
	CHECK(found(&ix, UINT64_MAX, KEEP_SLOT_END - 20, 1));
	CHECK(found(&ix, UINT64_MAX, KEEP_SLOT_END - 1, 0));
	keep_index_release(&ix);
}

/* Random additions and removals against a plain array. */
static void against_model(void)
{
	enum { KEYS = 3000 };
	static bool in[KEYS];
	struct keep_index ix;
	struct rng_fake rng;
	bool all = true;

	rng_fake_init(&rng, 11);
	CHECK(keep_index_init(&ix, 2) == OK);
	for (int i = 0; i < 60000; i++) {
		uint64_t n = rng_below(&rng.rng, KEYS);
		/* Few distinct keys: long runs, much shifting. */
		uint64_t key = keep_index_mix(n % 400);

		if (in[n])
			keep_index_remove(&ix, key, n + 1);
		else if (keep_index_add(&ix, key, n + 1) != OK)
			all = false;
		in[n] = !in[n];
	}
	for (uint64_t n = 0; n < KEYS; n++)
		all = all && found(&ix, keep_index_mix(n % 400), n + 1, in[n]);
	CHECK(all);
	keep_index_release(&ix);
}

int main(void)
{
	one_key_many_slots();
	edges();
	against_model();
	return tap_done();
}

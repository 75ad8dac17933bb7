#include "cmd/petition_verify_recount.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/bytes.h"

/* What became of a leaf: 0 for none but SIGN, else the petition's place in
 * the list plus one, shifted, with two marks below. */
#define MARK_INVALID 1u
#define MARK_WITHDRAWN 2u
#define MARK_BITS 2u
#define MAX_PETITIONS (UINT32_C(1) << 24)

struct recount {
	uint8_t key[crypto_shorthash_KEYBYTES];
	uint64_t max_leaves;
	uint64_t n; /* leaves so far, of all years */
	uint32_t hour; /* of the newest leaf */
	struct {
		unsigned year;
		uint64_t first; /* its first leaf, counted like n */
	} year[RECOUNT_MAX_YEARS];
	size_t years;
	uint32_t *state; /* by leaf */
	uint64_t *prefix; /* by leaf: first eight bytes of C */
	uint32_t *found; /* by hash of C: a SIGN leaf plus one */
	uint64_t found_mask;

	struct tally *tally;
	size_t tallies;
	size_t tally_cap;
	uint32_t *by_id; /* by hash of the id: place in tally plus one */
	size_t by_id_cap; /* a power of two, at least twice tallies */

	struct named_doc *doc;
	size_t docs;
	size_t doc_cap;
};

enum err recount_new(uint64_t leaves, struct recount **ret_recount)
{
	struct recount *r;
	uint64_t slots = 16;

	if (leaves > RECOUNT_MAX_LEAVES)
		return ERR_TOO_LARGE;
	while (slots < leaves + leaves / 2)
		slots *= 2;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return ERR_MEMORY;
	crypto_shorthash_keygen(r->key);
	r->max_leaves = leaves;
	/* calloc: pages that are never touched cost nothing. */
	r->state = calloc(leaves + 1, sizeof(*r->state));
	r->prefix = calloc(leaves + 1, sizeof(*r->prefix));
	r->found = calloc(slots, sizeof(*r->found));
	r->found_mask = slots - 1;
	r->by_id_cap = 64;
	r->by_id = calloc(r->by_id_cap, sizeof(*r->by_id));
	if (r->state == NULL || r->prefix == NULL || r->found == NULL ||
		r->by_id == NULL) {
		recount_free(r);
		return ERR_MEMORY;
	}
	*ret_recount = r;
	return OK;
}

enum err recount_year(struct recount *r, unsigned year)
{
	if (r->years > 0 && r->year[r->years - 1].year >= year)
		return ERR_INVALID;
	if (r->years == RECOUNT_MAX_YEARS)
		return ERR_TOO_LARGE;
	r->year[r->years].year = year;
	r->year[r->years++].first = r->n;
	return OK;
}

/* Where the leaf stands that was taken as number n. */
static struct leaf_place place_at(const struct recount *r, uint64_t n)
{
	size_t i = r->years - 1;

	while (r->year[i].first > n)
		i--;
	return (struct leaf_place){ r->year[i].year, n - r->year[i].first };
}

void recount_settle(struct recount *r)
{
	free(r->state);
	free(r->prefix);
	free(r->found);
	r->state = NULL;
	r->prefix = NULL;
	r->found = NULL;
	r->max_leaves = r->n;
}

void recount_free(struct recount *r)
{
	if (r == NULL)
		return;
	recount_settle(r);
	for (size_t i = 0; i < r->tallies; i++)
		free(r->tally[i].title);
	free(r->tally);
	free(r->by_id);
	free(r->doc);
	free(r);
}

/* A place in a table, by a keyed hash: the log is not ours, and must not be
 * able to choose values that all fall in one place. */
static uint64_t place_of(const struct recount *r, uint64_t value)
{
	uint8_t in[8];
	uint8_t out[crypto_shorthash_BYTES];

	put_u64(in, value);
	crypto_shorthash(out, in, sizeof(in), r->key);
	return get_u64(out);
}

static void index_tally(struct recount *r, size_t place)
{
	size_t i = place_of(r, r->tally[place].petition) & (r->by_id_cap - 1);

	while (r->by_id[i] != 0)
		i = (i + 1) & (r->by_id_cap - 1);
	r->by_id[i] = (uint32_t)place + 1;
}

struct tally *recount_find(struct recount *r, uint64_t petition)
{
	size_t i = place_of(r, petition) & (r->by_id_cap - 1);

	for (; r->by_id[i] != 0; i = (i + 1) & (r->by_id_cap - 1))
		if (r->tally[r->by_id[i] - 1].petition == petition)
			return &r->tally[r->by_id[i] - 1];
	return NULL;
}

static enum err grow_index(struct recount *r)
{
	uint32_t *wider = calloc(r->by_id_cap * 2, sizeof(*wider));

	if (wider == NULL)
		return ERR_MEMORY;
	free(r->by_id);
	r->by_id = wider;
	r->by_id_cap *= 2;
	for (size_t i = 0; i < r->tallies; i++)
		index_tally(r, i);
	return OK;
}

static enum err add_tally(struct recount *r, const struct leaf *l)
{
	if (r->tallies == MAX_PETITIONS)
		return ERR_TOO_LARGE;
	if (r->tallies * 2 >= r->by_id_cap) {
		enum err e = grow_index(r);

		if (e != OK)
			return e;
	}
	if (r->tallies == r->tally_cap) {
		size_t cap = r->tally_cap == 0 ? 32 : r->tally_cap * 2;
		struct tally *more = realloc(r->tally, cap * sizeof(*more));

		if (more == NULL)
			return ERR_MEMORY;
		r->tally = more;
		r->tally_cap = cap;
	}
	r->tally[r->tallies] =
		(struct tally){ .petition = l->petition, .carried = l->target };
	index_tally(r, r->tallies++);
	return OK;
}

static enum err add_doc(struct recount *r, const struct leaf *l)
{
	const struct tally *t = recount_find(r, l->petition);
	struct named_doc *d;

	if (r->docs == r->doc_cap) {
		size_t cap = r->doc_cap == 0 ? 32 : r->doc_cap * 2;
		struct named_doc *more = realloc(r->doc, cap * sizeof(*more));

		if (more == NULL)
			return ERR_MEMORY;
		r->doc = more;
		r->doc_cap = cap;
	}
	d = &r->doc[r->docs++];
	*d = (struct named_doc){ .at = place_at(r, r->n) };
	memcpy(d->hash, l->c, sizeof(d->hash));
	d->petition = l->petition;
	if (l->type == LEAF_PETITION) {
		d->type = l->type;
		d->count = l->target;
	} else if (l->type == LEAF_TALLY && t != NULL) {
		d->type = l->type;
		d->count = tally_count(t);
	}
	return OK;
}

static enum err take_petition(
	struct recount *r, const struct leaf *l, struct verdict *v)
{
	struct leaf_place at = place_at(r, r->n);
	struct tally *t = recount_find(r, l->petition);

	if (t == NULL) {
		enum err e = add_tally(r, l);

		if (e != OK)
			return e;
		t = &r->tally[r->tallies - 1];
	}
	if (t->carried != l->target)
		verdict_proven(v,
			"leaf %" PRIu64 " of %u changes what petition %" PRIu64
			" carried over from %" PRIu64 " to %" PRIu64,
			at.leaf, at.year, l->petition, t->carried, l->target);
	memcpy(t->doc, l->c, sizeof(t->doc));
	return OK;
}

static void take_sign(struct recount *r, struct tally *t, const struct leaf *l,
	struct verdict *v)
{
	uint64_t prefix = get_u64(l->c);
	uint64_t i = place_of(r, prefix) & r->found_mask;

	/* Eight bytes are enough: two honest commitments share them once in
	 * a few hundred thousand logs of ten million leaves. */
	for (; r->found[i] != 0; i = (i + 1) & r->found_mask) {
		struct leaf_place at = place_at(r, r->n);
		struct leaf_place first;

		if (r->prefix[r->found[i] - 1] != prefix)
			continue;
		first = place_at(r, r->found[i] - 1);
		verdict_proven(v,
			"leaf %" PRIu64 " of %u repeats the signature of leaf "
			"%" PRIu64 " of %u",
			at.leaf, at.year, first.leaf, first.year);
		break;
	}
	if (r->found[i] == 0)
		r->found[i] = (uint32_t)r->n + 1;
	r->prefix[r->n] = prefix;
	r->state[r->n] = (uint32_t)(t - r->tally + 1) << MARK_BITS;
	t->signs++;
}

/* The state of the leaf that l targets, which is in the log of the year aux
 * or in l's own; NULL if that is no earlier leaf. */
static uint32_t *target_of(struct recount *r, const struct leaf *l)
{
	size_t i = r->years - 1;
	uint64_t end = r->n;

	if (l->aux != 0) {
		while (i > 0 && r->year[i].year != l->aux)
			i--;
		if (i == r->years - 1 || r->year[i].year != l->aux)
			return NULL;
		end = r->year[i + 1].first;
	}
	return l->target < end - r->year[i].first
		? &r->state[r->year[i].first + l->target]
		: NULL;
}

/* Mark or unmark the SIGN leaf that l targets, and keep the sums. */
static void take_mark(struct recount *r, struct tally *t, const struct leaf *l,
	const char *name, struct verdict *v)
{
	struct leaf_place at = place_at(r, r->n);
	uint32_t *state = target_of(r, l);
	bool was_withdrawn;

	if (l->aux >= at.year) {
		verdict_proven(v,
			"leaf %" PRIu64 " of %u (%s) gives %" PRIu64
			" as its target's year, which is no earlier one",
			at.leaf, at.year, name, l->aux);
		return;
	}
	if (state == NULL || *state >> MARK_BITS != (t - r->tally + 1)) {
		verdict_proven(v,
			"leaf %" PRIu64 " of %u (%s) targets leaf %" PRIu64
			" of %" PRIu64
			", which is no earlier SIGN of petition %" PRIu64,
			at.leaf, at.year, name, l->target,
			l->aux != 0 ? l->aux : at.year, l->petition);
		return;
	}
	was_withdrawn = (*state & MARK_WITHDRAWN) != 0;
	if (!was_withdrawn && (*state & MARK_INVALID) != 0)
		t->invalidated--;
	if (l->type == LEAF_INVALIDATE)
		*state |= MARK_INVALID;
	else if (l->type == LEAF_RESTORE)
		*state &= ~MARK_INVALID;
	else
		*state |= MARK_WITHDRAWN;
	if ((*state & MARK_WITHDRAWN) != 0)
		t->withdrawn += was_withdrawn ? 0 : 1;
	else if ((*state & MARK_INVALID) != 0)
		t->invalidated++;
}

/* CLOSE stands behind the last signature. */
static void check_open(const struct recount *r, const struct tally *t,
	const struct leaf *l, const char *name, struct verdict *v)
{
	struct leaf_place at = place_at(r, r->n);

	if (t->closed)
		verdict_proven(v,
			"leaf %" PRIu64 " of %u (%s) comes after petition "
			"%" PRIu64 " was closed",
			at.leaf, at.year, name, l->petition);
}

static void take_close(const struct recount *r, struct tally *t,
	const struct leaf *l, struct verdict *v)
{
	struct leaf_place at = place_at(r, r->n);

	t->closed = true;
	if (l->target != tally_count(t))
		verdict_proven(v,
			"leaf %" PRIu64 " of %u closes petition %" PRIu64
			" at %" PRIu64
			", but the leaves before it give %" PRIu64,
			at.leaf, at.year, l->petition, l->target,
			tally_count(t));
}

/* Leaves of a petition that is there. */
static void take_other(struct recount *r, struct tally *t, const struct leaf *l,
	const char *name, struct verdict *v)
{
	switch (l->type) {
	case LEAF_SIGN:
		check_open(r, t, l, name, v);
		take_sign(r, t, l, v);
		break;
	case LEAF_INVALIDATE:
	case LEAF_WITHDRAW:
	case LEAF_RESTORE:
		take_mark(r, t, l, name, v);
		break;
	case LEAF_CLOSE:
		check_open(r, t, l, name, v);
		take_close(r, t, l, v);
		break;
	default:
		break;
	}
}

static enum err take_leaf(struct recount *r, const struct leaf *l,
	const struct leaf_shape *s, struct verdict *v)
{
	struct leaf_place at = place_at(r, r->n);
	struct tally *t;

	if (l->type == LEAF_PETITION)
		return take_petition(r, l, v);
	if (l->petition == 0)
		return OK;
	t = recount_find(r, l->petition);
	if (t == NULL)
		verdict_proven(v,
			"leaf %" PRIu64 " of %u (%s) comes before the "
			"PETITION leaf of petition %" PRIu64,
			at.leaf, at.year, s->name, l->petition);
	else
		take_other(r, t, l, s->name, v);
	return OK;
}

/* Hours never go back: what stands behind a leaf came no earlier. */
static void check_hour(
	struct recount *r, const struct leaf *l, struct verdict *v)
{
	struct leaf_place at = place_at(r, r->n);

	if (l->hour < r->hour)
		verdict_proven(v,
			"leaf %" PRIu64
			" of %u is of an earlier hour than the leaf before it",
			at.leaf, at.year);
	else
		r->hour = l->hour;
}

enum err recount_leaf(
	struct recount *r, const struct leaf *l, struct verdict *v)
{
	const struct leaf_shape *s;
	enum err e = OK;

	if (r->n >= r->max_leaves || r->years == 0)
		return ERR_INTERNAL;
	s = leaf_check(place_at(r, r->n), l, v);
	if (s != NULL)
		check_hour(r, l, v);
	if (s != NULL && s->names_doc)
		e = add_doc(r, l);
	if (s != NULL && e == OK)
		e = take_leaf(r, l, s, v);
	if (e == OK)
		r->n++;
	return e;
}

uint64_t tally_count(const struct tally *t)
{
	return t->carried + t->signs - t->invalidated - t->withdrawn;
}

struct tally *recount_at(struct recount *r, size_t i)
{
	return i < r->tallies ? &r->tally[i] : NULL;
}

const struct named_doc *recount_doc(const struct recount *r, size_t i)
{
	return i < r->docs ? &r->doc[i] : NULL;
}

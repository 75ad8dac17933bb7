/*
 * proof_fuzz.c - proofs made from tiles that anybody serves, and proofs that
 * anybody sends.  A maker that is given any hashes at all must end, and what
 * it makes out of honest tiles must hold; a proof that is not the maker's
 * must not.
 *
 * Input: a mode, two numbers (u16), then hashes.
 */
#include <assert.h>
#include <string.h>

#include "base/view.h"
#include "tlog/proof.h"
#include "tlog/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LEAVES = 600 };

struct tiles {
	struct tlog_reader reader;
	struct view v; /* what is read in place of hashes; empty: honest */
	uint64_t size;
};

static struct tree_hash leaf_at(uint64_t i)
{
	struct tree_hash h;

	tlog_hash_leaf(&i, sizeof(i), &h);
	return h;
}

static struct tree_hash hash_at(unsigned level, uint64_t i)
{
	struct tree_hash below[256];
	struct tree_hash h;

	if (level == 0)
		return leaf_at(i);
	for (unsigned j = 0; j < 256; j++)
		below[j] = hash_at(level - 1, i * 256 + j);
	tlog_hash_fold(below, 8, &h);
	return h;
}

static enum err read_tile(struct tlog_reader *r, unsigned level, uint64_t index,
	unsigned width, struct tree_hash *ret_hashes)
{
	struct tiles *t = (struct tiles *)r;

	if (width == 0 || width > tlog_tile_width(t->size, level, index))
		return ERR_NOT_FOUND;
	for (unsigned i = 0; i < width; i++) {
		ret_hashes[i] = hash_at(level, index * 256 + i);
		if (!view_done(&t->v))
			ret_hashes[i].byte[0] ^= view_u8(&t->v);
	}
	return OK;
}

static bool same(const struct tlog_proof *a, const struct tlog_proof *b)
{
	return a->count == b->count &&
		memcmp(a->hash, b->hash, a->count * sizeof(a->hash[0])) == 0;
}

static struct tlog_proof read_proof(struct view *v)
{
	struct tlog_proof p = { 0 };

	p.count = view_u8(v) % (TLOG_PROOF_MAX + 2);
	for (unsigned i = 0; i < p.count && i < TLOG_PROOF_MAX; i++)
		view_copy(v, p.hash[i].byte, sizeof(p.hash[i].byte));
	return p;
}

/* Is what came taken although it is not what honest tiles give? */
static void check_sent(struct tiles *t, uint64_t a, uint64_t n, struct view *v)
{
	struct tlog_proof sent = read_proof(v);
	struct tlog_proof good = { 0 };
	struct tree_hash leaf = leaf_at(a);
	struct tree_hash root, old;

	assert(tlog_root_at(&t->reader, n, &root) == OK);
	if (a < n && tlog_prove_inclusion(&t->reader, a, n, &good) == OK) {
		assert(tlog_check_inclusion(&leaf, a, n, &good, &root) == OK);
		if (tlog_check_inclusion(&leaf, a, n, &sent, &root) == OK)
			assert(same(&sent, &good));
	}
	if (a > n || tlog_prove_consistency(&t->reader, a, n, &good) != OK)
		return;
	assert(tlog_root_at(&t->reader, a, &old) == OK);
	assert(tlog_check_consistency(a, &old, n, &root, &good) == OK);
	if (tlog_check_consistency(a, &old, n, &root, &sent) == OK)
		assert(same(&sent, &good));
}

/* Tiles of anybody: no more is asked than that it ends. */
static void read_served(struct tiles *t, uint64_t a, uint64_t n)
{
	struct tlog_proof p = { 0 };
	struct tree_hash root;

	if (tlog_root_at(&t->reader, n, &root) != OK)
		return;
	if (tlog_prove_inclusion(&t->reader, a, n, &p) == OK)
		assert(a < n && p.count <= TLOG_PROOF_MAX);
	if (tlog_prove_consistency(&t->reader, a, n, &p) == OK)
		assert(a <= n && p.count <= TLOG_PROOF_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view v = view_of(data, size);
	struct tiles t = { .reader = { read_tile }, .size = LEAVES };
	uint8_t mode = view_u8(&v);
	uint64_t a = view_u16(&v) % (LEAVES + 2);
	uint64_t n = view_u16(&v) % (LEAVES + 1);

	if (mode % 2 == 0) {
		check_sent(&t, a, n, &v);
	} else {
		t.v = v;
		t.size = view_u16(&v);
		read_served(&t, a, n);
	}
	return 0;
}

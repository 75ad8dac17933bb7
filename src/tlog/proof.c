#include "tlog/proof.h"

#include "tlog/tile.h"

/* The tree that a proof is made in. */
struct source {
	struct tlog_reader *reader;
	uint64_t size;
};

/* The root of the complete subtree of 2^height leaves from start on. */
static enum err subtree(const struct source *s, uint64_t start, unsigned height,
	struct tree_hash *ret_hash)
{
	struct tree_hash tile[TLOG_TILE_WIDTH];
	unsigned level = height / 8;
	uint64_t first = start >> (8 * level);
	uint64_t index = first / TLOG_TILE_WIDTH;
	enum err e;

	e = s->reader->read_tile(s->reader, level, index,
		tlog_tile_width(s->size, level, index), tile);
	if (e != OK)
		return e;
	tlog_hash_fold(&tile[first % TLOG_TILE_WIDTH], height % 8, ret_hash);
	return OK;
}

/* The largest power of two smaller than n, as its exponent; n > 1. */
static unsigned split_height(uint64_t n)
{
	return 63u - (unsigned)__builtin_clzll(n - 1);
}

/* MTH of the n leaves from start on.  They are a left part that is complete,
 * and the rest; so going down the right edge meets every peak. */
static enum err range_root(const struct source *s, uint64_t start, uint64_t n,
	struct tree_hash *ret_hash)
{
	struct tree_hash peak[64];
	unsigned peaks = 0;

	while (n > 0) {
		unsigned height = 63u - (unsigned)__builtin_clzll(n);
		enum err e = subtree(s, start, height, &peak[peaks++]);

		if (e != OK)
			return e;
		start += (uint64_t)1 << height;
		n -= (uint64_t)1 << height;
	}
	for (; peaks > 1; peaks--)
		tlog_hash_node(
			&peak[peaks - 2], &peak[peaks - 1], &peak[peaks - 2]);
	*ret_hash = peak[0];
	return OK;
}

enum err tlog_root_at(
	struct tlog_reader *r, uint64_t size, struct tree_hash *ret_root)
{
	struct source s = { r, size };

	if (size == 0) {
		tlog_hash_empty(ret_root);
		return OK;
	}
	return range_root(&s, 0, size, ret_root);
}

/* The proofs are written from the root down and read from the leaf up. */
static void reverse(struct tlog_proof *p)
{
	for (unsigned i = 0; i < p->count / 2; i++) {
		struct tree_hash h = p->hash[i];

		p->hash[i] = p->hash[p->count - 1 - i];
		p->hash[p->count - 1 - i] = h;
	}
}

/* PATH(index, D[size]) of RFC 6962 section 2.1.1. */
enum err tlog_prove_inclusion(struct tlog_reader *r, uint64_t index,
	uint64_t size, struct tlog_proof *ret_proof)
{
	struct source s = { r, size };
	struct tlog_proof p = { 0 };
	uint64_t start = 0;
	uint64_t n = size;

	if (index >= size || size > (uint64_t)1 << 62)
		return ERR_INVALID;
	while (n > 1) {
		uint64_t left = (uint64_t)1 << split_height(n);
		bool go_left = index - start < left;
		enum err e = go_left
			? range_root(
				  &s, start + left, n - left, &p.hash[p.count])
			: range_root(&s, start, left, &p.hash[p.count]);

		if (e != OK)
			return e;
		p.count++;
		start += go_left ? 0 : left;
		n = go_left ? left : n - left;
	}
	reverse(&p);
	*ret_proof = p;
	return OK;
}

/* SUBPROOF(old, D[new], true) of RFC 6962 section 2.1.2.  on_left stays true
 * while the subtree in hand is one whose root the reader of the proof knows
 * as the old root. */
enum err tlog_prove_consistency(struct tlog_reader *r, uint64_t old_size,
	uint64_t new_size, struct tlog_proof *ret_proof)
{
	struct source s = { r, new_size };
	struct tlog_proof p = { 0 };
	uint64_t start = 0;
	uint64_t m = old_size;
	uint64_t n = new_size;
	bool on_left = true;
	enum err e;

	if (old_size > new_size || new_size > (uint64_t)1 << 62)
		return ERR_INVALID;
	while (m > 0 && m < n) {
		uint64_t left = (uint64_t)1 << split_height(n);

		if (m <= left) {
			e = range_root(
				&s, start + left, n - left, &p.hash[p.count]);
			n = left;
		} else {
			e = range_root(&s, start, left, &p.hash[p.count]);
			start += left;
			m -= left;
			n -= left;
			on_left = false;
		}
		if (e != OK)
			return e;
		p.count++;
	}
	if (!on_left) {
		e = range_root(&s, start, n, &p.hash[p.count]);
		if (e != OK)
			return e;
		p.count++;
	}
	reverse(&p);
	*ret_proof = p;
	return OK;
}

enum err tlog_check_inclusion(const struct tree_hash *leaf, uint64_t index,
	uint64_t size, const struct tlog_proof *proof,
	const struct tree_hash *root)
{
	struct tree_hash r = *leaf;
	uint64_t fn = index;
	uint64_t sn;

	if (index >= size || proof->count > TLOG_PROOF_MAX)
		return ERR_INVALID;
	sn = size - 1;
	for (unsigned i = 0; i < proof->count; i++) {
		if (sn == 0)
			return ERR_CRYPTO;
		if ((fn & 1) != 0 || fn == sn) {
			tlog_hash_node(&proof->hash[i], &r, &r);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			tlog_hash_node(&r, &proof->hash[i], &r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && tree_hash_eq(&r, root) ? OK : ERR_CRYPTO;
}

/* Sizes that need no path: the proof must be empty. */
static enum err check_trivial(uint64_t old_size,
	const struct tree_hash *old_root, uint64_t new_size,
	const struct tree_hash *new_root, const struct tlog_proof *proof)
{
	struct tree_hash empty;
	bool good;

	tlog_hash_empty(&empty);
	good = old_size == new_size ? tree_hash_eq(old_root, new_root) : true;
	if (old_size == 0)
		good = good && tree_hash_eq(old_root, &empty);
	return good && proof->count == 0 ? OK : ERR_CRYPTO;
}

/* The two roots that a path leads to, hashed from the node they share. */
struct pair {
	uint64_t fn, sn; /* as RFC 9162 names them */
	struct tree_hash old_root, new_root;
};

static void pair_step(struct pair *p, const struct tree_hash *c)
{
	if ((p->fn & 1) != 0 || p->fn == p->sn) {
		tlog_hash_node(c, &p->old_root, &p->old_root);
		tlog_hash_node(c, &p->new_root, &p->new_root);
		while ((p->fn & 1) == 0 && p->fn != 0) {
			p->fn >>= 1;
			p->sn >>= 1;
		}
	} else {
		tlog_hash_node(&p->new_root, c, &p->new_root);
	}
	p->fn >>= 1;
	p->sn >>= 1;
}

enum err tlog_check_consistency(uint64_t old_size,
	const struct tree_hash *old_root, uint64_t new_size,
	const struct tree_hash *new_root, const struct tlog_proof *proof)
{
	bool power = (old_size & (old_size - 1)) == 0;
	struct pair p = { .fn = old_size - 1, .sn = new_size - 1 };

	if (old_size > new_size || proof->count > TLOG_PROOF_MAX)
		return ERR_INVALID;
	if (old_size == 0 || old_size == new_size)
		return check_trivial(
			old_size, old_root, new_size, new_root, proof);
	if (!power && proof->count == 0)
		return ERR_CRYPTO;
	/* The old root itself begins the path when it is complete. */
	p.old_root = p.new_root = power ? *old_root : proof->hash[0];
	for (; (p.fn & 1) != 0; p.fn >>= 1)
		p.sn >>= 1;
	for (unsigned i = power ? 0 : 1; i < proof->count; i++) {
		if (p.sn == 0)
			return ERR_CRYPTO;
		pair_step(&p, &proof->hash[i]);
	}
	return p.sn == 0 && tree_hash_eq(&p.old_root, old_root) &&
			tree_hash_eq(&p.new_root, new_root)
		? OK
		: ERR_CRYPTO;
}

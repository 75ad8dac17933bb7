#include "tlog/proof.h"

#include "base/tap.h"
#include "tlog/tile.h"

/* Tiles of a tree whose every hash is in memory: level[L][i] is the root of
 * the 256^L leaves from 256^L * i on. */
enum { N = 1025 };

struct memory {
	struct tlog_reader reader;
	struct tree_hash level[2][N];
	unsigned reads_beyond; /* of tiles that the tree does not have */
	uint64_t size;
};

static enum err memory_read(struct tlog_reader *r, unsigned level,
	uint64_t index, unsigned width, struct tree_hash *ret_hashes)
{
	struct memory *m = (struct memory *)r;

	if (level > 1 || width == 0 ||
		width > tlog_tile_width(m->size, level, index)) {
		m->reads_beyond++;
		return ERR_NOT_FOUND;
	}
	memcpy(ret_hashes, &m->level[level][index * 256],
		width * sizeof(*ret_hashes));
	return OK;
}

static void memory_init(struct memory *m)
{
	memset(m, 0, sizeof(*m));
	m->reader.read_tile = memory_read;
	for (size_t i = 0; i < N; i++) {
		char text[16];
		int len = snprintf(text, sizeof(text), "leaf %zu", i);

		tlog_hash_leaf(text, (size_t)len, &m->level[0][i]);
	}
	for (size_t i = 0; i < N / 256; i++)
		tlog_hash_fold(&m->level[0][256 * i], 8, &m->level[1][i]);
}

/* Textbook: MTH, PATH and PROOF of RFC 6962, recursive, on all leaves. */
static uint64_t split(uint64_t n)
{
	uint64_t k = 1;

	while (k * 2 < n)
		k *= 2;
	return k;
}

static struct tree_hash mth(const struct tree_hash *d, uint64_t n)
{
	struct tree_hash left, right;

	if (n == 1)
		return d[0];
	left = mth(d, split(n));
	right = mth(d + split(n), n - split(n));
	tlog_hash_node(&left, &right, &left);
	return left;
}

static void path(
	const struct tree_hash *d, uint64_t m, uint64_t n, struct tlog_proof *p)
{
	uint64_t k = split(n);

	if (n == 1)
		return;
	path(m < k ? d : d + k, m < k ? m : m - k, m < k ? k : n - k, p);
	p->hash[p->count++] = m < k ? mth(d + k, n - k) : mth(d, k);
}

static void subproof(const struct tree_hash *d, uint64_t m, uint64_t n,
	bool known, struct tlog_proof *p)
{
	uint64_t k = split(n);

	if (m == n) {
		if (!known)
			p->hash[p->count++] = mth(d, n);
		return;
	}
	if (m <= k) {
		subproof(d, m, k, known, p);
		p->hash[p->count++] = mth(d + k, n - k);
	} else {
		subproof(d + k, m - k, n - k, false, p);
		p->hash[p->count++] = mth(d, k);
	}
}

/* In steps, but never past the last. */
static uint64_t step_to(uint64_t i, uint64_t step, uint64_t last)
{
	return i == last || i + step < last ? i + step : last;
}

static bool same_proof(const struct tlog_proof *a, const struct tlog_proof *b)
{
	return a->count == b->count &&
		memcmp(a->hash, b->hash, a->count * sizeof(a->hash[0])) == 0;
}

/* A proof with one bit turned, one hash less or one more proves nothing. */
static unsigned accepts_damage_inclusion(const struct tree_hash *leaf,
	uint64_t index, uint64_t size, const struct tlog_proof *proof,
	const struct tree_hash *root)
{
	unsigned accepted = 0;

	for (unsigned i = 0; i < proof->count; i++) {
		struct tlog_proof bad = *proof;

		bad.hash[i].byte[i % 32] ^= 1;
		accepted += tlog_check_inclusion(
				    leaf, index, size, &bad, root) == OK;
	}
	if (proof->count > 0) {
		struct tlog_proof bad = *proof;

		bad.count--;
		accepted += tlog_check_inclusion(
				    leaf, index, size, &bad, root) == OK;
		bad.count += 2;
		bad.hash[bad.count - 1] = *root;
		accepted += tlog_check_inclusion(
				    leaf, index, size, &bad, root) == OK;
	}
	return accepted;
}

static void test_inclusion(struct memory *m)
{
	unsigned failed = 0, wrong = 0, accepted = 0;

	for (uint64_t n = 1; n <= N; n++) {
		struct tree_hash root = mth(m->level[0], n);
		/* Every leaf of the small trees; of the others the first, the
		 * last and a spread. */
		uint64_t step = n <= 70 ? 1 : 1 + n / 23;

		m->size = n;
		for (uint64_t i = 0; i < n; i = step_to(i, step, n - 1)) {
			const struct tree_hash *leaf = &m->level[0][i];
			struct tlog_proof got = { 0 }, want = { 0 };

			failed += tlog_prove_inclusion(
					  &m->reader, i, n, &got) != OK;
			path(m->level[0], i, n, &want);
			wrong += !same_proof(&got, &want);
			failed += tlog_check_inclusion(
					  leaf, i, n, &got, &root) != OK;
			accepted += accepts_damage_inclusion(
				leaf, i, n, &got, &root);
			if (n > 1)
				accepted +=
					tlog_check_inclusion(leaf, (i + 1) % n,
						n, &got, &root) == OK;
		}
	}
	CHECK_INT(failed, 0);
	CHECK_INT(wrong, 0);
	CHECK_INT(accepted, 0);
}

static void test_consistency(struct memory *m)
{
	unsigned failed = 0, wrong = 0, accepted = 0;

	for (uint64_t n = 1; n <= N; n++) {
		struct tree_hash root = mth(m->level[0], n);
		/* Every earlier size of the small trees; of the others the
		 * one before and a spread that differs from tree to tree. */
		uint64_t step = n < 70 ? 1 : 1 + n / 7;
		uint64_t last = n < 70 ? n : n - 1;

		m->size = n;
		for (uint64_t o = n < 70 ? 1 : 1 + n % step; o <= last;
			o = step_to(o, step, last)) {
			struct tree_hash old = mth(m->level[0], o);
			struct tlog_proof got = { 0 }, want = { 0 };

			failed += tlog_prove_consistency(
					  &m->reader, o, n, &got) != OK;
			subproof(m->level[0], o, n, true, &want);
			wrong += !same_proof(&got, &want);
			failed += tlog_check_consistency(
					  o, &old, n, &root, &got) != OK;
			for (unsigned i = 0; i < got.count; i++) {
				got.hash[i].byte[i % 32] ^= 1;
				accepted += tlog_check_consistency(o, &old, n,
						    &root, &got) == OK;
				got.hash[i].byte[i % 32] ^= 1;
			}
			old.byte[0] ^= 1;
			accepted += tlog_check_consistency(
					    o, &old, n, &root, &got) == OK;
		}
	}
	CHECK_INT(failed, 0);
	CHECK_INT(wrong, 0);
	CHECK_INT(accepted, 0);
}

static void test_root_at(struct memory *m)
{
	struct tree_hash root, want;
	unsigned wrong = 0;

	m->size = N;
	for (uint64_t n = 1; n <= N; n++) {
		want = mth(m->level[0], n);
		wrong += tlog_root_at(&m->reader, n, &root) != OK ||
			!tree_hash_eq(&root, &want);
	}
	CHECK_INT(wrong, 0);
	CHECK_INT(tlog_root_at(&m->reader, 0, &root), OK);
	tlog_hash_empty(&want);
	CHECK(tree_hash_eq(&root, &want));
}

static void test_edges(struct memory *m)
{
	struct tree_hash empty, root = mth(m->level[0], 5);
	struct tlog_proof p = { 0 };

	m->size = 5;
	tlog_hash_empty(&empty);
	CHECK_INT(tlog_prove_inclusion(&m->reader, 5, 5, &p), ERR_INVALID);
	CHECK_INT(tlog_prove_inclusion(&m->reader, 0, 0, &p), ERR_INVALID);
	CHECK_INT(tlog_prove_consistency(&m->reader, 6, 5, &p), ERR_INVALID);
	CHECK_INT(tlog_prove_consistency(&m->reader, 0, 5, &p), OK);
	CHECK_INT(p.count, 0);
	CHECK_INT(tlog_check_consistency(0, &empty, 5, &root, &p), OK);
	CHECK_INT(tlog_check_consistency(0, &root, 5, &root, &p), ERR_CRYPTO);
	CHECK_INT(tlog_check_consistency(5, &root, 5, &root, &p), OK);
	CHECK_INT(tlog_check_consistency(5, &empty, 5, &root, &p), ERR_CRYPTO);
	CHECK_INT(tlog_check_consistency(4, &root, 5, &root, &p), ERR_CRYPTO);
	CHECK_INT(tlog_check_consistency(6, &root, 5, &root, &p), ERR_INVALID);
	CHECK_INT(tlog_check_consistency(0, &empty, 0, &root, &p), ERR_CRYPTO);
	p.count = TLOG_PROOF_MAX + 1;
	CHECK_INT(tlog_check_inclusion(&root, 0, 5, &p, &root), ERR_INVALID);
	/* A reader's failure comes through. */
	m->size = 4;
	CHECK_INT(tlog_root_at(&m->reader, 5, &root), ERR_NOT_FOUND);
}

int main(void)
{
	static struct memory m;

	memory_init(&m);
	test_inclusion(&m);
	test_consistency(&m);
	test_root_at(&m);
	CHECK_INT(m.reads_beyond, 0);
	test_edges(&m);
	return tap_done();
}

#include "tlog/tree.h"

#include "base/enc.h"
#include "base/tap.h"

/* The textbook: MTH of RFC 6962 section 2.1, all leaves in memory. */
static void textbook(
	const struct tree_hash *leaf, uint64_t n, struct tree_hash *ret_root)
{
	struct tree_hash left, right;
	uint64_t k = 1;

	if (n == 0) {
		tlog_hash_empty(ret_root);
		return;
	}
	if (n == 1) {
		*ret_root = leaf[0];
		return;
	}
	while (k * 2 < n)
		k *= 2;
	textbook(leaf, k, &left);
	textbook(leaf + k, n - k, &right);
	tlog_hash_node(&left, &right, ret_root);
}

/* The eight leaves of the Certificate Transparency reference tests, and the
 * roots of their trees. */
static void test_published(void)
{
	static const struct {
		struct str leaf; /* hexadecimal */
		struct str root;
	} known[] = {
		{ STR_INIT(""),
			STR_INIT("6e340b9cffb37a989ca544e6bb780a2c"
				 "78901d3fb33738768511a30617afa01d") },
		{ STR_INIT("00"),
			STR_INIT("fac54203e7cc696cf0dfcb42c92a1d9d"
				 "baf70ad9e621f4bd8d98662f00e3c125") },
		{ STR_INIT("10"),
			STR_INIT("aeb6bcfe274b70a14fb067a5e5578264"
				 "db0fa9b51af5e0ba159158f329e06e77") },
		{ STR_INIT("2021"),
			STR_INIT("d37ee418976dd95753c1c73862b9398f"
				 "a2a2cf9b4ff0fdfe8b30cd95209614b7") },
		{ STR_INIT("3031"),
			STR_INIT("4e3bbb1f7b478dcfe71fb631631519a3"
				 "bca12c9aefca1612bfce4c13a86264d4") },
		{ STR_INIT("40414243"),
			STR_INIT("76e67dadbcdf1e10e1b74ddc608abd2f"
				 "98dfb16fbce75277b5232a127f2087ef") },
		{ STR_INIT("5051525354555657"),
			STR_INIT("ddb89be403809e325750d3d263cd7892"
				 "9c2942b7942a34b77e122c9594a74c8c") },
		{ STR_INIT("606162636465666768696a6b6c6d6e6f"),
			STR_INIT("5dc9da79a70659a9ad559cb701ded9a2"
				 "ab9d823aad2f4960cfe370eff4604328") },
	};
	static struct tlog_tree t;
	struct tree_hash hash, root, want;
	uint8_t leaf[16];

	tlog_tree_init(&t);
	tlog_tree_root(&t, &root);
	CHECK(dec_hex(STR("e3b0c44298fc1c149afbf4c8996fb924"
			  "27ae41e4649b934ca495991b7852b855"),
		      want.byte, sizeof(want)) == OK);
	CHECK(tree_hash_eq(&root, &want));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t len = known[i].leaf.len / 2;

		CHECK(dec_hex(known[i].leaf, leaf, len) == OK);
		CHECK(dec_hex(known[i].root, want.byte, sizeof(want)) == OK);
		tlog_hash_leaf(leaf, len, &hash);
		CHECK_INT(tlog_tree_append(&t, &hash), 0);
		tlog_tree_root(&t, &root);
		CHECK(tree_hash_eq(&root, &want));
	}
}

enum { N = 1025 };

static void make_leaves(struct tree_hash *leaf, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char text[16];
		int len = snprintf(text, sizeof(text), "leaf %zu", i);

		tlog_hash_leaf(text, (size_t)len, &leaf[i]);
	}
}

/* How many hashes of the partial tiles of n leaves are not the textbook's. */
static unsigned wrong_tiles(
	const struct tlog_tree *t, const struct tree_hash *leaf, uint64_t n)
{
	unsigned wrong = tlog_tree_width(t, 2) != 0;

	for (unsigned level = 0; level < 2; level++) {
		uint64_t below = level == 0 ? 1 : 256;
		uint64_t first = n / below / 256 * 256;
		uint64_t width = n / below - first;

		wrong += tlog_tree_width(t, level) != width;
		for (uint64_t i = 0; i < width; i++) {
			struct tree_hash want;

			textbook(leaf + (first + i) * below, below, &want);
			wrong += !tree_hash_eq(&t->edge[level][i], &want);
		}
	}
	return wrong;
}

static void test_every_size(void)
{
	static struct tree_hash leaf[N];
	static struct tlog_tree t;
	struct tree_hash root, want;
	unsigned wrong = 0;

	make_leaves(leaf, N);
	tlog_tree_init(&t);
	for (size_t n = 0; n <= N; n++) {
		tlog_tree_root(&t, &root);
		textbook(leaf, n, &want);
		wrong += !tree_hash_eq(&root, &want);
		wrong += wrong_tiles(&t, leaf, n);
		if (n < N)
			(void)tlog_tree_append(&t, &leaf[n]);
	}
	CHECK_INT(wrong, 0);
}

/* What append hands out are the tiles: 256 leaf hashes, and the roots of 256
 * of those. */
static void test_tiles(void)
{
	static struct tree_hash leaf[65536];
	static struct tlog_tree t;
	struct tree_hash want, root;
	unsigned wrong = 0, full[3] = { 0 };

	make_leaves(leaf, 65536);
	tlog_tree_init(&t);
	for (size_t n = 0; n < 65536; n++) {
		unsigned done = tlog_tree_append(&t, &leaf[n]);

		wrong += (done > 0) != (n % 256 == 255);
		if (done > 0)
			wrong += memcmp(t.edge[0], &leaf[n - 255],
					 sizeof(t.edge[0])) != 0;
		full[0] += done > 0;
		full[1] += done > 1;
		full[2] += done > 2;
	}
	for (size_t i = 0; i < 256; i++) {
		textbook(leaf + 256 * i, 256, &want);
		wrong += !tree_hash_eq(&t.edge[1][i], &want);
	}
	CHECK_INT(wrong, 0);
	CHECK_INT(full[0], 256);
	CHECK_INT(full[1], 1);
	CHECK_INT(full[2], 0);
	CHECK_INT(tlog_tree_width(&t, 2), 1);
	textbook(leaf, 65536, &want);
	tlog_tree_root(&t, &root);
	CHECK(tree_hash_eq(&root, &want));
	CHECK(tree_hash_eq(&t.edge[2][0], &want));
}

int main(void)
{
	test_published();
	test_every_size();
	test_tiles();
	return tap_done();
}

/*
 * log_make - a public folder with a log of N leaves, for measuring recounts.
 *
 *     log_make FOLDER N
 *
 * A PETITION leaf (petition 7) and then SIGN leaves, of 2026, signed by a key
 * of its own; hash tiles only where width is full, for a recount reads none.
 * 10,000,000 leaves are 660 MB of bundles and 320 MB of hashes.
 */
#include <fcntl.h>

#include "base/enc.h"
#include "base/file.h"
#include "crypto/secret.h"
#include "crypto/hash.h"
#include "tlog/checkpoint.h"
#include "tlog/leaf.h"
#include "tlog/tile.h"

#define ORIGIN "127.0.0.1/log"

struct make {
	int dir_fd;
	struct tlog_tree tree;
	struct buf bundle;
};

static void must(enum err e, const char *what)
{
	if (e == OK)
		return;
	(void)fprintf(stderr, "%s: %s\n", what, err_text(e));
	exit(1);
}

static void put(struct make *m, const char *path, const void *at, size_t len)
{
	must(file_mkdirs(m->dir_fd, path, 0755), path);
	must(file_swap(m->dir_fd, path, at, len, 0644), path);
}

static void put_tile(
	struct make *m, struct tlog_tile tile, const void *at, size_t len)
{
	struct buf path;

	buf_init(&path, TLOG_PATH_BYTES + 16);
	buf_c(&path, "log/2026/");
	tlog_tile_path(&path, tile);
	must(buf_err(&path), "path");
	put(m, path.at, at, len);
	buf_release(&path);
}

static void put_bundle(struct make *m, uint64_t index, unsigned width)
{
	put_tile(m,
		(struct tlog_tile){
			.entries = true, .index = index, .width = width },
		m->bundle.at, m->bundle.len);
	buf_clear(&m->bundle);
}

static void add(struct make *m, const struct leaf *leaf)
{
	uint8_t bytes[TLOG_LEAF_BYTES];
	struct tree_hash hash;
	unsigned full;

	leaf_encode(leaf, bytes);
	tlog_bundle_put(&m->bundle, bytes);
	leaf_hash(leaf, &hash);
	full = tlog_tree_append(&m->tree, &hash);
	if (full > 0)
		put_bundle(m, m->tree.size / 256 - 1, 256);
	for (unsigned level = 0; level < full; level++)
		put_tile(m,
			(struct tlog_tile){ .level = level,
				.index = (m->tree.size >> 8 * (level + 1)) - 1,
				.width = 256 },
			m->tree.edge[level], sizeof(m->tree.edge[level]));
}

/* The PETITION leaf and the document that it names. */
static void add_petition(struct make *m)
{
	static const char doc[] = "{\"id\":7,\"action\":\"Measure\","
				  "\"carried_over\":0}";
	struct leaf leaf = {
		.type = LEAF_PETITION, .hour = 491000, .petition = 7
	};
	struct sha256 hash;
	struct buf path;

	sha256(doc, sizeof(doc) - 1, &hash);
	memcpy(leaf.c, hash.byte, sizeof(leaf.c));
	buf_init(&path, 128);
	buf_c(&path, "doc/");
	enc_hex(&path, hash.byte, sizeof(hash.byte));
	must(buf_err(&path), "path");
	put(m, path.at, doc, sizeof(doc) - 1);
	buf_release(&path);
	add(m, &leaf);
}

static void add_signs(struct make *m, uint64_t n)
{
	struct leaf leaf = { .type = LEAF_SIGN, .hour = 491000, .petition = 7 };

	while (m->tree.size < n) {
		struct sha256 c;

		sha256(&m->tree.size, sizeof(m->tree.size), &c);
		memcpy(leaf.c, c.byte, sizeof(leaf.c));
		add(m, &leaf);
	}
	if (n % 256 != 0)
		put_bundle(m, n / 256, (unsigned)(n % 256));
}

static void finish(struct make *m)
{
	static const struct secret_key seed = { .byte = { 1 } };
	struct checkpoint c = { .origin = STR(ORIGIN "/2026"),
		.size = m->tree.size };
	struct sign_public public_key;
	struct sign_key key;
	struct vkey name;
	struct buf b;

	sign_key_of_seed(&seed, &key);
	sign_public_of(&key, &public_key);
	must(vkey_make(STR(ORIGIN), &public_key, &name), "key");
	buf_init(&b, 4096);
	buf_c(&b, "checkpoint ");
	vkey_write(&b, &name);
	buf_byte(&b, '\n');
	put(m, "log/keys", b.at, b.len);
	put(m, "log/years", "2026\n", 5);
	tlog_tree_root(&m->tree, &c.root);
	buf_clear(&b);
	checkpoint_sign(&b, &c, &name, &key);
	must(buf_err(&b), "checkpoint");
	put(m, "log/2026/checkpoint", b.at, b.len);
	buf_release(&b);
}

int main(int argc, char **argv)
{
	static struct make m;
	uint64_t n;

	if (argc != 3 || str_u64(str_c(argv[2]), &n) != OK || n == 0) {
		(void)fputs("usage: log_make FOLDER N\n", stderr);
		return 2;
	}
	must(crypto_init(), "libsodium");
	must(file_mkdir(AT_FDCWD, argv[1], 0755), argv[1]);
	must(file_open_dir(AT_FDCWD, argv[1], &m.dir_fd), argv[1]);
	buf_init(&m.bundle, 256 * TLOG_ENTRY_BYTES);
	tlog_tree_init(&m.tree);
	add_petition(&m);
	add_signs(&m, n);
	finish(&m);
	return 0;
}

#include "tlog/hash.h"

#include <assert.h>

#include "crypto/hash.h"

/* Leaves and nodes are short: one block or two, so no stream. */
static void digest(const void *at, size_t len, struct tree_hash *ret_hash)
{
	struct sha256 hash;

	sha256(at, len, &hash);
	memcpy(ret_hash->byte, hash.byte, TREE_HASH_BYTES);
}

void tlog_hash_leaf(const void *at, size_t len, struct tree_hash *ret_hash)
{
	uint8_t in[1 + TLOG_LEAF_MAX_BYTES] = { 0x00 };

	assert(len <= TLOG_LEAF_MAX_BYTES);
	if (len > 0)
		memcpy(in + 1, at, len);
	digest(in, 1 + len, ret_hash);
}

void tlog_hash_node(const struct tree_hash *left, const struct tree_hash *right,
	struct tree_hash *ret_hash)
{
	uint8_t in[1 + 2 * TREE_HASH_BYTES] = { 0x01 };

	memcpy(in + 1, left->byte, TREE_HASH_BYTES);
	memcpy(in + 1 + TREE_HASH_BYTES, right->byte, TREE_HASH_BYTES);
	digest(in, sizeof(in), ret_hash);
}

void tlog_hash_empty(struct tree_hash *ret_hash)
{
	digest("", 0, ret_hash);
}

void tlog_hash_fold(const struct tree_hash *hashes, unsigned height,
	struct tree_hash *ret_hash)
{
	struct tree_hash row[128];
	size_t n = (size_t)1 << height;

	assert(height <= 8);
	if (height == 0) {
		*ret_hash = hashes[0];
		return;
	}
	for (size_t i = 0; i < n / 2; i++)
		tlog_hash_node(&hashes[2 * i], &hashes[2 * i + 1], &row[i]);
	for (n /= 2; n > 1; n /= 2)
		for (size_t i = 0; i < n / 2; i++)
			tlog_hash_node(&row[2 * i], &row[2 * i + 1], &row[i]);
	*ret_hash = row[0];
}

bool tree_hash_eq(const struct tree_hash *a, const struct tree_hash *b)
{
	return memcmp(a->byte, b->byte, TREE_HASH_BYTES) == 0;
}

/*
 * hash.h - the hashing of a Merkle tree (RFC 6962 section 2.1).
 *
 * A leaf's hash is SHA-256(0x00 ‖ leaf), a node's is SHA-256(0x01 ‖ left ‖
 * right), so neither can pass for the other.  Nothing here allocates or
 * fails.
 */
#ifndef TLOG_HASH_H
#define TLOG_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TREE_HASH_BYTES = 32, TLOG_LEAF_MAX_BYTES = 255 };

struct tree_hash {
	uint8_t byte[TREE_HASH_BYTES];
};

/* The hash of a leaf of len bytes, at most TLOG_LEAF_MAX_BYTES. */
void tlog_hash_leaf(const void *at, size_t len, struct tree_hash *ret_hash);
/* ret_hash may be left or right. */
void tlog_hash_node(const struct tree_hash *left, const struct tree_hash *right,
	struct tree_hash *ret_hash);
/* The root of no leaves: SHA-256 of nothing. */
void tlog_hash_empty(struct tree_hash *ret_hash);
/* The root of a complete subtree of 2^height hashes, height at most 8. */
void tlog_hash_fold(const struct tree_hash *hashes, unsigned height,
	struct tree_hash *ret_hash);
/* Public values: the time it takes may tell where they differ. */
bool tree_hash_eq(const struct tree_hash *a, const struct tree_hash *b);

#endif

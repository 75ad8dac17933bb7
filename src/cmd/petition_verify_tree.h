/*
 * petition_verify_tree.h - the root of a log while its leaves stream by.
 *
 * RFC 6962 section 2.1: a leaf hashes with 0x00 before it, a node with 0x01.
 * Only the roots of the complete subtrees on the right edge are kept, one
 * for each bit of the size, so a tree of any size takes two kilobytes.
 */
#ifndef CMD_PETITION_VERIFY_TREE_H
#define CMD_PETITION_VERIFY_TREE_H

#include <stddef.h>
#include <stdint.h>

struct tree_root {
	uint8_t byte[32];
};

struct tree {
	uint64_t size; /* leaves so far */
	/* edge[i] is the root of a subtree of 2^i leaves where bit i of size
	 * is set, and means nothing elsewhere. */
	struct tree_root edge[64];
};

void tree_init(struct tree *t);
void tree_add(struct tree *t, const void *leaf, size_t len);
/* The root of what was added; of no leaves, SHA-256 of nothing. */
struct tree_root tree_root(const struct tree *t);

#endif

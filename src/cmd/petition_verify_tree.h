/*
 * petition_verify_tree.h - the root of a log while its leaves stream by.
 *
 * RFC 6962 section 2.1: a leaf hashes with 0x00 before it, a node with 0x01.
 * Only the roots of the complete subtrees on the right edge are kept, one
 * for each bit of the size, so a tree of any size takes two kilobytes.
 */
#ifndef CMD_PETITION_VERIFY_TREE_H
#define CMD_PETITION_VERIFY_TREE_H

#include <stdbool.h>
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

struct tree_root tree_leaf(const void *leaf, size_t len);
void tree_init(struct tree *t);
void tree_add(struct tree *t, const void *leaf, size_t len);
/* The root of what was added; of no leaves, SHA-256 of nothing. */
struct tree_root tree_root(const struct tree *t);

/* The largest subtrees that cover the leaves from some one on, from left to
 * right: with those before it they make the root, so they prove that one log
 * begins with another, or that it does not. */
struct tree_part {
	unsigned level; /* of 2^level leaves */
	struct tree_root root;
};

struct tree_range {
	uint64_t end; /* the leaf behind the last */
	unsigned n;
	struct tree_part part[128];
};

void tree_range_init(struct tree_range *r, uint64_t from);
void tree_range_add(struct tree_range *r, const void *leaf, size_t len);
/* Add a subtree; false, and nothing is added, unless one may stand there. */
bool tree_add_part(struct tree *t, const struct tree_part *part);

#endif

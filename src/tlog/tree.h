/*
 * tree.h - a growing Merkle tree of which only the right edge is in memory.
 *
 * The edge is what C2SP tiles call the partial tiles: at tile level L, the
 * hashes of the complete subtrees of 256^L leaves that do not yet fill a tile
 * of 256.  That is 64 KiB whatever the size.  Everything left of the edge is
 * in full tiles, which never change.  Nothing here allocates or fails.
 */
#ifndef TLOG_TREE_H
#define TLOG_TREE_H

#include <stdint.h>

#include "tlog/hash.h"

enum { TLOG_TILE_WIDTH = 256, TLOG_TILE_LEVELS = 8 };

struct tlog_tree {
	uint64_t size; /* leaves; at most 2^62 */
	/* Of edge[L], the first (size >> 8L) mod 256 hashes are meant; when
	 * that is 0 and the level was ever filled, all 256 of the tile that
	 * was completed last are still there. */
	struct tree_hash edge[TLOG_TILE_LEVELS][TLOG_TILE_WIDTH];
};

/* An empty tree. */
void tlog_tree_init(struct tlog_tree *t);
/* Add a leaf by its hash.  Returns how many tiles that completed: for each
 * level L below the answer, edge[L] holds the 256 hashes of the full tile of
 * index (size >> 8(L + 1)) - 1 until the next append. */
unsigned tlog_tree_append(struct tlog_tree *t, const struct tree_hash *leaf);
/* Hashes in the partial tile of level; 0 when there is none. */
unsigned tlog_tree_width(const struct tlog_tree *t, unsigned level);
void tlog_tree_root(const struct tlog_tree *t, struct tree_hash *ret_root);

#endif

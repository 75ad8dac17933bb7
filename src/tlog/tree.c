#include "tlog/tree.h"

#include <assert.h>

void tlog_tree_init(struct tlog_tree *t)
{
	memset(t, 0, sizeof(*t));
}

unsigned tlog_tree_width(const struct tlog_tree *t, unsigned level)
{
	return (unsigned)(t->size >> (8 * level)) & (TLOG_TILE_WIDTH - 1);
}

unsigned tlog_tree_append(struct tlog_tree *t, const struct tree_hash *leaf)
{
	struct tree_hash hash = *leaf;
	unsigned level = 0;

	assert(t->size < (uint64_t)1 << 62);
	for (;;) {
		unsigned at = tlog_tree_width(t, level);

		t->edge[level][at] = hash;
		if (at != TLOG_TILE_WIDTH - 1)
			break;
		tlog_hash_fold(t->edge[level], 8, &hash);
		level++;
	}
	t->size++;
	return level;
}

/* The complete subtree of 2^height leaves that stands at the set bit height
 * of the size: part of one partial tile, whose earlier hashes belong to the
 * higher bits. */
static void peak(
	const struct tlog_tree *t, unsigned height, struct tree_hash *ret_hash)
{
	unsigned level = height / 8;
	unsigned in_tile = height % 8;
	unsigned before = tlog_tree_width(t, level) & ~((2u << in_tile) - 1);

	tlog_hash_fold(&t->edge[level][before], in_tile, ret_hash);
}

void tlog_tree_root(const struct tlog_tree *t, struct tree_hash *ret_root)
{
	struct tree_hash root;
	bool first = true;

	if (t->size == 0) {
		tlog_hash_empty(ret_root);
		return;
	}
	for (unsigned h = 0; t->size >> h != 0; h++) {
		struct tree_hash hash;

		if ((t->size >> h & 1) == 0)
			continue;
		peak(t, h, &hash);
		if (first)
			root = hash;
		else
			tlog_hash_node(&hash, &root, &root);
		first = false;
	}
	*ret_root = root;
}

#include "cmd/petition_verify_tiles.h"

#include <inttypes.h>
#include <string.h>

#include "cmd/petition_verify_bundle.h"

#define LEVELS 8

struct tiles {
	struct source *source;
	struct verdict *v;
	unsigned year;
	struct buf b;
	struct {
		uint64_t n; /* full tiles so far */
		unsigned width; /* of the one in hand */
		struct tree_root hash[BUNDLE];
	} level[LEVELS];
};

enum err tiles_new(struct source *s, unsigned year, struct verdict *v,
	struct tiles **ret_tiles)
{
	struct tiles *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return ERR_MEMORY;
	t->source = s;
	t->v = v;
	t->year = year;
	buf_init(&t->b, BUNDLE * sizeof(struct tree_root));
	*ret_tiles = t;
	return OK;
}

/* Compare the tile in hand with the site's, which may be longer. */
static void look(struct tiles *t, unsigned level)
{
	unsigned width = t->level[level].width;
	size_t len = width * sizeof(struct tree_root);
	char dir[4] = { (char)('0' + level) };
	char path[TILE_PATH_BYTES];
	enum err e = tile_get(
		t->source, t->year, dir, t->level[level].n, width, &t->b);

	tile_path(path, t->year, dir, t->level[level].n, width);
	if (e == ERR_NOT_FOUND)
		verdict_fault(t->v, "%s is missing", path);
	else if (e != OK && e != ERR_TOO_LARGE)
		verdict_trouble(t->v, "%s cannot be read: %s", path,
			source_why(t->source));
	else if (e == ERR_TOO_LARGE || t->b.len < len ||
		(t->b.len > len && t->b.len != sizeof(t->level[0].hash)))
		verdict_fault(t->v, "%s does not hold %u hashes", path, width);
	else if (memcmp(t->b.at, t->level[level].hash, len) != 0)
		verdict_fault(t->v,
			"%s holds another hash than its leaves give", path);
}

static struct tree_root fold(const struct tree_root *hash)
{
	struct tree t;

	tree_init(&t);
	for (unsigned i = 0; i < BUNDLE; i++)
		(void)tree_add_part(&t, &(struct tree_part){ 0, hash[i] });
	return tree_root(&t);
}

void tiles_add(struct tiles *t, const void *leaf, size_t len)
{
	struct tree_root h = tree_leaf(leaf, len);

	for (unsigned i = 0; i < LEVELS; i++) {
		t->level[i].hash[t->level[i].width++] = h;
		if (t->level[i].width < BUNDLE)
			return;
		look(t, i);
		h = fold(t->level[i].hash);
		t->level[i].n++;
		t->level[i].width = 0;
	}
}

void tiles_finish(struct tiles *t)
{
	if (t == NULL)
		return;
	for (unsigned i = 0; i < LEVELS; i++)
		if (t->level[i].width > 0)
			look(t, i);
	buf_release(&t->b);
	free(t);
}

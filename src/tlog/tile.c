#include "tlog/tile.h"

#include <assert.h>

#include "base/bytes.h"

static void put_index(struct buf *b, uint64_t index)
{
	char group[8];

	if (index >= 1000) {
		uint64_t high = index / 1000;
		uint64_t step = 1;

		while (high / step >= 1000)
			step *= 1000;
		for (; step > 0; step /= 1000) {
			(void)snprintf(group, sizeof(group), "x%03u/",
				(unsigned)(high / step % 1000));
			buf_c(b, group);
		}
	}
	(void)snprintf(group, sizeof(group), "%03u", (unsigned)(index % 1000));
	buf_c(b, group);
}

void tlog_tile_path(struct buf *b, struct tlog_tile tile)
{
	assert(tile.level < TLOG_TILE_LEVELS && tile.width >= 1 &&
		tile.width <= TLOG_TILE_WIDTH);
	buf_c(b, "tile/");
	if (tile.entries)
		buf_c(b, "entries");
	else
		buf_decimal(b, tile.level);
	buf_byte(b, '/');
	put_index(b, tile.index);
	if (tile.width < TLOG_TILE_WIDTH) {
		buf_c(b, ".p/");
		buf_decimal(b, tile.width);
	}
}

/* Take three digits; false when they are not. */
static bool take_group(struct str *s, uint64_t *index)
{
	for (size_t i = 0; i < 3; i++) {
		if (i >= s->len || s->at[i] < '0' || s->at[i] > '9')
			return false;
		*index = *index * 10 + (uint64_t)(s->at[i] - '0');
	}
	*s = str_slice(*s, 3, s->len);
	return true;
}

static bool take_prefix(struct str *s, struct str prefix)
{
	if (!str_starts(*s, prefix))
		return false;
	*s = str_slice(*s, prefix.len, s->len);
	return true;
}

static bool take_index(struct str *s, uint64_t *ret_index)
{
	uint64_t index = 0;

	while (take_prefix(s, STR("x")))
		if (!take_group(s, &index) || index > UINT64_MAX / 1000000 ||
			!take_prefix(s, STR("/")))
			return false;
	if (!take_group(s, &index))
		return false;
	*ret_index = index;
	return true;
}

static bool take_level(struct str *s, struct tlog_tile *tile)
{
	tile->entries = take_prefix(s, STR("entries/"));
	if (tile->entries)
		return true;
	if (s->len < 2 || s->at[0] < '0' ||
		s->at[0] >= '0' + TLOG_TILE_LEVELS || s->at[1] != '/')
		return false;
	tile->level = (unsigned)(s->at[0] - '0');
	*s = str_slice(*s, 2, s->len);
	return true;
}

static bool same_path(struct tlog_tile tile, struct str path)
{
	struct buf b;
	bool same;

	buf_init(&b, TLOG_PATH_BYTES);
	tlog_tile_path(&b, tile);
	same = buf_err(&b) == OK && str_eq(buf_view(&b), path);
	buf_release(&b);
	return same;
}

enum err tlog_tile_parse(struct str path, struct tlog_tile *ret_tile)
{
	struct tlog_tile tile = { .width = TLOG_TILE_WIDTH };
	struct str s = path;
	uint64_t width = TLOG_TILE_WIDTH;

	if (path.len >= TLOG_PATH_BYTES || !take_prefix(&s, STR("tile/")) ||
		!take_level(&s, &tile) || !take_index(&s, &tile.index))
		return ERR_INVALID;
	if (s.len > 0 &&
		(!take_prefix(&s, STR(".p/")) || str_u64(s, &width) != OK ||
			width < 1 || width >= TLOG_TILE_WIDTH))
		return ERR_INVALID;
	tile.width = (unsigned)width;
	/* Leading zero groups and zeros before the width end here. */
	if (!same_path(tile, path))
		return ERR_INVALID;
	*ret_tile = tile;
	return OK;
}

unsigned tlog_tile_width(uint64_t size, unsigned level, uint64_t index)
{
	uint64_t hashes = size >> (8 * level);

	if (index < hashes / TLOG_TILE_WIDTH)
		return TLOG_TILE_WIDTH;
	if (index > hashes / TLOG_TILE_WIDTH)
		return 0;
	return (unsigned)(hashes % TLOG_TILE_WIDTH);
}

void tlog_bundle_put(struct buf *b, const uint8_t leaf[TLOG_LEAF_BYTES])
{
	buf_u16(b, TLOG_LEAF_BYTES);
	buf_put(b, leaf, TLOG_LEAF_BYTES);
}

enum err tlog_bundle_get(struct str bundle, unsigned count,
	uint8_t (*ret_leaves)[TLOG_LEAF_BYTES])
{
	const uint8_t *at = (const uint8_t *)bundle.at;

	if (bundle.len != (size_t)count * TLOG_ENTRY_BYTES)
		return ERR_INVALID;
	for (unsigned i = 0; i < count; i++)
		if (get_u16(at + (size_t)i * TLOG_ENTRY_BYTES) !=
			TLOG_LEAF_BYTES)
			return ERR_INVALID;
	for (unsigned i = 0; i < count; i++)
		memcpy(ret_leaves[i], at + (size_t)i * TLOG_ENTRY_BYTES + 2,
			TLOG_LEAF_BYTES);
	return OK;
}

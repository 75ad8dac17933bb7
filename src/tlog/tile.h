/*
 * tile.h - the names and contents of a log's files (C2SP tlog-tiles).
 *
 * Paths are relative to the log's folder: "tile/0/x001/x234/067" is the full
 * tile 1234067 of level 0, "tile/0/x001/x234/067.p/5" its first 5 hashes,
 * "tile/entries/..." a bundle of entries under the same numbers.  A hash tile
 * is its hashes joined; a bundle is for each entry a u16 length and the entry.
 */
#ifndef TLOG_TILE_H
#define TLOG_TILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "tlog/leaf.h"
#include "tlog/tree.h"

enum {
	TLOG_PATH_BYTES = 64, /* no path is longer, NUL included */
	TLOG_ENTRY_BYTES = 2 + TLOG_LEAF_BYTES, /* of ours in a bundle */
};

struct tlog_tile {
	bool entries; /* a bundle; level is 0 then */
	unsigned level; /* below TLOG_TILE_LEVELS */
	uint64_t index;
	unsigned width; /* 1 to 256; 256 is a full one */
};

/* Append the path.  The tile's fields are in range. */
void tlog_tile_path(struct buf *b, struct tlog_tile tile);
/* Read a path; only the one text that tlog_tile_path writes, else
 * ERR_INVALID. */
MUST_USE enum err tlog_tile_parse(struct str path, struct tlog_tile *ret_tile);
/* Hashes that the tile of level and index holds in a tree of size leaves; 0
 * when the tile is not there. */
unsigned tlog_tile_width(uint64_t size, unsigned level, uint64_t index);

/* Append one leaf to a bundle. */
void tlog_bundle_put(struct buf *b, const uint8_t leaf[TLOG_LEAF_BYTES]);
/* The leaves of a bundle of ours: ERR_INVALID unless it is count entries of 64
 * bytes and nothing more. */
MUST_USE enum err tlog_bundle_get(struct str bundle, unsigned count,
	uint8_t (*ret_leaves)[TLOG_LEAF_BYTES]);

#endif

/*
 * petition_verify_bundle.h - where a log's tiles and entries lie (docs/log.md,
 * section 1): bundles of 256, the last one of a growing log shorter.
 */
#ifndef CMD_PETITION_VERIFY_BUNDLE_H
#define CMD_PETITION_VERIFY_BUNDLE_H

#include <stdint.h>

#include "cmd/petition_verify_leaf.h"
#include "cmd/petition_verify_source.h"

#define BUNDLE 256 /* entries in a full one */
#define ENTRY_BYTES (2 + LEAF_BYTES)
#define BUNDLE_BYTES ((size_t)BUNDLE * ENTRY_BYTES)

enum { TILE_PATH_BYTES = 128 };

/* How many entries bundle n has in a log of size leaves; 0 beyond its end. */
unsigned bundle_width(uint64_t size, uint64_t n);
/* level is "0" and so on, or "entries". */
void tile_path(char ret_path[TILE_PATH_BYTES], unsigned year, const char *level,
	uint64_t n, unsigned width);
/* The tile, or the full one that took a partial one's place; errors are
 * source_get's. */
MUST_USE enum err tile_get(struct source *s, unsigned year, const char *level,
	uint64_t n, unsigned width, struct buf *b);

#endif

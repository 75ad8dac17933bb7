/*
 * petition_verify_tiles.h - do the hash tiles hold the hashes of the leaves?
 * (docs/log.md, section 1).  A recount needs none of them, but receipts and
 * other people's verifiers take their proofs out of them.
 */
#ifndef CMD_PETITION_VERIFY_TILES_H
#define CMD_PETITION_VERIFY_TILES_H

#include "cmd/petition_verify_source.h"
#include "cmd/petition_verify_tree.h"
#include "cmd/petition_verify_verdict.h"

struct tiles;

/* For the log of a year; s and v are borrowed. */
MUST_USE enum err tiles_new(struct source *s, unsigned year, struct verdict *v,
	struct tiles **ret_tiles);
/* The next leaf; a tile that it fills is looked at. */
void tiles_add(struct tiles *t, const void *leaf, size_t len);
/* Look at the partial tiles and free. */
void tiles_finish(struct tiles *t);

#endif

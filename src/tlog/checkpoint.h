/*
 * checkpoint.h - a log's signed tree head (docs/log.md section 3, C2SP
 * tlog-checkpoint).
 *
 * The body is three lines: origin, size, base64 of the root.  Extension lines
 * are refused: this log has none.
 */
#ifndef TLOG_CHECKPOINT_H
#define TLOG_CHECKPOINT_H

#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "tlog/hash.h"
#include "tlog/note.h"

enum { CHECKPOINT_MAX_BYTES = 8192 };

struct checkpoint {
	struct str origin; /* "HOST/log/2026"; borrowed */
	uint64_t size;
	struct tree_hash root;
};

/* Append the body: what is signed. */
void checkpoint_write(struct buf *b, const struct checkpoint *checkpoint);
/* Append the whole signed note. */
void checkpoint_sign(struct buf *b, const struct checkpoint *checkpoint,
	const struct vkey *name, const struct sign_key *key);
/* Read a body; origin is a view into it.  ERR_INVALID unless body is exactly
 * what checkpoint_write makes. */
MUST_USE enum err checkpoint_parse(
	struct str body, struct checkpoint *ret_checkpoint);
/* Read a note, check that key signed it and that it is of origin.  Errors as
 * note_parse, note_verify and checkpoint_parse; ERR_INVALID for another
 * origin. */
MUST_USE enum err checkpoint_open(struct str note, struct str origin,
	const struct vkey *key, struct checkpoint *ret_checkpoint);

#endif

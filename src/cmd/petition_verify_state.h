/*
 * petition_verify_state.h - what was seen at the last look, so that a log
 * that rewrites its past is caught.
 *
 * A text file of lines "ORIGIN SIZE base64(ROOT) base64(NOTE)", one a log;
 * NOTE is the checkpoint, for it proves to others what was seen.  Files of
 * before 2026-11-24 have none.  A file is replaced only after a look that
 * found nothing wrong.
 */
#ifndef CMD_PETITION_VERIFY_STATE_H
#define CMD_PETITION_VERIFY_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"
#include "cmd/petition_verify_note.h"
#include "cmd/petition_verify_tree.h"

struct seen {
	char origin[320];
	uint64_t size;
	struct tree_root root;
	char note[NOTE_KEPT_BYTES];
	size_t note_len; /* 0 for none */
};

struct state {
	struct seen seen[64];
	unsigned n;
};

/* A file that is not there is an empty state; ERR_CORRUPT if it is none. */
MUST_USE enum err state_load(const char *path, struct state *ret_state);
/* The same of a text. */
MUST_USE enum err state_read(struct str text, struct state *ret_state);
MUST_USE enum err state_save(const char *path, const struct state *s);
/* NULL if that log was never seen. */
const struct seen *state_find(const struct state *s, struct str origin);
/* Add or replace; ERR_TOO_LARGE when there is no room.  A note that is too
 * long is left out. */
MUST_USE enum err state_put(struct state *s, struct str origin, uint64_t size,
	const struct tree_root *root, struct str note);

#endif

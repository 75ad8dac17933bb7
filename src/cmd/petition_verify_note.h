/*
 * petition_verify_note.h - signed notes, their keys, the two texts that this
 * site signs (checkpoints and promises), and the list of years (docs/log.md,
 * sections 1, 3, 4).
 *
 * Everything is read strictly: one text a meaning, so that what is verified
 * here is what every other reader of these bytes sees.  Views point into
 * the caller's text; nothing allocates.
 */
#ifndef CMD_PETITION_VERIFY_NOTE_H
#define CMD_PETITION_VERIFY_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"
#include "cmd/petition_verify_tree.h"

/* A checkpoint as a note, with some witnesses' signatures. */
enum { NOTE_KEPT_BYTES = 2048 };

struct vkey {
	char name[256]; /* as in the note's signature line */
	uint8_t id[4];
	uint8_t key[32]; /* Ed25519 */
};

/* The keys of one use; a site that changed its key names several. */
struct keyring {
	struct vkey key[8];
	unsigned n;
};

struct checkpoint {
	struct str origin;
	uint64_t size;
	struct tree_root root;
};

struct promise {
	uint64_t petition;
	uint8_t c[32];
	uint64_t deadline_s; /* Unix time; 0 means none was given */
};

/* Read one verifier key, name+hash+base64(0x01, key). */
MUST_USE enum err vkey_parse(struct str text, struct vkey *ret_key);
/* Collect the keys of a use from log/keys; ERR_NOT_FOUND without any. */
MUST_USE enum err keyring_read(
	struct str keys, struct str use, struct keyring *ret_ring);

/* Read log/years: four digits and a newline each, ascending.  ERR_INVALID
 * unless it is that, ERR_TOO_LARGE if there are more than cap. */
MUST_USE enum err years_parse(
	struct str text, unsigned *ret_years, size_t cap, size_t *ret_n);

/* Check a note.  ERR_INVALID: not a note; ERR_CRYPTO: not signed by a key of
 * the ring, or signed wrongly in its name.  ret_text is the signed text. */
MUST_USE enum err note_open(struct str note, const struct keyring *ring,
	const struct vkey **ret_by, struct str *ret_text);

MUST_USE enum err checkpoint_parse(
	struct str text, struct checkpoint *ret_checkpoint);
/* by is the key that signed: its name is the promise's first line. */
MUST_USE enum err promise_parse(
	struct str text, const struct vkey *by, struct promise *ret_promise);

#endif

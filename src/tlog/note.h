/*
 * note.h - signed notes and their verifier keys (C2SP signed-note).
 *
 * A note is text, an empty line, and signature lines:
 *
 *     TEXT (lines, each ending in a newline)
 *
 *     — NAME base64(key id[4] ‖ signature)
 *
 * A verifier key (vkey) is NAME+KEYID+base64(0x01 ‖ Ed25519 public key), key
 * id in hex: the first four bytes of SHA-256(NAME ‖ 0x0A ‖ 0x01 ‖ public key).
 * Reading is strict, as the specification demands: UTF-8 without control
 * characters, every signature line well-formed, at least one of them.
 * Signatures of keys we do not know are carried and ignored.
 */
#ifndef TLOG_NOTE_H
#define TLOG_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/sign.h"

enum {
	NOTE_KEY_ID_BYTES = 4,
	NOTE_SIGNATURES_MAX = 16,
	NOTE_MAX_BYTES = 65536,
	NOTE_NAME_MAX_BYTES = 255
};

/* A verifier key; name lives inside, so the struct may be copied. */
struct vkey {
	char name[NOTE_NAME_MAX_BYTES + 1];
	uint8_t id[NOTE_KEY_ID_BYTES];
	struct sign_public public_key;
};

/* Not empty, no white space, no '+', UTF-8, at most 255 bytes. */
bool note_name_ok(struct str name);
/* ERR_INVALID for a bad name. */
MUST_USE enum err vkey_make(struct str name,
	const struct sign_public *public_key, struct vkey *ret_key);
/* Append the text form, without a newline. */
void vkey_write(struct buf *b, const struct vkey *key);
/* ERR_INVALID unless text is exactly one Ed25519 vkey whose id is right. */
MUST_USE enum err vkey_parse(struct str text, struct vkey *ret_key);

struct note_signature {
	struct str name; /* borrowed from the note */
	struct str base64; /* key id and signature, as it stands */
	uint8_t id[NOTE_KEY_ID_BYTES];
};

struct note {
	struct str text; /* with its last newline, without the empty line */
	unsigned count;
	struct note_signature signature[NOTE_SIGNATURES_MAX];
};

/* Append text, the empty line and one signature line. */
void note_write(struct buf *b, struct str text, const struct vkey *key,
	const struct signature *signature);
/* Views into text.  ERR_INVALID unless it is a note; ERR_TOO_LARGE beyond
 * NOTE_MAX_BYTES or NOTE_SIGNATURES_MAX. */
MUST_USE enum err note_parse(struct str text, struct note *ret_note);
/* ERR_NOT_FOUND without a signature by key; ERR_CRYPTO when one is wrong. */
MUST_USE enum err note_verify(const struct note *note, const struct vkey *key);

#endif

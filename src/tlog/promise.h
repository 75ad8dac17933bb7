/*
 * promise.h - what a signer gets back for confirming: a signed note that names
 * the petition, the commitment and the deadline (docs/log.md section 4).
 *
 * A log with a checkpoint made after the deadline and without that SIGN leaf
 * has broken its promise, and the note proves it.
 */
#ifndef TLOG_PROMISE_H
#define TLOG_PROMISE_H

#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "tlog/leaf.h"
#include "tlog/note.h"

enum { PROMISE_MAX_BYTES = 2048 };

struct promise {
	uint64_t petition;
	uint8_t c[TLOG_C_BYTES];
	uint64_t deadline_s; /* Unix seconds; 0: a sponsor's, without a date */
};

/* The deadline of a promise made in this hour: 25 hours from its start. */
static inline uint64_t promise_deadline_s(uint32_t hour)
{
	return ((uint64_t)hour + 25) * 3600;
}

/* Append the body: what is signed.  host is the log's HOST. */
void promise_write(
	struct buf *b, struct str host, const struct promise *promise);
void promise_sign(struct str host, const struct promise *promise,
	const struct sign_key *key, struct signature *ret_signature);
/* Append the whole note from a signature made elsewhere; name is the promise
 * key's, HOST/promise. */
void promise_note(struct buf *b, struct str host, const struct promise *promise,
	const struct vkey *name, const struct signature *signature);
/* Read a body.  ERR_INVALID unless it is what promise_write makes. */
MUST_USE enum err promise_parse(
	struct str body, struct str host, struct promise *ret_promise);
/* Read a note and check that key signed it.  Errors as note_parse, note_verify
 * and promise_parse. */
MUST_USE enum err promise_open(struct str note, struct str host,
	const struct vkey *key, struct promise *ret_promise);

#endif

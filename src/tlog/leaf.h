/*
 * leaf.h - the 64 bytes that one event is in the log (docs/log.md section 2).
 *
 * Decoding is strict: a leaf that decodes encodes to the same bytes.  What a
 * type demands of its fields is part of that: a SIGN has no target, only a
 * PETITION and a CLOSE carry counts, and so on.  What needs the leaves before
 * it (that a target is an earlier SIGN) is the recount's business.
 */
#ifndef TLOG_LEAF_H
#define TLOG_LEAF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "tlog/hash.h"

enum { TLOG_LEAF_BYTES = 64, TLOG_C_BYTES = 32 };

enum leaf_type {
	LEAF_PETITION = 1,
	LEAF_SIGN = 2,
	LEAF_INVALIDATE = 3,
	LEAF_WITHDRAW = 4,
	LEAF_RESTORE = 5,
	LEAF_TALLY = 6,
	LEAF_CLOSE = 7,
	LEAF_KEY = 8,
	LEAF_SHRED = 9,
	LEAF_ACCESS = 10,
	LEAF_AUDIT = 11,
	LEAF_CODE = 13
};

enum leaf_reason { /* of an INVALIDATE */
	LEAF_LIMIT = 1,
	LEAF_FRAUD = 2,
	LEAF_DUPLICATE = 3,
	LEAF_STAFF = 4
};

struct leaf {
	enum leaf_type type;
	uint16_t reason;
	uint32_t hour; /* of sequencing, whole hours since 1970-01-01 UTC */
	uint64_t petition;
	uint64_t number; /* target leaf index, or a count, or 0 */
	uint64_t
		aux; /* year of the target's log where that is an earlier one */
	uint8_t c[TLOG_C_BYTES]; /* commitment, document's SHA-256, or zero */
};

/* What a type puts into a leaf's fields. */
bool leaf_type_known(unsigned type);
bool leaf_has_target(enum leaf_type type); /* INVALIDATE, WITHDRAW, RESTORE */
bool leaf_has_count(enum leaf_type type); /* PETITION, CLOSE, ACCESS */
bool leaf_has_c(enum leaf_type type); /* a commitment or a document */
bool leaf_has_document(enum leaf_type type); /* C is a document's SHA-256 */
/* Petition 0 is what KEY and CODE must have and SHRED, ACCESS and AUDIT may. */
bool leaf_petition_fits(enum leaf_type type, uint64_t petition);
bool leaf_reason_fits(enum leaf_type type, uint16_t reason);
/* "SIGN"; for reports. */
const char *leaf_type_name(enum leaf_type type);

void leaf_encode(const struct leaf *leaf, uint8_t ret_bytes[TLOG_LEAF_BYTES]);
/* ERR_INVALID unless the bytes are a leaf that section 2 allows. */
MUST_USE enum err leaf_decode(
	const uint8_t bytes[TLOG_LEAF_BYTES], struct leaf *ret_leaf);
/* The tree's leaf hash. */
void leaf_hash(const struct leaf *leaf, struct tree_hash *ret_hash);

#endif

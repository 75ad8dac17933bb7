/*
 * petition_verify_leaf.h - a leaf's fields, and what each type of leaf may
 * hold in them (the table of docs/log.md, section 2).  What depends on
 * other leaves is petition_verify_recount.h's.
 */
#ifndef CMD_PETITION_VERIFY_LEAF_H
#define CMD_PETITION_VERIFY_LEAF_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/petition_verify_verdict.h"

#define LEAF_BYTES 64

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
	LEAF_CODE = 13,
};

struct leaf {
	uint8_t version;
	uint8_t type;
	uint16_t reason;
	uint32_t hour;
	uint64_t petition;
	uint64_t target; /* or a count */
	uint64_t aux;
	uint8_t c[32];
};

/* Where a leaf stands. */
struct leaf_place {
	unsigned year; /* of its log */
	uint64_t leaf; /* its index there */
};

enum leaf_need { LEAF_ZERO, LEAF_SOME, LEAF_ANY };

/* A row of the table. */
struct leaf_shape {
	const char *name; /* NULL: there is no such type */
	enum leaf_need petition;
	enum leaf_need target;
	uint16_t reason_min;
	uint16_t reason_max;
	bool has_target; /* and so may have an aux */
	bool has_c;
	bool names_doc;
};

struct leaf leaf_read(const uint8_t bytes[LEAF_BYTES]);
/* Check the fields by themselves; what is wrong goes to v.  The row of the
 * leaf's type, or NULL if the version or the type is unknown. */
const struct leaf_shape *leaf_check(
	struct leaf_place at, const struct leaf *l, struct verdict *v);

#endif

/*
 * petition_verify_recount.h - the rules of docs/log.md, section 2, applied
 * leaf after leaf and year after year, and the counts that follow.
 *
 * Memory, for logs of n leaves: 4 bytes a leaf for what it is and what
 * became of it, 8 for the start of its commitment and 4 to 8 for a table
 * that finds a commitment again; some 190 MB for ten million.  Beyond that,
 * a hundred bytes a petition and forty a document.
 */
#ifndef CMD_PETITION_VERIFY_RECOUNT_H
#define CMD_PETITION_VERIFY_RECOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "cmd/petition_verify_leaf.h"
#include "cmd/petition_verify_verdict.h"

/* More leaves than that are refused: the tables would not fit. */
#define RECOUNT_MAX_LEAVES (UINT64_C(1) << 28)
#define RECOUNT_MAX_YEARS 64

/* Counts of one petition; invalidated ones that are withdrawn as well are
 * under withdrawn alone, so count = carried + signed - the two others. */
struct tally {
	uint64_t petition;
	uint64_t carried;
	uint64_t signs;
	uint64_t invalidated;
	uint64_t withdrawn;
	bool closed;
	uint8_t doc[32]; /* of the newest PETITION leaf */
	char *title; /* from that document, NULL until it was read */
};

/* A document that a leaf names. */
struct named_doc {
	uint8_t hash[32];
	struct leaf_place at;
	/* PETITION or TALLY, with the petition and the count that it carries
	 * over or had there; else 0, for the document says no more. */
	uint8_t type;
	uint64_t petition;
	uint64_t count;
};

struct recount;

/* Ready for logs of so many leaves together. */
MUST_USE enum err recount_new(uint64_t leaves, struct recount **ret_recount);
void recount_free(struct recount *r);
/* Give the per-leaf tables back; what is below stays. */
void recount_settle(struct recount *r);

/* The leaves that come now are of this year's log.  ERR_INVALID unless years
 * ascend, ERR_TOO_LARGE beyond 64 of them. */
MUST_USE enum err recount_year(struct recount *r, unsigned year);
/* Take the next leaf; broken rules go to v in words. */
MUST_USE enum err recount_leaf(
	struct recount *r, const struct leaf *l, struct verdict *v);

uint64_t tally_count(const struct tally *t);
/* Petitions in the order of their first leaf; NULL behind the last. */
struct tally *recount_at(struct recount *r, size_t i);
struct tally *recount_find(struct recount *r, uint64_t petition);
/* Documents in the order of their leaves; NULL behind the last. */
const struct named_doc *recount_doc(const struct recount *r, size_t i);

#endif

/*
 * keep_rids.h - which slot a request id has, for as long as its form lives.
 *
 * A rid begins with the minute it was made, so it belongs to an hour, and the
 * hours that count are a short window before now.  Each hour has an index of
 * its own, which is dropped whole when the hour is out of the window.
 */
#ifndef ROLE_KEEP_RIDS_H
#define ROLE_KEEP_RIDS_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/token.h"
#include "role/keep_index.h"

/* A window of fewer hours than this is kept apart. */
#define KEEP_RID_HOURS 16

struct keep_rids {
	struct keep_index index[KEEP_RID_HOURS];
	uint32_t hour[KEEP_RID_HOURS]; /* whose the index is */
	uint64_t salt; /* so that nobody can aim at one table */
};

MUST_USE enum err keep_rids_init(struct keep_rids *r, uint64_t salt);
void keep_rids_release(struct keep_rids *r);

/* Was it made in the life_hours before now_hour, or up to an hour after (the
 * clocks of two machines differ)? */
bool keep_rid_is_fresh(
	const struct rid *rid, uint32_t now_hour, uint32_t life_hours);

/* rid must be fresh. */
MUST_USE enum err keep_rids_add(
	struct keep_rids *r, const struct rid *rid, uint64_t slot);
void keep_rids_remove(
	struct keep_rids *r, const struct rid *rid, uint64_t slot);
/* Nothing is remembered, and no hour; the salt stays. */
void keep_rids_clear(struct keep_rids *r);
/* Forget the hours whose rids are not fresh any more. */
void keep_rids_expire(
	struct keep_rids *r, uint32_t now_hour, uint32_t life_hours);
/* Does it stand there for this slot? */
bool keep_rids_has(
	const struct keep_rids *r, const struct rid *rid, uint64_t slot);
/* Slots that may be this rid's: look at their entries. */
struct keep_walk keep_rids_walk(
	const struct keep_rids *r, const struct rid *rid);

#endif

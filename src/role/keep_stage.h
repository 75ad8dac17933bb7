/*
 * keep_stage.h - the inner half of keep_store: the batch in memory, and the
 * operations that its journal record is made of.
 *
 *     1 add          entry[192]
 *     2 claim        slot u64 ‖ group u64
 *     3 kill         slot u64 ‖ winner u64 ‖ enum keep_rid_after u8
 *     4 acknowledge  slot u64 ‖ state u8
 *     5 leave        slot u64
 *     6 stop         slot u64
 *
 * Each says what is, not what changes, so that replaying twice is replaying
 * once.  Live operation and replay go through the same functions.
 */
#ifndef ROLE_KEEP_STAGE_H
#define ROLE_KEEP_STAGE_H

#include "base/str.h"
#include "base/view.h"
#include "role/keep_store.h"

/* The staged entry of this slot, or NULL. */
struct keep_entry *keep_stage_find(const struct keep_store *s, uint64_t slot);
/* Put e in the batch, in place of what stood there for its slot. */
MUST_USE enum err keep_stage_put(
	struct keep_store *s, const struct keep_entry *e);
/* Put a new entry in the batch and in its record. */
MUST_USE enum err keep_stage_add(
	struct keep_store *s, const struct keep_entry *e);
/* Remember that these locks must go. */
MUST_USE enum err keep_stage_dying(
	struct keep_store *s, const struct keep_death *death);
void keep_stage_clear(struct keep_store *s);
void keep_stage_release(struct keep_store *s);

/* Stage what a journal record says. */
MUST_USE enum err keep_stage_replay(struct keep_store *s, struct str body);

#endif

/*
 * keep_find.h - what keeper finds for a desk: slots by tag, and which tags
 * come in waves.  Nothing is opened (docs/protocol.md, "The desk").
 *
 * A search by e-mail address asks the index and is done at once; one by IP
 * reads the search files; the others read the entries backwards, a piece a
 * step, so that signing goes on in between.  At most DESK_ROWS_MAX rows are
 * found: the newest.
 */
#ifndef ROLE_KEEP_FIND_H
#define ROLE_KEEP_FIND_H

#include "role/desk.h"
#include "role/keep.h"

/* One petition's (or week's) half-tags of the value looked for. */
struct keep_target {
	uint64_t petition; /* a week for purposes of IP addresses */
	struct half_tag half;
	struct half_tag exact; /* e-mail: of E1; else zero */
};

/* SEARCH has targets, CLUSTER a tag, WAVES neither. */
struct keep_question {
	enum desk_op op;
	uint32_t purpose;
	uint64_t petition; /* 0: any, where the purpose allows it */
	struct tag tag;
	const struct keep_target *target;
	size_t n_targets;
};

#define KEEP_OPENINGS_FILE "openings"
#define KEEP_ERASURES_FILE "erasures"
#define KEEP_DESTROYED_FILE "destroyed"
#define KEEP_UNTAGGED_FILE "untagged"
#define KEEP_RING_FILE "keys"

struct keep_find;

/* ERR_INVALID: a question that has no answer.  ERR_MEMORY.  What the question
 * points to is not needed afterwards. */
MUST_USE enum err keep_find_begin(struct keep *k, const struct keep_question *q,
	struct keep_find **ret_find);
/* Go on for some milliseconds.  *ret_done: the answer is whole. */
MUST_USE enum err keep_find_step(
	struct keep *k, struct keep_find *f, bool *ret_done);
/* Borrowed; newest first. */
const struct desk_row *keep_find_rows(const struct keep_find *f, size_t *ret_n);
/* Borrowed; largest first, only those of three and more. */
const struct desk_wave *keep_find_waves(
	const struct keep_find *f, size_t *ret_n);
void keep_find_free(struct keep_find *f);

/*
 * A desk may open this record: note it down, durably, and return identity's
 * lock, unmasked; the caller wipes it.  *ret_petition is set with OK.
 * ERR_BUSY: this desk has opened per_day today (UTC).  ERR_NOT_FOUND,
 * ERR_GONE: as keep_lock; then nothing is noted.
 *
 * The file `openings` gets a row each, which `petitiond check` counts against
 * the ACCESS leaves: "PKO1" ‖ reason u16 ‖ zero u8 ‖ 1 once handed out u8 ‖
 * time u64 (s) ‖ slot u64 ‖ first 8 bytes of the desk's key.  A row that a crash
 * kept from being handed out is used by the next same opening of that day.
 */
MUST_USE enum err keep_open_record(struct keep *k,
	const struct sign_public *desk, uint64_t slot, uint16_t reason,
	uint32_t per_day, uint64_t *ret_petition, struct lock *ret_lock);

/*
 * A desk may erase this signature, as its signer could by a link (keep_leave):
 * note it down, durably, and let it go.  Outcomes are KEEP_LEAVES,
 * KEEP_LEAVE_FREED, KEEP_LEAVE_DONE, and KEEP_LEAVE_GONE for a slot that holds
 * nothing.  Repeating gives the same answer and no other row.  ERR_BUSY: this
 * desk has erased per_day today (UTC).
 *
 * The file `erasures` is as `openings`, with "PKE1", and 1 behind the reason if
 * the signature was never confirmed.  `petitiond check` counts the others
 * against the SHRED leaves.
 */
MUST_USE enum err keep_erase(struct keep *k, const struct sign_public *desk,
	uint64_t slot, uint16_t reason, uint32_t per_day,
	struct keep_left *ret_left);

#endif

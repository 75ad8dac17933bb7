/*
 * keep.h - what keeper remembers of each signature, and the duplicate rule.
 *
 * One entry a slot: tags, commitment, hash of the confirmation token, state;
 * beside it up to three masked locks.  Nothing here opens a record, and
 * nothing here knows a name or an address: half-tags come in, tags stay.
 * Specification: docs/protocol.md (steps 4, 10, "Entry states") and
 * docs/formats.md sections 4 to 8; the storage is described in keep_store.h.
 *
 * Siblings.  Entries of one petition with the same mailbox (E2) and the same
 * name (N), and entries that correct one another, form a group: one person.
 * The first claimed counts; the others lose their locks and are freed.
 *
 * Duplicate rule.  Only claimed groups take part, so that typing somebody's
 * address locks nobody out.  A claim is refused if its own group is claimed,
 * if two other groups of its mailbox are, or if one is and its postcode (Q)
 * is another.  An equal E1 implies an equal E2, so E2 alone is asked.
 *
 * Ownership: a struct keep borrows its folder, clock and rng until keep_close
 * and is used by one thread.  It holds an exclusive lock on its folder.
 *
 * Errors: an answer to one ask or claim stands in that answer.  A function's
 * own error means that nothing of the batch may be acknowledged; after any
 * but ERR_TOO_LARGE the keep is spent: every further call returns the same
 * error, until it is closed and opened again (which replays the journal).
 * A batch that failed may be found done after that, as after a crash.
 */
#ifndef ROLE_KEEP_H
#define ROLE_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/rng.h"
#include "crypto/psr1.h"
#include "crypto/secret.h"
#include "crypto/tag.h"
#include "crypto/token.h"
#include "role/keep_limit.h"

/* The most asks, claims or slots in one call (else ERR_TOO_LARGE). */
#define KEEP_BATCH_MAX 4096

/* Compartments with a lock: identity, contact, standing. */
#define KEEP_LOCKS 3

struct keep;

struct keep_settings {
	uint32_t form_hours; /* how long a rid is good for: 6 */
	uint32_t mailbox_max; /* unclaimed entries a mailbox: 5, at most 30 */
	uint32_t pending_hours; /* life of an unclaimed entry: 72 */
	uint32_t agree_hours; /* of uptime that must agree to that: 24 */
	uint32_t search_weeks; /* search files kept, this week's included: 2 */
	uint64_t journal_bytes; /* a segment's size before it goes: 64 MiB */
	uint32_t journal_hours; /* and its age: 24 */
	struct keep_limits limits; /* none */
};

/* The numbers above. */
struct keep_settings keep_settings_default(void);

struct keep_setup {
	int dir_fd; /* SITE/keeper, borrowed */
	const struct secret_key *credential; /* unwraps the key ring; copied */
	const struct secret_key *mac_key; /* shared with log; copied */
	struct clock *clock;
	struct rng *rng;
	struct keep_settings settings;
};

/* Replay the journal and read the indexes, or rebuild them from every entry
 * when their file does not fit (keep_saved.h).  ERR_BUSY
 * if another process has this folder, ERR_CORRUPT if it is not a keeper's,
 * ERR_CRYPTO for another credential. */
MUST_USE enum err keep_open(
	const struct keep_setup *setup, struct keep **ret_keep);
/* keep_close(NULL) does nothing. */
void keep_close(struct keep *k);
/* Did the opening find the indexes in their file, or nothing to index? */
bool keep_index_was_read(const struct keep *k);
/* Before keep_close, if there is time: empty the journal, so that the next
 * opening has nothing to replay. */
MUST_USE enum err keep_rest(struct keep *k);

/* Once a minute or so: writes the uptime down, forgets old request ids, deletes
 * old search files and their keys, rotates an old journal. */
MUST_USE enum err keep_tick(struct keep *k);

/* Hand out count slots, the first being *ret_first_slot (never 0).  The
 * high-water mark is durable before; no slot is handed out twice. */
MUST_USE enum err keep_range(
	struct keep *k, uint32_t count, uint64_t *ret_first_slot);

/* The numbers are those of a mail job's verdict (docs/formats.md section 2). */
enum keep_verdict { KEEP_CONFIRM, KEEP_ALREADY, KEEP_SILENT };

struct keep_ask {
	struct rid rid; /* begins with the minute it was made */
	uint64_t slot; /* of a range from keep_range, fresh */
	uint64_t petition;
	uint32_t hour; /* the record's */
	struct half_tag half[TAG_PURPOSES]; /* in the order of tag_purposes */
	struct half_tag blocked; /* compared with the list (keep_block.h) */
	uint8_t hints; /* enum keep_hint */
	struct token_hash token_hash;
	struct commitment c;
	struct lock lock[KEEP_LOCKS]; /* by compartment less 1; unmasked */
	bool lock_given[KEEP_LOCKS]; /* the first always */
	uint64_t corrects_slot; /* the sibling that this corrects, or 0 */
	/* T of corrects_slot: without it anybody could join somebody's group
	 * and free its entries.  A wrong one corrects nothing. */
	struct token corrects_token;
};

struct keep_answer {
	/* ERR_INVALID: a rid or hour outside the form's life, a slot never
	 * handed out, one rid for two petitions.  ERR_EXISTS: the slot is
	 * somebody else's.  ERR_GONE: the slot was freed or the petition's
	 * keys are destroyed.  The rest is set only if OK. */
	enum err err;
	uint64_t slot; /* not the asked one if the rid is settled */
	enum keep_verdict verdict;
	bool is_new;
};

/*
 * Make tentative entries.  OK: all n answers are durable.  Idempotent by
 * (rid, slot).  A rid that is tentative at another slot frees that one; a
 * rid that was settled answers with its old slot and burns the new one.
 *
 * The verdict foretells the claim's, except KEEP_SILENT: the mailbox has
 * mailbox_max unclaimed entries on this petition, so it gets no more mail.
 * A silent entry's token was never mailed: it cannot be claimed, and does
 * not count towards mailbox_max.
 */
MUST_USE enum err keep_ask(struct keep *k, const struct keep_ask ask[],
	size_t n, struct keep_answer ret_answer[]);

/* web has rows for these.  Not synced: a lost one is asked for again.
 * Unknown slots and other states are passed over. */
MUST_USE enum err keep_settled(struct keep *k, const uint64_t slot[], size_t n);
/* web has validated rows and events for these claims.  As keep_settled. */
MUST_USE enum err keep_booked(struct keep *k, const uint64_t slot[], size_t n);

enum keep_claim_outcome {
	KEEP_CLAIMED,
	KEEP_CLAIMED_AGAIN, /* this very slot was claimed before */
	KEEP_CLAIM_ALREADY, /* own group claimed, or the duplicate rule */
	KEEP_CLAIM_WRONG, /* no such slot, or not its token */
	KEEP_CLAIM_GONE /* freed: expired or never settled */
};

struct keep_claim {
	uint64_t slot;
	struct token token;
};

struct keep_claimed {
	enum keep_claim_outcome outcome;
	uint64_t slot;
	uint64_t petition; /* 0 if KEEP_CLAIM_WRONG */
	struct commitment c; /* these if KEEP_CLAIMED or _AGAIN, else zero */
	struct event_mac mac; /* over SIGN, docs/formats.md section 7 */
	/* A limit set it apart when its form came (keep_limit.h): web logs that
	 * it does not count together with the signature itself. */
	bool apart;
};

/* Claim.  OK: all n outcomes are durable, and the losing siblings' locks are
 * zero on disk.  Repeating gives the same answer, as KEEP_CLAIMED_AGAIN. */
MUST_USE enum err keep_claim(struct keep *k, const struct keep_claim claim[],
	size_t n, struct keep_claimed ret_claimed[]);

/* What a signer may want by the token of a mail: either that of the
 * confirmation, or that of "you have already signed", whose slot was never
 * confirmed and stands for the mailbox it went to. */
enum keep_wish {
	KEEP_WISH_LEAVE = 1, /* withdraw; or, after closing, erase */
	KEEP_WISH_STOP = 2, /* no more updates */
	KEEP_WISH_SHOW = 3, /* to see what is held: nothing changes here */
	/* The page behind a link: whether this is the slot's token, and no word
	 * of what it means or what became of the slot. */
	KEEP_WISH_LOOK = 4
};

struct keep_leave {
	enum keep_wish wish;
	uint64_t slot;
	struct token token;
};

enum keep_leave_outcome {
	/* The signature `slot` counts, and its signer wants it gone: mac is over
	 * WITHDRAW.  Nothing has died yet: keep_destroy does that when web has
	 * the event in log's journal.  Repeating gives the same answer. */
	KEEP_LEAVES,
	KEEP_LEAVE_STOPPED, /* the contact lock of `slot` is zero on disk */
	/* `slot` was never confirmed, and is freed now: web deletes its row.
	 * No event is written, for nothing was counted. */
	KEEP_LEAVE_FREED,
	KEEP_LEAVE_DONE, /* it left before, and is destroyed */
	/* A true token, but of no signature of its own: the signature was
	 * confirmed by another mail, from another mailbox, or there are two. */
	KEEP_LEAVE_OTHER,
	KEEP_LEAVE_WRONG, /* no such slot, or not its token */
	KEEP_LEAVE_GONE, /* expired, or it lost and the winner is not known */
	/* KEEP_WISH_SHOW: `slot` is the signature meant; KEEP_WISH_LOOK: the
	 * token is that of `slot`, the one asked for. */
	KEEP_LEAVE_MEANT
};

struct keep_left {
	enum keep_leave_outcome outcome;
	uint64_t slot; /* the signature meant; may not be the asked one */
	uint64_t petition; /* 0 if KEEP_LEAVE_WRONG */
	struct commitment c; /* these if KEEP_LEAVES, else zero */
	struct event_mac mac; /* over WITHDRAW, docs/formats.md section 7 */
};

/*
 * Prove a wish by its token.  OK: all n outcomes are durable.
 *
 * The token of a slot that counts means that slot.  That of a slot which could
 * still be confirmed means this one alone.  That of a slot which the duplicate
 * rule holds back means the signature in its way, if that came from the very
 * same mailbox (E1): its own group's, else the only one.
 */
MUST_USE enum err keep_leave(struct keep *k, const struct keep_leave leave[],
	size_t n, struct keep_left ret_left[]);

/*
 * Destroy what leaves, after log has journaled it: all locks of the slot, its
 * tags, its rows in the search files, and its siblings that were never
 * confirmed.  ret_gone[i]: nothing of slot[i] is left, now or before.  A slot
 * whose signer has not asked (keep_leave) is not touched, whatever web says.
 */
MUST_USE enum err keep_destroy(
	struct keep *k, const uint64_t slot[], size_t n, bool ret_gone[]);

enum keep_free_outcome {
	KEEP_FREED, /* now or before */
	/* Both clocks must agree: ask again later.  Said of a young entry that
	 * was freed before as well, so that web does not learn who lost. */
	KEEP_FREE_YOUNG,
	KEEP_FREE_REFUSED, /* it is claimed */
	KEEP_FREE_UNKNOWN /* no entry was ever there */
};

/* Free unclaimed entries: locks zeroed, tags gone, slots burnt, durably.
 * An entry is old enough when its hour lies more than pending_hours back and
 * more than agree_hours of uptime have passed over it (rule 15).  force:
 * entries whose row does not exist, at reconcile, whatever their age. */
MUST_USE enum err keep_free(struct keep *k, const uint64_t slot[], size_t n,
	bool force, enum keep_free_outcome ret_outcome[]);

struct keep_unsettled {
	uint64_t slot;
	uint64_t petition;
	struct rid rid;
	bool is_claimed; /* else tentative */
	struct commitment c; /* both zero unless is_claimed */
	struct event_mac mac;
	bool apart; /* as in keep_claimed; false unless is_claimed */
};

/* Entries that are tentative or claimed but not booked, ascending by slot,
 * from *cursor (0 to begin) on.  *ret_n is 0 when there are no more.  Tentative
 * ones that lost against a claim are among them, and look like the others. */
MUST_USE enum err keep_unsettled(struct keep *k, uint64_t *cursor,
	struct keep_unsettled ret_entry[], size_t cap, size_t *ret_n);

/* For a web whose database came from a backup: from now on keep_unsettled
 * tells of every entry that is alive, whatever web acknowledged. */
MUST_USE enum err keep_tell_all(struct keep *k);

/*
 * Web knows slots up to top.  If keep has not handed them out it is an older
 * copy, or new: it goes on far above them (slots that nobody knows any more
 * may lie between), durably, and *ret_forgotten is the first that it knows
 * nothing of; else 0.
 */
MUST_USE enum err keep_raise(
	struct keep *k, uint64_t top, uint64_t *ret_forgotten);

/* What of a petition dies when its time is over; the numbers are stored. */
enum keep_shred {
	KEEP_SHRED_TAGS = 1, /* k2: nobody can be looked for any more */
	KEEP_SHRED_ALL = 2 /* S as well: no record opens any more */
};

/* Destroy that, durably, once agree_hours of uptime have passed since it was
 * first asked for; until then *ret_done is false: ask again.  Done before is
 * done.  The petition must be closed: later asks are answered ERR_GONE. */
MUST_USE enum err keep_shred(struct keep *k, uint64_t petition,
	enum keep_shred what, bool *ret_done);

/* Petitions whose tags' keys are destroyed, with or without the rest, from
 * number *cursor (0 to begin) on: sealer's half of them is to go, too. */
MUST_USE size_t keep_shredded(const struct keep *k, size_t *cursor,
	uint64_t ret_petition[], size_t cap);

/* The oldest week whose tags can still be looked for, or 0: sealer's half of
 * older ones is of no use any more. */
uint64_t keep_first_week(const struct keep *k);

/* Destroy S and k2 of a petition: its locks and look-ups are dead, durably.
 * Done before is OK. */
MUST_USE enum err keep_destroy_petition(struct keep *k, uint64_t petition);

/* A compartment's lock, unmasked; the caller wipes it.  ERR_NOT_FOUND for a
 * slot without entry, ERR_GONE when the lock was never given or is no more. */
MUST_USE enum err keep_lock(struct keep *k, uint64_t slot,
	enum compartment compartment, struct lock *ret_lock);

#endif

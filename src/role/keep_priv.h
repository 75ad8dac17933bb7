/*
 * keep_priv.h - the inside of struct keep, for keep*.c and nobody else.
 */
#ifndef ROLE_KEEP_PRIV_H
#define ROLE_KEEP_PRIV_H

#include "crypto/keyring.h"
#include "role/keep.h"
#include "role/keep_index.h"
#include "role/keep_marks.h"
#include "role/keep_rids.h"
#include "role/keep_search.h"
#include "role/keep_store.h"
#include "role/keep_uptime.h"

/* A mailbox has at most this many live entries that are not silent: 30
 * pending ones (keep_settings) and the two that the rule lets be claimed. */
#define KEEP_MAILBOX_MAX 32

/* A petition's keys, borrowed from the ring. */
struct keep_keys {
	uint64_t petition; /* 0: none fetched yet */
	const struct hmac_key *k2[TAG_PURPOSES]; /* not the weekly ones */
	const struct hmac_key *s;
};

/* Petitions, as a file of u64 has them: a ring forgets a destroyed key's name,
 * so without the list a late ask would draw new ones. */
struct keep_list {
	const char *file;
	uint64_t *petition;
	size_t count;
};

/* Tags of blocked addresses, sorted; keep_block.c. */
struct keep_blocked {
	struct tag *tag;
	size_t n;
};

struct keep {
	int dir_fd;
	struct clock *clock;
	struct keep_settings settings;
	struct hmac_key *mac_key; /* guarded */
	struct keyring *ring;
	struct keep_keys last; /* most batches are of one petition */
	struct keep_store store;
	/* Live entries that are not silent, by E2; and those that are not
	 * their group's root, by group too. */
	struct keep_index people;
	struct keep_rids rids;
	struct keep_marks open; /* keep_entry_is_open */
	struct keep_search search;
	struct keep_bucket *buckets;
	struct keep_uptime uptime;
	int64_t journal_born_ms; /* monotonic */
	uint64_t next_slot; /* the high-water mark: nobody has it yet */
	struct keep_list destroyed; /* all their keys */
	struct keep_list untagged; /* those of their tags */
	bool index_was_read; /* from its file, at the opening */
	struct keep_blocked blocked;
	enum err spent; /* the first failure, or OK */
};

/* ---- keep_keys.c ---- */

MUST_USE enum err keep_keys_open(
	struct keep *k, const struct keep_setup *setup);
void keep_keys_close(struct keep *k);
/* ERR_GONE if they were destroyed; drawn if there are none yet. */
MUST_USE enum err keep_keys_of(
	struct keep *k, uint64_t petition, const struct keep_keys **ret_keys);
/* Destroyed: S and k2, or k2. */
bool keep_keys_are_gone(
	const struct keep *k, uint64_t petition, enum keep_shred what);
MUST_USE enum err keep_keys_end_tags(struct keep *k, uint64_t petition);
/* The three keys of a week's look-ups. */
MUST_USE enum err keep_keys_of_week(
	struct keep *k, uint64_t week, const struct hmac_key *ret_k2[3]);
MUST_USE enum err keep_keys_end_week(struct keep *k, uint64_t week);

/* ---- keep_rule.c ---- */

/* The live, not silent entries of one mailbox of one petition. */
struct keep_mailbox {
	struct keep_entry entry[KEEP_MAILBOX_MAX];
	size_t n;
};

MUST_USE enum err keep_mailbox_read(struct keep *k, uint64_t petition,
	const struct tag *e2, struct keep_mailbox *ret_box);
/* That of an entry. */
MUST_USE enum err keep_mailbox_of(struct keep *k, const struct keep_entry *e,
	struct keep_mailbox *ret_box);
/* Would the duplicate rule let e be claimed?  e has its group and tags. */
MUST_USE enum err keep_rule_allows(struct keep *k, const struct keep_entry *e,
	const struct keep_mailbox *box, bool *ret_allowed);

/* ---- keep_people.c: entries in and out of the indexes ---- */

/* Index an entry that the store has; again is once. */
MUST_USE enum err keep_people_add(struct keep *k, const struct keep_entry *e);
/* Is e in the index, if it belongs there? */
bool keep_people_has(const struct keep *k, const struct keep_entry *e);
/* Kill e in the store and the indexes. */
MUST_USE enum err keep_people_kill(struct keep *k, const struct keep_entry *e,
	uint64_t winner, enum keep_rid_after rid);
struct keep_walk keep_people_group(const struct keep *k, uint64_t group);
struct keep_walk keep_people_mailbox(
	const struct keep *k, const struct tag *e2);

/* ---- keep_opening.c ---- */

/* Fill the indexes, which are empty: from the file, or else by reading every
 * entry. */
MUST_USE enum err keep_opening_index(struct keep *k);
/* Save the indexes, so that the segments before the one that is written are
 * not needed any more, and delete those. */
MUST_USE enum err keep_opening_forget(struct keep *k);

/* ---- keep_block.c ---- */

MUST_USE enum err keep_blocked_read(struct keep *k);
void keep_blocked_release(struct keep *k);

/* ---- keep_leave.c ---- */

/* Let target go, which is alive: see keep_leave. */
MUST_USE enum err keep_leave_go(struct keep *k, const struct keep_entry *target,
	struct keep_left *ret_left);

/* ---- keep_claim.c ---- */

/* The entry of slot, if this is its token; else *ret_entry stays empty (its
 * state KEEP_NONE). */
MUST_USE enum err keep_shown(struct keep *k, uint64_t slot,
	const struct token *token, struct keep_entry *ret_entry);
/* Whom e, which is dead, lost against; e itself if it was against nobody. */
MUST_USE enum err keep_winner(struct keep *k, const struct keep_entry *e,
	struct keep_entry *ret_winner);

/* Kill the pending siblings of e, which won: those of its group, and those of
 * its mailbox (box) and name. */
MUST_USE enum err keep_kill_siblings(struct keep *k, const struct keep_entry *e,
	const struct keep_mailbox *box);

/* ---- keep.c ---- */

/* Begin a call: the failure that spent the keep, or n's. */
MUST_USE enum err keep_begin(const struct keep *k, size_t n);
/* End it: commit if e is OK, rotate a large journal, note a failure. */
MUST_USE enum err keep_end(struct keep *k, enum err e, bool durable);
/* keeper's word for an event of this type (tlog/leaf.h) about e. */
enum { KEEP_EVENT_SIGN = 2, KEEP_EVENT_WITHDRAW = 4 };
void keep_event_mac(const struct keep *k, const struct keep_entry *e,
	uint8_t type, struct event_mac *ret_mac);

#endif

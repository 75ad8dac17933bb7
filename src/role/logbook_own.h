/*
 * logbook_own.h - what the files logbook_*.c share, and the layouts of the
 * private files in SITE/log.  Nobody else includes it.
 *
 * Integers are big-endian.  Every array is an image of the journal: what a
 * crash left of it behind the last state is written again by the replay.
 *
 *   events         40 bytes an ev_seq: petition u64, leaf u64 (all ones: none
 *                  yet), year of the leaf u16, type u8, outcome u8, hour of
 *                  acceptance u32 (0: promise without a date), the first 16
 *                  bytes of SHA-256 of the event's fields
 *   slots          8 bytes a slot: ev_seq of its SIGN (0: none); the top bit
 *                  says that it was withdrawn
 *   leaves-YEAR    16 bytes a leaf: ev_seq u64, hour u32, zero[4]
 *   rebuild-YEAR   as leaves-YEAR, while a log that is behind is told its
 *                  leaves (logbook_rebuild.c)
 *   journal-N      logbook_journal.h
 *   state          logbook_state.c
 *
 * The order of writing: journal durable, then arrays, tiles, checkpoint.  So
 * an array never holds what the journal does not.
 */
#ifndef ROLE_LOGBOOK_OWN_H
#define ROLE_LOGBOOK_OWN_H

#include "base/view.h"
#include "role/logbook.h"
#include "role/logbook_journal.h"
#include "tlog/checkpoint.h"
#include "tlog/tile.h"
#include "tlog/tree.h"

#define LEAF_NONE UINT64_MAX
#define SLOT_WITHDRAWN ((uint64_t)1 << 63)

enum { EVENT_REC_BYTES = 40, SLOT_REC_BYTES = 8, LEAF_REC_BYTES = 16 };

/* What the array by ev_seq knows. */
struct event_rec {
	uint64_t petition;
	uint64_t leaf;
	uint32_t hour;
	uint8_t type;
	uint8_t outcome;
	uint16_t year;
	uint8_t digest[16];
};

/* An event as it was judged: what the journal holds, and what waits. */
struct verdict {
	uint64_t ev_seq;
	uint64_t petition;
	uint64_t slot;
	uint64_t number; /* target's ev_seq, or a count */
	uint32_t hour; /* as event_rec */
	uint16_t reason;
	uint8_t type;
	uint8_t outcome;
	uint8_t c[TLOG_C_BYTES]; /* the leaf's */
	uint8_t digest[16];
};

enum { VERDICT_BYTES = 88 };

void verdict_put(struct buf *b, const struct verdict *v);
void verdict_take(struct view *view, struct verdict *ret_verdict);

struct waiting {
	struct verdict v;
	int64_t since_ms; /* monotonic */
	bool chosen; /* for the checkpoint in hand */
};

/* What there is to know of a petition; one for every one ever logged. */
struct petition_rec {
	uint64_t id; /* 0: a free place in the table */
	uint64_t first_seq; /* its first PETITION event; 0: none yet */
	bool sequenced; /* and that is a leaf */
	uint32_t signs; /* ripening: SIGNs that wait */
	int64_t oldest_ms;
	uint64_t left; /* choosing: earlier events that stay behind */
};

struct petition_table {
	struct petition_rec *at;
	size_t cap; /* a power of two, or 0 */
	size_t count;
};

/* NULL when it is not there. */
struct petition_rec *petition_find(const struct petition_table *t, uint64_t id);
/* Found or made; ERR_MEMORY.  Earlier pointers into the table die. */
MUST_USE enum err petition_need(struct petition_table *t, uint64_t id,
	struct petition_rec **ret_petition);

struct logbook_secrets { /* in guarded memory */
	struct hmac_key mac;
	struct sign_key checkpoint;
	struct sign_key promise;
};

/* A growing array that keeps its order. */
struct order {
	uint64_t *ev_seq;
	size_t count;
	size_t cap;
};

struct logbook {
	struct logbook_setup setup; /* host points to host[], mac_key NULL */
	char host[NOTE_NAME_MAX_BYTES + 1];
	struct logbook_secrets *secrets;
	struct vkey checkpoint_key, promise_key;
	enum err spent;
	int lock_fd, events_fd, slots_fd, leaves_fd; /* -1: not open */
	struct journal journal;
	uint64_t next_seq;

	uint16_t year; /* of the tree */
	uint16_t first_year; /* of the site */
	struct tlog_tree tree;
	/* The leaves of the partial bundle: tree.size mod 256 of them. */
	uint8_t bundle[TLOG_TILE_WIDTH][TLOG_LEAF_BYTES];
	uint32_t last_hour; /* of its leaves; 0: it has none yet */
	bool replaying; /* partial tiles and checkpoints wait for the end */
	bool behind; /* see logbook.h: nothing is signed */

	struct waiting *waiting; /* by ev_seq */
	size_t n_waiting, waiting_cap;
	struct petition_table petitions;
	int64_t ripe_ms; /* when something will be ripe; INT64_MAX: never */
	int64_t last_ms; /* of the last checkpoint */

	/* The newest checkpoint; note is empty before the first. */
	uint64_t note_size;
	uint16_t note_year;
	struct tree_hash note_root;
	struct buf note;
	/* While replaying: the one found in public_dir, to be met. */
	bool found, met;
	uint64_t found_size;
	struct tree_hash found_root;

	struct order order; /* scratch */
	struct logbook_placed *placed; /* scratch, handed out */
	size_t placed_cap;
	struct buf scratch;
};

/* logbook.c: the error to return, and from now on.  What only refuses a call
 * has no place here. */
MUST_USE enum err logbook_spend(struct logbook *l, enum err e);

/* logbook_array.c */
MUST_USE enum err array_open(struct logbook *l);
void array_close(struct logbook *l);
MUST_USE enum err array_open_leaves(struct logbook *l, uint16_t year);
MUST_USE enum err array_sync(struct logbook *l);
MUST_USE enum err event_rec_read(
	const struct logbook *l, uint64_t ev_seq, struct event_rec *ret_rec);
/* The records of n verdicts with consecutive numbers. */
MUST_USE enum err event_rec_write(
	struct logbook *l, const struct verdict *v, size_t n);
MUST_USE enum err event_rec_place(
	struct logbook *l, uint64_t ev_seq, uint16_t year, uint64_t leaf);
/* 0 for a slot that never was. */
MUST_USE enum err slot_read(
	const struct logbook *l, uint64_t slot, uint64_t *ret_value);
MUST_USE enum err slot_write(struct logbook *l, uint64_t slot, uint64_t value);
MUST_USE enum err leaf_rec_write(struct logbook *l, uint64_t first,
	uint32_t hour, const uint64_t *ev_seq, size_t n);
/* Leaf numbers [first, first + n) of year; ERR_INVALID beyond its end. */
MUST_USE enum err leaf_rec_read(struct logbook *l, uint16_t year,
	uint64_t first, size_t n, struct logbook_placed *ret_placed);
/* 0 for a year without a log. */
MUST_USE enum err leaf_rec_count(
	struct logbook *l, uint16_t year, uint64_t *ret_count);

/* logbook_waiting.c */
MUST_USE enum err waiting_add(struct logbook *l, const struct verdict *v);
struct waiting *waiting_find(const struct logbook *l, uint64_t ev_seq);
/* Forget the chosen ones. */
void waiting_drop_chosen(struct logbook *l);
/* Work out ripe_ms anew. */
void waiting_ripen(struct logbook *l);
/* Fill l->order with what the next checkpoint takes, marking it chosen. */
MUST_USE enum err waiting_choose(struct logbook *l, int64_t now_ms);
MUST_USE enum err order_add(struct order *o, uint64_t ev_seq);

/*
 * logbook_judge.c: the batch in hand.  What its verdicts do to slots is not in
 * the array before they are durable, so it stands here: a table by slot plus
 * one, a power of two in size and at least twice as large as the batch.
 */
struct batch_slot {
	uint64_t key, value;
};

struct batch {
	struct verdict *verdict;
	size_t n;
	uint64_t first_seq;
	struct batch_slot *slot;
	size_t slot_cap;
	bool has_petition;
};

/* Judge n more events; verdict has room for them. */
MUST_USE enum err batch_judge(const struct logbook *l, struct batch *b,
	const struct logbook_event *events, size_t n);
/* What tells two events of one number apart; the mac does not. */
void event_digest(const struct logbook_event *ev, uint8_t ret_digest[16]);

/* logbook_accept.c: put journaled verdicts into arrays and memory. */
MUST_USE enum err accept_apply(
	struct logbook *l, const struct verdict *v, size_t n);

/* logbook_sequence.c: make leaves of l->order, journaled as leaf first of
 * year.  ERR_CORRUPT when that does not fit what is there. */
MUST_USE enum err sequence_apply(
	struct logbook *l, uint16_t year, uint64_t first, uint32_t hour);
/* Journal l->order as that, durably, before it is applied. */
MUST_USE enum err sequence_journal(
	struct logbook *l, uint16_t year, uint64_t first, uint32_t hour);
/* Partial tiles, then the checkpoint, unless they are published. */
MUST_USE enum err sequence_publish(struct logbook *l);

/* logbook_state.c */
MUST_USE enum err state_save(struct logbook *l);
/* ERR_NOT_FOUND when there is none. */
MUST_USE enum err state_load(struct logbook *l);
/* Make everything durable and begin a new segment, if this one is full. */
MUST_USE enum err state_rotate(struct logbook *l);

/* logbook_sequence.c: this hour, but never one before that of a leaf.  Promises
 * and leaves take it, or a clock that was set back would make promises whose
 * deadline the log has behind it. */
uint32_t sequence_hour(const struct logbook *l);

/* logbook_replay.c: from the state's segment to the journal's end. */
MUST_USE enum err replay_journal(struct logbook *l);

/* logbook_public.c */
MUST_USE enum err public_tile(
	struct logbook *l, unsigned level, uint64_t index, unsigned width);
MUST_USE enum err public_checkpoint(struct logbook *l);
MUST_USE enum err public_folders(struct logbook *l);
MUST_USE enum err public_keys(struct logbook *l);
/* log/years, behind the first checkpoint of its newest year. */
MUST_USE enum err public_years(struct logbook *l);
/* Look at the checkpoint that is published for l->year. */
MUST_USE enum err public_find(struct logbook *l);
/* The last year that log/years names; 0 if there is no such list. */
MUST_USE enum err public_last_year(struct logbook *l, uint16_t *ret_year);
/* The origin of another year than l's. */
void public_origin_of(const struct logbook *l, uint16_t year, struct buf *b);
MUST_USE enum err public_has_document(
	const struct logbook *l, const uint8_t hash[32], bool *ret_has);
/* "HOST/log/2026" */
void public_origin(const struct logbook *l, struct buf *b);

#endif

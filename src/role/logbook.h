/*
 * logbook.h - the core of the log role: journal, order, tiles, checkpoints
 * and promises, without sockets (docs/log.md, docs/protocol.md steps 12, 14).
 *
 * Events come in with consecutive numbers (ev_seq, from 1), are judged,
 * journaled and answered; ripe ones become leaves at the next checkpoint.
 * What was answered survives any crash; an event that is sent again gets the
 * same answer; a refused event is journaled as refused, so that the stream
 * never sticks.  No two checkpoints of one size are ever signed, and none
 * smaller than before.
 *
 * Files in log_dir (SITE/log): checkpoint.key and promise.key (32-byte seeds),
 * the journal's segments, a state file, and arrays by ev_seq, by slot and by
 * leaf; logbook_own.h has their layouts.  Files in public_dir (SITE/public):
 * docs/log.md section 1.  The journal and what it follows are fsynced; the
 * public tiles are rebuilt from it, so they are not, except at a rotation.
 *
 * Time: waiting is measured on the monotonic clock; after a restart all that
 * waits has waited since the restart.  The journal knows hours, no minutes.
 *
 * Years: the first checkpoint in a new UTC year begins a new log; leaf indexes
 * are a year's own.  A clock set back does not reopen an old one.  A petition
 * goes on over New Year without another PETITION leaf; a target in an earlier
 * year's log is named by its leaf index there, and aux holds that year.
 * log/years lists the years.
 *
 * Ownership: a struct logbook borrows folders, clock and rng until
 * logbook_close; one thread; it locks log_dir against other processes.
 *
 * Errors: ERR_INVALID, ERR_TOO_LARGE and ERR_NOT_FOUND refuse a call and change
 * nothing.  After any other error nothing of the call may be acknowledged and
 * the logbook is spent: every further call returns the same error until it is
 * closed and opened again.
 */
#ifndef ROLE_LOGBOOK_H
#define ROLE_LOGBOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/rng.h"
#include "base/str.h"
#include "crypto/secret.h"
#include "crypto/tag.h"
#include "tlog/leaf.h"
#include "tlog/note.h"

/* The most events in one accept (else ERR_TOO_LARGE). */
#define LOGBOOK_BATCH_MAX 65536
/* Slots are below this; an event of a higher one is refused. */
#define LOGBOOK_SLOT_MAX ((uint64_t)1 << 40)
/* The most bytes of a document (else ERR_TOO_LARGE). */
#define LOGBOOK_DOCUMENT_MAX ((size_t)16 << 20)

struct logbook;

struct logbook_settings {
	uint32_t checkpoint_s; /* at least so far apart: 10 */
	uint32_t ripe_count; /* SIGNs of one petition that go at once: 8 */
	uint32_t ripe_s; /* or when the oldest waited so long: 900 */
	uint64_t segment_bytes; /* of journal before a rotation: 16 MiB */
};

/* The numbers above. */
struct logbook_settings logbook_settings_default(void);

struct logbook_setup {
	struct str host; /* HOST of docs/log.md; copied */
	int log_dir_fd; /* SITE/log, borrowed */
	int public_dir_fd; /* SITE/public, borrowed */
	const struct secret_key *mac_key; /* m, shared with keeper; copied */
	struct clock *clock;
	struct rng *rng;
	struct logbook_settings settings;
};

/* Draw the two signing keys, mode 0600.  ERR_EXISTS if one is there. */
MUST_USE enum err logbook_init(int log_dir_fd, struct rng *rng);

/*
 * Load the state, replay the journal behind it, rewrite the tiles it covers,
 * and publish the newest checkpoint if it is not.  ERR_BUSY: another process
 * has log_dir.  ERR_CORRUPT: the journal is damaged before its end, or the
 * published checkpoint is none that this journal leads to: going on would
 * fork the log.  If that checkpoint lies beyond the journal's end, the log is
 * behind (see below).
 */
MUST_USE enum err logbook_open(
	const struct logbook_setup *setup, struct logbook **ret_logbook);
/* logbook_close(NULL) does nothing. */
void logbook_close(struct logbook *l);

struct logbook_event {
	uint64_t ev_seq;
	enum leaf_type type;
	uint16_t reason;
	uint64_t petition;
	uint64_t slot; /* SIGN and WITHDRAW; else 0 */
	/* INVALIDATE, RESTORE: the SIGN meant.  WITHDRAW may leave it 0: the
	 * slot names the SIGN.  Else 0. */
	uint64_t target_ev_seq;
	uint64_t count; /* PETITION, CLOSE, ACCESS; else 0 */
	/* The leaf's C; for a WITHDRAW what its mac was made over. */
	struct commitment c;
	struct event_mac mac; /* SIGN and WITHDRAW */
	bool wants_promise; /* sign one, if this is a SIGN */
};

enum logbook_outcome {
	LOGBOOK_ACCEPTED = 1,
	LOGBOOK_REFUSED_FORM, /* fields that its type does not allow */
	LOGBOOK_REFUSED_MAC, /* not keeper's word */
	LOGBOOK_REFUSED_TWICE, /* this slot has one of this type already */
	LOGBOOK_REFUSED_TARGET, /* no SIGN of this petition (and slot) */
	/* Journaled long ago with other contents; that one stands. */
	LOGBOOK_REFUSED_CHANGED
};

struct logbook_result {
	uint64_t ev_seq;
	enum logbook_outcome outcome;
	bool promised; /* deadline and signature are set (tlog/promise.h) */
	uint64_t deadline_s; /* 0: a sponsor's, without a date */
	struct signature signature;
};

/* The next ev_seq: one more than the highest journaled. */
uint64_t logbook_next_seq(const struct logbook *l);

/*
 * Journal n events with one wait for the disk, then promise.  ret_results has
 * room for n.  The numbers ascend without a gap and begin at or below
 * logbook_next_seq, else ERR_INVALID; those below are answered again.
 * ERR_NOT_FOUND: an event names a document that logbook_document was not given.
 */
MUST_USE enum err logbook_accept(struct logbook *l,
	const struct logbook_event *events, size_t n,
	struct logbook_result *ret_results);

/* Where an event became a leaf. */
struct logbook_placed {
	uint64_t ev_seq;
	uint64_t leaf_index; /* in its year's log */
	uint32_t hour; /* of sequencing */
	uint16_t year;
};

/* Views live until the next call of this logbook. */
struct logbook_batch {
	uint16_t year; /* of the newest checkpoint, as the rest: */
	uint64_t size;
	struct tree_hash root;
	struct str note;
	size_t count;
	const struct logbook_placed *placed; /* ascending */
	bool more; /* logbook_since only: ask again behind the last one */
};

/* Sequence what is ripe and publish it; count is 0 when nothing is, and the
 * checkpoint then the one before. */
MUST_USE enum err logbook_checkpoint(
	struct logbook *l, struct logbook_batch *ret_batch);

/* At most max leaves from leaf number size of year on (0: the first year),
 * into later years too, and the newest checkpoint: for a web that is behind.
 * ERR_INVALID: size is beyond that year's log. */
MUST_USE enum err logbook_since(struct logbook *l, uint16_t year, uint64_t size,
	size_t max, struct logbook_batch *ret_batch);

/* Monotonic milliseconds at which logbook_checkpoint has something to do;
 * INT64_MAX when nothing waits that time would ripen. */
int64_t logbook_next_due_ms(const struct logbook *l);

/* Accepted events that are no leaves yet. */
size_t logbook_waiting(const struct logbook *l);

/* Publish doc/HEX, durable on return, so that a leaf may name it.  Repeating
 * does nothing. */
MUST_USE enum err logbook_document(
	struct logbook *l, struct str document, struct sha256 *ret_hash);

/*
 * --- an old log ---
 *
 * A log is behind when a checkpoint it once signed covers leaves that its
 * journal lacks: an older copy of SITE/log was put back, or nothing of it but
 * the keys.  It then makes no promise and no checkpoint, and the database
 * tells it what it was: the events (logbook_accept judges them as ever), then
 * where they stood in the log (logbook_place), then every year's newest
 * checkpoint, whose roots the leaves must lead to (logbook_catch_up).
 *
 * While it catches up, all that waits is in memory (120 bytes an event).
 */
bool logbook_is_behind(const struct logbook *l);

/* A checkpoint of a year that web has: behind from now on, if it covers
 * leaves that are none here.  ERR_CRYPTO: we never signed it. */
MUST_USE enum err logbook_hear_of(
	struct logbook *l, uint16_t year, struct str note);

/* Places of events that were accepted before. */
MUST_USE enum err logbook_place(
	struct logbook *l, const struct logbook_placed *placed, size_t n);

struct logbook_signed {
	uint16_t year;
	struct str note; /* the year's newest checkpoint */
};

/*
 * Make leaves of all that was placed, years ascending, and go on from there.
 * ERR_CORRUPT: they do not lead to these checkpoints.  ERR_DENIED: what is
 * published goes on behind them, so the database is older than that and
 * going on would fork the log.
 */
MUST_USE enum err logbook_catch_up(
	struct logbook *l, const struct logbook_signed *notes, size_t n);

/*
 * --- an old database ---
 *
 * Events as they were told, from one ev_seq on, for a database that came from
 * a backup.  Of a refused one only type and petition are known.  hour is that
 * of acceptance, 0 for a sponsor's.  mac is made anew for what once had it.
 * ERR_CORRUPT: what is published is not what was journaled.
 */
struct logbook_recalled {
	struct logbook_event event;
	enum logbook_outcome outcome;
	uint32_t hour;
};

MUST_USE enum err logbook_recall(struct logbook *l, uint64_t from, size_t max,
	struct logbook_recalled *ret_events, size_t *ret_n);

/* The keys of log/keys: name HOST/log and HOST/promise. */
const struct vkey *logbook_checkpoint_key(const struct logbook *l);
const struct vkey *logbook_promise_key(const struct logbook *l);

#endif

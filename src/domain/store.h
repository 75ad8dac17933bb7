/*
 * store.h - what the domain asks of storage; src/store answers it.
 *
 * One handle is used by one thread at a time.  There is one writer (the web
 * role's committer) and any number of readers, each with a handle of its own;
 * a reader sees whole batches only, and never waits for the writer.
 *
 * Writes happen between store_begin and store_commit.  What commit
 * acknowledged with OK survives kill -9 and a power cut.  An operation that
 * answers with an error has written nothing, and the batch goes on, with one
 * exception: ERR_FULL, ERR_IO and ERR_MEMORY (and ERR_CORRUPT of the storage
 * itself, not of what the caller gave) doom the whole batch (SQLite rolls back
 * by itself then), every later operation of it answers the same, and so does
 * store_commit, which has stored nothing.  Nobody may be told anything before
 * store_commit answered OK.
 *
 * Every function that reads may be called inside a batch (and sees it) or
 * outside.  Results that need room live in the arena given first.  Bytes given
 * in are borrowed for the call.  Sealed records, epochs and mail jobs are
 * opaque here.  Slots, petition ids and ev_seqs are below 2^63.
 *
 * ERR_CORRUPT: what is stored contradicts itself or the caller.
 * ERR_INTERNAL: a call out of order.
 */
#ifndef DOMAIN_STORE_H
#define DOMAIN_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"
#include "domain/petition.h"

struct store;

enum { STORE_HASH_BYTES = 32, STORE_ID_BYTES = 16 };

/* Bytes that are no text. */
struct bytes {
	const uint8_t *at;
	size_t len;
};

#define BYTES_NONE ((struct bytes){ NULL, 0 })

/* --- opening ----------------------------------------------------------- */

enum store_mode { STORE_WRITER, STORE_READER };

/*
 * Open the store at path (a file; for the writer it is made if missing and
 * migrated to the newest schema).  ERR_INVALID if a newer program has written
 * it, ERR_NOT_FOUND for a reader before there is anything.
 */
MUST_USE enum err store_open(
	const char *path, enum store_mode mode, struct store **ret_store);
/* An open batch is dropped.  NULL is fine. */
void store_close(struct store *s);

/* --- batches ------------------------------------------------------------ */

/* ERR_BUSY if another process has been writing for five seconds. */
MUST_USE enum err store_begin(struct store *s);
MUST_USE enum err store_commit(struct store *s);
void store_rollback(struct store *s);

/*
 * Several calls as one operation: after store_mark either store_keep makes
 * them part of the batch or store_undo takes them back.  No nesting.
 */
MUST_USE enum err store_mark(struct store *s);
MUST_USE enum err store_keep(struct store *s);
void store_undo(struct store *s);

/* --- signatures --------------------------------------------------------- */

enum signature_state {
	SIGNATURE_PENDING = 0,
	SIGNATURE_VALIDATED = 1,
	SIGNATURE_INVALIDATED = 2,
	SIGNATURE_WITHDRAWN = 3
};

struct store_epoch {
	uint8_t id[STORE_ID_BYTES];
	uint8_t compartment;
	uint32_t hour;
	struct bytes header;
};

/* A sealed form, as sealer handed it over (docs/protocol.md step 5). */
struct store_sealed {
	uint8_t rid[STORE_ID_BYTES];
	uint64_t slot;
	uint64_t petition;
	uint32_t hour;
	struct str country;
	struct str area; /* empty if unknown */
	uint8_t commitment[STORE_HASH_BYTES];
	struct bytes identity;
	struct bytes contact; /* BYTES_NONE if none */
	struct bytes mail_job;
	struct str lang; /* tag of the mail's language; empty: the usual */
	const struct store_epoch *epochs; /* those that are new */
	size_t epochs_count;
};

enum store_insert {
	STORE_INSERTED,
	STORE_SAME_RID, /* this form came before: ret_slot is its slot */
	STORE_NOT_OPEN, /* no such petition, or not open at now_ms */
	STORE_SLOT_TAKEN /* another form has this slot: sealer's fault */
};

/* Step 6.  ret_slot is the slot where the form's signature stands, for the
 * first two outcomes.  Epoch headers stay whatever the outcome: later records
 * may need them. */
MUST_USE enum err store_insert(struct store *s, const struct store_sealed *in,
	int64_t now_ms, enum store_insert *ret_outcome, uint64_t *ret_slot);

/* What keeper's claim yields (step 10). */
struct store_claim {
	uint64_t slot;
	uint64_t petition;
	uint8_t commitment[STORE_HASH_BYTES];
	uint8_t mac[STORE_HASH_BYTES];
	bool apart; /* a limit set it apart: INVALIDATE follows at once */
};

enum store_confirm {
	STORE_VALIDATED, /* now */
	STORE_ALREADY, /* before: ret_event says which event */
	STORE_NO_ROW
};

#define STORE_NO_LEAF UINT64_MAX

struct store_place {
	uint64_t ev_seq;
	uint64_t leaf_index; /* STORE_NO_LEAF until it is sequenced */
	uint32_t log_year;
};

/* As in docs/log.md section 2. */
enum { STORE_REASON_LIMIT = 1 };

/* Step 11.  ERR_CORRUPT if petition or commitment are not the row's.  Whether
 * the petition still takes confirmations is decided before keeper's claim:
 * what is claimed is booked. */
MUST_USE enum err store_confirm(struct store *s, const struct store_claim *in,
	enum store_confirm *ret_outcome, struct store_place *ret_place);

struct store_signature {
	uint64_t slot;
	uint64_t petition;
	enum signature_state state;
	uint32_t hour;
	uint8_t commitment[STORE_HASH_BYTES];
	struct store_place place; /* ev_seq 0: not confirmed */
};

/* ERR_NOT_FOUND if the slot has no row. */
MUST_USE enum err store_signature(
	struct store *s, uint64_t slot, struct store_signature *ret_signature);

/* What the log says of a signature (docs/log.md section 2). */
enum store_logged {
	LOGGED_NOT = 0,
	LOGGED_COUNTED = 1,
	LOGGED_INVALIDATED = 2,
	LOGGED_WITHDRAWN = 3
};

struct store_receipt {
	enum store_logged standing;
	struct str area; /* code; empty if unknown */
	/* Of the leaf that took it out of the count, if one did. */
	struct store_place out;
	uint32_t out_hour; /* 0: not known */
	unsigned reason; /* of INVALIDATE */
};

/* ERR_NOT_FOUND if the slot has no row. */
MUST_USE enum err store_receipt(struct arena *a, struct store *s, uint64_t slot,
	struct store_receipt *ret_receipt);

struct store_row {
	bool has_row;
	enum signature_state state;
};

/* For reconciling with keeper: ret_rows[i] is that of slots[i]. */
MUST_USE enum err store_rows(struct store *s, const uint64_t *slots,
	size_t count, struct store_row *ret_rows);

/* Unconfirmed rows sealed before hour, oldest first, at most max. */
MUST_USE enum err store_expired(struct store *s, uint32_t hour,
	uint64_t *ret_slots, size_t max, size_t *ret_count);
/* Forget unconfirmed rows (keeper has freed them); others are left alone. */
MUST_USE enum err store_forget(
	struct store *s, const uint64_t *slots, size_t count);
/* Forget form ids whose minute (since 1970) is before this one. */
MUST_USE enum err store_forget_forms(struct store *s, uint32_t minute);

/* Header and hour of an epoch.  ERR_NOT_FOUND. */
MUST_USE enum err store_epoch(struct arena *a, struct store *s,
	const uint8_t id[STORE_ID_BYTES], struct store_epoch *ret_epoch);

/* The sealed records of a slot; contact is BYTES_NONE if none. */
MUST_USE enum err store_records(struct arena *a, struct store *s, uint64_t slot,
	struct bytes *ret_identity, struct bytes *ret_contact);

/* --- mail --------------------------------------------------------------- */

struct store_mail {
	uint64_t slot;
	uint64_t petition;
	struct str title; /* the petition's action */
	struct bytes job;
	struct str lang; /* as in store_sealed */
	bool is_reminder; /* the same job once more, after some days */
};

/* Jobs not done, first mails or reminders, by slot, from this one on. */
MUST_USE enum err store_mails(struct arena *a, struct store *s, bool reminders,
	uint64_t from_slot, size_t max, struct store_mail **ret_mails,
	size_t *ret_count);
/* The relay took them.  Repeating is harmless. */
/* How many there are. */
MUST_USE enum err store_mails_waiting(struct store *s, uint64_t *ret_n);
MUST_USE enum err store_mail_done(
	struct store *s, const uint64_t *slots, size_t count);

/*
 * Queue the jobs of signatures once more that were sealed from from_hour to
 * hour and are not confirmed, at most max, each once for ever.  Those sealed
 * before from_hour are passed over.
 */
MUST_USE enum err store_remind(struct store *s, uint32_t from_hour,
	uint32_t hour, size_t max, size_t *ret_count);

/* --- leaving (docs/protocol.md, "Leaving") --------------------------------- */

/* Reasons of SHRED: docs/log.md section 2. */
enum store_shred {
	STORE_SHRED_ASKED = 1, /* one signature, at its signer's wish */
	STORE_SHRED_TAGS = 2, /* a petition's index */
	STORE_SHRED_ALL = 3, /* all of a petition */
	STORE_SHRED_DESK = 4 /* one signature, by a desk */
};

/* Petitions of the log that closed before this and of which that has not died
 * yet, at most max. */
MUST_USE enum err store_shred_due(struct store *s, enum store_shred what,
	int64_t closed_before_ms, uint64_t *ret_petition, size_t max,
	size_t *ret_count);
/* It has: write that down, and its SHRED event.  hash is that of
 * store_shred_text.  ret_ev_seq is 0 if it was done before. */
MUST_USE enum err store_shredded(struct store *s, uint64_t petition,
	enum store_shred what, const uint8_t hash[STORE_HASH_BYTES],
	int64_t now_ms, uint64_t *ret_ev_seq);
/* Petitions of which that has died, ascending. */
MUST_USE enum err store_shredded_list(struct arena *a, struct store *s,
	enum store_shred what, uint64_t **ret_petition, size_t *ret_count);
/* Records opened, as the ACCESS events say. */
MUST_USE enum err store_openings(struct store *s, uint64_t *ret_count);
/* The document of TAGS or ALL; a literal. */
struct str store_shred_text(enum store_shred what);

/* What keeper answers to a signer's proven wish (step L2). */
struct store_leave {
	uint64_t slot;
	uint64_t petition;
	uint8_t commitment[STORE_HASH_BYTES];
	uint8_t mac[STORE_HASH_BYTES]; /* over WITHDRAW */
	uint8_t shred_hash[STORE_HASH_BYTES]; /* of store_shred_document */
	/* 0: its signer asked by a link.  Else why a desk does it (enum
	 * desk_reason, role/desk.h): a SHRED event says so in any case. */
	uint16_t erase;
};

enum store_left {
	STORE_WITHDRAWN, /* the petition was open: it does not count any more */
	STORE_ERASED, /* it was closed: it counts, and only the data dies */
	STORE_LEFT_NO_ROW
};

/* Step L3: row, event, contact record and the outbox row in one.  ret_ev_seq
 * is 0 if this was done before. */
MUST_USE enum err store_leave(struct store *s, const struct store_leave *in,
	int64_t now_ms, enum store_left *ret_outcome, uint64_t *ret_ev_seq);
/* The document that the SHRED event names, of nobody in particular; a literal.
 * Erase as above. */
struct str store_shred_document(uint16_t erase);
/* Erasures by desks, as the SHRED events say. */
MUST_USE enum err store_erasures(struct store *s, uint64_t *ret_count);

/* Slots whose event is not above last_ev_seq and whose data keeper has not
 * destroyed yet.  ret_any: there are some, below or above. */
MUST_USE enum err store_leaving(struct store *s, uint64_t last_ev_seq,
	uint64_t *ret_slots, size_t max, size_t *ret_count, bool *ret_any);
/* Signers who have left and of whom nothing may be left, from behind slot
 * after on, at most max. */
MUST_USE enum err store_left_slots(struct store *s, uint64_t after,
	uint64_t *ret_slot, size_t max, size_t *ret_count);
/* keeper has. */
MUST_USE enum err store_leave_done(
	struct store *s, const uint64_t *slots, size_t count);

/* The contact record goes; the lock is gone already. */
MUST_USE enum err store_stop_updates(struct store *s, uint64_t slot);

/* --- asking what is held (docs/protocol.md, "Leaving") -------------------- */

/* Somebody asks; asking twice is asking once, until it is answered. */
MUST_USE enum err store_show_request(
	struct store *s, uint64_t slot, uint64_t petition, uint32_t hour);

/* What is held of a signature apart from its sealed record. */
struct store_held {
	uint64_t slot;
	uint64_t petition;
	uint32_t asked_hour; /* 0: nobody waits for an answer */
	uint32_t hour;
	enum signature_state state;
	bool wants_updates; /* has a contact record */
	struct str country; /* code; may be empty, as may be area */
	struct str area;
	struct store_place place; /* ev_seq 0: not confirmed */
};

/* Of those who wait for an answer, oldest first, at most max (slot 0); or of
 * one slot. */
MUST_USE enum err store_held(struct arena *a, struct store *s, uint64_t slot,
	size_t max, struct store_held **ret_held, size_t *ret_count);
/* A desk has answered.  *ret_waited: somebody waited for it. */
MUST_USE enum err store_show_answered(
	struct store *s, uint64_t slot, int64_t now_ms, bool *ret_waited);
/* How many that were asked before this hour wait; the oldest, if any. */
MUST_USE enum err store_show_overdue(struct store *s, uint32_t before_hour,
	size_t *ret_count, uint32_t *ret_oldest_hour);

/* --- events and the log -------------------------------------------------- */

/* As in docs/log.md section 2. */
enum event_type {
	EVENT_PETITION = 1,
	EVENT_SIGN = 2,
	EVENT_INVALIDATE = 3,
	EVENT_WITHDRAW = 4,
	EVENT_RESTORE = 5,
	EVENT_TALLY = 6,
	EVENT_CLOSE = 7,
	EVENT_KEY = 8,
	EVENT_SHRED = 9,
	EVENT_ACCESS = 10,
	EVENT_AUDIT = 11,
	EVENT_CODE = 13
};

struct store_event {
	uint64_t ev_seq;
	enum event_type type;
	uint16_t reason;
	uint64_t petition; /* 0: none */
	uint64_t slot; /* SIGN and WITHDRAW, else 0 */
	uint64_t target_ev_seq; /* the SIGN it is about, else 0 */
	uint64_t count; /* PETITION: carried over; CLOSE, ACCESS */
	uint8_t c[STORE_HASH_BYTES];
	uint8_t mac[STORE_HASH_BYTES]; /* zero where keeper makes none */
	uint64_t leaf_index; /* STORE_NO_LEAF until it is sequenced */
};

/*
 * Append an event that is no SIGN (store_confirm makes those); ev_seq,
 * and slot where there is a target, are filled in here.  INVALIDATE, WITHDRAW
 * and RESTORE change the target's row at once, the public count only when
 * they are sequenced.  ERR_NOT_FOUND if petition or target are not there.
 */
MUST_USE enum err store_append(
	struct store *s, const struct store_event *in, uint64_t *ret_ev_seq);

/* Events by ev_seq, from this one on: what log is sent (again). */
MUST_USE enum err store_events(struct arena *a, struct store *s,
	uint64_t from_ev_seq, size_t max, struct store_event **ret_events,
	size_t *ret_count);
/* The highest ev_seq, 0 before the first. */
MUST_USE enum err store_last_event(struct store *s, uint64_t *ret_ev_seq);

struct store_leaf {
	uint64_t ev_seq;
	uint64_t leaf_index;
	uint32_t hour;
};

/* What log made (docs/protocol.md step 14). */
struct store_checkpoint {
	uint32_t year;
	uint64_t size;
	struct str note;
	int64_t made_ms;
};

struct store_moved {
	uint64_t petition;
	uint64_t count; /* carried over and counted */
};

/*
 * Step 15: leaf indexes, the checkpoint, counts and history in one.  Leaves
 * that are known already are skipped, so repeating changes nothing.  With an
 * empty note these are a first part of a long checkpoint's leaves, and no
 * checkpoint is stored: the last part brings it.
 * ERR_CORRUPT if a leaf has another index than before, an event is unknown,
 * an index is beyond size, or the same size had another note; nothing is
 * written then.  ret_moved names the petitions whose count changed.
 */
MUST_USE enum err store_sequence(struct arena *a, struct store *s,
	const struct store_checkpoint *checkpoint,
	const struct store_leaf *leaves, size_t leaves_count,
	struct store_moved **ret_moved, size_t *ret_moved_count);

/*
 * From now on (this writer, until it is closed) store_sequence stamps petitions
 * that reach these counts, once each: response_threshold_ms,
 * debate_threshold_ms, with the checkpoint's time.  A count that falls below
 * again takes back a stamp that nothing has followed yet, no response and no
 * debate.  0: never.
 */
void store_thresholds(struct store *s, uint64_t response, uint64_t debate);

/* The newest checkpoint of a year, size 0 with an empty note if none. */
MUST_USE enum err store_checkpoint(struct arena *a, struct store *s,
	uint32_t year, struct store_checkpoint *ret_checkpoint);

enum { STORE_LOG_YEARS_MAX = 256 };

/* The years that have a checkpoint, ascending, the first 256. */
MUST_USE enum err store_log_years(struct arena *a, struct store *s,
	uint32_t **ret_years, size_t *ret_count);

struct store_history {
	int64_t at_ms;
	uint64_t count;
};

/*
 * History is kept by itself with each checkpoint that moves a petition: the
 * newest point of each minute for two days, of each hour for sixty, of each
 * day for ever.  STORE_HISTORY_MAX points hold five years of one petition.
 */
enum { STORE_HISTORY_MAX = 8192 };

/* How a petition's count grew, oldest first, from a moment on. */
MUST_USE enum err store_history(struct arena *a, struct store *s,
	uint64_t petition, int64_t from_ms, size_t max,
	struct store_history **ret_points, size_t *ret_count);
/* A point that was observed elsewhere; thinned like the others by
 * store_history_thin, as of now_ms.  ERR_NOT_FOUND: no such petition. */
MUST_USE enum err store_history_put(
	struct store *s, uint64_t petition, const struct store_history *point);
MUST_USE enum err store_history_thin(
	struct store *s, uint64_t petition, int64_t now_ms);

struct store_trend {
	uint64_t id;
	struct str action;
	uint64_t gained; /* signatures within the hour, never 0 */
	uint64_t count; /* now */
};

/* The open petitions that gained most in the hour before until_ms (reference
 * 4.7: a whole minute), most first. */
MUST_USE enum err store_trending(struct arena *a, struct store *s,
	int64_t until_ms, size_t max, struct store_trend **ret_trends,
	size_t *ret_count);

/* --- petitions ----------------------------------------------------------- */

enum store_put {
	STORE_PUT,
	STORE_PUT_EXISTS, /* the id is here, and replace was not asked for */
	STORE_PUT_LOGGED /* the log holds another carried-over count */
};

/* Store p with all that hangs on it; replace puts it in the place of the one
 * of the same id.  counted is not taken from p: it is the log's. */
MUST_USE enum err store_petition_put(struct store *s, const struct petition *p,
	bool replace, enum store_put *ret_outcome);

/* ERR_NOT_FOUND if there is none. */
MUST_USE enum err store_petition(struct arena *a, struct store *s, uint64_t id,
	struct petition **ret_petition);

/* As store_petition, but without breakdowns and activities: what one element
 * of a list says. */
MUST_USE enum err store_petition_element(struct arena *a, struct store *s,
	uint64_t id, struct petition **ret_petition);

struct store_summary {
	uint64_t id;
	enum petition_state state;
	bool archived;
	struct str action;
	uint64_t count;
	int64_t created_ms;
	int64_t updated_ms;
	int64_t opened_ms; /* WHEN_NONE if never, as the others */
	int64_t closed_ms;
	int64_t deadline_ms;
	int64_t rejected_ms;
	int64_t response_ms;
	struct str response_summary; /* null: none */
	int32_t scheduled_debate_date;
	int32_t debated_on;
};

/* Which petitions a list has, and in which order (docs/interface.md). */
enum store_facet {
	STORE_ALL, /* all that anybody may see */
	STORE_OPEN,
	STORE_RECENT, /* open, the newest first */
	STORE_CLOSED,
	STORE_REJECTED,
	STORE_AWAITING_RESPONSE,
	STORE_WITH_RESPONSE,
	STORE_AWAITING_DEBATE,
	STORE_DEBATED,
	STORE_NOT_DEBATED,
	STORE_PUBLISHED, /* all but rejected: of archived petitions */
	STORE_FACETS
};

struct store_list {
	enum store_facet facet;
	bool archived;
	struct str period; /* of archived ones; null: of all periods */
	const struct str *topics; /* codes, each once: it must have all */
	size_t topics_count;
	/*
	 * As typed; null or blank: all.  Every word must be in one same field
	 * (title, background or additional details), compared by lexeme
	 * (domain/lexeme.h) in whichever language the text is in; what is in
	 * quotes must be there as a phrase.  The order stays the facet's.
	 * Nothing that is typed is an error; what has only stop words or signs
	 * finds nothing.
	 */
	struct str words;
	int32_t today; /* a debate before this day has been */
	size_t skip;
	size_t max;
};

/* ret_total counts them without skip and max. */
MUST_USE enum err store_list(struct arena *a, struct store *s,
	const struct store_list *list, struct store_summary **ret_summaries,
	size_t *ret_count, uint64_t *ret_total);

/* A draft, and among which petitions to look for it. */
struct store_similar {
	struct str title; /* as typed; null or blank: nothing is similar */
	struct str background; /* may be null */
	bool open, closed, rejected; /* of which states */
	bool archived; /* archived ones as well */
	uint64_t except; /* this one is the draft itself; 0: it is none */
	size_t max;
};

enum { STORE_SIMILAR_MAX = 10 };

/*
 * The petitions that a person would most likely call the same as this draft,
 * the likeliest first; at most max, and no more than STORE_SIMILAR_MAX.
 * Nothing that is typed is an error.  docs/search.md has the reckoning.
 */
MUST_USE enum err store_similar(struct arena *a, struct store *s,
	const struct store_similar *ask, struct store_summary **ret_summaries,
	size_t *ret_count);

/*
 * What is due by the clock: open petitions whose deadline has passed become
 * closed at it; grace_ms later, once every SIGN event of theirs is sequenced,
 * those that the log knows get their CLOSE event.  ret_closed counts the
 * first, ret_events the second.  Repeating is harmless.
 */
MUST_USE enum err store_close_due(struct store *s, int64_t now_ms,
	int64_t grace_ms, size_t *ret_closed, size_t *ret_events);

/* A petition that has its CLOSE leaf, of which all is sequenced and all totals
 * are published, but no TALLY event yet; ERR_NOT_FOUND if there is none. */
MUST_USE enum err store_tally_due(struct store *s, uint64_t *ret_petition);

/* --- what the institution lists -------------------------------------------- */

/* A period (a parliament); without a dissolution it is the one that sits. */
struct store_period {
	uint64_t id;
	struct petition_period is; /* its period is never null */
};

/* Store it under its name; what was there is replaced and keeps its id.  A
 * petition that names a period brings it along, unless it is here already. */
MUST_USE enum err store_period_put(
	struct store *s, const struct petition_period *period);
/* ERR_NOT_FOUND if there is none of that name. */
MUST_USE enum err store_period(struct arena *a, struct store *s,
	struct str name, struct store_period *ret_period);
/* All, the newest first. */
MUST_USE enum err store_periods(struct arena *a, struct store *s,
	struct store_period **ret_periods, size_t *ret_count);

struct store_topic {
	struct str code;
	struct str name; /* null: a petition has it, nobody has listed it */
};

/* Stores or replaces; the same holds for the others below. */
MUST_USE enum err store_topic_put(
	struct store *s, const struct store_topic *topic);
/* Those listed and those that petitions have, by code. */
MUST_USE enum err store_topics(struct arena *a, struct store *s,
	struct store_topic **ret_topics, size_t *ret_count);

MUST_USE enum err store_department_put(
	struct store *s, const struct petition_department *department);
/* Those listed and those that petitions have, by name. */
MUST_USE enum err store_departments(struct arena *a, struct store *s,
	struct petition_department **ret_departments, size_t *ret_count);

/* A constituency, region or country, by its code.  Texts may be null but code
 * and name; days may be DAY_NONE. */
enum store_place_kind { STORE_AREA = 1, STORE_REGION, STORE_COUNTRY };

struct store_place_row {
	struct str code;
	struct str name;
	struct str member; /* areas only, as all up to region_name */
	struct str member_url; /* where to write to the member */
	struct str party;
	struct str region_code;
	struct str region_name; /* of a region that has another code in lists */
	int32_t start_on; /* areas and countries only */
	int32_t end_on;
};

/* What is null here stays as it was, so that two files may tell one place; an
 * empty text clears it (a vacant seat). */
MUST_USE enum err store_place_put(struct store *s, enum store_place_kind kind,
	const struct store_place_row *place);
/* By code.  Those that exist on this day; DAY_NONE: those with no end. */
MUST_USE enum err store_places(struct arena *a, struct store *s,
	enum store_place_kind kind, int32_t on,
	struct store_place_row **ret_places, size_t *ret_count);

/* --- where signatures come from -------------------------------------------- */

/*
 * Totals by area and country follow the log: store_sequence moves them with
 * the count, exact.  What the public sees of them (the breakdowns of a
 * petition, store_local) moves for a petition as a whole, after so many
 * changes of it, or once the day (UTC) of the first unseen change is over.
 * Regions are summed up from the areas that are shown.
 */
enum { STORE_PLACE_CHANGES = 10 };

/* changes instead of STORE_PLACE_CHANGES; areas and countries with fewer than
 * least are not shown (0: all are).  Kept in the store. */
MUST_USE enum err store_place_rules(
	struct store *s, uint64_t changes, uint64_t least);
/* Move the figures of petitions whose day is over; how many those were. */
MUST_USE enum err store_places_publish(
	struct store *s, int64_t now_ms, size_t *ret_published);

struct store_local {
	uint64_t id;
	enum petition_state state;
	struct str action;
	uint64_t local; /* signatures from the area, never 0 */
	uint64_t count;
};

/* The petitions of the sitting period with most signatures from an area, most
 * first; those that are closed only if asked for. */
MUST_USE enum err store_local(struct arena *a, struct store *s, struct str area,
	bool closed, size_t max, struct store_local **ret_locals,
	size_t *ret_count);

/* --- maps ------------------------------------------------------------------ */

enum store_map_kind { STORE_MAP_HEXES = 1, STORE_MAP_SHAPES, STORE_MAP_WORLD };

struct store_map_area {
	struct str code;
	struct str name; /* as the institution lists it, else the map's; or
			  * null */
	struct str outline; /* SVG path data (docs/formats.md section 9) */
	uint64_t people; /* 0: not known; not stored by store_map_put */
};

/* The outlines of one boundary set. */
struct store_map {
	enum store_map_kind kind;
	struct str set; /* "2024" */
	struct str credit; /* or null */
	uint32_t width, height; /* of the drawing that holds the outlines */
	const struct store_map_area *areas; /* each code once */
	size_t areas_count;
};

/* In the place of the one of that kind and set, whole. */
MUST_USE enum err store_map_put(struct store *s, const struct store_map *map);
/* The map of that kind with most of these codes; the newest set (the last by
 * name) if several have as many.  ERR_NOT_FOUND if there is none of that
 * kind. */
MUST_USE enum err store_map(struct arena *a, struct store *s,
	enum store_map_kind kind, const struct str *codes, size_t codes_count,
	struct store_map *ret_map);
/* True for each kind, by its number, of which there is a map. */
MUST_USE enum err store_map_kinds(
	struct store *s, bool ret_has[STORE_MAP_WORLD + 1]);

/* How many people live in an area or country. */
MUST_USE enum err store_population_put(struct store *s,
	enum store_place_kind kind, struct str code, uint64_t people);

/* --- who can open what --------------------------------------------------- */

/* A recipient's time in the declarations of docs/log.md section 6. */
struct store_reader {
	uint8_t compartment; /* docs/formats.md section 1 */
	struct str recipient; /* "age1..." */
	struct str who;
	int64_t since_ms;
	int64_t until_ms; /* WHEN_NONE: it still stands there */
};

/* These stand in the declaration now: whoever is new gets a row, whoever is
 * missing an end.  Repeating does nothing.  until_ms is not read. */
MUST_USE enum err store_readers_set(struct store *s,
	const struct store_reader *now, size_t count, int64_t now_ms);
/* All that can open something of a compartment other than mail, and mail's of
 * now; those of now first, then by compartment and time. */
MUST_USE enum err store_readers(struct arena *a, struct store *s,
	struct store_reader **ret_readers, size_t *ret_count);

/* Epochs that live: of a compartment, how many, and how many recipients the
 * fewest and the most of their headers name. */
struct store_epochs {
	uint64_t count;
	uint64_t least_recipients;
	uint64_t most_recipients;
};

/* The header of an epoch; ERR_NOT_FOUND. */
MUST_USE enum err store_epoch_header(struct arena *a, struct store *s,
	const uint8_t id[STORE_ID_BYTES], struct bytes *ret_header);

MUST_USE enum err store_epochs_count(
	struct store *s, uint8_t compartment, struct store_epochs *ret_epochs);

/* --- small things ---------------------------------------------------------- */

/* Keep a document under its SHA-256; repeating is harmless. */
MUST_USE enum err store_document_put(struct store *s,
	const uint8_t sha256[STORE_HASH_BYTES], struct str body);
/* ERR_NOT_FOUND if there is none. */
MUST_USE enum err store_document(struct arena *a, struct store *s,
	const uint8_t sha256[STORE_HASH_BYTES], struct str *ret_body);

MUST_USE enum err store_meta_put(
	struct store *s, struct str key, struct str value);
/* ERR_NOT_FOUND if there is none. */
MUST_USE enum err store_meta(struct arena *a, struct store *s, struct str key,
	struct str *ret_value);

/* --- after a restore ------------------------------------------------------ */

/* In meta: "yes" while keeper is to tell web of every entry it has. */
#define STORE_TELL_ALL "keeper-tells-all"

struct store_placed {
	uint64_t ev_seq;
	uint64_t leaf_index;
	uint32_t year;
	uint32_t hour; /* of the leaf; 0 if it was not kept */
};

/* Of max events from this one on those that are leaves: what a log is told
 * that was lost.  *ret_next is behind the last event seen, from_ev_seq itself
 * if there are no more. */
MUST_USE enum err store_leaf_places(struct arena *a, struct store *s,
	uint64_t from_ev_seq, size_t max, struct store_placed **ret_places,
	size_t *ret_count, uint64_t *ret_next);

/* An event that log has and this database may lack. */
struct store_told {
	struct store_event event;
	bool accepted; /* else only number, type and petition are known */
	uint32_t hour; /* log accepted it */
	struct str document; /* of the types that name one; else null */
};

/*
 * Make it ours, in the order of ev_seq; what is here already is left as it
 * is.  A SIGN whose form is not here becomes a row without records: a stub,
 * told by its empty country.  ERR_NOT_FOUND: its petition is not here;
 * ERR_CORRUPT: a gap, or it contradicts what is here.
 */
MUST_USE enum err store_adopt(struct store *s, const struct store_told *told);

/* As store_confirm; without a row it makes a stub first. */
MUST_USE enum err store_confirm_stub(struct store *s,
	const struct store_claim *in, uint32_t hour,
	enum store_confirm *ret_outcome, struct store_place *ret_place);

/* The highest slot there is, 0 for none. */
MUST_USE enum err store_top_slot(struct store *s, uint64_t *ret_slot);

/*
 * keeper is an older copy, which knows nothing from this slot on: pending rows
 * there are deleted (nobody can confirm them), and petitions that may still be
 * signed and have signatures there are paused: they take no more, for people
 * could sign them twice.
 */
MUST_USE enum err store_keeper_forgot(
	struct store *s, uint64_t from_slot, size_t *ret_paused);
/* Go on with a paused petition, or all (0), as if nothing were forgotten. */
MUST_USE enum err store_resume(
	struct store *s, uint64_t petition, size_t *ret_resumed);
MUST_USE enum err store_is_paused(
	struct store *s, uint64_t petition, bool *ret_paused);

/* Nothing that waits to be mailed is mailed: it may have been before. */
MUST_USE enum err store_hold_mail(struct store *s);

/* Write a copy of the whole store, as of one moment and without what was
 * deleted, to a file that does not exist yet.  A reader may. */
MUST_USE enum err store_copy(struct store *s, const char *path);

/* --- checking --------------------------------------------------------------- */

typedef void store_finding(void *arg, struct str sentence);

/* Compare what is stored with itself; one sentence for each difference. */
MUST_USE enum err store_check(struct store *s, store_finding *found, void *arg);

#endif

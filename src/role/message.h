/*
 * message.h - what the roles say to one another (docs/protocol.md).
 *
 * Each frame of a link carries a batch: u32 count, then so many items.  put_
 * functions append one item, take_ functions read one; a reader checks the
 * view once, at the end.  Integers are big-endian; texts have a u16 length
 * before them and are borrowed from the frame.
 *
 * Nothing here is trusted because of where it comes from: a role checks what
 * it acts upon, for the process at the other end may have been taken over.
 */
#ifndef ROLE_MESSAGE_H
#define ROLE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/view.h"
#include "crypto/psr1.h"
#include "crypto/tag.h"
#include "crypto/token.h"
#include "role/desk.h"
#include "role/keep.h"
#include "role/keep_find.h"
#include "role/logbook.h"

enum message {
	/* web and sealer */
	MSG_FORMS = 1, /* to sealer: message_form */
	MSG_SEALED, /* to web: message_sealed */
	MSG_DECLARATION, /* to web: one text, who can open what */
	MSG_DESK, /* to sealer: u32 id, then a request sealed to it */
	MSG_DESK_SAID, /* to web: message_desk_said */
	MSG_DECLARED, /* to sealer: SHA-256 of the one in log's journal */

	/* sealer and keeper */
	MSG_RANGE_ASK, /* to keeper: u32 how many slots */
	MSG_RANGE, /* to sealer: u64 first, u32 how many */
	MSG_ASKS, /* to keeper: keep_ask */
	MSG_ANSWERS, /* to sealer: message_answer */
	MSG_DESK_ASK, /* to keeper: message_desk_ask */
	MSG_DESK_TOLD, /* to sealer: message_desk_said */
	MSG_FORGET_KEYS, /* to sealer: slots: petitions whose k1 is to go */
	MSG_FORGET_WEEKS, /* to sealer: u64: k1 of weeks before it is to go */

	/* web and keeper */
	MSG_UNSETTLED, /* to web: u8 last, then keep_unsettled */
	/* To keeper: u8 last; slots: settle, free, book; the last one has u64
	 * highest slot that web knows behind them. */
	MSG_RECONCILED,
	MSG_AGREED, /* to web, after the last: u64 first slot forgotten, or 0 */
	MSG_TELL_ALL, /* to keeper: nothing; begin again, with every entry */
	MSG_SETTLED, /* to keeper: slots */
	MSG_CLAIMS, /* to keeper: message_claim */
	MSG_CLAIMED, /* to web: message_claimed */
	MSG_BOOKED, /* to keeper: slots */
	MSG_EXPIRE, /* to keeper: slots */
	MSG_EXPIRED, /* to web: slots that are freed now */
	MSG_LEAVE, /* to keeper: message_leave */
	MSG_LEFT, /* to web: message_left, in the order of their MSG_LEAVE */
	MSG_DESTROY, /* to keeper: slots whose leaving log has journaled */
	MSG_DESTROYED, /* to web: those of them of which nothing is left */
	MSG_SHRED, /* to keeper: u8 keep_shred, slots: petitions that are over */
	MSG_SHREDDED, /* to web: the same of those whose keys are dead */

	/* web and log */
	MSG_LOG_STATE, /* to web: u64 next ev_seq, text of the promise vkey */
	MSG_LOG_HAVE, /* to log: u16 year, u64 tree size, text note: web's */
	MSG_DOCUMENT, /* to log: a document, before the event that names it */
	MSG_EVENTS, /* to log: logbook_event */
	MSG_RESULTS, /* to web: logbook_result */
	MSG_CHECKPOINT, /* to web: message_checkpoint */
	/* a log that is behind (logbook.h) */
	MSG_PLACES_ASK, /* to web: u64 from which ev_seq on */
	MSG_PLACES, /* to log: message_places */
	/* a database that is behind */
	MSG_RECALL, /* to log: u64 from which ev_seq on */
	MSG_RECALLED, /* to web: u8 last; logbook_recalled */

	/* web and mailer */
	MSG_HEADER, /* to mailer: u8 compartment, id, header */
	MSG_JOBS, /* to mailer */
	MSG_DONE, /* to web: slots that are done, slots to send again later */
	MSG_MAIL_COUNTS /* to web: u64 undeliverable, u64 not understood */
};

/* A checked form on its way to be sealed. */
struct message_form {
	uint32_t id; /* web's own, echoed */
	struct rid rid;
	uint64_t petition;
	uint32_t hour;
	bool wants_updates;
	uint8_t hints; /* enum keep_hint: what web can see */
	uint64_t corrects_slot;
	struct token corrects_token;
	uint8_t ip[16]; /* IPv4 in the first four */
	uint8_t ip_len; /* 4 or 16 */
	struct str ip_text;
	struct str name, email_mailed, email_lower, email_canonical;
	struct str name_slug, postcode, country;
};

void put_form(struct buf *b, const struct message_form *f);
void take_form(struct view *v, struct message_form *ret_form);

/* An epoch's header, before the first record that needs it. */
struct message_header {
	uint8_t compartment;
	struct epoch_id id;
	struct str header;
};

void put_header(struct buf *b, const struct message_header *h);
void take_header(struct view *v, struct message_header *ret_header);

/* What web keeps of a form.  err other than OK: nothing else is set. */
enum { MESSAGE_HEADERS_MAX = 4 };

struct message_sealed {
	uint32_t id;
	enum err err;
	struct rid rid;
	uint64_t slot;
	bool is_old; /* the rid was settled before: no records come along */
	struct commitment c;
	uint8_t n_headers;
	struct message_header header[MESSAGE_HEADERS_MAX];
	struct str identity, contact, job; /* contact may be empty */
};

void put_sealed(struct buf *b, const struct message_sealed *s);
void take_sealed(struct view *v, struct message_sealed *ret_sealed);

void put_ask(struct buf *b, const struct keep_ask *a);
void take_ask(struct view *v, struct keep_ask *ret_ask);

struct message_answer {
	uint64_t asked_slot;
	struct keep_answer answer;
};

void put_answer(struct buf *b, const struct message_answer *a);
void take_answer(struct view *v, struct message_answer *ret_answer);

struct message_claim {
	uint32_t id;
	struct keep_claim claim;
};

void put_claim(struct buf *b, const struct message_claim *c);
void take_claim(struct view *v, struct message_claim *ret_claim);

struct message_claimed {
	uint32_t id;
	struct keep_claimed claimed;
};

void put_claimed(struct buf *b, const struct message_claimed *c);
void take_claimed(struct view *v, struct message_claimed *ret_claimed);

/* A signer's wish by the token of a mail, and what came of it. */
struct message_leave {
	uint32_t id; /* web's own, echoed */
	struct keep_leave leave;
};

void put_leave(struct buf *b, const struct message_leave *l);
void take_leave(struct view *v, struct message_leave *ret_leave);

struct message_left {
	uint32_t id;
	struct keep_left left;
};

void put_left(struct buf *b, const struct message_left *l);
void take_left(struct view *v, struct message_left *ret_left);

void put_unsettled(struct buf *b, const struct keep_unsettled *u);
void take_unsettled(struct view *v, struct keep_unsettled *ret_unsettled);

void put_event(struct buf *b, const struct logbook_event *e);
void take_event(struct view *v, struct logbook_event *ret_event);
void put_result(struct buf *b, const struct logbook_result *r);
void take_result(struct view *v, struct logbook_result *ret_result);

/* A desk's request on its way to keeper: what the desk signed, and the half-tags
 * of what its body names. */
struct message_desk_ask {
	uint32_t id; /* web's own, echoed */
	const uint8_t *head; /* DESK_HEAD_LEN bytes, borrowed from the frame */
	struct keep_target *target;
	size_t n_targets;
};
enum { MESSAGE_TARGETS_MAX = 16384 };

void put_desk_ask(struct buf *b, const struct message_desk_ask *a);
/* target has room for MESSAGE_TARGETS_MAX. */
void take_desk_ask(struct view *v, struct message_desk_ask *ret_ask);

/* What web may know of the answer; its body is sealed to the desk. */
struct message_desk_said {
	uint32_t id;
	enum desk_status status;
	uint64_t slot; /* of the record to be opened or erased, or 0 */
	uint64_t petition;
	uint16_t erase; /* enum desk_reason of an erasure, or 0; with it: */
	enum keep_leave_outcome outcome;
	struct commitment c;
	struct event_mac mac; /* over WITHDRAW */
	struct str answer; /* borrowed; empty unless DESK_OK */
};

void put_desk_said(struct buf *b, const struct message_desk_said *s);
void take_desk_said(struct view *v, struct message_desk_said *ret_said);

/* What a checkpoint begins with; its leaves follow: u32 count, then
 * logbook_placed.  A long one comes in several frames with one note. */
struct message_checkpoint {
	uint16_t year;
	uint64_t size;
	int64_t made_ms;
	struct str note;
	bool last; /* else more frames of this checkpoint follow */
};

void put_checkpoint(struct buf *b, const struct message_checkpoint *c);
void take_checkpoint(struct view *v, struct message_checkpoint *ret_c);
void put_placed(struct buf *b, const struct logbook_placed *p);
void take_placed(struct view *v, struct logbook_placed *ret_placed);

/* Then u32 count, logbook_placed; and if it is the end u32 count, each u16
 * year, text note: the newest checkpoint of every year. */
struct message_places {
	bool end;
	uint64_t next; /* where to ask again */
};

void put_places(struct buf *b, const struct message_places *p);
void take_places(struct view *v, struct message_places *ret_places);
void put_recalled(struct buf *b, const struct logbook_recalled *r);
void take_recalled(struct view *v, struct logbook_recalled *ret_recalled);

/* So many jobs web may have at mailer, whose window is as large: what finds no
 * room there is put off for minutes. */
enum { MESSAGE_JOBS_OUT = 256 };

/* A mail job as web has it. */
struct message_job {
	uint64_t slot;
	uint64_t petition;
	bool is_reminder;
	struct str lang; /* of the mail: a tag of the site's; empty: usual */
	struct str title;
	struct str job;
};

void put_job(struct buf *b, const struct message_job *j);
void take_job(struct view *v, struct message_job *ret_job);

/* u32 count, then the slots. */
void put_slots(struct buf *b, const uint64_t slot[], size_t n);
/* At most cap are returned; more is a malformed message (v->bad). */
size_t take_slots(struct view *v, uint64_t ret_slot[], size_t cap);

#endif

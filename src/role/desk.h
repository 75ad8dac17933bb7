/*
 * desk.h - what a moderator's desk asks, and is told (docs/formats.md section
 * 11, docs/protocol.md "The desk"): searches that open nothing, and the lock
 * of one record.
 *
 * A request is a head that the desk's key signs, and a body that the head
 * names by its hash.  keeper believes the signature and nobody in between; web
 * relays bytes that it cannot read, both ways.
 *
 * Who may ask stands in the file `desks` of SITE/keeper and SITE/web, a line
 * each: signing key and recipient of answers, then a name.
 */
#ifndef ROLE_DESK_H
#define ROLE_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/view.h"
#include "crypto/age.h"
#include "crypto/sign.h"
#include "crypto/tag.h"

#define DESKS_FILE "desks"
/* sealer's age identity, to which requests are sealed. */
#define DESK_KEY_FILE "desk.key"

enum {
	DESK_HEAD_LEN = 192,
	DESK_SIGNED_LEN = 128,
	DESK_BODY_MAX = 4096,
	DESK_REQUEST_MAX = 16 << 10, /* sealed, as posted */
	DESK_ROWS_MAX = 4096, /* in one answer */
	DESK_SLOTS_MAX = 500, /* in one invalidation */
	DESK_HELD_MAX = 500, /* in one answer */
	DESK_ALONE_MAX = 50, /* more than that takes two people */
	DESK_LIFE_S = 300,
	DESK_SET_LIFE_S = 86400, /* a second person may sign tomorrow */
	/* GDPR article 12(3) says one month; the shortest has 28 days. */
	DESK_ANSWER_DAYS = 28,
	DESKS_MAX = 64,
	DESK_NAME_MAX = 63
};

enum desk_op {
	DESK_SEARCH = 1, /* body: salt, values; answer: rows */
	DESK_WAVES = 2, /* of a petition's last two days; answer: waves */
	DESK_CLUSTER = 3, /* by the tag of a wave; answer: rows */
	DESK_OPEN = 4, /* answer: a lock */
	DESK_INVALIDATE = 5, /* to web, in clear; body: slots */
	/* To web, in clear: who waits to see what is held, or one slot. */
	DESK_HELD = 6,
	DESK_ANSWERED = 7, /* to web, in clear: that slot's owner has got it */
	DESK_ERASE = 8, /* as its signer could; answer: an outcome */
	/* Body: as of a search; answer: u32 changed, u32 on the list. */
	DESK_BLOCK = 9,
	DESK_UNBLOCK = 10,
	DESK_BLOCKED = 11 /* answer: the same, changed 0 */
};

struct desk_nonce {
	uint8_t byte[16];
};

struct desk_head {
	enum desk_op op;
	uint8_t purpose; /* crypto/tag.h; SEARCH and CLUSTER */
	/* OPEN, ERASE: enum desk_reason; INVALIDATE: the leaf's */
	uint16_t reason;
	uint64_t time_s;
	struct desk_nonce nonce;
	uint64_t petition; /* 0: any */
	uint64_t slot;
	struct tag tag;
	struct sha256 body;
	struct sign_public key;
	struct signature signature;
};

/* Why a record is opened or erased; the numbers are stored. */
enum desk_reason {
	DESK_REASON_FRAUD = 1, /* a sample of a wave */
	DESK_REASON_COMPLAINT = 2,
	DESK_REASON_REQUEST = 3, /* the signer wants to see what is held */
	DESK_REASON_ORDER = 4, /* a court's */
	DESK_REASON_AUDIT = 5
};
enum { DESK_REASONS = 6 };
/* "fraud" and so on; ERR_INVALID. */
MUST_USE enum err desk_reason_parse(struct str name, uint16_t *ret_reason);

/* Sign and append the head; key and signature are filled in. */
void desk_head_put(
	struct buf *b, const struct desk_head *h, const struct sign_key *key);
/* Read it.  ERR_INVALID for another form.  Proves nothing yet. */
MUST_USE enum err desk_head_read(
	const uint8_t bytes[DESK_HEAD_LEN], struct desk_head *ret_head);
/* ERR_DENIED unless key signed these bytes. */
MUST_USE enum err desk_head_check(
	const uint8_t bytes[DESK_HEAD_LEN], const struct sign_public *key);

/* ---- who may ask ---- */

struct desk {
	struct sign_public key;
	struct age_recipient recipient;
	char name[DESK_NAME_MAX + 1];
};

struct desks {
	struct desk desk[DESKS_MAX];
	size_t n;
};

/* The file's text.  ERR_CORRUPT; ERR_TOO_LARGE for more than DESKS_MAX. */
MUST_USE enum err desks_parse(struct str text, struct desks *ret_desks);
/* The file at dir_fd; none is an empty list. */
MUST_USE enum err desks_read(int dir_fd, struct desks *ret_desks);
void desks_write(struct buf *b, const struct desks *d);
/* NULL if this key may not ask. */
const struct desk *desks_find(
	const struct desks *d, const struct sign_public *key);
/* Text form of a signing key: "desk1" and base64url. */
void desk_key_text(struct buf *b, const struct sign_public *key);
MUST_USE enum err desk_key_parse(struct str text, struct sign_public *ret_key);

/* ---- bodies ---- */

/* SEARCH: salt[16], then up to two values, each after its u16 length: the
 * canonical value of docs/formats.md section 4; of an e-mail address both,
 * canonical first. */
struct desk_values {
	struct str value[2]; /* borrowed; the second may be empty */
};

void desk_values_put(
	struct buf *b, const uint8_t salt[16], const struct desk_values *v);
MUST_USE enum err desk_values_read(
	struct str body, struct desk_values *ret_values);

/* What is posted to set signatures aside: u8 number of heads, the heads, and
 * the slots that all heads name by their hash. */
struct desk_set {
	const uint8_t *head; /* n_heads of DESK_HEAD_LEN, borrowed */
	size_t n_heads; /* 1 or 2 */
	struct str slots; /* u64 each: 1 to DESK_SLOTS_MAX; borrowed */
};

MUST_USE enum err desk_set_read(struct str body, struct desk_set *ret_set);

/* ---- answers, sealed by keeper to the desk ---- */

enum desk_status {
	DESK_OK,
	DESK_REFUSED, /* key, signature or time */
	DESK_BUSY, /* another search is under way */
	DESK_CAP, /* enough for today */
	DESK_NONE /* no such entry, or its lock is no more */
};

struct desk_row {
	uint64_t slot;
	uint64_t petition;
	uint32_t hour;
	uint8_t state; /* role/keep_entry.h */
	bool exact; /* e-mail: not only canonically the same */
};

struct desk_wave {
	uint32_t purpose;
	uint32_t count;
	uint32_t first_hour, last_hour;
	struct tag tag;
};

/* What web holds of a signature beside its record. */
struct desk_held {
	uint64_t slot;
	uint64_t petition;
	uint32_t hour; /* of signing */
	uint32_t asked_hour; /* 0: nobody waits */
	uint8_t state; /* enum signature_state */
	bool wants_updates;
	uint16_t log_year; /* 0: not in the log */
	uint64_t leaf;
	struct str country, area; /* borrowed; may be empty */
};

/* What came of an erasure; the numbers are stored nowhere. */
enum desk_erased {
	DESK_ERASED = 1, /* gone as soon as the log has it */
	DESK_ERASED_PENDING = 2, /* it was never confirmed, and is gone */
	DESK_ERASED_BEFORE = 3
};

void desk_answer_begin(
	struct buf *b, const struct desk_head *h, uint32_t count);
void desk_row_put(struct buf *b, const struct desk_row *r);
void desk_row_read(struct view *v, struct desk_row *ret_row);
void desk_wave_put(struct buf *b, const struct desk_wave *w);
void desk_wave_read(struct view *v, struct desk_wave *ret_wave);
void desk_held_put(struct buf *b, const struct desk_held *h);
void desk_held_read(struct view *v, struct desk_held *ret_held);
/* *ret_count rows follow in v.  ERR_INVALID unless it answers h. */
MUST_USE enum err desk_answer_read(
	struct view *v, const struct desk_head *h, uint32_t *ret_count);

/* ---- web's reply to a POST ---- */

struct desk_reply {
	struct str answer; /* borrowed, as what follows */
	struct str header, record; /* of an opening, or empty */
};

MUST_USE enum err desk_reply_read(
	struct str text, struct desk_reply *ret_reply);
/* Of a request whose answer is how many were done. */
MUST_USE enum err desk_reply_count(struct str text, uint32_t *ret_n);
void desk_reply_put(struct buf *b, const struct desk_reply *r);
void desk_reply_put_count(struct buf *b, uint32_t n);

#endif

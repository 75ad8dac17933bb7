/*
 * work.h - what travels between web's threads: one item a request or task.
 *
 *     http threads --inbox--> flow --committer's queue--> committer
 *                                <------ done queue ------
 *
 * The flow (role/flow.c) turns in the main thread and is the only one that
 * talks to the other roles.  The committer is the only one that writes the
 * database.  An item belongs to whoever took it from a queue; work_free ends
 * it and wipes what a person typed.
 */
#ifndef WEB_WORK_H
#define WEB_WORK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/tag.h"
#include "crypto/token.h"
#include "domain/store.h"
#include "http/http.h"
#include "page/pages.h"

enum work_kind {
	/* from an http thread */
	WORK_SIGN, /* a checked form: seal it, commit it, answer */
	WORK_CONFIRM, /* a token: claim it, commit it, log it, answer */
	WORK_LEAVE, /* a token and a wish: prove it, commit it, answer */

	/* from the flow */
	WORK_RECONCILE, /* keeper asks what became of its entries */
	WORK_MAIL_DONE,
	WORK_SEQUENCE, /* a checkpoint came */
	WORK_DECLARE, /* sealer says who can open what */
	WORK_EXPIRED, /* keeper freed these */
	WORK_LEFT, /* keeper destroyed these */
	WORK_HOUSEKEEP, /* close what is due, forget old form ids */
	WORK_DESK, /* a desk asks */
	WORK_SHREDDED, /* keys of these petitions are dead */
	WORK_IMPORT, /* from a command on the control socket */
	WORK_FORGOT, /* keeper is older than the database */
	WORK_ADOPT /* events that log has and we lack (store_adopt) */
};

/* One request that waits; pressing twice makes two of them. */
struct waiter {
	struct waiter *next;
	struct http_request *request;
};

/* The numbers are those of enum keep_hint (role/keep_limit.h). */
enum work_hint {
	WORK_HINT_BLOCKED = 1,
	WORK_HINT_ALLOWED = 2,
	WORK_HINT_COUNTRY = 4
};

/* A checked form; texts live in the item's arena until it is sealed. */
struct work_fields {
	struct str name;
	struct str email_mailed, email_lower, email_canonical;
	struct str name_slug;
	struct str postcode;
	struct str ip_text;
	struct http_addr ip;
	uint8_t hints; /* enum work_hint */
	bool wants_updates;
};

enum { WORK_EPOCHS_MAX = 4, WORK_SEALED_MAX = 64 << 10 };

struct work_sign {
	struct rid rid;
	uint64_t petition;
	uint32_t hour;
	struct str country; /* a literal of domain/country.c */
	struct str area; /* where the postcode lies; empty if nobody knows */
	struct str lang; /* the site's tag, static; empty for its usual one */
	uint64_t corrects_slot; /* the sibling that this corrects, or 0 */
	struct token corrects_token;
	struct work_fields fields;
	struct waiter *waiters;
	/* Sealed: what the committer stores; views into sealed. */
	struct buf sealed;
	struct store_sealed row;
	struct store_epoch epoch[WORK_EPOCHS_MAX];
	bool is_old; /* keeper knew the rid: the row stands at row.slot */
	enum store_insert outcome;
	uint64_t slot; /* where the row stands, once committed */
};

struct work_confirm {
	uint64_t slot;
	struct token token;
	struct http_request *request;
	uint64_t petition;
	struct commitment c;
	struct event_mac mac;
	bool apart; /* a limit set it apart: it does not count */
	enum store_confirm outcome;
	struct store_place place;
};

/* The numbers are those of enum keep_wish (role/keep.h). */
enum work_wish {
	WORK_WISH_WITHDRAW = 1, /* on an open petition; else as to erase */
	WORK_WISH_STOP = 2,
	WORK_WISH_SHOW = 3,
	WORK_WISH_LOOK = 4 /* to see the page behind the link */
};

struct work_leave {
	enum work_wish wish;
	uint64_t asked_slot;
	struct token token;
	struct http_request *request;
	uint64_t slot; /* the signature meant */
	uint64_t petition;
	struct commitment c;
	struct event_mac mac;
	enum page_left left;
	uint64_t ev_seq; /* of its event, 0 if there is none */
	struct http_reply *page; /* WORK_WISH_LOOK: for who has the token */
};

/* A claim that keeper has and web must roll forward, or a tentative entry. */
struct reconcile_entry {
	uint64_t slot;
	uint64_t petition;
	struct rid rid;
	bool is_claimed;
	struct commitment c;
	struct event_mac mac;
	bool apart;
	bool make_stub; /* of a claim without a row */
	/* answers */
	bool settle, free, book;
};

struct work_reconcile {
	struct reconcile_entry *entry;
	size_t n;
	bool last;
	uint64_t top_slot; /* answer, of the last: the highest there is */
};

struct work_slots {
	uint64_t *slot;
	size_t n;
	bool agreed; /* WORK_HOUSEKEEP: keeper and web have compared */
	bool tick; /* WORK_HOUSEKEEP: a command waits for the answer, */
	size_t closed; /* which is this */
	size_t reminded; /* WORK_HOUSEKEEP: jobs queued once more */
	uint8_t what; /* WORK_SHREDDED: enum store_shred */
	size_t news; /* WORK_SHREDDED: answer: not written down before */
};

struct work_sequence {
	struct store_checkpoint checkpoint;
	struct store_leaf *leaf;
	size_t n;
	struct store_moved *moved; /* answer, in the item's arena */
	size_t n_moved;
};

struct work_declare {
	struct str text;
	uint64_t ev_seq; /* answer: of its KEY event */
};

/* What a desk posts, by its address. */
enum work_desk_kind {
	WORK_DESK_RELAYED, /* sealed, to sealer */
	WORK_DESK_SET, /* signatures to set aside */
	WORK_DESK_HELD /* who waits to see what is held; or that one was told */
};

struct work_desk {
	enum work_desk_kind kind;
	struct http_request *request;
	struct str body; /* as posted */
	uint64_t slot; /* of the record to be opened, or 0 */
	uint64_t petition;
	struct str answer; /* sealed to the desk */
	uint64_t *slots; /* to set aside */
	size_t n_slots;
	uint16_t reason;
	bool answered; /* WORK_DESK_HELD: note it down for slot */
	uint16_t erase; /* WORK_DESK_RELAYED: why slot is erased, or 0 */
	bool pending; /* it was never confirmed; else keeper's word: */
	struct commitment c;
	struct event_mac mac;
	/* from the committer, in the item's arena */
	size_t n_done;
	struct bytes header, record;
};

struct work_import {
	struct str body; /* JSON documents, or a list if kind says which */
	struct str kind; /* "periods" and so on; empty: documents */
	struct str name; /* of the file, for its errors */
	struct str period;
	bool replace;
	int reply_fd; /* the command waits there */
	size_t count; /* answer: petitions taken */
	struct str complaint; /* answer: why not */
};

struct work_forgot {
	uint64_t from_slot; /* 0: only that keeper has told all */
	size_t paused; /* answer: petitions that take no signatures now */
};

struct work_adopt {
	struct store_told *told;
	size_t n;
	bool last;
};

struct work {
	struct work *next;
	enum work_kind kind;
	uint32_t id; /* of what is in flight; 0: none */
	enum err err; /* answer: how it ended */
	struct arena arena; /* for what belongs to this item alone */
	union {
		struct work_sign sign;
		struct work_confirm confirm;
		struct work_leave leave;
		struct work_reconcile reconcile;
		struct work_slots slots;
		struct work_sequence sequence;
		struct work_declare declare;
		struct work_desk desk;
		struct work_import import;
		struct work_adopt adopt;
		struct work_forgot forgot;
	};
};

/* Zeroed, with an empty arena; NULL when there is no memory. */
struct work *work_new(enum work_kind kind);
/* NULL is allowed. */
void work_free(struct work *w);

/* ---- queues ---- */

struct work_queue {
	pthread_mutex_t mutex;
	pthread_cond_t some;
	struct work *head;
	struct work **tail;
	size_t n;
	bool closed;
	int event_fd; /* readable while there is something; -1: no such fd */
};

MUST_USE enum err work_queue_init(struct work_queue *q, bool with_fd);
void work_queue_release(struct work_queue *q);
/* Append a chain that ends in NULL. */
void work_push_all(struct work_queue *q, struct work *chain);
void work_push(struct work_queue *q, struct work *w);
/* Take everything (NULL when there is nothing), without waiting. */
struct work *work_take(struct work_queue *q);
/* Wait for something and take it all; NULL when the queue was closed. */
struct work *work_wait(struct work_queue *q);
void work_close(struct work_queue *q);

#endif

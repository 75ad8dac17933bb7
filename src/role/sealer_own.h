/*
 * sealer_own.h - what the files of the sealer's turn share: sealer.c (the turn),
 * sealer_recipients.c (who can open what), sealer_batch.c (forms, and keeper's
 * answers to them), sealer_desk.c (questions of desks).
 *
 * An error ends the process; a peer that is gone is marked lost and is none.
 */
#ifndef ROLE_SEALER_OWN_H
#define ROLE_SEALER_OWN_H

#include "role/message.h"
#include "role/recipients.h"
#include "role/runtime.h"
#include "role/seal.h"

enum {
	BATCHES = 8,
	RANGE = 16384,
	RANGE_LOW = BATCHES * SEAL_BATCH_MAX,
	TICK_MS = 5000
};

struct batch {
	struct buf frame; /* what the forms' texts point into */
	struct message_form form[SEAL_BATCH_MAX];
	struct sealer_form in[SEAL_BATCH_MAX];
	struct sealed sealed[SEAL_BATCH_MAX];
	size_t n;
	bool orphan; /* the web that sent it is gone */
};

struct sealer_role {
	struct role *role;
	struct keyring *ring;
	struct sealer *sealer;

	struct recipients recipients; /* as the file has them now */
	struct sha256 file_hash;
	struct age_recipient mailer; /* its own, of the period */
	bool has_mailer;
	struct sha256 declaration; /* the last one made of both */
	bool declared; /* one to this web, and journaled by log */
	int64_t look_at_ms; /* at the file again */

	uint64_t next_slot;
	uint64_t slots_left;
	bool range_asked;

	struct batch batch[BATCHES]; /* a ring */
	size_t first;
	size_t in_flight;
	struct psr1_record job;
};

/* ---- sealer_recipients.c ---- */

/* The file again, if it is another than the last time. */
MUST_USE enum err sealer_read_recipients(
	struct sealer_role *s, bool *ret_changed);
/* The mailer has a new key of the period. */
MUST_USE enum err sealer_hear_mailer_key(struct sealer_role *s);
/* Web is told who could open what from now on; nothing if it is away. */
void sealer_declare(struct sealer_role *s);
void sealer_look_for_change(struct sealer_role *s);
/* The last declaration stands in log's journal: it is used. */
MUST_USE enum err sealer_hear_declared(struct sealer_role *s, struct view *v);

/* ---- sealer_batch.c ---- */

/* Ask keeper for more slots, before they run out. */
void sealer_ask_range(struct sealer_role *s);
void sealer_hear_range(struct sealer_role *s, struct view *v);
/* Forms are read only while there is a place for their batch, and slots. */
bool sealer_ready_for_forms(const struct sealer_role *s);
MUST_USE enum err sealer_hear_forms(struct sealer_role *s, struct view *frame);
/* ERR_INVALID: keeper answers what was not asked. */
MUST_USE enum err sealer_hear_answers(struct sealer_role *s, struct view *v);
/* The web that sent them is gone: nobody waits for these answers. */
void sealer_orphan_batches(struct sealer_role *s);
/* A keeper that came back has to hear them all again, in order. */
void sealer_ask_again(struct sealer_role *s);
/* What was typed is wiped. */
void sealer_clear_batches(struct sealer_role *s);

/* ---- sealer_desk.c ---- */

/* A question for keeper, its words made into half-tags.  Nonsense is refused
 * by an answer. */
MUST_USE enum err sealer_hear_desk(struct sealer_role *s, struct view *v);
void sealer_hear_desk_told(struct sealer_role *s, struct view *v);

#endif

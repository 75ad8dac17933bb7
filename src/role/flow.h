/*
 * flow.h - web's main thread: between http threads, committer and the other
 * roles.  Private to role/web.c and role/flow_*.c.
 *
 * A form goes: inbox, sealer, committer, keeper (settled), answer.  A
 * confirmation goes: inbox, keeper, committer, keeper (booked) and log,
 * answer.  Items in flight stand in one table by id, so that everything that
 * was sent to a role that died can be sent to the next one; all roles take
 * repeats idempotently.
 *
 * Order.  What web has told keeper ("settled") must be with it before a
 * repeated form goes to sealer, so forms are held back while keeper's link
 * has bytes waiting (docs/protocol.md; role/keeper.c is the other half).
 */
#ifndef ROLE_FLOW_H
#define ROLE_FLOW_H

#include "domain/store.h"
#include "role/message.h"
#include "role/runtime.h"
#include "web/app.h"
#include "web/committer.h"

enum {
	FLOW_IDS = 1 << 16, /* more than APP_WAITING_MAX */
	FLOW_WAITS = 1 << 17, /* confirmations that wait for their promise */
	FLOW_MAILS = 4096, /* table of jobs at the mailer or put off */
	FLOW_SLOTS = 4096, /* slots in one message */
	FLOW_MOVED = 1024 /* petitions one checkpoint moves, by name */
};

enum flow_state { FLOW_UNSENT, FLOW_SENT, FLOW_COMMITTING };

struct flow_item {
	struct work *work; /* NULL: free */
	enum flow_state state;
	uint32_t next_rid; /* chain of the rid's bucket; 0: end */
	int64_t since_ms;
};

struct flow_mail {
	uint64_t slot; /* 0: free */
	int64_t again_ms; /* put off until then; 0: at the mailer */
};

/* Work in the order it came. */
struct flow_line {
	struct work *head;
	struct work **tail;
};

struct slot_list {
	uint64_t slot[FLOW_SLOTS];
	size_t n;
};

struct flow {
	struct role *role;
	struct app *app;
	struct committer *committer;
	struct work_queue done; /* from the committer */
	struct store *store; /* a reader */
	struct arena scratch; /* one turn's */
	struct flow_line commit; /* this turn's, for the committer */

	/* in flight, by id; id 0 is none */
	struct flow_item item[FLOW_IDS];
	uint32_t last_id;
	uint32_t rid_bucket[FLOW_IDS];
	struct flow_line forms; /* to be sent to sealer */
	size_t forms_out; /* frames at sealer */
	struct flow_line claims; /* to be sent to keeper */
	size_t claims_out; /* frames at keeper */
	struct flow_line leaves; /* wishes, to be sent to keeper */
	bool leaving; /* the store may hold leavers whose data lives */
	struct slot_list settled;
	struct slot_list booked;

	/* roles whose link is to be made anew, by the supervisor */
	int64_t ask_at_ms[ROLE_COUNT]; /* 0: none to be asked for */
	int64_t asked_ms[ROLE_COUNT]; /* when one was, last */

	/* readiness */
	bool declared; /* sealer's declaration is in the log's journal */
	bool reconciled;
	bool log_ready;
	/* Until log has said what it has, nothing that makes events may be
	 * committed: an old database would use their numbers again. */
	bool log_met;
	struct flow_line held; /* what waits for that */
	/* The database is from a backup: keeper is to tell all it has. */
	bool tell_all;
	bool telling_all; /* asked, and not done */
	uint64_t declare_ev; /* its event, 0 while it is not committed */
	struct sha256 declared_hash; /* of the declaration of declare_ev */

	/* events: [ev_next, ev_last] are committed and not sent */
	uint64_t ev_next;
	uint64_t ev_last;
	uint64_t ev_acked;
	struct work *wait[FLOW_WAITS]; /* by ev_seq */
	struct vkey promise_key;
	uint64_t recall_to; /* log's next ev_seq while we learn; else 0 */
	/* Counts moved in the store by parts of a checkpoint: their pages
	 * change when its last part is there. */
	uint64_t moved[FLOW_MOVED];
	size_t n_moved; /* FLOW_MOVED: too many to name */

	/* mail */
	struct flow_mail mail[FLOW_MAILS];
	size_t mails_out; /* at the mailer */
	size_t mails_put_off;
	int64_t mail_again_ms; /* none of those put off is due before */
	struct flow_line mailed; /* done, and the disk had no room for that */
	int64_t mailed_at_ms; /* when that is tried again */
	const struct store_mail *fresh[MESSAGE_JOBS_OUT]; /* this turn's */
	size_t n_fresh;
	bool mail_reading; /* a reading of the store has come to mail_from */
	bool mail_reminders; /* it reads them, first mails are done */
	uint64_t mail_from;
	bool mail_dirty; /* the store may hold jobs that no reading will see */

	/* housekeeping */
	int64_t housekeep_at_ms;
	int64_t expire_at_ms;
	int64_t shred_again_at_ms; /* keeper hears of all that died before */
	int64_t destroy_at_ms;
	int64_t give_up_at_ms;
	bool housekeeping;
	bool tick; /* a command asks for it now */

	/* commands */
	struct link command; /* one at a time */
	bool importing;
};

/* flow_sign.c */
void flow_take_sign(struct flow *f, struct work *w);
void flow_send_forms(struct flow *f);
void flow_hear_sealer(struct flow *f);
void flow_sealer_changed(struct flow *f);
void flow_signed(struct flow *f, struct work *w);
void flow_give_up_sign(struct flow *f, struct work *w);
bool flow_rid_in_flight(const struct flow *f, const struct rid *rid);

/* flow_confirm.c */
void flow_take_confirm(struct flow *f, struct work *w);
void flow_send_claims(struct flow *f);
void flow_hear_keeper(struct flow *f);
void flow_keeper_changed(struct flow *f);
void flow_confirmed(struct flow *f, struct work *w);
void flow_reconciled(struct flow *f, struct work *w);
void flow_send_acknowledgements(struct flow *f);
void flow_expire(struct flow *f);

/* flow_leave.c */
void flow_take_leave(struct flow *f, struct work *w);
void flow_send_leaves(struct flow *f);
void flow_hear_left(struct flow *f, struct view *v);
void flow_hear_destroyed(struct flow *f, struct view *v);
void flow_leavers_keeper_changed(struct flow *f);
void flow_left(struct flow *f, struct work *w);
void flow_destroyed(struct flow *f, struct work *w);
/* Tell keeper whose data may die now: log has journaled that they left. */
void flow_destroy(struct flow *f);

/* flow_log.c */
void flow_hear_log(struct flow *f);
void flow_log_changed(struct flow *f);
void flow_send_events(struct flow *f);
void flow_wait_for_promise(struct flow *f, struct work *w);
void flow_ask_promise_again(struct flow *f, struct work *w);
void flow_give_up_promise(struct flow *f, struct work *w);
void flow_sequenced(struct flow *f, struct work *w);
/* Events are at one: go on from next, and ask for leaves. */
void flow_log_agrees(struct flow *f, uint64_t next);
/* Look in the store which event is the last. */
void flow_find_events(struct flow *f);

/* flow_recover.c: after a restore */
/* Log has journaled events up to (not including) next, and we have not. */
void flow_recall(struct flow *f, uint64_t next);
void flow_hear_recalled(struct flow *f, struct view *v);
void flow_adopted(struct flow *f, struct work *w);
void flow_hear_places_ask(struct flow *f, struct view *v);

/* Ask keeper to tell all, if that is to be done and it is there. */
void flow_ask_all(struct flow *f);
/* keeper knows nothing from this slot on; 0: all is known. */
void flow_hear_agreed(struct flow *f, struct view *v);
void flow_keeper_forgot(struct flow *f, struct work *w);
/* Give back what flow_commit held. */
void flow_release_held(struct flow *f);

/* flow_mail.c */
void flow_hear_mailer(struct flow *f);
void flow_mailer_changed(struct flow *f);
void flow_send_mails(struct flow *f);
void flow_mailed(struct flow *f, struct work *w);
/* At the end: the relay has those, and may be given them once more. */
void flow_forget_mailed(struct flow *f);
/* A form was committed: its mail may go. */
void flow_mail_committed(struct flow *f, const struct work_sign *s);

/* flow_shred.c */
void flow_shred(struct flow *f);
void flow_shredded(struct flow *f, struct work *w);
void flow_hear_shredded(struct flow *f, struct view *v);

/* flow_desk.c */
void flow_take_desk(struct flow *f, struct work *w);
void flow_hear_desk(struct flow *f, struct view *v);
void flow_desk_done(struct flow *f, struct work *w);
void flow_give_up_desk(struct flow *f, struct work *w);

/* flow_command.c */
void flow_accept_command(struct flow *f);
void flow_hear_command(struct flow *f);
void flow_imported(struct flow *f, struct work *w);
/* The housekeeping that a command asked for is done. */
void flow_ticked(struct flow *f, const struct work *w);

/* flow_line.c */
void flow_line_init(struct flow_line *l);
void flow_line_add(struct flow_line *l, struct work *w);
/* All of it, as a chain. */
struct work *flow_line_empty(struct flow_line *l);
/* Nothing happens if w is not in it. */
void flow_line_remove(struct flow_line *l, struct work *w);
/* How many there are, not counting beyond max. */
size_t flow_line_count(const struct flow_line *l, size_t max);
/* Send up to max of them as one frame; false if there were none, or if the
 * peer was lost. */
typedef void flow_put(struct buf *b, const struct work *w);
bool flow_line_send(struct flow *f, struct flow_line *l, enum role_name peer,
	enum message type, size_t max, flow_put *put);
/* What was sent and not answered goes into the line again: the peer is new. */
void flow_line_again(struct flow *f, struct flow_line *l, enum work_kind kind);
/* To keeper, if there are any. */
void flow_send_slots(
	struct flow *f, enum message type, const uint64_t *slot, size_t n);
/* An item with the slots of a message; NULL without any, or without memory. */
struct work *flow_take_slots(struct view *v, enum work_kind kind);

/* flow.c: what all of them use */
/* Give w an id; false when the table is full. */
bool flow_enter(struct flow *f, struct work *w, enum flow_state state);
struct flow_item *flow_find(struct flow *f, uint32_t id, enum work_kind kind);
/* Take w out of the table and end it; its request must be answered. */
void flow_leave(struct flow *f, struct work *w);
/* What w, of one request, is answered with: in its reader's language. */
struct app *flow_view(const struct flow *f, const struct work *w);
/* Answer the one request of w, and end it. */
void flow_answer(struct flow *f, struct work *w, struct http_reply *reply);
/* The same with an error page. */
void flow_refuse(struct flow *f, struct work *w, unsigned status);
void flow_commit(struct flow *f, struct work *w);
/* A peer that cannot be written to is given up; the supervisor sends another. */
void flow_lose(struct flow *f, enum role_name peer, enum err e);
/* Tell keeper, at the end of the turn or when the list is full. */
void flow_tell_keeper(struct flow *f, struct slot_list *list, uint64_t slot);

/* The whole life; OK when it was asked to stop. */
MUST_USE enum err flow_run(struct flow *f);

#endif

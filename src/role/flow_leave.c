/*
 * flow_leave.c - signers who leave by a token of their mail (docs/protocol.md,
 * "Leaving"): their wish to keeper, what it comes to into the store, and word
 * to keeper when their data may die.
 */
#include "base/fault.h"
#include "base/log.h"
#include "role/flow.h"

_Static_assert((int)WORK_WISH_WITHDRAW == (int)KEEP_WISH_LEAVE &&
		(int)WORK_WISH_STOP == (int)KEEP_WISH_STOP &&
		(int)WORK_WISH_SHOW == (int)KEEP_WISH_SHOW &&
		(int)WORK_WISH_LOOK == (int)KEEP_WISH_LOOK,
	"web may not know role, so these are said twice");

static const size_t WISHES_PER_FRAME = 256;

void flow_take_leave(struct flow *f, struct work *w)
{
	if (flow_enter(f, w, FLOW_UNSENT))
		flow_line_add(&f->leaves, w);
	else
		flow_refuse(f, w, 503);
}

/* ---- to keeper ---- */

static void put_wish(struct buf *b, const struct work *w)
{
	struct message_leave m = { .id = w->id,
		.leave = { .wish = (enum keep_wish)w->leave.wish,
			.slot = w->leave.asked_slot,
			.token = w->leave.token } };

	put_leave(b, &m);
}

void flow_send_leaves(struct flow *f)
{
	if (f->reconciled && link_up(&f->role->link[ROLE_KEEPER]))
		(void)flow_line_send(f, &f->leaves, ROLE_KEEPER, MSG_LEAVE,
			WISHES_PER_FRAME, put_wish);
}

void flow_leavers_keeper_changed(struct flow *f)
{
	f->leaving = true;
	flow_line_again(f, &f->leaves, WORK_LEAVE);
}

/* ---- from keeper ---- */

static enum page_left meaning(enum keep_leave_outcome outcome)
{
	switch (outcome) {
	case KEEP_LEAVES:
		return LEFT_WITHDRAWN; /* or erased: the store sees which */
	case KEEP_LEAVE_STOPPED:
		return LEFT_STOPPED;
	case KEEP_LEAVE_FREED:
		return LEFT_FREED;
	case KEEP_LEAVE_DONE:
		return LEFT_DONE;
	case KEEP_LEAVE_OTHER:
		return LEFT_OTHER;
	case KEEP_LEAVE_MEANT:
		return LEFT_SHOWN;
	case KEEP_LEAVE_WRONG:
	case KEEP_LEAVE_GONE:
		break;
	}
	return LEFT_WRONG;
}

static void left(struct flow *f, const struct message_left *m)
{
	struct flow_item *item = flow_find(f, m->id, WORK_LEAVE);
	struct work_leave *l;

	if (item == NULL || item->state != FLOW_SENT)
		return;
	l = &item->work->leave;
	l->slot = m->left.slot;
	l->petition = m->left.petition;
	l->c = m->left.c;
	l->mac = m->left.mac;
	l->left = meaning(m->left.outcome);
	if (l->left >= LEFT_DONE || l->wish == WORK_WISH_LOOK) {
		flow_answer(f, item->work,
			leave_reply(flow_view(f, item->work), l));
		return;
	}
	item->state = FLOW_COMMITTING;
	flow_commit(f, item->work);
}

void flow_hear_left(struct flow *f, struct view *v)
{
	size_t n = view_u32(v);

	FAULT("web-left-heard");
	for (size_t i = 0; i < n && !v->bad; i++) {
		struct message_left m;

		take_left(v, &m);
		if (!v->bad)
			left(f, &m);
	}
}

void flow_hear_destroyed(struct flow *f, struct view *v)
{
	struct work *w = flow_take_slots(v, WORK_LEFT);

	FAULT("web-destroyed-heard");
	if (w != NULL && view_done(v))
		flow_commit(f, w);
	else
		work_free(w);
}

/* ---- committed ---- */

void flow_left(struct flow *f, struct work *w)
{
	struct work_leave *l = &w->leave;

	if (w->err != OK) {
		flow_refuse(f, w, (unsigned)err_http_status(w->err));
		return;
	}
	if (l->ev_seq > f->ev_last)
		f->ev_last = l->ev_seq;
	if (l->left == LEFT_WITHDRAWN || l->left == LEFT_ERASED)
		f->leaving = true;
	flow_answer(f, w, leave_reply(flow_view(f, w), l));
}

/* Asked again as long as anything is left: keeper takes repeats. */
void flow_destroy(struct flow *f)
{
	uint64_t *slot = ARENA_ARRAY(&f->scratch, uint64_t, FLOW_SLOTS);
	bool any = false;
	size_t n = 0;
	enum err e;

	if (!f->leaving || !f->log_ready || slot == NULL ||
		!link_up(&f->role->link[ROLE_KEEPER]))
		return;
	e = store_leaving(f->store, f->ev_acked, slot, FLOW_SLOTS, &n, &any);
	if (e != OK) {
		log_err("cannot-look-for-leavers", e);
		return;
	}
	f->leaving = any;
	flow_send_slots(f, MSG_DESTROY, slot, n);
}

void flow_destroyed(struct flow *f, struct work *w)
{
	if (w->err != OK)
		log_err("leavers-stay-listed", w->err);
	else
		log_notice_int(
			"leavers-destroyed", "count", (int64_t)w->slots.n);
	f->leaving = true; /* there may be more */
	work_free(w);
}

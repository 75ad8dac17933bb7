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
		(int)WORK_WISH_SHOW == (int)KEEP_WISH_SHOW,
	"web may not know role, so these are said twice");

static const size_t WISHES_PER_FRAME = 256;

static void answer(struct flow *f, struct work *w, struct http_reply *reply)
{
	http_answer(w->leave.request, reply);
	flow_leave(f, w);
}

/* In the language of whoever asked. */
static struct app *view(const struct flow *f, const struct work *w)
{
	return app_view(f->app, w->leave.request);
}

static void append(struct flow *f, struct work *w)
{
	w->next = NULL;
	*f->leaves_tail = w;
	f->leaves_tail = &w->next;
}

void flow_take_leave(struct flow *f, struct work *w)
{
	if (!flow_enter(f, w, FLOW_UNSENT)) {
		answer(f, w, app_error(view(f, w), 503));
		return;
	}
	append(f, w);
}

void flow_give_up_leave(struct flow *f, struct work *w)
{
	/* Whatever came of it, the same button works again. */
	answer(f, w, app_error(view(f, w), 503));
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
	struct link *keeper = &f->role->link[ROLE_KEEPER];
	struct buf *b;
	size_t n = 0;
	enum err e;

	if (f->leaves == NULL || !f->reconciled || !link_up(keeper))
		return;
	for (struct work *w = f->leaves; w != NULL && n < WISHES_PER_FRAME;
		w = w->next)
		n++;
	b = link_begin(keeper, MSG_LEAVE);
	buf_u32(b, (uint32_t)n);
	for (; n > 0; n--) {
		struct work *w = f->leaves;

		put_wish(b, w);
		f->item[w->id].state = FLOW_SENT;
		f->leaves = w->next;
	}
	if (f->leaves == NULL)
		f->leaves_tail = &f->leaves;
	e = link_end(keeper);
	if (e != OK)
		flow_lose(f, ROLE_KEEPER, e);
}

void flow_leavers_keeper_changed(struct flow *f)
{
	f->leaving = true;
	for (uint32_t id = 1; id < FLOW_IDS; id++) {
		struct flow_item *item = &f->item[id];

		if (item->work == NULL || item->work->kind != WORK_LEAVE ||
			item->state != FLOW_SENT)
			continue;
		item->state = FLOW_UNSENT;
		append(f, item->work);
	}
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
	if (l->left >= LEFT_DONE) {
		answer(f, item->work, leave_reply(view(f, item->work), l));
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
	struct work *w = work_new(WORK_LEFT);

	if (w == NULL)
		return;
	w->slots.slot = ARENA_ARRAY(&w->arena, uint64_t, FLOW_SLOTS);
	w->slots.n = w->slots.slot == NULL
		? 0
		: take_slots(v, w->slots.slot, FLOW_SLOTS);
	FAULT("web-destroyed-heard");
	if (w->slots.n > 0 && view_done(v))
		flow_commit(f, w);
	else
		work_free(w);
}

/* ---- committed ---- */

void flow_left(struct flow *f, struct work *w)
{
	struct work_leave *l = &w->leave;

	if (w->err != OK) {
		answer(f, w,
			app_error(
				view(f, w), (unsigned)err_http_status(w->err)));
		return;
	}
	if (l->ev_seq > f->ev_last)
		f->ev_last = l->ev_seq;
	if (l->left == LEFT_WITHDRAWN || l->left == LEFT_ERASED)
		f->leaving = true;
	answer(f, w, leave_reply(view(f, w), l));
}

/* Asked again as long as anything is left: keeper takes repeats. */
void flow_destroy(struct flow *f)
{
	struct link *keeper = &f->role->link[ROLE_KEEPER];
	uint64_t *slot = ARENA_ARRAY(&f->scratch, uint64_t, FLOW_SLOTS);
	bool any = false;
	size_t n = 0;
	enum err e;

	if (!f->leaving || !f->log_ready || slot == NULL || !link_up(keeper))
		return;
	e = store_leaving(f->store, f->ev_acked, slot, FLOW_SLOTS, &n, &any);
	if (e != OK) {
		log_err("cannot-look-for-leavers", e);
		return;
	}
	f->leaving = any;
	if (n == 0)
		return;
	put_slots(link_begin(keeper, MSG_DESTROY), slot, n);
	e = link_end(keeper);
	if (e != OK)
		flow_lose(f, ROLE_KEEPER, e);
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

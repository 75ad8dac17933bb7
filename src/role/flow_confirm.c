/*
 * flow_confirm.c - claims and everything else between web and keeper.
 */
#include "base/fault.h"
#include "base/log.h"
#include "role/flow.h"

/* Frames at keeper at once, as for forms. */
enum { FRAMES_OUT = 2 };
static const size_t CLAIMS_PER_FRAME = 1024;
static const uint32_t PENDING_HOURS = 72;

void flow_take_confirm(struct flow *f, struct work *w)
{
	if (flow_enter(f, w, FLOW_UNSENT))
		flow_line_add(&f->claims, w);
	else
		flow_refuse(f, w, 503);
}

/* ---- to keeper ---- */

static void put_one(struct buf *b, const struct work *w)
{
	put_claim(b,
		&(struct message_claim){
			w->id, { w->confirm.slot, w->confirm.token } });
}

void flow_send_claims(struct flow *f)
{
	if (!f->reconciled || !link_up(&f->role->link[ROLE_KEEPER]))
		return;
	while (f->claims_out < FRAMES_OUT &&
		flow_line_send(f, &f->claims, ROLE_KEEPER, MSG_CLAIMS,
			CLAIMS_PER_FRAME, put_one))
		f->claims_out++;
}

static void send_list(struct flow *f, enum message type, struct slot_list *list)
{
	if (link_up(&f->role->link[ROLE_KEEPER]))
		flow_send_slots(f, type, list->slot, list->n);
	list->n = 0; /* a keeper that is away asks when it is back */
}

void flow_send_acknowledgements(struct flow *f)
{
	FAULT("web-before-settled");
	send_list(f, MSG_SETTLED, &f->settled);
	send_list(f, MSG_BOOKED, &f->booked);
}

/* Rows that were never confirmed: keeper frees first, then we delete. */
void flow_expire(struct flow *f)
{
	uint64_t *slot = ARENA_ARRAY(&f->scratch, uint64_t, FLOW_SLOTS);
	uint32_t hour = clock_hour(f->app->clock);
	size_t n = 0;
	enum err e;

	if (slot == NULL || hour < PENDING_HOURS)
		return;
	e = store_expired(f->store, hour - PENDING_HOURS, slot, FLOW_SLOTS, &n);
	if (e == OK)
		flow_send_slots(f, MSG_EXPIRE, slot, n);
	else
		log_err("cannot-look-for-expired", e);
}

/* ---- from keeper ---- */

static void claimed(struct flow *f, const struct message_claimed *m)
{
	struct flow_item *item = flow_find(f, m->id, WORK_CONFIRM);
	const struct keep_claimed *c = &m->claimed;
	struct work *w;

	if (item == NULL || item->state != FLOW_SENT)
		return;
	w = item->work;
	if (c->slot != w->confirm.slot) {
		flow_refuse(f, w, 500);
		return;
	}
	switch (c->outcome) {
	case KEEP_CLAIMED:
	case KEEP_CLAIMED_AGAIN:
		w->confirm.petition = c->petition;
		w->confirm.c = c->c;
		w->confirm.mac = c->mac;
		w->confirm.apart = c->apart;
		item->state = FLOW_COMMITTING;
		flow_commit(f, w);
		break;
	case KEEP_CLAIM_ALREADY:
		flow_answer(f, w,
			confirm_reply_again(flow_view(f, w), c->petition));
		break;
	case KEEP_CLAIM_WRONG:
	case KEEP_CLAIM_GONE:
		flow_answer(f, w, confirm_reply_bad(flow_view(f, w)));
		break;
	}
}

static void hear_claimed(struct flow *f, struct view *v)
{
	size_t n = view_u32(v);

	FAULT("web-claimed-heard");
	/* keeper answers all that waited with one frame. */
	f->claims_out = 0;
	for (size_t i = 0; i < n && !v->bad; i++) {
		struct message_claimed m;

		take_claimed(v, &m);
		if (!v->bad)
			claimed(f, &m);
	}
}

static void hear_unsettled(struct flow *f, struct view *v)
{
	struct work *w = work_new(WORK_RECONCILE);
	struct work_reconcile *r;
	bool last = view_u8(v) != 0;
	size_t n = view_u32(v);

	if (w == NULL || n > KEEP_BATCH_MAX) {
		work_free(w);
		return;
	}
	r = &w->reconcile;
	r->last = last;
	r->entry = ARENA_ARRAY(&w->arena, struct reconcile_entry, n);
	for (size_t i = 0; r->entry != NULL && i < n; i++) {
		struct keep_unsettled u;
		struct reconcile_entry *e = &r->entry[i];

		take_unsettled(v, &u);
		*e = (struct reconcile_entry){ .slot = u.slot,
			.petition = u.petition,
			.rid = u.rid,
			.is_claimed = u.is_claimed,
			.c = u.c,
			.mac = u.mac,
			.apart = u.apart,
			.make_stub = f->telling_all,
			.free = !flow_rid_in_flight(f, &u.rid) };
		r->n++;
	}
	if (v->bad) {
		work_free(w);
		return;
	}
	flow_commit(f, w);
}

static void hear_expired(struct flow *f, struct view *v)
{
	struct work *w = flow_take_slots(v, WORK_EXPIRED);

	if (w == NULL)
		return;
	log_notice_int("unconfirmed-expired", "count", (int64_t)w->slots.n);
	flow_commit(f, w);
}

void flow_hear_keeper(struct flow *f)
{
	struct link *keeper = &f->role->link[ROLE_KEEPER];
	uint8_t type;
	struct view v;

	while (link_next(keeper, &type, &v)) {
		if (type == MSG_CLAIMED)
			hear_claimed(f, &v);
		else if (type == MSG_UNSETTLED)
			hear_unsettled(f, &v);
		else if (type == MSG_AGREED)
			flow_hear_agreed(f, &v);
		else if (type == MSG_EXPIRED)
			hear_expired(f, &v);
		else if (type == MSG_LEFT)
			flow_hear_left(f, &v);
		else if (type == MSG_DESTROYED)
			flow_hear_destroyed(f, &v);
		else if (type == MSG_SHREDDED)
			flow_hear_shredded(f, &v);
	}
}

void flow_keeper_changed(struct flow *f)
{
	f->reconciled = false;
	f->telling_all = false;
	f->claims_out = 0;
	f->settled.n = 0; /* it asks for all of these itself */
	f->booked.n = 0;
	f->shred_again_at_ms = 0;
	flow_leavers_keeper_changed(f);
	flow_line_again(f, &f->claims, WORK_CONFIRM);
}

/* ---- committed ---- */

void flow_confirmed(struct flow *f, struct work *w)
{
	const struct work_confirm *c = &w->confirm;

	if (w->err != OK) {
		/* The claim stands, and who made it may not press again:
		 * reconcile rolls it forward. */
		flow_lose(f, ROLE_KEEPER, w->err);
		flow_refuse(f, w, (unsigned)err_http_status(w->err));
		return;
	}
	if (c->outcome == STORE_NO_ROW) {
		log_notice("claim-without-row");
		flow_refuse(f, w, 500);
		return;
	}
	flow_tell_keeper(f, &f->booked, c->slot);
	if (c->outcome == STORE_VALIDATED)
		flow_wait_for_promise(f, w);
	else if (c->place.leaf_index == STORE_NO_LEAF)
		flow_ask_promise_again(f, w);
	else
		flow_answer(f, w,
			confirm_reply_receipt(flow_view(f, w), c, 0, NULL));
}

static void put_marked(
	struct buf *b, const struct work_reconcile *r, size_t offset)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += *((const bool *)&r->entry[i] + offset);
	buf_u32(b, (uint32_t)n);
	for (size_t i = 0; i < r->n; i++)
		if (*((const bool *)&r->entry[i] + offset))
			buf_u64(b, r->entry[i].slot);
}

void flow_reconciled(struct flow *f, struct work *w)
{
	struct link *keeper = &f->role->link[ROLE_KEEPER];
	const struct work_reconcile *r = &w->reconcile;
	struct buf *b;
	enum err e = w->err;

	if (e == OK) {
		b = link_begin(keeper, MSG_RECONCILED);
		buf_byte(b, r->last);
		put_marked(b, r, offsetof(struct reconcile_entry, settle));
		put_marked(b, r, offsetof(struct reconcile_entry, free));
		put_marked(b, r, offsetof(struct reconcile_entry, book));
		if (r->last)
			buf_u64(b, r->top_slot);
		e = link_end(keeper);
	}
	if (e != OK)
		flow_lose(f, ROLE_KEEPER, e);
	flow_find_events(f);
	f->mail_dirty = true;
	work_free(w);
}

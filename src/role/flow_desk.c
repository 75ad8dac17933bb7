/*
 * flow_desk.c - desks: requests relayed to sealer, answers back.
 *
 * web reads neither.  It learns that a record may be opened, and whose slot;
 * the ACCESS event is committed before the lock, which it cannot read either,
 * is handed out.  Sets of signatures to be set aside, and who waits to see
 * what is held, come in clear, signed by the desks that want it.
 */
#include "base/bytes.h"
#include "base/log.h"
#include "role/desk.h"
#include "role/flow.h"

static struct http_reply *empty(unsigned status)
{
	const struct http_spec spec = { .status = status,
		.retry_after_s = status == 503 ? 5 : 0 };
	struct http_reply *reply = NULL;
	struct buf b;

	buf_init(&b, 16);
	if (http_once(&spec, &b, &reply) != OK)
		reply = NULL;
	buf_release(&b);
	return reply;
}

static unsigned status_of(enum desk_status s)
{
	static const unsigned status[] = { [DESK_OK] = 200,
		[DESK_REFUSED] = 403,
		[DESK_BUSY] = 503,
		[DESK_CAP] = 429,
		[DESK_NONE] = 410 };

	return status[s];
}

/* ---- setting aside ---- */

/* An admitted desk's word, over this body, not older than life_s. */
static enum err believe(struct flow *f, struct arena *a,
	const uint8_t head[DESK_HEAD_LEN], struct str body, int64_t life_s,
	struct desk_head *ret_head)
{
	struct desks *desks = ARENA_ARRAY(a, struct desks, 1);
	struct sha256 hash;
	int64_t age_s;
	enum err e =
		desks == NULL ? ERR_MEMORY : desks_read(f->role->own_fd, desks);

	if (e == OK)
		e = desk_head_read(head, ret_head);
	if (e != OK)
		return e;
	sha256(body.at, body.len, &hash);
	age_s = clock_wall_ms(f->app->clock) / 1000 - (int64_t)ret_head->time_s;
	return desks_find(desks, &ret_head->key) != NULL &&
			desk_head_check(head, &ret_head->key) == OK &&
			memcmp(&hash, &ret_head->body, sizeof(hash)) == 0 &&
			age_s >= -DESK_LIFE_S && age_s <= life_s
		? OK
		: ERR_DENIED;
}

static void refuse(struct flow *f, struct work *w, enum err e)
{
	if (e == ERR_DENIED)
		log_notice("desk-refused");
	flow_answer(f, w,
		empty(e == ERR_DENIED              ? 403
				: e == ERR_INVALID ? 400
						   : 500));
}

static enum err read_set(struct flow *f, struct work_desk *d, struct arena *a)
{
	struct desk_set set;
	struct desk_head h[2];
	enum err e = desk_set_read(d->body, &set);

	for (size_t i = 0; e == OK && i < set.n_heads; i++) {
		e = believe(f, a, set.head + i * DESK_HEAD_LEN, set.slots,
			DESK_SET_LIFE_S, &h[i]);
		if (e == OK && h[i].op != DESK_INVALIDATE)
			e = ERR_DENIED;
	}
	if (e != OK)
		return e;
	if (set.n_heads == 2 &&
		(memcmp(&h[0].key, &h[1].key, sizeof(h[0].key)) == 0 ||
			h[0].reason != h[1].reason))
		return ERR_DENIED;
	d->n_slots = set.slots.len / 8;
	if (d->n_slots > DESK_ALONE_MAX && set.n_heads < 2)
		return ERR_DENIED;
	d->reason = h[0].reason;
	d->slots = ARENA_ARRAY(a, uint64_t, d->n_slots);
	for (size_t i = 0; d->slots != NULL && i < d->n_slots; i++)
		d->slots[i] = get_u64((const uint8_t *)set.slots.at + 8 * i);
	return d->slots == NULL ? ERR_MEMORY : OK;
}

static void take_set(struct flow *f, struct work *w)
{
	enum err e = read_set(f, &w->desk, &w->arena);

	if (e != OK) {
		refuse(f, w, e);
		return;
	}
	f->item[w->id].state = FLOW_COMMITTING;
	flow_commit(f, w);
}

/* ---- who waits to see what is held ---- */

static void put_row(struct buf *b, const struct store_held *h)
{
	bool in_log =
		h->place.ev_seq != 0 && h->place.leaf_index != STORE_NO_LEAF;
	const struct desk_held row = { .slot = h->slot,
		.petition = h->petition,
		.hour = h->hour,
		.asked_hour = h->asked_hour,
		.state = (uint8_t)h->state,
		.wants_updates = h->wants_updates,
		.log_year = in_log ? (uint16_t)h->place.log_year : 0,
		.leaf = in_log ? h->place.leaf_index : 0,
		.country = h->country,
		.area = h->area };

	desk_held_put(b, &row);
}

/* No text of a person is in it, so it goes in clear, below TLS. */
static enum err list_held(
	struct flow *f, struct work *w, const struct desk_head *h)
{
	struct store_held *held = NULL;
	size_t n = 0;
	struct buf b;
	enum err e = store_held(
		&w->arena, f->store, h->slot, DESK_HELD_MAX, &held, &n);

	buf_init(&b, 1 << 20);
	desk_answer_begin(&b, h, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		put_row(&b, &held[i]);
	if (e == OK)
		e = buf_err(&b);
	w->desk.answer = arena_copy(&w->arena, buf_view(&b));
	buf_release(&b);
	return e == OK && w->desk.answer.at == NULL ? ERR_MEMORY : e;
}

static void take_held(struct flow *f, struct work *w)
{
	struct work_desk *d = &w->desk;
	struct desk_head h = { .op = DESK_HELD };
	enum err e = d->body.len != DESK_HEAD_LEN
		? ERR_INVALID
		: believe(f, &w->arena, (const uint8_t *)d->body.at, STR(""),
			  DESK_LIFE_S, &h);

	if (e == OK && h.op != DESK_HELD && h.op != DESK_ANSWERED)
		e = ERR_DENIED;
	if (e == OK && h.op == DESK_HELD)
		e = list_held(f, w, &h);
	if (e != OK) {
		refuse(f, w, e);
	} else if (h.op == DESK_HELD) {
		flow_desk_done(f, w);
	} else {
		d->slot = h.slot;
		d->answered = true;
		f->item[w->id].state = FLOW_COMMITTING;
		flow_commit(f, w);
	}
}

/* ---- relayed ---- */

void flow_take_desk(struct flow *f, struct work *w)
{
	struct link *sealer = &f->role->link[ROLE_SEALER];
	struct buf *b;

	if (!flow_enter(f, w, FLOW_SENT)) {
		flow_answer(f, w, empty(503));
		return;
	}
	if (w->desk.kind == WORK_DESK_SET) {
		take_set(f, w);
		return;
	}
	if (w->desk.kind == WORK_DESK_HELD) {
		take_held(f, w);
		return;
	}
	if (!link_up(sealer) || !f->declared) {
		flow_answer(f, w, empty(503));
		return;
	}
	b = link_begin(sealer, MSG_DESK);
	buf_u32(b, w->id);
	buf_str(b, w->desk.body);
	if (link_end(sealer) != OK)
		flow_answer(f, w, empty(503));
}

void flow_hear_desk(struct flow *f, struct view *v)
{
	struct message_desk_said said;
	struct flow_item *item;
	struct work *w;

	take_desk_said(v, &said);
	item = v->bad ? NULL : flow_find(f, said.id, WORK_DESK);
	if (item == NULL || item->state != FLOW_SENT)
		return;
	w = item->work;
	if (said.status != DESK_OK) {
		flow_answer(f, w, empty(status_of(said.status)));
		return;
	}
	w->desk.answer = arena_copy(&w->arena, said.answer);
	w->desk.slot = said.slot;
	w->desk.petition = said.petition;
	w->desk.erase = said.erase;
	w->desk.pending = said.outcome == KEEP_LEAVE_FREED;
	w->desk.c = said.c;
	w->desk.mac = said.mac;
	if (w->desk.answer.at == NULL) {
		flow_answer(f, w, empty(500));
	} else if (said.slot == 0 ||
		(said.erase != 0 && said.outcome == KEEP_LEAVE_DONE)) {
		flow_desk_done(f, w);
	} else {
		item->state = FLOW_COMMITTING;
		flow_commit(f, w);
	}
}

/* docs/formats.md section 11: the sealed answer, header and record. */
void flow_desk_done(struct flow *f, struct work *w)
{
	const struct http_spec spec = { .content_type = STR(
						"application/octet-stream") };
	const struct work_desk *d = &w->desk;
	struct http_reply *reply = NULL;
	struct buf b;
	bool counts; /* the reply is how many were done */

	if (w->err != OK) {
		flow_answer(f, w,
			empty(w->err == ERR_NOT_FOUND
					? 410
					: (unsigned)err_http_status(w->err)));
		return;
	}
	if (d->erase != 0)
		f->leaving = true;
	counts = d->kind == WORK_DESK_SET || d->answered;
	if (d->slot != 0 || counts)
		flow_find_events(f);
	buf_init(&b, 8 << 20);
	if (counts)
		desk_reply_put_count(&b, (uint32_t)d->n_done);
	else
		desk_reply_put(&b,
			&(struct desk_reply){ d->answer,
				{ (const char *)d->header.at, d->header.len },
				{ (const char *)d->record.at,
					d->record.len } });
	if (http_once(&spec, &b, &reply) != OK)
		reply = NULL;
	buf_release(&b);
	flow_answer(f, w, reply);
}

void flow_give_up_desk(struct flow *f, struct work *w)
{
	flow_answer(f, w, empty(503));
}

/*
 * flow_desk.c - desks: requests relayed to sealer, answers back.
 *
 * web reads neither.  It learns that a record may be opened, and whose slot;
 * the ACCESS event is committed before the lock, which it cannot read either,
 * is handed out.  Sets of signatures to be set aside come in clear, signed by
 * the desks that want it.
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

static void answer(struct flow *f, struct work *w, struct http_reply *reply)
{
	http_answer(w->desk.request, reply);
	flow_leave(f, w);
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

/* u8 number of heads, the heads, then their common body: slots. */
static enum err read_set(struct flow *f, struct work_desk *d, struct arena *a)
{
	struct view v = view_of(d->body.at, d->body.len);
	size_t n_heads = view_u8(&v);
	const uint8_t *heads = view_take(&v, n_heads * DESK_HEAD_LEN);
	struct desks *desks = ARENA_ARRAY(a, struct desks, 1);
	struct desk_head h, first;
	struct sha256 hash;
	enum err e;

	if (desks == NULL)
		return ERR_MEMORY;
	if (v.bad || n_heads < 1 || n_heads > 2 || v.len % 8 != 0)
		return ERR_INVALID;
	e = desks_read(f->role->own_fd, desks);
	sha256(v.at, v.len, &hash);
	for (size_t i = 0; e == OK && i < n_heads; i++) {
		const uint8_t *at = heads + i * DESK_HEAD_LEN;
		int64_t age;

		e = desk_head_read(at, &h);
		if (e != OK)
			return e;
		age = clock_wall_ms(f->app->clock) / 1000 - (int64_t)h.time_s;
		if (h.op != DESK_INVALIDATE ||
			desks_find(desks, &h.key) == NULL ||
			desk_head_check(at, &h.key) != OK ||
			memcmp(&hash, &h.body, sizeof(hash)) != 0 ||
			age < -DESK_LIFE_S || age > DESK_SET_LIFE_S)
			return ERR_DENIED;
		if (i == 0)
			first = h;
		else if (memcmp(&first.key, &h.key, sizeof(h.key)) == 0 ||
			first.reason != h.reason)
			return ERR_DENIED;
	}
	if (e != OK)
		return e;
	d->n_slots = v.len / 8;
	if (d->n_slots == 0 || d->n_slots > DESK_SLOTS_MAX ||
		(d->n_slots > DESK_ALONE_MAX && n_heads < 2))
		return ERR_DENIED;
	d->reason = first.reason;
	d->slots = ARENA_ARRAY(a, uint64_t, d->n_slots);
	for (size_t i = 0; d->slots != NULL && i < d->n_slots; i++)
		d->slots[i] = view_u64(&v);
	return d->slots == NULL ? ERR_MEMORY : OK;
}

static void take_set(struct flow *f, struct work *w)
{
	enum err e = read_set(f, &w->desk, &w->arena);

	if (e == OK) {
		f->item[w->id].state = FLOW_COMMITTING;
		flow_commit(f, w);
		return;
	}
	if (e == ERR_DENIED)
		log_notice("desk-refused");
	answer(f, w,
		empty(e == ERR_DENIED              ? 403
				: e == ERR_INVALID ? 400
						   : 500));
}

/* ---- relayed ---- */

void flow_take_desk(struct flow *f, struct work *w)
{
	struct link *sealer = &f->role->link[ROLE_SEALER];
	struct buf *b;

	if (!flow_enter(f, w, FLOW_SENT)) {
		answer(f, w, empty(503));
		return;
	}
	if (w->desk.is_set) {
		take_set(f, w);
		return;
	}
	if (!link_up(sealer) || !f->declared) {
		answer(f, w, empty(503));
		return;
	}
	b = link_begin(sealer, MSG_DESK);
	buf_u32(b, w->id);
	buf_str(b, w->desk.body);
	if (link_end(sealer) != OK)
		answer(f, w, empty(503));
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
		answer(f, w, empty(status_of(said.status)));
		return;
	}
	w->desk.answer = arena_copy(&w->arena, said.answer);
	w->desk.slot = said.slot;
	w->desk.petition = said.petition;
	if (w->desk.answer.at == NULL) {
		answer(f, w, empty(500));
	} else if (said.slot == 0) {
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

	if (w->err != OK) {
		answer(f, w,
			empty(w->err == ERR_NOT_FOUND
					? 410
					: (unsigned)err_http_status(w->err)));
		return;
	}
	if (d->slot != 0 || d->is_set)
		flow_find_events(f);
	buf_init(&b, 8 << 20);
	buf_c(&b, "PDR1");
	buf_u32(&b, (uint32_t)(d->is_set ? d->n_done : d->answer.len));
	buf_str(&b, d->answer);
	buf_u16(&b, (uint16_t)d->header.len);
	buf_put(&b, d->header.at, d->header.len);
	buf_u16(&b, (uint16_t)d->record.len);
	buf_put(&b, d->record.at, d->record.len);
	if (http_once(&spec, &b, &reply) != OK)
		reply = NULL;
	buf_release(&b);
	answer(f, w, reply);
}

void flow_give_up_desk(struct flow *f, struct work *w)
{
	answer(f, w, empty(503));
}

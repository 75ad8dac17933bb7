#include "role/message.h"

static void put_text(struct buf *b, struct str s)
{
	if (s.len > UINT16_MAX) {
		b->err = ERR_TOO_LARGE;
		return;
	}
	buf_u16(b, (uint16_t)s.len);
	buf_str(b, s);
}

#define PUT(b, thing) buf_put((b), (thing), sizeof(*(thing)))
#define TAKE(v, thing) view_copy((v), (thing), sizeof(*(thing)))

static enum err take_err(struct view *v)
{
	uint8_t e = view_u8(v);

	return e < ERR_COUNT ? (enum err)e : ERR_INTERNAL;
}

void put_form(struct buf *b, const struct message_form *f)
{
	buf_u32(b, f->id);
	PUT(b, &f->rid);
	buf_u64(b, f->petition);
	buf_u32(b, f->hour);
	buf_byte(b, f->wants_updates);
	buf_byte(b, f->hints);
	buf_u64(b, f->corrects_slot);
	PUT(b, &f->corrects_token);
	buf_put(b, f->ip, sizeof(f->ip));
	buf_byte(b, f->ip_len);
	put_text(b, f->ip_text);
	put_text(b, f->name);
	put_text(b, f->email_mailed);
	put_text(b, f->email_lower);
	put_text(b, f->email_canonical);
	put_text(b, f->name_slug);
	put_text(b, f->postcode);
	put_text(b, f->country);
}

void take_form(struct view *v, struct message_form *ret_form)
{
	struct message_form *f = ret_form;

	f->id = view_u32(v);
	TAKE(v, &f->rid);
	f->petition = view_u64(v);
	f->hour = view_u32(v);
	f->wants_updates = view_u8(v) != 0;
	f->hints = view_u8(v);
	f->corrects_slot = view_u64(v);
	TAKE(v, &f->corrects_token);
	view_copy(v, f->ip, sizeof(f->ip));
	f->ip_len = view_u8(v);
	f->ip_text = view_str16(v);
	f->name = view_str16(v);
	f->email_mailed = view_str16(v);
	f->email_lower = view_str16(v);
	f->email_canonical = view_str16(v);
	f->name_slug = view_str16(v);
	f->postcode = view_str16(v);
	f->country = view_str16(v);
	if (f->ip_len != 4 && f->ip_len != 16)
		v->bad = true;
}

void put_header(struct buf *b, const struct message_header *h)
{
	buf_byte(b, h->compartment);
	PUT(b, &h->id);
	put_text(b, h->header);
}

void take_header(struct view *v, struct message_header *ret_header)
{
	ret_header->compartment = view_u8(v);
	TAKE(v, &ret_header->id);
	ret_header->header = view_str16(v);
}

void put_sealed(struct buf *b, const struct message_sealed *s)
{
	buf_u32(b, s->id);
	buf_byte(b, (uint8_t)s->err);
	PUT(b, &s->rid);
	if (s->err != OK)
		return;
	buf_u64(b, s->slot);
	buf_byte(b, s->is_old);
	if (s->is_old)
		return;
	PUT(b, &s->c);
	buf_byte(b, s->n_headers);
	for (size_t i = 0; i < s->n_headers; i++)
		put_header(b, &s->header[i]);
	put_text(b, s->identity);
	put_text(b, s->contact);
	put_text(b, s->job);
}

void take_sealed(struct view *v, struct message_sealed *ret_sealed)
{
	struct message_sealed *s = ret_sealed;

	*s = (struct message_sealed){ .id = view_u32(v) };
	s->err = take_err(v);
	TAKE(v, &s->rid);
	if (s->err != OK)
		return;
	s->slot = view_u64(v);
	s->is_old = view_u8(v) != 0;
	if (s->is_old)
		return;
	TAKE(v, &s->c);
	s->n_headers = view_u8(v);
	if (s->n_headers > MESSAGE_HEADERS_MAX) {
		v->bad = true;
		s->n_headers = 0;
	}
	for (size_t i = 0; i < s->n_headers; i++)
		take_header(v, &s->header[i]);
	s->identity = view_str16(v);
	s->contact = view_str16(v);
	s->job = view_str16(v);
}

void put_ask(struct buf *b, const struct keep_ask *a)
{
	PUT(b, &a->rid);
	buf_u64(b, a->slot);
	buf_u64(b, a->petition);
	buf_u32(b, a->hour);
	buf_put(b, a->half, sizeof(a->half));
	PUT(b, &a->blocked);
	buf_byte(b, a->hints);
	PUT(b, &a->token_hash);
	PUT(b, &a->c);
	for (size_t i = 0; i < KEEP_LOCKS; i++) {
		buf_byte(b, a->lock_given[i]);
		if (a->lock_given[i])
			PUT(b, &a->lock[i]);
	}
	buf_u64(b, a->corrects_slot);
	PUT(b, &a->corrects_token);
}

void take_ask(struct view *v, struct keep_ask *ret_ask)
{
	struct keep_ask *a = ret_ask;

	*a = (struct keep_ask){ .slot = 0 };
	TAKE(v, &a->rid);
	a->slot = view_u64(v);
	a->petition = view_u64(v);
	a->hour = view_u32(v);
	view_copy(v, a->half, sizeof(a->half));
	TAKE(v, &a->blocked);
	a->hints = view_u8(v);
	TAKE(v, &a->token_hash);
	TAKE(v, &a->c);
	for (size_t i = 0; i < KEEP_LOCKS; i++) {
		a->lock_given[i] = view_u8(v) != 0;
		if (a->lock_given[i])
			TAKE(v, &a->lock[i]);
	}
	a->corrects_slot = view_u64(v);
	TAKE(v, &a->corrects_token);
}

void put_answer(struct buf *b, const struct message_answer *a)
{
	buf_u64(b, a->asked_slot);
	buf_byte(b, (uint8_t)a->answer.err);
	buf_u64(b, a->answer.slot);
	buf_byte(b, (uint8_t)a->answer.verdict);
	buf_byte(b, a->answer.is_new);
}

void take_answer(struct view *v, struct message_answer *ret_answer)
{
	ret_answer->asked_slot = view_u64(v);
	ret_answer->answer.err = take_err(v);
	ret_answer->answer.slot = view_u64(v);
	ret_answer->answer.verdict = (enum keep_verdict)view_u8(v);
	ret_answer->answer.is_new = view_u8(v) != 0;
	if (ret_answer->answer.verdict > KEEP_SILENT)
		v->bad = true;
}

void put_claim(struct buf *b, const struct message_claim *c)
{
	buf_u32(b, c->id);
	buf_u64(b, c->claim.slot);
	PUT(b, &c->claim.token);
}

void take_claim(struct view *v, struct message_claim *ret_claim)
{
	ret_claim->id = view_u32(v);
	ret_claim->claim.slot = view_u64(v);
	TAKE(v, &ret_claim->claim.token);
}

void put_claimed(struct buf *b, const struct message_claimed *c)
{
	buf_u32(b, c->id);
	buf_byte(b, (uint8_t)c->claimed.outcome);
	buf_u64(b, c->claimed.slot);
	buf_u64(b, c->claimed.petition);
	PUT(b, &c->claimed.c);
	PUT(b, &c->claimed.mac);
	buf_byte(b, c->claimed.apart);
}

void take_claimed(struct view *v, struct message_claimed *ret_claimed)
{
	struct keep_claimed *c = &ret_claimed->claimed;

	ret_claimed->id = view_u32(v);
	c->outcome = (enum keep_claim_outcome)view_u8(v);
	c->slot = view_u64(v);
	c->petition = view_u64(v);
	TAKE(v, &c->c);
	TAKE(v, &c->mac);
	c->apart = view_u8(v) != 0;
	if (c->outcome > KEEP_CLAIM_GONE)
		v->bad = true;
}

void put_leave(struct buf *b, const struct message_leave *l)
{
	buf_u32(b, l->id);
	buf_byte(b, (uint8_t)l->leave.wish);
	buf_u64(b, l->leave.slot);
	PUT(b, &l->leave.token);
}

void take_leave(struct view *v, struct message_leave *ret_leave)
{
	ret_leave->id = view_u32(v);
	ret_leave->leave.wish = (enum keep_wish)view_u8(v);
	ret_leave->leave.slot = view_u64(v);
	TAKE(v, &ret_leave->leave.token);
	if (ret_leave->leave.wish < KEEP_WISH_LEAVE ||
		ret_leave->leave.wish > KEEP_WISH_LOOK)
		v->bad = true;
}

void put_left(struct buf *b, const struct message_left *l)
{
	buf_u32(b, l->id);
	buf_byte(b, (uint8_t)l->left.outcome);
	buf_u64(b, l->left.slot);
	buf_u64(b, l->left.petition);
	PUT(b, &l->left.c);
	PUT(b, &l->left.mac);
}

void take_left(struct view *v, struct message_left *ret_left)
{
	struct keep_left *l = &ret_left->left;

	ret_left->id = view_u32(v);
	l->outcome = (enum keep_leave_outcome)view_u8(v);
	l->slot = view_u64(v);
	l->petition = view_u64(v);
	TAKE(v, &l->c);
	TAKE(v, &l->mac);
	if (l->outcome > KEEP_LEAVE_MEANT)
		v->bad = true;
}

void put_unsettled(struct buf *b, const struct keep_unsettled *u)
{
	buf_u64(b, u->slot);
	buf_u64(b, u->petition);
	PUT(b, &u->rid);
	buf_byte(b, u->is_claimed);
	PUT(b, &u->c);
	PUT(b, &u->mac);
	buf_byte(b, u->apart);
}

void take_unsettled(struct view *v, struct keep_unsettled *ret_unsettled)
{
	ret_unsettled->slot = view_u64(v);
	ret_unsettled->petition = view_u64(v);
	TAKE(v, &ret_unsettled->rid);
	ret_unsettled->is_claimed = view_u8(v) != 0;
	TAKE(v, &ret_unsettled->c);
	TAKE(v, &ret_unsettled->mac);
	ret_unsettled->apart = view_u8(v) != 0;
}

void put_event(struct buf *b, const struct logbook_event *e)
{
	buf_u64(b, e->ev_seq);
	buf_byte(b, (uint8_t)e->type);
	buf_u16(b, e->reason);
	buf_u64(b, e->petition);
	buf_u64(b, e->slot);
	buf_u64(b, e->target_ev_seq);
	buf_u64(b, e->count);
	PUT(b, &e->c);
	PUT(b, &e->mac);
	buf_byte(b, e->wants_promise);
}

void take_event(struct view *v, struct logbook_event *ret_event)
{
	struct logbook_event *e = ret_event;

	e->ev_seq = view_u64(v);
	e->type = (enum leaf_type)view_u8(v);
	e->reason = view_u16(v);
	e->petition = view_u64(v);
	e->slot = view_u64(v);
	e->target_ev_seq = view_u64(v);
	e->count = view_u64(v);
	TAKE(v, &e->c);
	TAKE(v, &e->mac);
	e->wants_promise = view_u8(v) != 0;
}

void put_result(struct buf *b, const struct logbook_result *r)
{
	buf_u64(b, r->ev_seq);
	buf_byte(b, (uint8_t)r->outcome);
	buf_byte(b, r->promised);
	if (!r->promised)
		return;
	buf_u64(b, r->deadline_s);
	PUT(b, &r->signature);
}

void take_result(struct view *v, struct logbook_result *ret_result)
{
	struct logbook_result *r = ret_result;

	*r = (struct logbook_result){ .ev_seq = view_u64(v) };
	r->outcome = (enum logbook_outcome)view_u8(v);
	r->promised = view_u8(v) != 0;
	if (!r->promised)
		return;
	r->deadline_s = view_u64(v);
	TAKE(v, &r->signature);
}

void put_desk_ask(struct buf *b, const struct message_desk_ask *a)
{
	buf_u32(b, a->id);
	buf_put(b, a->head, DESK_HEAD_LEN);
	buf_u32(b, (uint32_t)a->n_targets);
	for (size_t i = 0; i < a->n_targets; i++) {
		buf_u64(b, a->target[i].petition);
		PUT(b, &a->target[i].half);
		PUT(b, &a->target[i].exact);
	}
}

void take_desk_ask(struct view *v, struct message_desk_ask *ret_ask)
{
	ret_ask->id = view_u32(v);
	ret_ask->head = view_take(v, DESK_HEAD_LEN);
	ret_ask->n_targets = view_u32(v);
	if (ret_ask->n_targets > MESSAGE_TARGETS_MAX) {
		v->bad = true;
		ret_ask->n_targets = 0;
	}
	for (size_t i = 0; i < ret_ask->n_targets && !v->bad; i++) {
		ret_ask->target[i].petition = view_u64(v);
		TAKE(v, &ret_ask->target[i].half);
		TAKE(v, &ret_ask->target[i].exact);
	}
}

void put_desk_said(struct buf *b, const struct message_desk_said *s)
{
	buf_u32(b, s->id);
	buf_byte(b, (uint8_t)s->status);
	buf_u64(b, s->slot);
	buf_u64(b, s->petition);
	buf_u16(b, s->erase);
	if (s->erase != 0) {
		buf_byte(b, (uint8_t)s->outcome);
		PUT(b, &s->c);
		PUT(b, &s->mac);
	}
	buf_str(b, s->answer);
}

void take_desk_said(struct view *v, struct message_desk_said *ret_said)
{
	ret_said->id = view_u32(v);
	ret_said->status = (enum desk_status)view_u8(v);
	ret_said->slot = view_u64(v);
	ret_said->petition = view_u64(v);
	ret_said->erase = view_u16(v);
	ret_said->outcome = KEEP_LEAVES;
	if (ret_said->erase != 0) {
		ret_said->outcome = (enum keep_leave_outcome)view_u8(v);
		TAKE(v, &ret_said->c);
		TAKE(v, &ret_said->mac);
	}
	if (ret_said->status > DESK_NONE || ret_said->erase >= DESK_REASONS ||
		ret_said->outcome > KEEP_LEAVE_MEANT)
		v->bad = true;
	if (!v->bad)
		ret_said->answer = (struct str){ (const char *)v->at, v->len };
}

void put_checkpoint(struct buf *b, const struct message_checkpoint *c)
{
	buf_u16(b, c->year);
	buf_u64(b, c->size);
	buf_u64(b, (uint64_t)c->made_ms);
	buf_byte(b, c->last);
	put_text(b, c->note);
}

void take_checkpoint(struct view *v, struct message_checkpoint *ret_c)
{
	ret_c->year = view_u16(v);
	ret_c->size = view_u64(v);
	ret_c->made_ms = (int64_t)view_u64(v);
	ret_c->last = view_u8(v) != 0;
	ret_c->note = view_str16(v);
}

void put_placed(struct buf *b, const struct logbook_placed *p)
{
	buf_u64(b, p->ev_seq);
	buf_u64(b, p->leaf_index);
	buf_u32(b, p->hour);
	buf_u16(b, p->year);
}

void take_placed(struct view *v, struct logbook_placed *ret_placed)
{
	ret_placed->ev_seq = view_u64(v);
	ret_placed->leaf_index = view_u64(v);
	ret_placed->hour = view_u32(v);
	ret_placed->year = view_u16(v);
}

void put_places(struct buf *b, const struct message_places *p)
{
	buf_byte(b, p->end);
	buf_u64(b, p->next);
}

void take_places(struct view *v, struct message_places *ret_places)
{
	ret_places->end = view_u8(v) != 0;
	ret_places->next = view_u64(v);
}

void put_recalled(struct buf *b, const struct logbook_recalled *r)
{
	put_event(b, &r->event);
	buf_byte(b, (uint8_t)r->outcome);
	buf_u32(b, r->hour);
}

void take_recalled(struct view *v, struct logbook_recalled *ret_recalled)
{
	take_event(v, &ret_recalled->event);
	ret_recalled->outcome = (enum logbook_outcome)view_u8(v);
	ret_recalled->hour = view_u32(v);
}

void put_job(struct buf *b, const struct message_job *j)
{
	buf_u64(b, j->slot);
	buf_u64(b, j->petition);
	buf_byte(b, j->is_reminder);
	put_text(b, j->lang);
	put_text(b, j->title);
	put_text(b, j->job);
}

void take_job(struct view *v, struct message_job *ret_job)
{
	ret_job->slot = view_u64(v);
	ret_job->petition = view_u64(v);
	ret_job->is_reminder = view_u8(v) != 0;
	ret_job->lang = view_str16(v);
	ret_job->title = view_str16(v);
	ret_job->job = view_str16(v);
}

void put_slots(struct buf *b, const uint64_t slot[], size_t n)
{
	buf_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		buf_u64(b, slot[i]);
}

size_t take_slots(struct view *v, uint64_t ret_slot[], size_t cap)
{
	size_t n = view_u32(v);

	if (n > cap) {
		v->bad = true;
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		ret_slot[i] = view_u64(v);
	return v->bad ? 0 : n;
}

#include "base/bytes.h"
#include "base/clock.h"
#include "base/view.h"
#include "role/logbook_own.h"

void verdict_put(struct buf *b, const struct verdict *v)
{
	buf_u64(b, v->ev_seq);
	buf_u64(b, v->petition);
	buf_u64(b, v->slot);
	buf_u64(b, v->number);
	buf_u32(b, v->hour);
	buf_u16(b, v->reason);
	buf_byte(b, v->type);
	buf_byte(b, v->outcome);
	buf_put(b, v->c, sizeof(v->c));
	buf_put(b, v->digest, sizeof(v->digest));
}

void verdict_take(struct view *view, struct verdict *ret_verdict)
{
	struct verdict v = { .ev_seq = view_u64(view) };

	v.petition = view_u64(view);
	v.slot = view_u64(view);
	v.number = view_u64(view);
	v.hour = view_u32(view);
	v.reason = view_u16(view);
	v.type = view_u8(view);
	v.outcome = view_u8(view);
	view_copy(view, v.c, sizeof(v.c));
	view_copy(view, v.digest, sizeof(v.digest));
	*ret_verdict = v;
}

static size_t slot_place(const struct batch *b, uint64_t slot)
{
	size_t i = (size_t)((slot * 0x9E3779B97F4A7C15u) >> 20) &
		(b->slot_cap - 1);

	while (b->slot[i].key != 0 && b->slot[i].key != slot + 1)
		i = (i + 1) & (b->slot_cap - 1);
	return i;
}

/* A SIGN that is not journaled never was, should the disk have kept the array
 * and lost the journal's end. */
static enum err slot_now(const struct logbook *l, const struct batch *b,
	uint64_t slot, uint64_t *ret_value)
{
	size_t i = slot_place(b, slot);
	uint64_t value = b->slot[i].value;
	enum err e = OK;

	if (b->slot[i].key == 0) {
		e = slot_read(l, slot, &value);
		if (e == OK && (value & ~SLOT_WITHDRAWN) >= b->first_seq)
			value = 0;
	}
	if (e == OK)
		*ret_value = value;
	return e;
}

static void slot_set(struct batch *b, uint64_t slot, uint64_t value)
{
	size_t i = slot_place(b, slot);

	b->slot[i].key = slot + 1;
	b->slot[i].value = value;
}

static bool needs_mac(unsigned type)
{
	return type == LEAF_SIGN || type == LEAF_WITHDRAW;
}

static bool form_ok(const struct logbook_event *ev)
{
	if (!leaf_type_known(ev->type) ||
		!leaf_petition_fits(ev->type, ev->petition) ||
		!leaf_reason_fits(ev->type, ev->reason))
		return false;
	if (needs_mac(ev->type) ? ev->slot >= LOGBOOK_SLOT_MAX : ev->slot != 0)
		return false;
	return (ev->count == 0 || leaf_has_count(ev->type)) &&
		(ev->target_ev_seq == 0 || leaf_has_target(ev->type));
}

/* True if ev_seq is an accepted SIGN of petition. */
static enum err is_sign_of(const struct logbook *l, const struct batch *b,
	uint64_t ev_seq, uint64_t petition, bool *ret_is)
{
	struct event_rec rec;
	enum err e;

	if (ev_seq == 0 || ev_seq >= b->first_seq + b->n) {
		*ret_is = false;
		return OK;
	}
	if (ev_seq >= b->first_seq) {
		const struct verdict *v = &b->verdict[ev_seq - b->first_seq];

		*ret_is = v->type == LEAF_SIGN && v->petition == petition &&
			v->outcome == LOGBOOK_ACCEPTED;
		return OK;
	}
	e = event_rec_read(l, ev_seq, &rec);
	if (e == OK)
		*ret_is = rec.type == LEAF_SIGN && rec.petition == petition &&
			rec.outcome == LOGBOOK_ACCEPTED;
	return e;
}

static enum err judge_sign(const struct logbook *l, const struct batch *b,
	const struct logbook_event *ev, struct verdict *v)
{
	uint64_t value;
	enum err e = slot_now(l, b, ev->slot, &value);

	if (e == OK && value != 0)
		v->outcome = LOGBOOK_REFUSED_TWICE;
	return e;
}

/* The slot says which SIGN it takes back, so that one signer's word cannot
 * be turned against another's signature. */
static enum err judge_withdraw(const struct logbook *l, const struct batch *b,
	const struct logbook_event *ev, struct verdict *v)
{
	uint64_t value;
	bool is_sign;
	enum err e = slot_now(l, b, ev->slot, &value);

	if (e != OK)
		return e;
	if ((value & SLOT_WITHDRAWN) != 0) {
		v->outcome = LOGBOOK_REFUSED_TWICE;
		return OK;
	}
	e = is_sign_of(l, b, value, ev->petition, &is_sign);
	if (e != OK)
		return e;
	if (!is_sign || (ev->target_ev_seq != 0 && ev->target_ev_seq != value))
		v->outcome = LOGBOOK_REFUSED_TARGET;
	v->number = value;
	return OK;
}

static enum err judge_target(const struct logbook *l, const struct batch *b,
	const struct logbook_event *ev, struct verdict *v)
{
	bool is_sign;
	enum err e =
		is_sign_of(l, b, ev->target_ev_seq, ev->petition, &is_sign);

	if (e == OK && !is_sign)
		v->outcome = LOGBOOK_REFUSED_TARGET;
	v->number = ev->target_ev_seq;
	return e;
}

static enum err judge_type(const struct logbook *l, const struct batch *b,
	const struct logbook_event *ev, struct verdict *v)
{
	switch (ev->type) {
	case LEAF_SIGN:
		return judge_sign(l, b, ev, v);
	case LEAF_WITHDRAW:
		return judge_withdraw(l, b, ev, v);
	case LEAF_INVALIDATE:
	case LEAF_RESTORE:
		return judge_target(l, b, ev, v);
	default:
		return OK;
	}
}

void event_digest(const struct logbook_event *ev, uint8_t ret_digest[16])
{
	uint8_t at[75];
	struct sha256 hash;

	put_u64(at, ev->ev_seq);
	at[8] = (uint8_t)ev->type;
	put_u16(at + 9, ev->reason);
	put_u64(at + 11, ev->petition);
	put_u64(at + 19, ev->slot);
	put_u64(at + 27, ev->target_ev_seq);
	put_u64(at + 35, ev->count);
	memcpy(at + 43, ev->c.byte, 32);
	sha256(at, sizeof(at), &hash);
	memcpy(ret_digest, hash.byte, 16);
}

/* A sponsor signs before the petition is published: no date. */
static bool petition_is_known(
	const struct logbook *l, const struct batch *b, uint64_t petition)
{
	if (petition_find(&l->petitions, petition) != NULL)
		return true;
	for (size_t i = 0; b->has_petition && i < b->n; i++)
		if (b->verdict[i].type == LEAF_PETITION &&
			b->verdict[i].petition == petition &&
			b->verdict[i].outcome == LOGBOOK_ACCEPTED)
			return true;
	return false;
}

static enum err judge(const struct logbook *l, struct batch *b,
	const struct logbook_event *ev, struct verdict *ret_verdict)
{
	struct verdict v = { .ev_seq = ev->ev_seq,
		.petition = ev->petition,
		.slot = ev->slot,
		.number = ev->count,
		.reason = ev->reason,
		.type = (uint8_t)ev->type,
		.outcome = LOGBOOK_ACCEPTED };
	enum err e = OK;

	event_digest(ev, v.digest);
	if (!form_ok(ev))
		v.outcome = LOGBOOK_REFUSED_FORM;
	else if (needs_mac(ev->type) &&
		!event_mac_ok(&l->secrets->mac, v.type, ev->petition, ev->slot,
			&ev->c, &ev->mac))
		v.outcome = LOGBOOK_REFUSED_MAC;
	else
		e = judge_type(l, b, ev, &v);
	if (e != OK)
		return e;
	if (v.outcome == LOGBOOK_ACCEPTED && leaf_has_c(ev->type))
		memcpy(v.c, ev->c.byte, sizeof(v.c));
	if (v.type == LEAF_SIGN && petition_is_known(l, b, ev->petition))
		v.hour = sequence_hour(l);
	*ret_verdict = v;
	return OK;
}

enum err batch_judge(const struct logbook *l, struct batch *b,
	const struct logbook_event *events, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct verdict *v = &b->verdict[b->n];
		enum err e = judge(l, b, &events[i], v);

		if (e != OK)
			return e;
		b->n++;
		if (v->outcome != LOGBOOK_ACCEPTED)
			continue;
		if (v->type == LEAF_SIGN)
			slot_set(b, v->slot, v->ev_seq);
		if (v->type == LEAF_WITHDRAW)
			slot_set(b, v->slot, v->number | SLOT_WITHDRAWN);
		b->has_petition |= v->type == LEAF_PETITION;
	}
	return OK;
}

#include "base/fault.h"
#include "role/logbook_own.h"
#include "tlog/promise.h"

static enum err write_slot(struct logbook *l, const struct verdict *v)
{
	if (v->type == LEAF_SIGN)
		return slot_write(l, v->slot, v->ev_seq);
	if (v->type == LEAF_WITHDRAW)
		return slot_write(l, v->slot, v->number | SLOT_WITHDRAWN);
	return OK;
}

enum err accept_apply(struct logbook *l, const struct verdict *v, size_t n)
{
	enum err e;

	if (n == 0 || v[0].ev_seq != l->next_seq)
		return ERR_CORRUPT;
	e = event_rec_write(l, v, n);
	for (size_t i = 0; e == OK && i < n; i++) {
		if (v[i].outcome != LOGBOOK_ACCEPTED)
			continue;
		e = write_slot(l, &v[i]);
		if (e == OK)
			e = waiting_add(l, &v[i]);
	}
	if (e == OK)
		l->next_seq += n;
	return e;
}

static enum err journal_batch(struct logbook *l, const struct batch *b)
{
	enum err e;

	buf_clear(&l->scratch);
	for (size_t i = 0; i < b->n; i++)
		verdict_put(&l->scratch, &b->verdict[i]);
	e = buf_err(&l->scratch);
	if (e == OK)
		e = journal_append(
			&l->journal, JOURNAL_EVENTS, buf_view(&l->scratch));
	if (e == OK)
		e = accept_apply(l, b->verdict, b->n);
	FAULT("log-accept-applied");
	return e == OK ? state_rotate(l) : e;
}

static enum err record(
	struct logbook *l, const struct logbook_event *events, size_t n)
{
	struct batch b = { .first_seq = l->next_seq, .slot_cap = 16 };
	enum err e = ERR_MEMORY;

	if (n == 0)
		return OK;
	while (b.slot_cap < 2 * n)
		b.slot_cap *= 2;
	b.verdict = calloc(n, sizeof(*b.verdict));
	b.slot = calloc(b.slot_cap, sizeof(*b.slot));
	if (b.verdict != NULL && b.slot != NULL)
		e = batch_judge(l, &b, events, n);
	if (e == OK)
		e = journal_batch(l, &b);
	free(b.slot);
	free(b.verdict);
	return e;
}

static void promise(struct logbook *l, const struct logbook_event *ev,
	const struct event_rec *rec, struct logbook_result *r)
{
	struct promise p = { .petition = ev->petition,
		.deadline_s =
			rec->hour == 0 ? 0 : promise_deadline_s(rec->hour) };

	memcpy(p.c, ev->c.byte, sizeof(p.c));
	promise_sign(str_c(l->host), &p, &l->secrets->promise, &r->signature);
	r->deadline_s = p.deadline_s;
	r->promised = true;
}

static enum err answer(struct logbook *l, const struct logbook_event *ev,
	struct logbook_result *ret_result)
{
	struct logbook_result r = { .ev_seq = ev->ev_seq };
	struct event_rec rec;
	uint8_t digest[16];
	enum err e = event_rec_read(l, ev->ev_seq, &rec);

	if (e != OK)
		return e;
	event_digest(ev, digest);
	if (memcmp(digest, rec.digest, sizeof(digest)) != 0)
		r.outcome = LOGBOOK_REFUSED_CHANGED;
	else
		r.outcome = (enum logbook_outcome)rec.outcome;
	if (r.outcome == LOGBOOK_ACCEPTED && ev->wants_promise && !l->behind &&
		ev->type == LEAF_SIGN)
		promise(l, ev, &rec, &r);
	*ret_result = r;
	return OK;
}

static enum err check_call(
	const struct logbook *l, const struct logbook_event *events, size_t n)
{
	if (n > LOGBOOK_BATCH_MAX)
		return ERR_TOO_LARGE;
	if (n > 0 && (events[0].ev_seq == 0 || events[0].ev_seq > l->next_seq))
		return ERR_INVALID;
	for (size_t i = 0; i < n; i++) {
		bool has = true;

		if (events[i].ev_seq != events[0].ev_seq + i)
			return ERR_INVALID;
		if (events[i].ev_seq >= l->next_seq &&
			leaf_type_known(events[i].type) &&
			leaf_has_document(events[i].type) &&
			public_has_document(l, events[i].c.byte, &has) != OK)
			return ERR_IO;
		if (!has)
			return ERR_NOT_FOUND;
	}
	return OK;
}

enum err logbook_accept(struct logbook *l, const struct logbook_event *events,
	size_t n, struct logbook_result *ret_results)
{
	size_t old = 0;
	enum err e = l->spent;

	if (e == OK)
		e = check_call(l, events, n);
	if (e != OK || n == 0)
		return e;
	if (events[0].ev_seq < l->next_seq)
		old = l->next_seq - events[0].ev_seq < n
			? (size_t)(l->next_seq - events[0].ev_seq)
			: n;
	e = record(l, events + old, n - old);
	for (size_t i = 0; e == OK && i < n; i++)
		e = answer(l, &events[i], &ret_results[i]);
	return logbook_spend(l, e);
}

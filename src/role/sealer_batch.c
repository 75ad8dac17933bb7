/*
 * sealer_batch.c - batches of forms: slots for them, keeper's answers, and what
 * web gets.
 *
 * One frame of forms is one batch.  keeper answers batches in the order in which
 * they were asked, so those in flight stand in a ring.
 */
#include "role/sealer_own.h"

#include "base/fault.h"
#include "base/wipe.h"
#include "domain/listed.h"

/* ---- slots ---- */

void sealer_ask_range(struct sealer_role *s)
{
	struct link *keeper = &s->role->link[ROLE_KEEPER];

	if (s->range_asked || s->slots_left >= RANGE_LOW || !link_up(keeper))
		return;
	buf_u32(link_begin(keeper, MSG_RANGE_ASK), RANGE);
	s->range_asked = link_end(keeper) == OK;
}

/* What is left of the old range is small and goes unused. */
void sealer_hear_range(struct sealer_role *s, struct view *v)
{
	uint64_t first = view_u64(v);
	uint32_t n = view_u32(v);

	if (!view_done(v) || !s->range_asked)
		return;
	s->range_asked = false;
	s->next_slot = first;
	s->slots_left = n;
}

/* ---- forms ---- */

static struct batch *batch_at(struct sealer_role *s, size_t i)
{
	return &s->batch[(s->first + i) % BATCHES];
}

/* Domain lists are ours: neither web nor keeper sees addresses like this. */
static uint8_t hints_of(
	const struct sealer_role *s, const struct message_form *f)
{
	const struct config *c = &s->role->config;
	struct str address = f->email_canonical;
	struct str domain =
		str_slice(address, str_find(address, '@') + 1, address.len);
	uint8_t hints = f->hints;

	if (f->ip_len == 16)
		hints |= KEEP_HINT_IPV6;
	if (domain_is_listed(c->blocked_domains, domain))
		hints |= KEEP_HINT_BLOCKED;
	if (domain_is_listed(c->allowed_domains, domain))
		hints |= KEEP_HINT_ALLOWED;
	return hints;
}

static void make_ask(const struct sealer_role *s, const struct batch *b,
	size_t i, struct keep_ask *ret_ask)
{
	const struct sealed *d = &b->sealed[i];

	*ret_ask = (struct keep_ask){ .rid = b->form[i].rid,
		.slot = b->in[i].slot,
		.petition = b->in[i].petition,
		.hour = b->in[i].hour,
		.hints = hints_of(s, &b->form[i]),
		.token_hash = d->token_hash,
		.c = d->c,
		.corrects_slot = b->form[i].corrects_slot,
		.corrects_token = b->form[i].corrects_token };
	memcpy(ret_ask->half, d->secret.half, sizeof(ret_ask->half));
	ret_ask->blocked = d->secret.blocked;
	for (size_t c = 0; c < KEEP_LOCKS; c++) {
		ret_ask->lock_given[c] = d->has[c];
		ret_ask->lock[c] = d->secret.lock[c];
	}
}

static size_t count_good(const struct batch *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		n += b->sealed[i].err == OK;
	return n;
}

static void send_asks(struct sealer_role *s, const struct batch *b)
{
	struct link *keeper = &s->role->link[ROLE_KEEPER];
	struct keep_ask ask;
	struct buf *out;

	if (!link_up(keeper))
		return; /* asked when it is back */
	out = link_begin(keeper, MSG_ASKS);
	buf_u32(out, (uint32_t)count_good(b));
	for (size_t i = 0; i < b->n; i++) {
		if (b->sealed[i].err != OK)
			continue;
		make_ask(s, b, i, &ask);
		put_ask(out, &ask);
	}
	wipe(&ask, sizeof(ask));
	if (link_end(keeper) != OK)
		s->role->lost[ROLE_KEEPER] = true;
}

static void fill_in(struct sealer_role *s, struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct message_form *f = &b->form[i];

		b->in[i] = (struct sealer_form){ .petition = f->petition,
			.slot = s->next_slot++,
			.hour = f->hour,
			.name = f->name,
			.email_mailed = f->email_mailed,
			.email_lower = f->email_lower,
			.email_canonical = f->email_canonical,
			.name_slug = f->name_slug,
			.postcode = f->postcode,
			.country = f->country,
			.ip_text = f->ip_text,
			.ip_len = f->ip_len,
			.wants_updates = f->wants_updates };
		memcpy(b->in[i].ip, f->ip, sizeof(f->ip));
		s->slots_left--;
	}
}

static void clear_batch(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		sealed_wipe(&b->sealed[i]);
	buf_release(&b->frame);
	wipe(b->form, b->n * sizeof(b->form[0]));
	wipe(b->in, b->n * sizeof(b->in[0]));
	b->n = 0;
	b->orphan = false;
}

enum err sealer_hear_forms(struct sealer_role *s, struct view *frame)
{
	struct batch *b = batch_at(s, s->in_flight);
	struct view v;
	size_t n;
	enum err e;

	buf_put(&b->frame, frame->at, frame->len);
	if (buf_err(&b->frame) != OK)
		return ERR_MEMORY;
	v = view_of(b->frame.at, b->frame.len);
	n = view_u32(&v);
	if (n > SEAL_BATCH_MAX)
		v.bad = true;
	for (size_t i = 0; i < n && !v.bad; i++)
		take_form(&v, &b->form[i]);
	b->n = v.bad ? 0 : n;
	if (!view_done(&v) || n == 0) {
		clear_batch(b);
		return OK; /* web talks nonsense: no answer */
	}
	fill_in(s, b);
	FAULT("sealer-before-seal");
	e = seal_forms(s->sealer, b->in, b->n, b->sealed);
	if (e != OK) {
		clear_batch(b);
		return e;
	}
	FAULT("sealer-sealed");
	s->in_flight++;
	send_asks(s, b);
	return OK;
}

bool sealer_ready_for_forms(const struct sealer_role *s)
{
	return s->declared && s->in_flight < BATCHES &&
		s->slots_left >= SEAL_BATCH_MAX;
}

/* ---- answers ---- */

/* The header of every epoch that this batch's records name goes along once;
 * web keeps those that it has not. */
static void add_header(struct sealer_role *s, struct message_sealed *m,
	enum compartment c, const struct psr1_record *r,
	struct epoch_id last[COMPARTMENT_MAIL + 1])
{
	struct message_header *h = &m->header[m->n_headers];

	memcpy(&h->id, r->byte + 8, sizeof(h->id));
	if (memcmp(&h->id, &last[c], sizeof(h->id)) == 0)
		return;
	h->compartment = (uint8_t)c;
	h->header = sealer_header(s->sealer, r);
	if (h->header.at == NULL)
		return;
	last[c] = h->id;
	m->n_headers++;
}

static struct str record_view(const struct psr1_record *r, bool has)
{
	return has ? (struct str){ (const char *)r->byte, r->len } : STR("");
}

static enum err answer_one(struct sealer_role *s, struct batch *b, size_t i,
	const struct keep_answer *a, struct epoch_id last[], struct buf *out)
{
	const struct sealed *d = &b->sealed[i];
	struct message_sealed m = { .id = b->form[i].id,
		.rid = b->form[i].rid,
		.err = d->err != OK ? d->err : a->err };
	enum err e;

	if (m.err == OK && a->slot != b->in[i].slot) {
		m.slot = a->slot;
		m.is_old = true;
	} else if (m.err == OK) {
		e = seal_job(s->sealer, &b->in[i], d,
			(enum job_verdict)a->verdict, &s->job);
		if (e != OK)
			return e;
		m.slot = a->slot;
		m.c = d->c;
		m.identity = record_view(&d->record[0], true);
		m.contact = record_view(&d->record[1], d->has[1]);
		m.job = record_view(&s->job, true);
		add_header(s, &m, COMPARTMENT_IDENTITY, &d->record[0], last);
		if (d->has[1])
			add_header(s, &m, COMPARTMENT_CONTACT, &d->record[1],
				last);
		add_header(s, &m, COMPARTMENT_MAIL, &s->job, last);
	}
	put_sealed(out, &m);
	return OK;
}

static enum err answer_batch(
	struct sealer_role *s, struct batch *b, struct view *v)
{
	struct link *web = &s->role->link[ROLE_WEB];
	struct epoch_id last[COMPARTMENT_MAIL + 1] = { { { 0 } } };
	struct buf *out = link_begin(web, MSG_SEALED);
	enum err e = OK;

	buf_u32(out, (uint32_t)b->n);
	for (size_t i = 0; e == OK && i < b->n; i++) {
		struct message_answer a = { .answer = { .err = OK } };

		if (b->sealed[i].err == OK) {
			take_answer(v, &a);
			if (v->bad || a.asked_slot != b->in[i].slot)
				e = ERR_INVALID;
		}
		if (e == OK)
			e = answer_one(s, b, i, &a.answer, last, out);
	}
	if (e != OK)
		out->err = e; /* takes the frame back */
	e = link_end(web);
	return e == ERR_GONE ? OK : e;
}

enum err sealer_hear_answers(struct sealer_role *s, struct view *v)
{
	struct batch *b = batch_at(s, 0);
	size_t n = view_u32(v);
	enum err e = OK;

	if (s->in_flight == 0 || n != count_good(b))
		return ERR_INVALID; /* keeper and we have lost each other */
	FAULT("sealer-answered");
	if (!b->orphan)
		e = answer_batch(s, b, v);
	clear_batch(b);
	s->first = (s->first + 1) % BATCHES;
	s->in_flight--;
	return e;
}

/* ---- peers that come and go ---- */

void sealer_orphan_batches(struct sealer_role *s)
{
	for (size_t i = 0; i < s->in_flight; i++)
		batch_at(s, i)->orphan = true;
}

void sealer_ask_again(struct sealer_role *s)
{
	for (size_t i = 0; i < s->in_flight; i++)
		send_asks(s, batch_at(s, i));
}

void sealer_clear_batches(struct sealer_role *s)
{
	for (size_t i = 0; i < s->in_flight; i++)
		clear_batch(batch_at(s, i));
}

/*
 * sealer.c - the sealer's turn: forms in from web, half-tags out to keeper,
 * sealed rows and mail jobs back to web.
 *
 * One frame of forms is one batch: sealed as one, asked as one, answered as
 * one.  keeper answers batches in the order in which they were asked, so those
 * in flight stand in a ring.  A keeper that came back is asked again for all
 * of them, which it takes idempotently; a web that came back has forgotten
 * them, so their answers fall on the floor (keeper frees the entries).
 *
 * Who can open what is declared to web before anything is sealed for it, and
 * used only when web says that the declaration stands in the log's journal.
 */
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/log.h"
#include "base/wipe.h"
#include "crypto/secret.h"
#include "domain/listed.h"
#include "role/message.h"
#include "role/recipients.h"
#include "role/runtime.h"
#include "role/seal.h"
#include "role/seal_desk.h"

enum {
	BATCHES = 8,
	RANGE = 16384,
	RANGE_LOW = BATCHES * SEAL_BATCH_MAX,
	TICK_MS = 5000
};

struct batch {
	struct buf frame; /* what the forms' texts point into */
	struct message_form form[SEAL_BATCH_MAX];
	struct sealer_form in[SEAL_BATCH_MAX];
	struct sealed sealed[SEAL_BATCH_MAX];
	size_t n;
	bool orphan; /* the web that sent it is gone */
};

struct sealer_role {
	struct role *role;
	struct keyring *ring;
	struct sealer *sealer;

	struct recipients recipients; /* as the file has them now */
	struct sha256 file_hash;
	struct age_recipient mailer; /* its own, of the period */
	bool has_mailer;
	struct sha256 declaration; /* the last one made of both */
	bool declared; /* one to this web, and journaled by log */
	int64_t look_at_ms; /* at the file again */

	uint64_t next_slot;
	uint64_t slots_left;
	bool range_asked;

	struct batch batch[BATCHES]; /* a ring */
	size_t first;
	size_t in_flight;
	struct psr1_record job;
};

/* ---- recipients ---- */

static enum err use_recipients(struct sealer_role *s, enum compartment c)
{
	struct age_recipient list[RECIPIENTS_MAX];
	size_t n = recipients_of(&s->recipients, c, list);

	return n == 0 ? OK : sealer_recipients(s->sealer, c, list, n);
}

/* The file again, if it is another than the last time.  *ret_changed. */
static enum err read_recipients(struct sealer_role *s, bool *ret_changed)
{
	struct sha256 hash;
	struct buf b;
	enum err e;

	*ret_changed = false;
	buf_init(&b, RECIPIENTS_BYTES_MAX);
	e = file_read(s->role->own_fd, RECIPIENTS_FILE, &b);
	if (e == OK) {
		sha256(b.at, b.len, &hash);
		*ret_changed = memcmp(&hash, &s->file_hash, sizeof(hash)) != 0;
	}
	if (*ret_changed) {
		s->file_hash = hash;
		e = recipients_read(buf_view(&b), &s->recipients);
	}
	buf_release(&b);
	return e;
}

static enum err hear_mailer_key(struct sealer_role *s)
{
	enum err e = age_recipient_parse(str_c(s->role->recipient), &s->mailer);

	s->has_mailer = s->has_mailer || e == OK;
	return e;
}

static void declare(struct sealer_role *s)
{
	struct link *web = &s->role->link[ROLE_WEB];
	struct buf text;
	struct buf *b;

	if (!link_up(web) || !s->has_mailer)
		return;
	buf_init(&text, RECIPIENTS_BYTES_MAX);
	recipients_declare(&text, &s->recipients, str_c(s->role->recipient));
	sha256(text.at, text.len, &s->declaration);
	b = link_begin(web, MSG_DECLARATION);
	buf_str(b, buf_view(&text));
	if (buf_err(&text) != OK || link_end(web) != OK)
		s->role->lost[ROLE_WEB] = true;
	buf_release(&text);
}

/* A file that cannot be read changes nothing: who could open what still can,
 * and nobody else. */
static void look_for_change(struct sealer_role *s)
{
	bool changed;
	enum err e = read_recipients(s, &changed);

	if (e != OK && changed)
		log_err("recipients-file", e == ERR_INVALID ? ERR_CORRUPT : e);
	if (e == OK && changed) {
		log_notice("recipients-changed");
		declare(s);
	}
}

/* What was declared last is in the journal of log (rule 14): the next epochs
 * are for these readers. */
static enum err hear_declared(struct sealer_role *s, struct view *v)
{
	struct sha256 hash;
	enum err e;

	view_copy(v, &hash, sizeof(hash));
	if (!view_done(v) || memcmp(&hash, &s->declaration, sizeof(hash)) != 0)
		return OK; /* of an older one */
	e = sealer_recipients(s->sealer, COMPARTMENT_MAIL, &s->mailer, 1);
	for (enum compartment c = COMPARTMENT_IDENTITY;
		e == OK && c <= COMPARTMENT_STANDING; c++)
		e = use_recipients(s, c);
	s->declared = s->declared || e == OK;
	return e;
}

/* ---- slots ---- */

static void ask_range(struct sealer_role *s)
{
	struct link *keeper = &s->role->link[ROLE_KEEPER];

	if (s->range_asked || s->slots_left >= RANGE_LOW || !link_up(keeper))
		return;
	buf_u32(link_begin(keeper, MSG_RANGE_ASK), RANGE);
	s->range_asked = link_end(keeper) == OK;
}

/* What is left of the old range is small and goes unused. */
static void hear_range(struct sealer_role *s, struct view *v)
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

static enum err hear_forms(struct sealer_role *s, struct view *frame)
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

static bool ready_for_forms(const struct sealer_role *s)
{
	return s->declared && s->in_flight < BATCHES &&
		s->slots_left >= SEAL_BATCH_MAX;
}

/* ---- desks ---- */

static void say_desk(struct sealer_role *s, const struct message_desk_said *m)
{
	struct link *web = &s->role->link[ROLE_WEB];

	put_desk_said(link_begin(web, MSG_DESK_SAID), m);
	if (link_end(web) != OK)
		s->role->lost[ROLE_WEB] = true;
}

static enum err pass_on(struct sealer_role *s, uint32_t id, struct str request,
	struct keep_target *target)
{
	struct link *keeper = &s->role->link[ROLE_KEEPER];
	struct message_desk_ask a = {
		.id = id, .head = (const uint8_t *)request.at, .target = target
	};
	enum err e = seal_desk_targets(s->ring, clock_system(), request, target,
		MESSAGE_TARGETS_MAX, &a.n_targets);

	if (e != OK || !link_up(keeper))
		return e == OK ? ERR_BUSY : e;
	put_desk_ask(link_begin(keeper, MSG_DESK_ASK), &a);
	if (link_end(keeper) != OK)
		s->role->lost[ROLE_KEEPER] = true;
	return OK;
}

static enum err hear_desk(struct sealer_role *s, struct view *v)
{
	struct message_desk_said said = { .id = view_u32(v) };
	struct keep_target *target =
		calloc(MESSAGE_TARGETS_MAX, sizeof(*target));
	struct buf b;
	enum err e = target == NULL ? ERR_MEMORY : OK;

	buf_init(&b, DESK_REQUEST_MAX);
	if (e == OK)
		e = seal_desk_read(s->role->own_fd,
			(struct str){ (const char *)v->at, v->len }, &b);
	if (e == OK)
		e = pass_on(s, said.id, buf_view(&b), target);
	if (target != NULL)
		wipe(target, MESSAGE_TARGETS_MAX * sizeof(*target));
	wipe(b.at, b.len);
	buf_release(&b);
	free(target);
	if (e == OK)
		return OK;
	said.status = e == ERR_BUSY ? DESK_BUSY : DESK_REFUSED;
	say_desk(s, &said);
	return e == ERR_MEMORY ? e : OK;
}

static void hear_desk_told(struct sealer_role *s, struct view *v)
{
	struct message_desk_said m;

	take_desk_said(v, &m);
	if (!v->bad)
		say_desk(s, &m);
}

static enum err hear_web(struct sealer_role *s)
{
	struct link *web = &s->role->link[ROLE_WEB];
	uint8_t type;
	struct view v;
	enum err e = OK;

	/* Before the first form comes web's word on the declaration. */
	while (e == OK && (!s->declared || ready_for_forms(s)) &&
		link_next(web, &type, &v)) {
		if (type == MSG_DECLARED) {
			e = hear_declared(s, &v);
		} else if (type == MSG_FORMS && s->declared) {
			e = hear_forms(s, &v);
		} else if (type == MSG_DESK) {
			e = hear_desk(s, &v);
		}
		ask_range(s);
	}
	return e;
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

static enum err hear_answers(struct sealer_role *s, struct view *v)
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

/* keeper has destroyed its half: ours is of no use any more. */
static enum err hear_forget_keys(struct sealer_role *s, struct view *v)
{
	uint64_t *petition = calloc(KEEP_BATCH_MAX, sizeof(*petition));
	size_t n =
		petition == NULL ? 0 : take_slots(v, petition, KEEP_BATCH_MAX);
	enum err e = petition == NULL ? ERR_MEMORY : OK;

	for (size_t i = 0; e == OK && i < n; i++)
		for (size_t p = 0; e == OK && p < TAG_PURPOSES; p++)
			if (!purpose_is_weekly(tag_purposes[p]))
				e = keyring_destroy(
					s->ring, petition[i], tag_purposes[p]);
	free(petition);
	return e;
}

static enum err hear_forget_weeks(struct sealer_role *s, struct view *v)
{
	uint64_t first = view_u64(v);

	return view_done(v) ? sealer_forget_weeks(s->sealer, first) : OK;
}

static enum err hear_keeper(struct sealer_role *s)
{
	struct link *keeper = &s->role->link[ROLE_KEEPER];
	uint8_t type;
	struct view v;
	enum err e = OK;

	while (e == OK && link_next(keeper, &type, &v)) {
		if (type == MSG_RANGE)
			hear_range(s, &v);
		else if (type == MSG_ANSWERS)
			e = hear_answers(s, &v);
		else if (type == MSG_FORGET_KEYS)
			e = hear_forget_keys(s, &v);
		else if (type == MSG_FORGET_WEEKS)
			e = hear_forget_weeks(s, &v);
		else if (type == MSG_DESK_TOLD)
			hear_desk_told(s, &v);
	}
	return e;
}

/* ---- the turn ---- */

static void meet_peers(struct sealer_role *s)
{
	struct role *r = s->role;

	if (r->fresh[ROLE_WEB]) {
		r->fresh[ROLE_WEB] = false;
		s->declared = false;
		for (size_t i = 0; i < s->in_flight; i++)
			batch_at(s, i)->orphan = true;
		declare(s);
	}
	if (r->fresh[ROLE_KEEPER]) {
		r->fresh[ROLE_KEEPER] = false;
		s->range_asked = false;
		for (size_t i = 0; i < s->in_flight; i++)
			send_asks(s, batch_at(s, i));
	}
}

static enum err turn(struct sealer_role *s)
{
	struct role *r = s->role;
	int64_t now = clock_mono_ms(clock_system());
	enum err e = role_wait(r, TICK_MS);

	if (e != OK)
		return e;
	if (r->recipient_fresh) {
		r->recipient_fresh = false;
		e = hear_mailer_key(s);
		if (e == OK)
			declare(s);
	}
	if (now >= s->look_at_ms) {
		s->look_at_ms = now + TICK_MS;
		look_for_change(s);
	}
	meet_peers(s);
	ask_range(s);
	if (e == OK)
		e = hear_keeper(s);
	if (e == OK)
		e = hear_web(s);
	sealer_tick(s->sealer);
	role_flush(r);
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (r->lost[i]) {
			role_lose(r, (enum role_name)i);
		}
	return e;
}

/* At the start the file must be whole. */
static enum err begin_recipients(struct sealer_role *s)
{
	bool changed;
	enum err e = read_recipients(s, &changed);

	if (e != OK)
		log_err("recipients-file", e == ERR_INVALID ? ERR_CORRUPT : e);
	return e;
}

static enum err open_sealer(struct sealer_role *s)
{
	struct secret_key *key = SECRET_NEW(struct secret_key);
	enum err e;

	if (key == NULL)
		return ERR_MEMORY;
	memcpy(key, s->role->credential, sizeof(*key));
	wipe(s->role->credential, sizeof(s->role->credential));
	e = keyring_open(
		s->role->own_fd, SEALER_RING_FILE, key, rng_system(), &s->ring);
	secret_free(key);
	if (e == OK)
		e = sealer_new(
			clock_system(), rng_system(), s->ring, &s->sealer);
	for (size_t i = 0; i < BATCHES; i++)
		buf_init(&s->batch[i].frame, LINK_MAX_FRAME_BYTES);
	if (e == OK)
		e = begin_recipients(s);
	return e;
}

int sealer_main(struct role *r)
{
	struct sealer_role *s = calloc(1, sizeof(*s));
	enum err e = s == NULL ? ERR_MEMORY : crypto_init();

	if (e == OK) {
		s->role = r;
		e = open_sealer(s);
	}
	if (e == OK)
		e = role_fence(r);
	while (e == OK && !r->stopping)
		e = turn(s);
	if (e != OK)
		log_err("sealer-ends", e == ERR_INVALID ? ERR_INTERNAL : e);
	if (s != NULL) {
		for (size_t i = 0; i < s->in_flight; i++)
			clear_batch(batch_at(s, i));
		sealer_free(s->sealer);
		keyring_close(s->ring);
		free(s);
	}
	return e == OK ? 0 : 1;
}

#include "web/committer.h"

#include <stdatomic.h>
#include <time.h>

#include "base/fault.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "web/publish.h"

/* A pause between closing and the CLOSE event: links in the mail work for a
 * day (web/confirm.c), and what was pressed last has an hour to arrive, for
 * behind CLOSE no SIGN may come (docs/log.md, section 2). */
static const int64_t GRACE_MS = (int64_t)25 * 3600 * 1000;
static const uint32_t FORM_MINUTES = 24 * 60;
static const uint32_t PENDING_HOURS = 72;
static const size_t REMINDERS_MAX = 4096; /* at a time */
static const size_t TALLIES_MAX = 16; /* the same */

enum { EPOCH_ID_AT = 8 /* docs/formats.md section 2 */ };

struct committer {
	struct store *store;
	struct committer_settings settings;
	struct work_queue queue;
	struct work_queue *done;
	pthread_t thread;
	atomic_uint_least64_t batches, items, failed, us; /* so far */
};

/* ---- one operation each ---- */

static enum err apply_sign(struct committer *c, struct work_sign *s)
{
	if (s->is_old) {
		s->slot = s->row.slot;
		s->outcome = STORE_SAME_RID;
		return OK;
	}
	return store_insert(c->store, &s->row, clock_wall_ms(c->settings.clock),
		&s->outcome, &s->slot);
}

static enum err confirm(struct committer *c, uint64_t slot, uint64_t petition,
	const struct commitment *commitment, const struct event_mac *mac,
	bool apart, enum store_confirm *ret_outcome,
	struct store_place *ret_place)
{
	struct store_claim claim = {
		.slot = slot, .petition = petition, .apart = apart
	};

	memcpy(claim.commitment, commitment, sizeof(claim.commitment));
	memcpy(claim.mac, mac, sizeof(claim.mac));
	return store_confirm(c->store, &claim, ret_outcome, ret_place);
}

/* The form was lost with the newer database; keeper's word is enough for its
 * leaf. */
static enum err confirm_stub(struct committer *c,
	const struct reconcile_entry *entry, enum store_confirm *ret_outcome,
	struct store_place *ret_place)
{
	struct store_claim claim = { .slot = entry->slot,
		.petition = entry->petition,
		.apart = entry->apart };

	memcpy(claim.commitment, &entry->c, sizeof(claim.commitment));
	memcpy(claim.mac, &entry->mac, sizeof(claim.mac));
	return store_confirm_stub(c->store, &claim,
		clock_hour(c->settings.clock), ret_outcome, ret_place);
}

static enum err apply_confirm(struct committer *c, struct work_confirm *w)
{
	return confirm(c, w->slot, w->petition, &w->c, &w->mac, w->apart,
		&w->outcome, &w->place);
}

static enum err withdraw(struct committer *c, struct store_leave *in,
	const struct commitment *commitment, const struct event_mac *mac,
	enum store_left *ret_left, uint64_t *ret_ev_seq)
{
	struct str document = store_shred_document(in->erase);
	enum err e;

	sha256(document.at, document.len, (struct sha256 *)in->shred_hash);
	memcpy(in->commitment, commitment, sizeof(in->commitment));
	memcpy(in->mac, mac, sizeof(in->mac));
	e = store_leave(c->store, in, clock_wall_ms(c->settings.clock),
		ret_left, ret_ev_seq);
	/* keeper knows a claim that web has not */
	return e == OK && *ret_left == STORE_LEFT_NO_ROW ? ERR_CORRUPT : e;
}

static enum err apply_withdrawal(struct committer *c, struct work_leave *w)
{
	struct store_leave in = { .slot = w->slot, .petition = w->petition };
	enum store_left left = STORE_LEFT_NO_ROW;
	enum err e = withdraw(c, &in, &w->c, &w->mac, &left, &w->ev_seq);

	if (e == OK)
		w->left =
			left == STORE_WITHDRAWN ? LEFT_WITHDRAWN : LEFT_ERASED;
	return e;
}

static enum err apply_leave(struct committer *c, struct work_leave *w)
{
	switch (w->left) {
	case LEFT_WITHDRAWN:
	case LEFT_ERASED:
		return apply_withdrawal(c, w);
	case LEFT_FREED:
		return store_forget(c->store, &w->slot, 1);
	case LEFT_STOPPED:
		return store_stop_updates(c->store, w->slot);
	case LEFT_SHOWN:
		return store_show_request(c->store, w->slot, w->petition,
			clock_hour(c->settings.clock));
	case LEFT_DONE:
	case LEFT_OTHER:
	case LEFT_WRONG:
		break;
	}
	return OK;
}

/* A tentative entry with a row is settled; one without is freed, unless its
 * form is still under way (then it was marked settle = free = false and
 * carries no question: see role/flow.c).  A claim rolls forward. */
static enum err apply_reconcile(struct committer *c, struct work_reconcile *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct reconcile_entry *entry = &r->entry[i];
		struct store_row row;
		enum store_confirm outcome;
		struct store_place place;
		enum err e = store_rows(c->store, &entry->slot, 1, &row);

		if (e != OK)
			return e;
		if (!entry->is_claimed) {
			entry->settle = row.has_row;
			entry->free = !row.has_row && entry->free;
			continue;
		}
		if (!row.has_row && !entry->make_stub) {
			/* Cannot be: a claim needs a mail, a mail a row. */
			log_notice("claim-without-row");
			continue;
		}
		e = row.has_row
			? confirm(c, entry->slot, entry->petition, &entry->c,
				  &entry->mac, entry->apart, &outcome, &place)
			: confirm_stub(c, entry, &outcome, &place);
		if (e != OK)
			return e;
		entry->book = true;
	}
	return r->last ? store_top_slot(c->store, &r->top_slot) : OK;
}

/* keeper has told what it has: pause what it forgot, and note that it need
 * not be asked for all of it again. */
static enum err apply_forgot(struct committer *c, struct work_forgot *w)
{
	enum err e = OK;

	if (w->from_slot > 0)
		e = store_keeper_forgot(c->store, w->from_slot, &w->paused);
	return e == OK ? store_meta_put(c->store, STR(STORE_TELL_ALL), STR(""))
		       : e;
}

static enum err apply_sequence(
	struct committer *c, struct work_sequence *s, struct arena *a)
{
	return store_sequence(a, c->store, &s->checkpoint, s->leaf, s->n,
		&s->moved, &s->n_moved);
}

/* Unconfirmed rows live 72 hours, so older ones are passed over. */
static enum err remind(struct committer *c, int64_t now_ms, size_t *ret_n)
{
	uint32_t hour = (uint32_t)(now_ms / 3600000);
	uint32_t after = c->settings.reminder_hours;

	*ret_n = 0;
	if (after == 0)
		return OK;
	return store_remind(c->store, hour - (PENDING_HOURS - 2), hour - after,
		REMINDERS_MAX, ret_n);
}

/* An opening, in the log before the lock goes out.  What is of no published
 * petition names none (docs/log.md section 2). */
static enum err apply_opening(
	struct committer *c, struct work_desk *d, struct arena *a)
{
	struct store_event event = { .type = EVENT_ACCESS, .count = 1 };
	struct bytes contact;
	struct petition *p;
	uint64_t ev_seq;
	enum err e = store_records(a, c->store, d->slot, &d->record, &contact);

	if (e == OK && d->record.len < EPOCH_ID_AT + STORE_ID_BYTES)
		e = ERR_NOT_FOUND;
	if (e == OK)
		e = store_epoch_header(
			a, c->store, d->record.at + EPOCH_ID_AT, &d->header);
	if (e != OK)
		return e;
	if (store_petition(a, c->store, d->petition, &p) == OK &&
		p->opened_ms != WHEN_NONE)
		event.petition = d->petition;
	return store_append(c->store, &event, &ev_seq);
}

static enum err set_aside(
	struct committer *c, uint64_t slot, uint16_t reason, size_t *done)
{
	struct store_signature s;
	struct store_event event = { .type = EVENT_INVALIDATE,
		.reason = reason };
	uint64_t ev_seq;
	enum err e = store_signature(c->store, slot, &s);

	if (e == ERR_NOT_FOUND || (e == OK && s.state != SIGNATURE_VALIDATED))
		return OK;
	if (e != OK)
		return e;
	event.petition = s.petition;
	event.target_ev_seq = s.place.ev_seq;
	e = store_append(c->store, &event, &ev_seq);
	*done += e == OK;
	return e;
}

/* As its signer could by a link. */
static enum err apply_erasure(struct committer *c, const struct work_desk *d)
{
	struct store_leave in = {
		.slot = d->slot, .petition = d->petition, .erase = d->erase
	};
	enum store_left left = STORE_LEFT_NO_ROW;
	uint64_t ev_seq;

	return d->pending ? store_forget(c->store, &d->slot, 1)
			  : withdraw(c, &in, &d->c, &d->mac, &left, &ev_seq);
}

static enum err apply_answered(struct committer *c, struct work_desk *d)
{
	bool waited = false;
	enum err e = store_show_answered(
		c->store, d->slot, clock_wall_ms(c->settings.clock), &waited);

	d->n_done = e == OK && waited;
	return e;
}

static enum err apply_set(struct committer *c, struct work_desk *d)
{
	enum err e = OK;

	for (size_t i = 0; e == OK && i < d->n_slots; i++)
		e = set_aside(c, d->slots[i], d->reason, &d->n_done);
	return e;
}

static enum err apply_desk(
	struct committer *c, struct work_desk *d, struct arena *a)
{
	enum err e = store_mark(c->store);

	if (e != OK)
		return e;
	switch (d->kind) {
	case WORK_DESK_RELAYED:
		e = d->erase != 0 ? apply_erasure(c, d)
				  : apply_opening(c, d, a);
		break;
	case WORK_DESK_SET:
		e = apply_set(c, d);
		break;
	case WORK_DESK_HELD:
		e = apply_answered(c, d);
		break;
	}
	if (e == OK)
		return store_keep(c->store);
	store_undo(c->store);
	return e;
}

static enum err apply_shredded(struct committer *c, struct work_slots *w)
{
	enum store_shred what = (enum store_shred)w->what;
	struct str text = store_shred_text(what);
	int64_t now = clock_wall_ms(c->settings.clock);
	struct sha256 hash;
	uint64_t ev_seq = 0;
	enum err e = OK;

	sha256(text.at, text.len, &hash);
	w->news = 0; /* a batch may be tried again */
	for (size_t i = 0; e == OK && i < w->n; i++) {
		e = store_shredded(
			c->store, w->slot[i], what, hash.byte, now, &ev_seq);
		w->news += e == OK && ev_seq != 0;
	}
	return e;
}

/* What changed is told as a number: pages and the log's queue follow. */
static enum err apply_housekeep(
	struct committer *c, struct work_slots *w, struct arena *a)
{
	int64_t now = clock_wall_ms(c->settings.clock);
	uint32_t minute = (uint32_t)(now / 60000);
	size_t closed = 0;
	size_t events = 0;
	size_t places = 0;
	size_t reminded = 0;
	/* What keeper gave while web was away may still become a SIGN. */
	enum err e = store_close_due(
		c->store, now, w->agreed ? GRACE_MS : now, &closed, &events);

	if (e == OK)
		e = store_places_publish(c->store, now, &places);
	if (e == OK)
		e = publish_tallies(c->store, TALLIES_MAX, a, &events);
	if (e == OK)
		e = publish_code(c->store, c->settings.code, a, &events);
	w->n = closed + events + places;
	w->closed = closed;
	if (e == OK && closed > 0)
		log_notice_int("petitions-closed", "count", (int64_t)closed);
	if (e == OK)
		e = remind(c, now, &reminded);
	if (e == OK && reminded > 0)
		log_notice_int("reminded", "count", (int64_t)reminded);
	w->reminded = reminded;
	return e == OK ? store_forget_forms(c->store, minute - FORM_MINUTES)
		       : e;
}

/* A petition that was published after the backup was made comes out of the
 * document that its leaf names. */
static enum err adopt_petition(
	struct committer *c, const struct store_told *t, struct arena *a)
{
	struct work_import import = { .body = t->document,
		.kind = STR(COMMITTER_PUBLISHED),
		.name = STR("the log"),
		.complaint = STR("") };

	return c->settings.import(
		c->store, &import, c->settings.zone, c->settings.months, a);
}

static enum err apply_adopt(
	struct committer *c, struct work_adopt *w, struct arena *a)
{
	uint64_t last = 0;
	enum err e = store_last_event(c->store, &last);

	/* What keeper knows beyond that is asked for afterwards. */
	if (e == OK)
		e = store_meta_put(c->store, STR(STORE_TELL_ALL), STR("yes"));
	for (size_t i = 0; e == OK && i < w->n; i++) {
		const struct store_told *t = &w->told[i];

		if (t->event.ev_seq <= last)
			continue;
		if (t->accepted && t->event.type == EVENT_PETITION)
			e = adopt_petition(c, t, a);
		if (e == OK)
			e = store_adopt(c->store, t);
	}
	return e;
}

static enum err apply(struct committer *c, struct work *w)
{
	switch (w->kind) {
	case WORK_SIGN:
		return apply_sign(c, &w->sign);
	case WORK_CONFIRM:
		return apply_confirm(c, &w->confirm);
	case WORK_LEAVE:
		return apply_leave(c, &w->leave);
	case WORK_LEFT:
		return store_leave_done(c->store, w->slots.slot, w->slots.n);
	case WORK_RECONCILE:
		return apply_reconcile(c, &w->reconcile);
	case WORK_MAIL_DONE:
		return store_mail_done(c->store, w->slots.slot, w->slots.n);
	case WORK_SEQUENCE:
		return apply_sequence(c, &w->sequence, &w->arena);
	case WORK_DECLARE:
		return publish_declaration(c->store, w->declare.text,
			clock_wall_ms(c->settings.clock), &w->arena,
			&w->declare.ev_seq);
	case WORK_EXPIRED:
		return store_forget(c->store, w->slots.slot, w->slots.n);
	case WORK_HOUSEKEEP:
		return apply_housekeep(c, &w->slots, &w->arena);
	case WORK_FORGOT:
		return apply_forgot(c, &w->forgot);
	case WORK_ADOPT:
		return apply_adopt(c, &w->adopt, &w->arena);
	case WORK_SHREDDED:
		return apply_shredded(c, &w->slots);
	case WORK_DESK:
		return apply_desk(c, &w->desk, &w->arena);
	case WORK_IMPORT:
		return c->settings.import(c->store, &w->import,
			c->settings.zone, c->settings.months, &w->arena);
	}
	return ERR_INTERNAL;
}

/* ---- the thread ---- */

static void fail_all(struct work *chain, enum err e)
{
	for (struct work *w = chain; w != NULL; w = w->next)
		w->err = e;
}

static int64_t now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void commit_chain(struct committer *c, struct work *chain)
{
	int64_t begun_us = now_us();
	uint64_t n = 0;
	enum err e = store_begin(c->store);

	if (e == OK) {
		FAULT("committer-begun");
		for (struct work *w = chain; w != NULL; w = w->next, n++)
			w->err = apply(c, w);
		FAULT("committer-applied");
		e = store_commit(c->store);
		FAULT("committer-committed");
	}
	if (e != OK) {
		log_err("commit-failed", e);
		fail_all(chain, e);
		(void)atomic_fetch_add(&c->failed, 1);
	}
	(void)atomic_fetch_add(&c->batches, 1);
	(void)atomic_fetch_add(&c->items, n);
	(void)atomic_fetch_add(&c->us, (uint64_t)(now_us() - begun_us));
}

static void *turn(void *arg)
{
	struct committer *c = arg;
	struct work *chain;

	while ((chain = work_wait(&c->queue)) != NULL) {
		commit_chain(c, chain);
		work_push_all(c->done, chain);
	}
	return NULL;
}

enum err committer_start(struct store *store,
	const struct committer_settings *settings, struct work_queue *done,
	struct committer **ret_committer)
{
	struct committer *c = calloc(1, sizeof(*c));
	enum err e;

	if (c == NULL)
		return ERR_MEMORY;
	c->store = store;
	c->settings = *settings;
	c->done = done;
	e = work_queue_init(&c->queue, false);
	if (e != OK)
		goto err0;
	if (pthread_create(&c->thread, NULL, turn, c) != 0) {
		e = ERR_MEMORY;
		goto err1;
	}
	*ret_committer = c;
	return OK;

err1:
	work_queue_release(&c->queue);
err0:
	free(c);
	return e;
}

void committer_give(struct committer *c, struct work *chain)
{
	work_push_all(&c->queue, chain);
}

struct committer_counts committer_counts(const struct committer *c)
{
	return (struct committer_counts){ .batches = atomic_load(&c->batches),
		.items = atomic_load(&c->items),
		.failed = atomic_load(&c->failed),
		.us = atomic_load(&c->us) };
}

void committer_stop(struct committer *c)
{
	if (c == NULL)
		return;
	work_close(&c->queue);
	(void)pthread_join(c->thread, NULL);
	work_queue_release(&c->queue);
	store_close(c->store);
	free(c);
}

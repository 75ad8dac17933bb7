/*
 * flow_log.c - events to log, promises and checkpoints back.
 *
 * Events go out in the order of ev_seq without a gap.  Those of confirmations
 * that wait for their promise are at hand; all others are read from the
 * store, as is everything that a new log lacks.
 */
#include "base/fault.h"
#include "base/log.h"
#include "role/flow.h"

enum { EVENTS_PER_FRAME = 4096, EVENTS_OUT_MAX = 512 };

static struct work **wait_place(struct flow *f, uint64_t ev_seq)
{
	return &f->wait[ev_seq % FLOW_WAITS];
}

/* The waiting confirmation whose event this is, or NULL. */
static struct work *waiting(struct flow *f, uint64_t ev_seq)
{
	struct work *w = *wait_place(f, ev_seq);

	return w != NULL && w->confirm.place.ev_seq == ev_seq ? w : NULL;
}

static uint64_t oldest_waiting(const struct flow *f, uint64_t below)
{
	for (size_t i = 0; i < FLOW_WAITS; i++)
		if (f->wait[i] != NULL &&
			f->wait[i]->confirm.place.ev_seq < below)
			below = f->wait[i]->confirm.place.ev_seq;
	return below;
}

void flow_find_events(struct flow *f)
{
	uint64_t last;
	enum err e = store_last_event(f->store, &last);

	if (e != OK)
		log_err("cannot-find-events", e);
	else if (last > f->ev_last)
		f->ev_last = last;
}

static void receipt(
	struct flow *f, struct work *w, const struct logbook_result *result)
{
	bool promised = result != NULL && result->promised;

	flow_answer(f, w,
		confirm_reply_receipt(flow_view(f, w), &w->confirm,
			promised ? result->deadline_s : 0,
			promised ? &result->signature : NULL));
}

/* It is confirmed and durable; only log is away.  The receipt page shows the
 * leaf when it is there. */
void flow_give_up_promise(struct flow *f, struct work *w)
{
	*wait_place(f, w->confirm.place.ev_seq) = NULL;
	receipt(f, w, NULL);
}

void flow_wait_for_promise(struct flow *f, struct work *w)
{
	struct work **place = wait_place(f, w->confirm.place.ev_seq);

	/* Behind one that was set apart stands the event that says so. */
	if (w->confirm.place.ev_seq + w->confirm.apart > f->ev_last)
		f->ev_last = w->confirm.place.ev_seq + w->confirm.apart;
	if (*place != NULL) {
		/* As many wait as there are places: it is confirmed, and the
		 * receipt page shows the leaf when it is there. */
		receipt(f, w, NULL);
		return;
	}
	*place = w;
}

/* ---- to log ---- */

static void put_waiting(struct buf *b, const struct work *w)
{
	struct logbook_event e = { .ev_seq = w->confirm.place.ev_seq,
		.type = LEAF_SIGN,
		.petition = w->confirm.petition,
		.slot = w->confirm.slot,
		.c = w->confirm.c,
		.mac = w->confirm.mac,
		.wants_promise = true };

	put_event(b, &e);
}

/* Confirmed before, by somebody whose answer was lost: log gives the same
 * promise again for an event that it has journaled. */
void flow_ask_promise_again(struct flow *f, struct work *w)
{
	struct link *log = &f->role->link[ROLE_LOG];
	struct work **place = wait_place(f, w->confirm.place.ev_seq);
	struct buf *b;

	if (!f->log_ready || *place != NULL ||
		w->confirm.place.ev_seq > f->ev_acked) {
		receipt(f, w, NULL);
		return;
	}
	b = link_begin(log, MSG_EVENTS);
	buf_u32(b, 1);
	put_waiting(b, w);
	if (link_end(log) == OK)
		*place = w;
	else
		receipt(f, w, NULL);
}

/* The store notes the slot of every event about a signature; log takes it
 * where keeper's MAC covers it. */
static uint64_t said_slot(const struct store_event *s)
{
	return s->type == EVENT_SIGN || s->type == EVENT_WITHDRAW ? s->slot : 0;
}

static void put_stored(struct buf *b, const struct store_event *s)
{
	struct logbook_event e = { .ev_seq = s->ev_seq,
		.type = (enum leaf_type)s->type,
		.reason = s->reason,
		.petition = s->petition,
		.slot = said_slot(s),
		.target_ev_seq = s->target_ev_seq,
		.count = s->count };

	memcpy(&e.c, s->c, sizeof(e.c));
	memcpy(&e.mac, s->mac, sizeof(e.mac));
	put_event(b, &e);
}

static bool names_document(enum event_type type)
{
	return type == EVENT_PETITION || type == EVENT_KEY ||
		type == EVENT_TALLY || type == EVENT_SHRED ||
		type == EVENT_AUDIT || type == EVENT_CODE;
}

static enum err send_document(struct flow *f, const struct store_event *s)
{
	struct link *log = &f->role->link[ROLE_LOG];
	struct str body;
	enum err e = store_document(&f->scratch, f->store, s->c, &body);

	if (e != OK)
		return e;
	buf_str(link_begin(log, MSG_DOCUMENT), body);
	return link_end(log);
}

/* From the store, at most up to the next one that is at hand. */
static enum err send_stored(struct flow *f, size_t *ret_n)
{
	struct link *log = &f->role->link[ROLE_LOG];
	struct store_event *event;
	struct buf *b;
	size_t n = 0;
	enum err e = store_events(&f->scratch, f->store, f->ev_next,
		EVENTS_PER_FRAME, &event, &n);

	if (e != OK || n == 0)
		return e == OK ? ERR_NOT_FOUND : e;
	for (size_t i = 0; e == OK && i < n; i++)
		if (names_document(event[i].type))
			e = send_document(f, &event[i]);
	if (e != OK)
		return e;
	b = link_begin(log, MSG_EVENTS);
	buf_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		put_stored(b, &event[i]);
	*ret_n = n;
	return link_end(log);
}

static enum err send_waiting(struct flow *f, size_t *ret_n)
{
	struct link *log = &f->role->link[ROLE_LOG];
	size_t n = 0;
	struct buf *b;

	while (n < EVENTS_PER_FRAME && waiting(f, f->ev_next + n) != NULL)
		n++;
	b = link_begin(log, MSG_EVENTS);
	buf_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		put_waiting(b, waiting(f, f->ev_next + i));
	*ret_n = n;
	return link_end(log);
}

void flow_send_events(struct flow *f)
{
	FAULT("web-before-events");
	while (f->log_ready && link_up(&f->role->link[ROLE_LOG]) &&
		f->ev_next <= f->ev_last &&
		f->ev_next - f->ev_acked <= EVENTS_OUT_MAX) {
		size_t n = 0;
		enum err e = waiting(f, f->ev_next) != NULL
			? send_waiting(f, &n)
			: send_stored(f, &n);

		if (e == ERR_NOT_FOUND)
			return; /* committed, but not seen by our reader yet */
		if (e != OK) {
			flow_lose(f, ROLE_LOG, e);
			return;
		}
		f->ev_next += n;
	}
}

/* ---- from log ---- */

static void say_have(struct flow *f)
{
	struct link *log = &f->role->link[ROLE_LOG];
	struct store_checkpoint c = { .note = STR("") };
	struct buf *b;
	uint32_t *year;
	size_t n = 0;
	enum err e = store_log_years(&f->scratch, f->store, &year, &n);

	if (e == OK && n > 0)
		e = store_checkpoint(&f->scratch, f->store, year[n - 1], &c);
	if (e == OK) {
		b = link_begin(log, MSG_LOG_HAVE);
		buf_u16(b, n == 0 ? 0 : (uint16_t)year[n - 1]);
		buf_u64(b, c.size);
		buf_u16(b, (uint16_t)c.note.len);
		buf_str(b, c.note);
		e = link_end(log);
	}
	if (e != OK)
		flow_lose(f, ROLE_LOG, e);
}

static void hear_state(struct flow *f, struct view *v)
{
	uint64_t next = view_u64(v);
	struct str key = view_str16(v);

	if (!view_done(v) || next == 0 ||
		vkey_parse(key, &f->promise_key) != OK) {
		flow_lose(f, ROLE_LOG, ERR_CORRUPT);
		return;
	}
	flow_find_events(f);
	atomic_store(&f->app->state->promise_key, &f->promise_key);
	if (next > f->ev_last + 1)
		/* An old copy of the database was put back. */
		flow_recall(f, next);
	else
		flow_log_agrees(f, next);
}

void flow_log_agrees(struct flow *f, uint64_t next)
{
	f->recall_to = 0;
	/* What log has journaled but could not answer is asked again. */
	f->ev_next = oldest_waiting(f, next);
	f->ev_acked = f->ev_next - 1;
	f->log_ready = true;
	f->log_met = true;
	flow_release_held(f);
	flow_ask_all(f);
	say_have(f);
}

/* Sealer may use what it declared once the log has it. */
static void say_declared(struct flow *f)
{
	struct link *sealer = &f->role->link[ROLE_SEALER];
	enum err e;

	if (f->declare_ev == 0 || f->ev_acked < f->declare_ev ||
		!link_up(sealer))
		return;
	buf_put(link_begin(sealer, MSG_DECLARED), &f->declared_hash,
		sizeof(f->declared_hash));
	e = link_end(sealer);
	if (e != OK) {
		flow_lose(f, ROLE_SEALER, e);
		return;
	}
	f->declare_ev = 0;
	f->declared = true;
}

static void hear_results(struct flow *f, struct view *v)
{
	size_t n = view_u32(v);

	FAULT("web-results-heard");
	for (size_t i = 0; i < n && !v->bad; i++) {
		struct logbook_result r;
		struct work *w;

		take_result(v, &r);
		if (v->bad)
			return;
		if (r.ev_seq > f->ev_acked)
			f->ev_acked = r.ev_seq;
		if (r.outcome != LOGBOOK_ACCEPTED)
			log_notice_int("log-refused-event", "outcome",
				(int64_t)r.outcome);
		w = waiting(f, r.ev_seq);
		if (w == NULL)
			continue;
		*wait_place(f, r.ev_seq) = NULL;
		receipt(f, w, &r);
	}
}

/* The leaves of one year among placed; a note only with the last part. */
static void commit_leaves(struct flow *f, const struct message_checkpoint *m,
	uint16_t year, const struct logbook_placed *placed, size_t n)
{
	struct work *w = work_new(WORK_SEQUENCE);
	bool whole = m->last && year == m->year;
	int64_t shown_ms = shelf_checkpoint_ms(f->app->shelf);
	struct work_sequence *s;

	if (w == NULL) {
		flow_lose(f, ROLE_LOG, ERR_MEMORY);
		return;
	}
	s = &w->sequence;
	s->leaf = ARENA_ARRAY(&w->arena, struct store_leaf, n);
	s->checkpoint = (struct store_checkpoint){ .year = year,
		.size = year == m->year ? m->size : INT64_MAX,
		.note = whole ? arena_copy(&w->arena, m->note) : STR(""),
		/* What people have seen is not taken back by a clock. */
		.made_ms = m->made_ms > shown_ms ? m->made_ms : shown_ms };
	if (s->leaf == NULL || s->checkpoint.note.at == NULL) {
		work_free(w);
		flow_lose(f, ROLE_LOG, ERR_MEMORY);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (placed[i].year == year)
			s->leaf[s->n++] = (struct store_leaf){ placed[i].ev_seq,
				placed[i].leaf_index, placed[i].hour };
	flow_commit(f, w);
}

/* A web that was away over New Year gets leaves of two years in one batch,
 * the older ones first. */
static void commit_checkpoint(struct flow *f,
	const struct message_checkpoint *m, const struct logbook_placed *placed,
	size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (placed[i].year != m->year &&
			(i == 0 || placed[i].year != placed[i - 1].year))
			commit_leaves(f, m, placed[i].year, placed, n);
	commit_leaves(f, m, m->year, placed, n);
}

static void hear_checkpoint(struct flow *f, struct view *v)
{
	struct message_checkpoint m;
	struct logbook_placed *placed;
	size_t n;

	FAULT("web-checkpoint-heard");
	take_checkpoint(v, &m);
	n = view_u32(v);
	if (n > v->len / 8)
		return;
	placed = ARENA_ARRAY(&f->scratch, struct logbook_placed, n);
	if (placed == NULL && n > 0)
		return;
	for (size_t i = 0; i < n; i++)
		take_placed(v, &placed[i]);
	if (view_done(v))
		commit_checkpoint(f, &m, placed, n);
}

void flow_hear_log(struct flow *f)
{
	struct link *log = &f->role->link[ROLE_LOG];
	uint8_t type;
	struct view v;

	while (link_next(log, &type, &v)) {
		if (type == MSG_LOG_STATE)
			hear_state(f, &v);
		else if (type == MSG_RESULTS)
			hear_results(f, &v);
		else if (type == MSG_CHECKPOINT)
			hear_checkpoint(f, &v);
		else if (type == MSG_PLACES_ASK)
			flow_hear_places_ask(f, &v);
		else if (type == MSG_RECALLED)
			flow_hear_recalled(f, &v);
	}
	say_declared(f);
}

void flow_log_changed(struct flow *f)
{
	f->log_ready = false;
	f->recall_to = 0;
}

/* ---- committed ---- */

static void add_moved(struct flow *f, uint64_t petition)
{
	for (size_t i = 0; i < f->n_moved; i++)
		if (f->moved[i] == petition)
			return;
	if (f->n_moved < FLOW_MOVED)
		f->moved[f->n_moved++] = petition;
}

static void show_checkpoint(struct flow *f, const struct store_checkpoint *c)
{
	struct shelf *shelf = f->app->shelf;

	shelf_checkpoint(shelf, c->year, c->made_ms);
	if (f->n_moved == FLOW_MOVED)
		shelf_changed(shelf, 0);
	for (size_t i = 0; i < f->n_moved && f->n_moved < FLOW_MOVED; i++)
		shelf_changed(shelf, f->moved[i]);
	f->n_moved = 0;
}

void flow_sequenced(struct flow *f, struct work *w)
{
	const struct work_sequence *s = &w->sequence;

	if (w->err != OK) {
		/* Log says it all again to the next link. */
		flow_lose(f, ROLE_LOG, w->err);
	} else {
		for (size_t i = 0; i < s->n_moved; i++)
			add_moved(f, s->moved[i].petition);
		if (s->checkpoint.note.len > 0)
			show_checkpoint(f, &s->checkpoint);
	}
	work_free(w);
}

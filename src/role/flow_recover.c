/*
 * flow_recover.c - after a restore: what a log that is behind asks, and what
 * a log that is ahead tells (docs/protocol.md, "After a restore").
 */
#include "base/file.h"
#include "base/fault.h"
#include "base/log.h"
#include "role/flow.h"

enum { PLACES_PER_FRAME = 4096, DOCUMENT_MAX = 16 << 20 };

/* ---- log is behind ---- */

static enum err put_notes(struct flow *f, struct buf *b)
{
	uint32_t *year;
	size_t n = 0;
	enum err e = store_log_years(&f->scratch, f->store, &year, &n);

	if (e == OK)
		buf_u32(b, (uint32_t)n);
	for (size_t i = 0; e == OK && i < n; i++) {
		struct store_checkpoint c;

		e = store_checkpoint(&f->scratch, f->store, year[i], &c);
		if (e != OK)
			return e;
		buf_u16(b, (uint16_t)year[i]);
		buf_u16(b, (uint16_t)c.note.len);
		buf_str(b, c.note);
	}
	return e;
}

static enum err say_places(struct flow *f, uint64_t from)
{
	struct link *log = &f->role->link[ROLE_LOG];
	struct message_places m = { .next = from };
	struct store_placed *at;
	struct buf *b;
	size_t n = 0;
	enum err e = store_leaf_places(&f->scratch, f->store, from,
		PLACES_PER_FRAME, &at, &n, &m.next);

	if (e != OK)
		return e;
	m.end = m.next == from;
	b = link_begin(log, MSG_PLACES);
	put_places(b, &m);
	buf_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		put_placed(b,
			&(struct logbook_placed){ .ev_seq = at[i].ev_seq,
				.leaf_index = at[i].leaf_index,
				.hour = at[i].hour,
				.year = (uint16_t)at[i].year });
	if (m.end)
		e = put_notes(f, b);
	if (e == OK)
		e = link_end(log);
	return e;
}

void flow_hear_places_ask(struct flow *f, struct view *v)
{
	uint64_t from = view_u64(v);
	enum err e = view_done(v) ? say_places(f, from) : ERR_CORRUPT;

	if (e != OK)
		flow_lose(f, ROLE_LOG, e);
}

/* ---- log is ahead ---- */

static void ask(struct flow *f)
{
	struct link *log = &f->role->link[ROLE_LOG];
	enum err e;

	buf_u64(link_begin(log, MSG_RECALL), f->ev_last + 1);
	e = link_end(log);
	if (e != OK)
		flow_lose(f, ROLE_LOG, e);
}

void flow_recall(struct flow *f, uint64_t next)
{
	log_notice_int("log-is-ahead-of-the-database", "events",
		(int64_t)(next - 1 - f->ev_last));
	f->recall_to = next;
	ask(f);
}

static bool names_document(enum leaf_type type)
{
	return leaf_type_known(type) && leaf_has_document(type);
}

/* From SITE/public, where log has put it before it took the event. */
static enum err read_document(struct flow *f, struct arena *a,
	const uint8_t hash[32], struct str *ret)
{
	char path[4 + 64 + 1] = "doc/";
	struct buf b;
	enum err e;

	for (size_t i = 0; i < 32; i++)
		(void)snprintf(path + 4 + 2 * i, 3, "%02x", hash[i]);
	buf_init(&b, DOCUMENT_MAX);
	e = file_read(f->role->public_fd, path, &b);
	if (e == OK) {
		*ret = arena_copy(a, buf_view(&b));
		if (ret->at == NULL)
			e = ERR_MEMORY;
	}
	buf_release(&b);
	return e;
}

static enum err take_told(struct flow *f, struct work *w, struct view *v,
	struct store_told *ret_told)
{
	struct logbook_recalled r;
	struct store_told *t = ret_told;

	take_recalled(v, &r);
	if (v->bad)
		return ERR_CORRUPT;
	*t = (struct store_told){
		.event = { .ev_seq = r.event.ev_seq,
			.type = (enum event_type)r.event.type,
			.reason = r.event.reason,
			.petition = r.event.petition,
			.slot = r.event.slot,
			.target_ev_seq = r.event.target_ev_seq,
			.count = r.event.count },
		.accepted = r.outcome == LOGBOOK_ACCEPTED,
		.hour = r.hour == 0 ? clock_hour(f->app->clock) : r.hour,
		.document = STR_NULL,
	};
	memcpy(t->event.c, &r.event.c, sizeof(t->event.c));
	memcpy(t->event.mac, &r.event.mac, sizeof(t->event.mac));
	if (!t->accepted || !names_document(r.event.type))
		return OK;
	return read_document(f, &w->arena, t->event.c, &t->document);
}

static enum err commit_told(struct flow *f, struct view *v)
{
	struct work *w = work_new(WORK_ADOPT);
	size_t n;
	enum err e = OK;

	if (w == NULL)
		return ERR_MEMORY;
	w->adopt.last = view_u8(v) != 0;
	n = view_u32(v);
	if (n > v->len)
		v->bad = true;
	else
		w->adopt.told = ARENA_ARRAY(&w->arena, struct store_told, n);
	if (v->bad || (n > 0 && w->adopt.told == NULL))
		e = ERR_MEMORY;
	for (; e == OK && w->adopt.n < n; w->adopt.n++)
		e = take_told(f, w, v, &w->adopt.told[w->adopt.n]);
	if (e == OK && !view_done(v))
		e = ERR_CORRUPT;
	if (e != OK) {
		work_free(w);
		return e;
	}
	flow_commit(f, w);
	return OK;
}

void flow_hear_recalled(struct flow *f, struct view *v)
{
	enum err e;

	if (f->recall_to == 0)
		return;
	e = commit_told(f, v);
	if (e != OK)
		flow_lose(f, ROLE_LOG, e);
}

/* keeper may have let go of what the database forgot: it is asked to say all
 * it has, once. */
static void learned_all(struct flow *f)
{
	log_notice_int(
		"database-learned-from-log", "events", (int64_t)f->ev_last);
	shelf_changed(f->app->shelf, 0);
	f->tell_all = true;
	flow_log_agrees(f, f->recall_to);
}

void flow_adopted(struct flow *f, struct work *w)
{
	enum err e = w->err;

	FAULT("web-adopted");
	flow_find_events(f);
	if (f->recall_to == 0) {
		/* log has left meanwhile: its next one says where it is */
	} else if (e != OK) {
		log_err("cannot-learn-from-log", e);
		flow_lose(f, ROLE_LOG, e);
	} else if (w->adopt.last) {
		learned_all(f);
	} else {
		ask(f);
	}
	work_free(w);
}

void flow_release_held(struct flow *f)
{
	struct work *chain = flow_line_empty(&f->held);

	while (chain != NULL) {
		struct work *w = chain;

		chain = w->next;
		flow_commit(f, w);
	}
}

/* ---- keeper ---- */

void flow_ask_all(struct flow *f)
{
	struct link *keeper = &f->role->link[ROLE_KEEPER];
	enum err e;

	if (!f->tell_all || f->telling_all || !f->log_met || !f->reconciled ||
		!link_up(keeper))
		return;
	log_notice("keeper-is-asked-for-all-entries");
	f->telling_all = true;
	f->reconciled = false;
	(void)link_begin(keeper, MSG_TELL_ALL);
	e = link_end(keeper);
	if (e != OK)
		flow_lose(f, ROLE_KEEPER, e);
}

void flow_hear_agreed(struct flow *f, struct view *v)
{
	uint64_t from = view_u64(v);
	struct work *w;

	if (!view_done(v))
		return;
	if (from == 0 && !f->telling_all) {
		f->reconciled = true;
		flow_ask_all(f);
		return;
	}
	w = work_new(WORK_FORGOT);
	if (w == NULL) {
		flow_lose(f, ROLE_KEEPER, ERR_MEMORY);
		return;
	}
	w->forgot.from_slot = from;
	flow_commit(f, w);
}

void flow_keeper_forgot(struct flow *f, struct work *w)
{
	if (w->err != OK) {
		flow_lose(f, ROLE_KEEPER, w->err);
	} else {
		if (f->telling_all)
			f->tell_all = false;
		if (w->forgot.paused > 0)
			log_notice_int("petitions-paused", "count",
				(int64_t)w->forgot.paused);
		f->telling_all = false;
		f->reconciled = true;
		shelf_changed(f->app->shelf, 0);
		flow_ask_all(f);
	}
	work_free(w);
}

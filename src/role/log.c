/*
 * log.c - the log's turn: committed events in, promises back; checkpoints when
 * they are due.
 *
 * Web and log say first what they have: log the next ev_seq it expects, web
 * the tree it has committed.  Each then sends what the other lacks.  Any
 * failure of the logbook ends the process; the next one resumes from the
 * journal.
 */
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/log.h"
#include "crypto/secret.h"
#include "role/logbook.h"
#include "role/message.h"
#include "role/runtime.h"

enum {
	EVENTS_MAX = 8192,
	LEAVES_PER_FRAME = 4096,
	RECALL_AT_ONCE = 65536,
	YEARS_MAX = 256,
	IDLE_MS = 60000
};

struct log_role {
	struct role *role;
	struct logbook *book;
	struct logbook_event event[EVENTS_MAX];
	struct logbook_result result[EVENTS_MAX];
	/* What web said it has: where to go on once we have caught up. */
	uint16_t have_year;
	uint64_t have_size;
	/* Behind: the ev_seq from which places are asked next; 0 while an
	 * answer is under way.  Events they are of may have to come first. */
	uint64_t places_from;
	bool places_wait;
	struct logbook_placed placed[LEAVES_PER_FRAME];
};

static int64_t wall_ms(void)
{
	return clock_wall_ms(clock_system());
}

/* ---- to web ---- */

static enum err say_state(struct log_role *l)
{
	struct link *web = &l->role->link[ROLE_WEB];
	struct buf key;
	struct buf *b;

	buf_init(&key, 512);
	vkey_write(&key, logbook_promise_key(l->book));
	b = link_begin(web, MSG_LOG_STATE);
	buf_u64(b, logbook_next_seq(l->book));
	buf_u16(b, (uint16_t)key.len);
	buf_str(b, buf_view(&key));
	buf_release(&key);
	return link_end(web);
}

/* In frames of a bounded size, all with the newest note. */
static enum err say_checkpoint(
	struct log_role *l, const struct logbook_batch *batch)
{
	struct link *web = &l->role->link[ROLE_WEB];
	size_t from = 0;

	do {
		size_t n = batch->count - from;
		struct buf *b = link_begin(web, MSG_CHECKPOINT);
		enum err e;

		if (n > LEAVES_PER_FRAME)
			n = LEAVES_PER_FRAME;
		put_checkpoint(b,
			&(struct message_checkpoint){ .year = batch->year,
				.size = batch->size,
				.made_ms = wall_ms(),
				.note = batch->note,
				.last = !batch->more &&
					from + n == batch->count });
		buf_u32(b, (uint32_t)n);
		for (size_t i = 0; i < n; i++)
			put_placed(b, &batch->placed[from + i]);
		e = link_end(web);
		if (e != OK)
			return e;
		from += n;
	} while (from < batch->count);
	return OK;
}

/* ---- from web ---- */

/* Everything behind what web has. */
static enum err say_since(struct log_role *l)
{
	uint16_t year = l->have_year;
	uint64_t size = l->have_size;
	struct logbook_batch batch;
	enum err e;

	do {
		e = logbook_since(
			l->book, year, size, LEAVES_PER_FRAME, &batch);
		if (e == OK && batch.size > 0)
			e = say_checkpoint(l, &batch);
		if (e == OK && batch.count > 0) {
			year = batch.placed[batch.count - 1].year;
			size = batch.placed[batch.count - 1].leaf_index + 1;
		}
	} while (e == OK && batch.more);
	return e;
}

/* Web may have a longer tree than we, and then can prove it: an old copy of
 * SITE/log was put back, or nothing but its keys. */
static enum err hear_have(struct log_role *l, struct view *v)
{
	struct str note;
	enum err e = OK;

	l->have_year = view_u16(v);
	l->have_size = view_u64(v);
	note = view_str16(v);
	if (!view_done(v))
		return OK;
	if (note.len > 0)
		e = logbook_hear_of(l->book, l->have_year, note);
	if (e != OK)
		return e;
	if (!logbook_is_behind(l->book))
		return say_since(l);
	log_notice("log-is-behind");
	l->places_from = 1;
	l->places_wait = false;
	return OK;
}

/* ---- behind ---- */

static enum err ask_places(struct log_role *l)
{
	struct link *web = &l->role->link[ROLE_WEB];

	if (l->places_from == 0 || l->places_wait ||
		!logbook_is_behind(l->book) || !link_up(web))
		return OK;
	buf_u64(link_begin(web, MSG_PLACES_ASK), l->places_from);
	l->places_from = 0;
	return link_end(web);
}

static enum err catch_up(struct log_role *l, struct view *v)
{
	struct logbook_signed note[YEARS_MAX];
	size_t n = view_u32(v);
	enum err e;

	if (n > YEARS_MAX)
		v->bad = true;
	for (size_t i = 0; i < n && !v->bad; i++) {
		note[i].year = view_u16(v);
		note[i].note = view_str16(v);
	}
	if (!view_done(v))
		return OK;
	e = logbook_catch_up(l->book, note, n);
	if (e == ERR_DENIED)
		log_notice("published-log-is-newer-than-the-database");
	if (e != OK)
		return e;
	log_notice("log-was-rebuilt-from-the-database");
	return say_since(l);
}

/* Places of events that are still on their way are asked for again. */
static enum err hear_places(struct log_role *l, struct view *v)
{
	struct message_places m;
	size_t n;
	enum err e = OK;

	take_places(v, &m);
	n = view_u32(v);
	if (n > LEAVES_PER_FRAME || !logbook_is_behind(l->book))
		return OK;
	l->places_from = m.next;
	for (size_t i = 0; i < n; i++)
		take_placed(v, &l->placed[i]);
	for (size_t i = n; i > 0; i--)
		if (l->placed[i - 1].ev_seq >= logbook_next_seq(l->book)) {
			l->places_from = l->placed[i - 1].ev_seq;
			l->places_wait = true;
			n = i - 1;
		}
	if (v->bad)
		return OK;
	if (n > 0)
		e = logbook_place(l->book, l->placed, n);
	if (e != OK || !m.end)
		return e;
	l->places_from = 0;
	return catch_up(l, v);
}

/* A database that is behind: docs/protocol.md, "After a restore". */
static enum err hear_recall(struct log_role *l, struct view *v)
{
	struct link *web = &l->role->link[ROLE_WEB];
	uint64_t from = view_u64(v);
	struct logbook_recalled *event;
	struct buf *b;
	size_t n = 0;
	enum err e;

	if (!view_done(v))
		return OK;
	event = calloc(RECALL_AT_ONCE, sizeof(*event));
	if (event == NULL)
		return ERR_MEMORY;
	e = logbook_recall(l->book, from, RECALL_AT_ONCE, event, &n);
	if (e == OK) {
		b = link_begin(web, MSG_RECALLED);
		buf_byte(b, from + n == logbook_next_seq(l->book));
		buf_u32(b, (uint32_t)n);
		for (size_t i = 0; i < n; i++)
			put_recalled(b, &event[i]);
		e = link_end(web);
	}
	free(event);
	return e == ERR_INVALID ? OK : e;
}

static enum err hear_events(struct log_role *l, struct view *v)
{
	struct link *web = &l->role->link[ROLE_WEB];
	size_t n = view_u32(v);
	struct buf *b;
	enum err e;

	if (n > EVENTS_MAX)
		v->bad = true;
	for (size_t i = 0; i < n && !v->bad; i++)
		take_event(v, &l->event[i]);
	if (!view_done(v) || n == 0)
		return OK;
	FAULT("log-events-heard");
	e = logbook_accept(l->book, l->event, n, l->result);
	if (e == ERR_INVALID || e == ERR_NOT_FOUND)
		return say_state(l); /* a gap: web begins again from there */
	if (e != OK)
		return e;
	FAULT("log-events-done");
	l->places_wait = false;
	b = link_begin(web, MSG_RESULTS);
	buf_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		put_result(b, &l->result[i]);
	return link_end(web);
}

static enum err hear_document(struct log_role *l, struct view *v)
{
	struct sha256 hash;
	enum err e = logbook_document(
		l->book, (struct str){ (const char *)v->at, v->len }, &hash);

	return e == ERR_TOO_LARGE || e == ERR_INVALID ? OK : e;
}

static enum err hear_web(struct log_role *l)
{
	struct link *web = &l->role->link[ROLE_WEB];
	uint8_t type;
	struct view v;
	enum err e = OK;

	while (e == OK && link_next(web, &type, &v)) {
		if (type == MSG_LOG_HAVE)
			e = hear_have(l, &v);
		else if (type == MSG_DOCUMENT)
			e = hear_document(l, &v);
		else if (type == MSG_EVENTS)
			e = hear_events(l, &v);
		else if (type == MSG_PLACES)
			e = hear_places(l, &v);
		else if (type == MSG_RECALL)
			e = hear_recall(l, &v);
	}
	return e == OK ? ask_places(l) : e;
}

/* ---- the turn ---- */

static enum err checkpoint_if_due(struct log_role *l)
{
	struct logbook_batch batch;
	enum err e;

	if (logbook_next_due_ms(l->book) > clock_mono_ms(clock_system()))
		return OK;
	e = logbook_checkpoint(l->book, &batch);
	if (e != OK || batch.count == 0)
		return e;
	FAULT("log-checkpoint-before-web");
	e = say_checkpoint(l, &batch);
	return e == ERR_GONE || e == ERR_BUSY ? OK : e; /* it asks later */
}

static int timeout_ms(const struct log_role *l)
{
	int64_t due = logbook_next_due_ms(l->book);
	int64_t now = clock_mono_ms(clock_system());

	if (due == INT64_MAX || due - now > IDLE_MS)
		return IDLE_MS;
	return due <= now ? 0 : (int)(due - now);
}

static enum err turn(struct log_role *l)
{
	struct role *r = l->role;
	enum err e = role_wait(r, timeout_ms(l));

	if (e == OK && r->fresh[ROLE_WEB]) {
		r->fresh[ROLE_WEB] = false;
		e = say_state(l);
	}
	if (e == OK)
		e = hear_web(l);
	if (e == ERR_GONE || e == ERR_BUSY)
		e = OK; /* web left in the middle of an answer */
	if (e == OK)
		e = checkpoint_if_due(l);
	role_flush(r);
	if (r->lost[ROLE_WEB])
		link_close(&r->link[ROLE_WEB]);
	r->lost[ROLE_WEB] = false;
	return e;
}

static enum err open_book(struct log_role *l)
{
	const struct config *c = &l->role->config;
	struct secret_key *key = SECRET_NEW(struct secret_key);
	struct logbook_setup setup = { .host = c->host,
		.log_dir_fd = l->role->own_fd,
		.public_dir_fd = l->role->public_fd,
		.mac_key = key,
		.clock = clock_system(),
		.rng = rng_system(),
		.settings = logbook_settings_default() };
	enum err e;

	if (key == NULL)
		return ERR_MEMORY;
	setup.settings.checkpoint_s = c->checkpoint_s;
	setup.settings.ripe_count = c->ripe_count;
	setup.settings.ripe_s = c->ripe_s;
	e = file_read_exact(l->role->own_fd, "event.key", key, sizeof(*key));
	if (e == OK)
		e = logbook_open(&setup, &l->book);
	secret_free(key);
	return e;
}

int log_main(struct role *r)
{
	struct log_role *l = calloc(1, sizeof(*l));
	enum err e = l == NULL ? ERR_MEMORY : crypto_init();

	if (e == OK) {
		l->role = r;
		e = open_book(l);
	}
	if (e == OK)
		e = role_fence(r);
	while (e == OK && !r->stopping)
		e = turn(l);
	if (e != OK)
		log_err("log-ends", e);
	if (l != NULL) {
		logbook_close(l->book);
		free(l);
	}
	return e == OK ? 0 : 1;
}

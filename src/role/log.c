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

enum { EVENTS_MAX = 8192, LEAVES_PER_FRAME = 4096, IDLE_MS = 60000 };

struct log_role {
	struct role *role;
	struct logbook *book;
	struct logbook_event event[EVENTS_MAX];
	struct logbook_result result[EVENTS_MAX];
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

static enum err hear_have(struct log_role *l, struct view *v)
{
	uint16_t year = view_u16(v);
	uint64_t size = view_u64(v);
	struct logbook_batch batch;
	enum err e;

	if (!view_done(v))
		return OK;
	do {
		e = logbook_since(
			l->book, year, size, LEAVES_PER_FRAME, &batch);
		if (e == ERR_INVALID) {
			/* Web has a longer tree than we: an old copy of
			 * SITE/log was put back.  Going on would fork. */
			return ERR_CORRUPT;
		}
		if (e == OK && batch.size > 0)
			e = say_checkpoint(l, &batch);
		if (e == OK && batch.count > 0) {
			year = batch.placed[batch.count - 1].year;
			size = batch.placed[batch.count - 1].leaf_index + 1;
		}
	} while (e == OK && batch.more);
	return e;
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
	}
	return e;
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

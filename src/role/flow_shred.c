/*
 * flow_shred.c - petitions whose time is over: asking keeper, again and again,
 * to let their keys die, and writing down that they did.  keeper's uptime has
 * to agree (role/keep.h, keep_shred).  Of those that died it hears again: an
 * older copy of keeper's folder may have brought keys back.
 */
#include "base/log.h"
#include "role/flow.h"

static const int64_t DAY_MS = (int64_t)24 * 3600 * 1000;
static const int64_t AGAIN_MS = (int64_t)3600 * 1000;

static enum err send(
	struct flow *f, enum keep_shred to, const uint64_t petition[], size_t n)
{
	struct link *keeper = &f->role->link[ROLE_KEEPER];
	struct buf *b = link_begin(keeper, MSG_SHRED);

	buf_byte(b, (uint8_t)to);
	put_slots(b, petition, n);
	return link_end(keeper);
}

static enum err ask(struct flow *f, enum store_shred what, enum keep_shred to,
	uint32_t days)
{
	int64_t before = clock_wall_ms(f->app->clock) - days * DAY_MS;
	uint64_t *petition = ARENA_ARRAY(&f->scratch, uint64_t, FLOW_SLOTS);
	size_t n = 0;
	enum err e;

	if (petition == NULL)
		return ERR_MEMORY;
	e = store_shred_due(f->store, what, before, petition, FLOW_SLOTS, &n);
	return e == OK && n > 0 ? send(f, to, petition, n) : e;
}

static enum err ask_again(
	struct flow *f, enum store_shred what, enum keep_shred to)
{
	uint64_t *petition = NULL;
	size_t n = 0;
	enum err e =
		store_shredded_list(&f->scratch, f->store, what, &petition, &n);

	for (size_t i = 0; e == OK && i < n; i += FLOW_SLOTS)
		e = send(f, to, petition + i,
			n - i < FLOW_SLOTS ? n - i : FLOW_SLOTS);
	return e;
}

void flow_shred(struct flow *f)
{
	const struct config *c = &f->role->config;
	int64_t now = clock_mono_ms(f->app->clock);
	enum err e;

	if (!link_up(&f->role->link[ROLE_KEEPER]))
		return;
	e = ask(f, STORE_SHRED_TAGS, KEEP_SHRED_TAGS, c->tags_days);
	if (e == OK)
		e = ask(f, STORE_SHRED_ALL, KEEP_SHRED_ALL, c->records_days);
	if (e == OK && now >= f->shred_again_at_ms) {
		f->shred_again_at_ms = now + AGAIN_MS;
		e = ask_again(f, STORE_SHRED_TAGS, KEEP_SHRED_TAGS);
		if (e == OK)
			e = ask_again(f, STORE_SHRED_ALL, KEEP_SHRED_ALL);
	}
	if (e != OK)
		log_err("cannot-shred", e);
}

void flow_hear_shredded(struct flow *f, struct view *v)
{
	bool tags = view_u8(v) == KEEP_SHRED_TAGS;
	struct work *w = flow_take_slots(v, WORK_SHREDDED);

	if (w == NULL)
		return;
	w->slots.what = tags ? STORE_SHRED_TAGS : STORE_SHRED_ALL;
	flow_commit(f, w);
}

void flow_shredded(struct flow *f, struct work *w)
{
	if (w->err == OK && w->slots.news > 0) {
		log_notice_int(
			"petitions-shredded", "count", (int64_t)w->slots.news);
		flow_find_events(f);
	}
	work_free(w);
}

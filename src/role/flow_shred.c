/*
 * flow_shred.c - petitions whose time is over: asking keeper, again and again,
 * to let their keys die, and writing down that they did.  keeper's uptime has
 * to agree (role/keep.h, keep_shred).
 */
#include "base/log.h"
#include "role/flow.h"

static const int64_t DAY_MS = (int64_t)24 * 3600 * 1000;

static enum err ask(struct flow *f, enum store_shred what, enum keep_shred to,
	uint32_t days)
{
	struct link *keeper = &f->role->link[ROLE_KEEPER];
	int64_t before = clock_wall_ms(f->app->clock) - days * DAY_MS;
	uint64_t *petition = ARENA_ARRAY(&f->scratch, uint64_t, FLOW_SLOTS);
	size_t n = 0;
	struct buf *b;
	enum err e;

	if (petition == NULL)
		return ERR_MEMORY;
	e = store_shred_due(f->store, what, before, petition, FLOW_SLOTS, &n);
	if (e != OK || n == 0)
		return e;
	b = link_begin(keeper, MSG_SHRED);
	buf_byte(b, (uint8_t)to);
	put_slots(b, petition, n);
	return link_end(keeper);
}

void flow_shred(struct flow *f)
{
	const struct config *c = &f->role->config;
	enum err e;

	if (!link_up(&f->role->link[ROLE_KEEPER]))
		return;
	e = ask(f, STORE_SHRED_TAGS, KEEP_SHRED_TAGS, c->tags_days);
	if (e == OK)
		e = ask(f, STORE_SHRED_ALL, KEEP_SHRED_ALL, c->records_days);
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
	log_notice_int("petitions-shredded", "count", (int64_t)w->slots.n);
	flow_commit(f, w);
}

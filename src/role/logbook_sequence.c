#include "base/clock.h"
#include "base/fault.h"
#include "role/logbook_own.h"

/* ---- leaves ---- */

/* Put the leaf into tree and bundle; write the tiles that it fills. */
static enum err append_leaf(struct logbook *l, const struct leaf *leaf)
{
	uint8_t *bytes = l->bundle[l->tree.size % TLOG_TILE_WIDTH];
	struct tree_hash hash;
	enum err e = OK;
	unsigned full;

	leaf_encode(leaf, bytes);
	tlog_hash_leaf(bytes, TLOG_LEAF_BYTES, &hash);
	full = tlog_tree_append(&l->tree, &hash);
	for (unsigned level = 0; e == OK && level < full; level++)
		e = public_tile(l, level,
			(l->tree.size >> (8 * (level + 1))) - 1,
			TLOG_TILE_WIDTH);
	return e;
}

/* A target in an earlier year's log is named with that year. */
static enum err resolve_target(
	const struct logbook *l, const struct verdict *v, struct leaf *leaf)
{
	struct event_rec target;
	enum err e;

	if (!leaf_has_target(leaf->type))
		return OK;
	e = event_rec_read(l, v->number, &target);
	if (e != OK)
		return e;
	if (target.leaf == LEAF_NONE)
		return ERR_CORRUPT;
	leaf->number = target.leaf;
	leaf->aux = target.year == l->year ? 0 : target.year;
	return OK;
}

static enum err sequence_one(struct logbook *l, uint64_t ev_seq, uint32_t hour)
{
	struct waiting *w = waiting_find(l, ev_seq);
	struct petition_rec *p;
	struct leaf leaf;
	enum err e;

	if (w == NULL)
		return ERR_CORRUPT;
	leaf = (struct leaf){ .type = (enum leaf_type)w->v.type,
		.reason = w->v.reason,
		.hour = hour,
		.petition = w->v.petition,
		.number = w->v.number };
	memcpy(leaf.c, w->v.c, sizeof(leaf.c));
	e = resolve_target(l, &w->v, &leaf);
	if (e == OK)
		e = event_rec_place(l, ev_seq, l->year, l->tree.size);
	if (e == OK)
		e = append_leaf(l, &leaf);
	if (e != OK)
		return e;
	w->chosen = true;
	p = petition_find(&l->petitions, w->v.petition);
	if (p != NULL && w->v.type == LEAF_PETITION)
		p->sequenced = true;
	return OK;
}

/* While replaying, the checkpoint that was found must be one that this
 * journal passes through. */
static enum err meet_found(struct logbook *l)
{
	struct tree_hash root;

	if (!l->found || l->met || l->tree.size < l->found_size)
		return OK;
	tlog_tree_root(&l->tree, &root);
	if (l->tree.size != l->found_size ||
		!tree_hash_eq(&root, &l->found_root))
		return ERR_CORRUPT;
	l->met = true;
	return OK;
}

/* A log that is behind may find that its history began in an earlier year
 * than the one it was begun in again. */
static bool is_empty(const struct logbook *l)
{
	return l->tree.size == 0 && l->year == l->first_year;
}

/* Close the year's log with a checkpoint and begin the next one's.  One that
 * is published already is met on the way, or this is a fork. */
static enum err begin_year(struct logbook *l, uint16_t year)
{
	bool replaying = l->replaying;
	enum err e;

	if (is_empty(l))
		l->first_year = year;
	else if (year < l->year || (l->found && !l->met))
		return ERR_CORRUPT;
	l->replaying = false;
	e = l->tree.size == 0 ? OK : sequence_publish(l);
	l->replaying = replaying;
	if (e == OK)
		e = array_sync(l);
	if (e == OK)
		e = array_open_leaves(l, year);
	if (e != OK)
		return e;
	tlog_tree_init(&l->tree);
	l->year = year;
	e = public_find(l);
	if (e == OK && l->found && !replaying && !l->behind)
		e = ERR_CORRUPT;
	return e;
}

enum err sequence_apply(
	struct logbook *l, uint16_t year, uint64_t first, uint32_t hour)
{
	const struct order *o = &l->order;
	enum err e = year == l->year ? OK : begin_year(l, year);

	if (e == OK && first != l->tree.size)
		e = ERR_CORRUPT;
	for (size_t i = 0; e == OK && i < o->count; i++)
		e = sequence_one(l, o->ev_seq[i], hour);
	if (e == OK)
		e = leaf_rec_write(l, first, hour, o->ev_seq, o->count);
	if (e == OK)
		e = meet_found(l);
	if (e != OK)
		return e;
	if (o->count > 0 && hour > l->last_hour)
		l->last_hour = hour;
	waiting_drop_chosen(l);
	return OK;
}

/* ---- publishing ---- */

enum err sequence_publish(struct logbook *l)
{
	enum err e = OK;

	if (l->note.len > 0 && l->note_year == l->year &&
		l->note_size == l->tree.size)
		return OK;
	for (unsigned level = 0; e == OK && level < TLOG_TILE_LEVELS; level++) {
		unsigned width = tlog_tree_width(&l->tree, level);

		if (width > 0)
			e = public_tile(l, level,
				l->tree.size >> (8 * (level + 1)), width);
	}
	FAULT("log-tiles-written");
	return e == OK ? public_checkpoint(l) : e;
}

/* ---- the checkpoint ---- */

uint32_t sequence_hour(const struct logbook *l)
{
	uint32_t hour = clock_hour(l->setup.clock);

	return hour > l->last_hour ? hour : l->last_hour;
}

static uint16_t year_now(const struct logbook *l)
{
	time_t now = (time_t)(clock_wall_ms(l->setup.clock) / 1000);
	struct tm tm;
	uint16_t year = l->year;

	if (gmtime_r(&now, &tm) != NULL && tm.tm_year + 1900 > year)
		year = (uint16_t)(tm.tm_year + 1900);
	return year;
}

enum err sequence_journal(
	struct logbook *l, uint16_t year, uint64_t first, uint32_t hour)
{
	buf_clear(&l->scratch);
	buf_u16(&l->scratch, year);
	buf_u32(&l->scratch, hour);
	buf_u64(&l->scratch, first);
	for (size_t i = 0; i < l->order.count; i++)
		buf_u64(&l->scratch, l->order.ev_seq[i]);
	if (buf_err(&l->scratch) != OK)
		return buf_err(&l->scratch);
	return journal_append(
		&l->journal, JOURNAL_ORDER, buf_view(&l->scratch));
}

static enum err sequence(struct logbook *l)
{
	uint16_t year = year_now(l);
	bool same_year = year == l->year;
	uint64_t first = same_year ? l->tree.size : 0;
	uint32_t hour = sequence_hour(l);
	enum err e = sequence_journal(l, year, first, hour);

	if (e == OK)
		e = sequence_apply(l, year, first, hour);
	FAULT("log-order-applied");
	if (e == OK)
		e = sequence_publish(l);
	FAULT("log-checkpoint-published");
	if (e == OK && !same_year)
		e = public_years(l);
	if (e != OK)
		return e;
	waiting_ripen(l);
	return state_rotate(l);
}

static void newest(const struct logbook *l, struct logbook_batch *ret_batch)
{
	*ret_batch = (struct logbook_batch){ .year = l->note_year,
		.size = l->note_size,
		.root = l->note_root,
		.note = buf_view(&l->note) };
}

static enum err need_placed(struct logbook *l, size_t n)
{
	struct logbook_placed *at;

	if (n <= l->placed_cap)
		return OK;
	at = realloc(l->placed, n * sizeof(*at));
	if (at == NULL)
		return ERR_MEMORY;
	l->placed = at;
	l->placed_cap = n;
	return OK;
}

enum err logbook_checkpoint(struct logbook *l, struct logbook_batch *ret_batch)
{
	size_t n;
	enum err e = l->spent;

	l->order.count = 0;
	if (e == OK && !l->behind)
		e = waiting_choose(l, clock_mono_ms(l->setup.clock));
	n = l->order.count;
	l->last_ms = clock_mono_ms(l->setup.clock);
	if (e == OK && n > 0)
		e = need_placed(l, n);
	if (e == OK && n > 0)
		e = sequence(l);
	if (e == OK && n > 0)
		e = leaf_rec_read(l, l->year, l->tree.size - n, n, l->placed);
	if (e != OK)
		return logbook_spend(l, e);
	newest(l, ret_batch);
	ret_batch->count = n;
	ret_batch->placed = l->placed;
	return OK;
}

/* ---- for a web that is behind ---- */

enum err logbook_since(struct logbook *l, uint16_t year, uint64_t size,
	size_t max, struct logbook_batch *ret_batch)
{
	uint64_t at = size;
	size_t n = 0;
	uint64_t have;
	enum err e = l->spent;

	if (e != OK)
		return e;
	if (year < l->first_year)
		year = l->first_year;
	if (year > l->year)
		return ERR_INVALID;
	e = need_placed(l, max);
	for (uint16_t y = year; e == OK && y <= l->year; y++, at = 0) {
		size_t take;

		e = leaf_rec_count(l, y, &have);
		if (e != OK || at > have)
			break;
		take = have - at < max - n ? (size_t)(have - at) : max - n;
		e = leaf_rec_read(l, y, at, take, l->placed + n);
		n += take;
		if (at + take < have)
			break;
	}
	if (e != OK)
		return logbook_spend(l, e);
	if (n == 0 && at > have)
		return ERR_INVALID;
	newest(l, ret_batch);
	ret_batch->count = n;
	ret_batch->placed = l->placed;
	ret_batch->more = n > 0 &&
		(l->placed[n - 1].year != l->year ||
			l->placed[n - 1].leaf_index + 1 != l->tree.size);
	return OK;
}

int64_t logbook_next_due_ms(const struct logbook *l)
{
	int64_t gap = (int64_t)l->setup.settings.checkpoint_s * 1000;

	if (l->ripe_ms == INT64_MAX || l->behind)
		return INT64_MAX;
	return l->ripe_ms > l->last_ms + gap ? l->ripe_ms : l->last_ms + gap;
}

size_t logbook_waiting(const struct logbook *l)
{
	return l->n_waiting;
}

/*
 * What a database that came from a backup lacks: events as they were told us,
 * put together from the array by ev_seq, the array by slot and the public
 * leaves.  The digest that was journaled says whether that came out right.
 */
#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "role/logbook_own.h"

/* The bundle that was read last: leaves of neighbours stand together. */
struct bundle {
	uint16_t year; /* 0: none yet */
	uint64_t index;
	uint8_t leaf[TLOG_TILE_WIDTH][TLOG_LEAF_BYTES];
};

struct recall {
	struct logbook *l;
	uint64_t from; /* [from, from + n) */
	size_t n;
	uint64_t *slot; /* of the SIGN or WITHDRAW of each; 0: none */
	struct bundle bundle;
};

/* ---- slots ---- */

enum { SLOTS_AT_ONCE = 8192 };

/* A SIGN is named by its slot's record; a WITHDRAW finds its slot by the
 * SIGN that it means, later. */
static void note_slots(
	struct recall *r, const uint8_t *at, size_t n, uint64_t first)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t seq =
			get_u64(at + i * SLOT_REC_BYTES) & ~SLOT_WITHDRAWN;

		if (seq >= r->from && seq - r->from < r->n)
			r->slot[seq - r->from] = first + i;
	}
}

static enum err find_slots(struct recall *r)
{
	static const size_t step = SLOTS_AT_ONCE * SLOT_REC_BYTES;
	uint8_t *at = malloc(step);
	uint64_t size = 0;
	enum err e = at == NULL ? ERR_MEMORY : file_size(r->l->slots_fd, &size);

	for (uint64_t off = 0; e == OK && off < size; off += step) {
		size_t len = size - off < step ? (size_t)(size - off) : step;

		e = file_pread(r->l->slots_fd, at, len, off);
		if (e == OK)
			note_slots(r, at, len / SLOT_REC_BYTES,
				off / SLOT_REC_BYTES);
	}
	free(at);
	return e;
}

/* The slot of one SIGN that lies before those asked for: seldom, for most are
 * withdrawn long after. */
static enum err slot_of_sign(
	const struct logbook *l, uint64_t ev_seq, uint64_t *ret_slot)
{
	uint64_t slot = 0;
	struct recall r = { .l = (struct logbook *)(uintptr_t)l,
		.from = ev_seq,
		.n = 1,
		.slot = &slot };
	enum err e = find_slots(&r);

	if (e == OK)
		*ret_slot = slot;
	return e;
}

/* ---- leaves ---- */

static enum err read_bundle(struct recall *r, uint16_t year, uint64_t index)
{
	struct tlog_tile tile = { .entries = true, .index = index };
	struct buf path, bytes;
	uint64_t leaves = 0;
	enum err e = leaf_rec_count(r->l, year, &leaves);

	if (e != OK)
		return e;
	tile.width = tlog_tile_width(leaves, 0, index);
	buf_init(&path, 128);
	buf_init(&bytes, TLOG_TILE_WIDTH * TLOG_ENTRY_BYTES);
	buf_printf(&path, "log/%u/", year);
	tlog_tile_path(&path, tile);
	e = buf_err(&path);
	if (e == OK)
		e = file_read(r->l->setup.public_dir_fd, path.at, &bytes);
	if (e == OK)
		e = tlog_bundle_get(
			buf_view(&bytes), tile.width, r->bundle.leaf);
	buf_release(&bytes);
	buf_release(&path);
	if (e != OK)
		return ERR_CORRUPT;
	r->bundle.year = year;
	r->bundle.index = index;
	return OK;
}

static enum err read_leaf(
	struct recall *r, uint16_t year, uint64_t index, struct leaf *ret_leaf)
{
	uint64_t bundle = index / TLOG_TILE_WIDTH;
	enum err e = OK;

	if (r->bundle.year != year || r->bundle.index != bundle)
		e = read_bundle(r, year, bundle);
	return e == OK
		? leaf_decode(r->bundle.leaf[index % TLOG_TILE_WIDTH], ret_leaf)
		: e;
}

/* ---- one event ---- */

/* What the leaf says of an event whose record is rec. */
static enum err of_leaf(
	struct recall *r, const struct event_rec *rec, struct logbook_event *ev)
{
	struct logbook_placed target;
	struct leaf leaf;
	enum err e = read_leaf(r, rec->year, rec->leaf, &leaf);

	if (e != OK)
		return e;
	ev->reason = leaf.reason;
	memcpy(ev->c.byte, leaf.c, sizeof(ev->c.byte));
	if (leaf_has_count(leaf.type))
		ev->count = leaf.number;
	if (!leaf_has_target(leaf.type))
		return OK;
	e = leaf_rec_read(r->l, leaf.aux == 0 ? rec->year : (uint16_t)leaf.aux,
		leaf.number, 1, &target);
	if (e == OK)
		ev->target_ev_seq = target.ev_seq;
	return e;
}

/* What waits still stands in the journal. */
static void of_waiting(const struct waiting *w, struct logbook_event *ev)
{
	ev->reason = w->v.reason;
	ev->slot = w->v.slot;
	memcpy(ev->c.byte, w->v.c, sizeof(ev->c.byte));
	if (leaf_has_target(ev->type))
		ev->target_ev_seq = w->v.number;
	else
		ev->count = w->v.number;
}

static bool is_as_journaled(
	const struct logbook_event *ev, const struct event_rec *rec)
{
	uint8_t digest[16];

	event_digest(ev, digest);
	return memcmp(digest, rec->digest, sizeof(digest)) == 0;
}

/* A WITHDRAW's leaf tells neither slot nor C: both are the SIGN's.  Its event
 * may have left the target to the slot. */
static enum err complete_withdraw(
	struct recall *r, struct logbook_event *ev, const struct event_rec *rec)
{
	uint64_t target = ev->target_ev_seq;
	struct logbook_event sign = { .type = LEAF_SIGN };
	struct event_rec sign_rec;
	const struct waiting *w = waiting_find(r->l, target);
	enum err e = event_rec_read(r->l, target, &sign_rec);

	if (e == OK && w != NULL)
		of_waiting(w, &sign);
	else if (e == OK)
		e = of_leaf(r, &sign_rec, &sign);
	if (e == OK)
		e = slot_of_sign(r->l, target, &ev->slot);
	if (e != OK)
		return e;
	ev->c = sign.c;
	if (is_as_journaled(ev, rec))
		return OK;
	ev->target_ev_seq = 0;
	return OK;
}

static enum err recall_accepted(
	struct recall *r, const struct event_rec *rec, struct logbook_event *ev)
{
	const struct waiting *w = waiting_find(r->l, ev->ev_seq);
	uint64_t target;
	enum err e = OK;

	if (ev->type == LEAF_SIGN)
		ev->slot = r->slot[ev->ev_seq - r->from];
	if (w != NULL)
		of_waiting(w, ev);
	else
		e = of_leaf(r, rec, ev);
	target = ev->target_ev_seq;
	if (e == OK && ev->type == LEAF_WITHDRAW)
		e = complete_withdraw(r, ev, rec);
	if (e == OK && !is_as_journaled(ev, rec))
		e = ERR_CORRUPT;
	if (e != OK)
		return e;
	if (leaf_has_target(ev->type))
		ev->target_ev_seq = target;
	if (ev->type == LEAF_SIGN || ev->type == LEAF_WITHDRAW)
		event_mac(&r->l->secrets->mac, (uint8_t)ev->type, ev->petition,
			ev->slot, &ev->c, &ev->mac);
	return OK;
}

static enum err recall_one(
	struct recall *r, uint64_t ev_seq, struct logbook_recalled *ret)
{
	struct event_rec rec;
	enum err e = event_rec_read(r->l, ev_seq, &rec);

	if (e != OK)
		return e;
	*ret = (struct logbook_recalled){
		.event = { .ev_seq = ev_seq,
			.type = (enum leaf_type)rec.type,
			.petition = rec.petition },
		.outcome = (enum logbook_outcome)rec.outcome,
		.hour = rec.hour,
	};
	return ret->outcome == LOGBOOK_ACCEPTED
		? recall_accepted(r, &rec, &ret->event)
		: OK;
}

enum err logbook_recall(struct logbook *l, uint64_t from, size_t max,
	struct logbook_recalled *ret_events, size_t *ret_n)
{
	struct recall *r;
	enum err e = l->spent;

	if (e != OK)
		return e;
	if (from == 0 || from > l->next_seq || l->behind)
		return ERR_INVALID;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return ERR_MEMORY;
	r->l = l;
	r->from = from;
	r->n = l->next_seq - from < max ? (size_t)(l->next_seq - from) : max;
	r->slot = calloc(r->n + 1, sizeof(*r->slot));
	e = r->slot == NULL ? ERR_MEMORY : find_slots(r);
	for (size_t i = 0; e == OK && i < r->n; i++)
		e = recall_one(r, from + i, &ret_events[i]);
	if (e == OK)
		*ret_n = r->n;
	free(r->slot);
	free(r);
	return e == OK ? OK : logbook_spend(l, e);
}

/*
 * SITE/log/state: everything in memory, as of the beginning of a segment.
 *
 *     "PLS1" ‖ segment u64 ‖ next entry u64 ‖ next ev_seq u64 ‖ first year u16
 *     ‖ year u16 ‖ tree size u64 ‖ the edge: for each level its hashes ‖ the
 *     partial bundle's leaves ‖ u64 petitions: (id u64, first PETITION's
 *     ev_seq u64, sequenced u8) ‖ u64 waiting: verdicts ‖ SHA-256 of all this
 *
 * When it is written, the arrays and tiles it goes with are durable.
 */
#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/view.h"
#include "role/logbook_own.h"

#define STATE_MAX ((size_t)1 << 30)

static void put_tree(struct buf *b, const struct logbook *l)
{
	buf_u64(b, l->tree.size);
	for (unsigned level = 0; level < TLOG_TILE_LEVELS; level++)
		buf_put(b, l->tree.edge[level],
			tlog_tree_width(&l->tree, level) *
				sizeof(struct tree_hash));
	buf_put(b, l->bundle,
		tlog_tree_width(&l->tree, 0) * (size_t)TLOG_LEAF_BYTES);
}

static void put_petitions(struct buf *b, const struct petition_table *t)
{
	buf_u64(b, t->count);
	for (size_t i = 0; i < t->cap; i++) {
		if (t->at[i].id == 0)
			continue;
		buf_u64(b, t->at[i].id);
		buf_u64(b, t->at[i].first_seq);
		buf_byte(b, t->at[i].sequenced);
	}
}

enum err state_save(struct logbook *l)
{
	struct sha256 hash;
	struct buf b;
	enum err e;

	buf_init(&b, STATE_MAX);
	buf_c(&b, "PLS1");
	buf_u64(&b, l->journal.segment);
	buf_u64(&b, l->journal.next_entry);
	buf_u64(&b, l->next_seq);
	buf_u16(&b, l->first_year);
	buf_u16(&b, l->year);
	put_tree(&b, l);
	put_petitions(&b, &l->petitions);
	buf_u64(&b, l->n_waiting);
	for (size_t i = 0; i < l->n_waiting; i++)
		verdict_put(&b, &l->waiting[i].v);
	sha256(b.at, b.len, &hash);
	buf_put(&b, hash.byte, sizeof(hash));
	e = buf_err(&b);
	if (e == OK)
		e = file_replace(
			l->setup.log_dir_fd, "state", b.at, b.len, 0600);
	buf_release(&b);
	return e;
}

static void take_tree(struct view *v, struct logbook *l)
{
	l->tree.size = view_u64(v);
	for (unsigned level = 0; level < TLOG_TILE_LEVELS; level++)
		view_copy(v, l->tree.edge[level],
			tlog_tree_width(&l->tree, level) *
				sizeof(struct tree_hash));
	view_copy(v, l->bundle,
		tlog_tree_width(&l->tree, 0) * (size_t)TLOG_LEAF_BYTES);
}

static enum err take_petitions(struct view *v, struct logbook *l)
{
	uint64_t n = view_u64(v);

	while (n-- > 0 && !v->bad) {
		uint64_t id = view_u64(v);
		uint64_t first_seq = view_u64(v);
		uint8_t sequenced = view_u8(v);
		struct petition_rec *p;
		enum err e;

		if (id == 0)
			return ERR_CORRUPT;
		e = petition_need(&l->petitions, id, &p);
		if (e != OK)
			return e;
		p->first_seq = first_seq;
		p->sequenced = sequenced != 0;
	}
	return OK;
}

static enum err take_waiting(struct view *v, struct logbook *l)
{
	uint64_t n = view_u64(v);

	while (n-- > 0 && !v->bad) {
		struct verdict verdict;
		enum err e;

		verdict_take(v, &verdict);
		e = waiting_add(l, &verdict);
		if (e != OK)
			return e;
	}
	return OK;
}

static enum err take_state(struct view *v, struct logbook *l)
{
	const uint8_t *magic = view_take(v, 4);
	enum err e;

	if (magic == NULL || memcmp(magic, "PLS1", 4) != 0)
		return ERR_CORRUPT;
	l->journal.segment = view_u64(v);
	l->journal.next_entry = view_u64(v);
	l->next_seq = view_u64(v);
	l->first_year = view_u16(v);
	l->year = view_u16(v);
	take_tree(v, l);
	e = take_petitions(v, l);
	if (e == OK)
		e = take_waiting(v, l);
	if (e == OK && !view_done(v))
		e = ERR_CORRUPT;
	return e;
}

enum err state_load(struct logbook *l)
{
	struct sha256 hash;
	struct view v;
	struct buf b;
	enum err e;

	buf_init(&b, STATE_MAX);
	e = file_read(l->setup.log_dir_fd, "state", &b);
	if (e == OK && b.len < sizeof(hash))
		e = ERR_CORRUPT;
	if (e == OK) {
		b.len -= sizeof(hash);
		sha256(b.at, b.len, &hash);
		if (memcmp(hash.byte, b.at + b.len, sizeof(hash)) != 0)
			e = ERR_CORRUPT;
	}
	if (e == OK) {
		v = view_of(b.at, b.len);
		e = take_state(&v, l);
	}
	buf_release(&b);
	return e;
}

/* The tiles are many and were not synced one by one: the whole file system
 * is, once a segment. */
enum err state_rotate(struct logbook *l)
{
	enum err e;

	if (l->journal.bytes < l->setup.settings.segment_bytes || l->behind)
		return OK;
	FAULT("log-rotate-before");
	e = array_sync(l);
	if (e == OK && syncfs(l->setup.public_dir_fd) != 0)
		e = err_from_errno(errno);
	if (e != OK)
		return e;
	FAULT("log-rotate-synced");
	e = journal_begin(&l->journal, l->setup.rng, l->journal.segment + 1);
	if (e != OK)
		return e;
	FAULT("log-rotate-begun");
	e = state_save(l);
	if (e != OK)
		return e;
	FAULT("log-rotate-saved");
	return journal_remove_below(&l->journal, l->journal.segment);
}

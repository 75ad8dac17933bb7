/*
 * What a checkpoint says becomes what the public sees (docs/protocol.md step
 * 15).  Each leaf finds its event; a SIGN leaf counts its signature, the
 * others move its standing as docs/log.md section 2 says.
 */

#include "store/sqlite/sql.h"

#include "base/fault.h"
#include "store/sqlite/place_total.h"

struct found {
	enum event_type type;
	uint64_t petition;
	uint64_t slot;
	bool has_leaf;
	uint64_t leaf_index;
	uint32_t log_year;
};

/* The petitions whose count moves, few at a time. */
struct tally {
	struct arena *arena;
	struct store_moved *at; /* count holds the difference, wrapping */
	size_t count;
	size_t cap;
	struct place_tally places;
};

static enum err event_find(
	struct store *s, uint64_t ev_seq, struct found *ret_found)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_EVENT_GET,
		"SELECT type, petition_id, slot, leaf_index, log_year"
		" FROM event WHERE ev_seq = ?1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, ev_seq);
	e = sql_only(s, stmt, ERR_CORRUPT);
	if (e != OK)
		return e;
	*ret_found = (struct found){
		.type = (enum event_type)sql_u64(stmt, 0),
		.petition = sql_u64(stmt, 1),
		.slot = sql_u64(stmt, 2),
		.has_leaf = sqlite3_column_type(stmt, 3) != SQLITE_NULL,
		.leaf_index = sql_u64(stmt, 3),
		.log_year = (uint32_t)sql_u64(stmt, 4),
	};
	sql_end(stmt);
	return OK;
}

static enum err event_leaf(
	struct store *s, uint32_t year, const struct store_leaf *leaf)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_EVENT_LEAF,
		"UPDATE event SET leaf_index = ?2, log_year = ?3,"
		" leaf_hour = ?4 WHERE ev_seq = ?1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, leaf->ev_seq);
	sql_bind_u64(stmt, 2, leaf->leaf_index);
	sql_bind_u64(stmt, 3, year);
	sql_bind_u64(stmt, 4, leaf->hour);
	return sql_run(s, stmt);
}

static enum err signature_leaf(struct store *s, uint32_t year, uint64_t slot,
	const struct store_leaf *leaf)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_SIGNATURE_LEAF,
		"UPDATE signature SET standing = 1, leaf_index = ?2,"
		" log_year = ?3 WHERE slot = ?1 AND standing = 0",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, slot);
	sql_bind_u64(stmt, 2, leaf->leaf_index);
	sql_bind_u64(stmt, 3, year);
	e = sql_run(s, stmt);
	if (e == OK && sqlite3_changes(s->db) != 1)
		return ERR_CORRUPT;
	return e;
}

static enum err standing_move(struct store *s, uint64_t slot,
	enum store_logged from, enum store_logged to, bool *ret_moved)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_SIGNATURE_STANDING,
		"UPDATE signature SET standing = ?3"
		" WHERE slot = ?1 AND standing = ?2",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, slot);
	sql_bind_u64(stmt, 2, from);
	sql_bind_u64(stmt, 3, to);
	e = sql_run(s, stmt);
	if (e == OK)
		*ret_moved = sqlite3_changes(s->db) == 1;
	return e;
}

/* What the leaf of an event other than SIGN does to the count.  A signature
 * that is withdrawn while invalidated stays away without being subtracted
 * again. */
static enum err standing_change(
	struct store *s, const struct found *f, int *ret_by)
{
	bool moved = false;
	enum err e = OK;

	*ret_by = 0;
	if (f->type == EVENT_RESTORE) {
		e = standing_move(
			s, f->slot, LOGGED_INVALIDATED, LOGGED_COUNTED, &moved);
		*ret_by = moved ? 1 : 0;
	} else if (f->type == EVENT_INVALIDATE) {
		e = standing_move(
			s, f->slot, LOGGED_COUNTED, LOGGED_INVALIDATED, &moved);
		*ret_by = moved ? -1 : 0;
	} else if (f->type == EVENT_WITHDRAW) {
		e = standing_move(
			s, f->slot, LOGGED_COUNTED, LOGGED_WITHDRAWN, &moved);
		*ret_by = moved ? -1 : 0;
		if (e == OK && !moved)
			e = standing_move(s, f->slot, LOGGED_INVALIDATED,
				LOGGED_WITHDRAWN, &moved);
	}
	return e;
}

static enum err tally_grow(struct tally *t)
{
	size_t cap = t->cap == 0 ? 16 : 2 * t->cap;
	struct store_moved *at = ARENA_ARRAY(t->arena, struct store_moved, cap);

	if (at == NULL)
		return ERR_TOO_LARGE;
	if (t->count > 0)
		memcpy(at, t->at, t->count * sizeof(*at));
	t->at = at;
	t->cap = cap;
	return OK;
}

/* Leaves of one petition often follow each other: look at the newest first. */
static enum err tally_add(struct tally *t, uint64_t petition, int by)
{
	for (size_t i = t->count; i-- > 0;) {
		if (t->at[i].petition == petition) {
			t->at[i].count += (uint64_t)(int64_t)by;
			return OK;
		}
	}
	if (t->count == t->cap) {
		enum err e = tally_grow(t);

		if (e != OK)
			return e;
	}
	t->at[t->count++] = (struct store_moved){ .petition = petition,
		.count = (uint64_t)(int64_t)by };
	return OK;
}

static enum err leaf_apply(struct store *s,
	const struct store_checkpoint *checkpoint,
	const struct store_leaf *leaf, struct tally *t)
{
	struct found f = { 0 };
	int by = 0;
	enum err e;

	if (leaf->leaf_index >= checkpoint->size)
		return ERR_CORRUPT;
	e = event_find(s, leaf->ev_seq, &f);
	if (e != OK)
		return e;
	if (f.has_leaf)
		return f.leaf_index == leaf->leaf_index &&
				f.log_year == checkpoint->year
			? OK
			: ERR_CORRUPT;
	e = event_leaf(s, checkpoint->year, leaf);
	if (e == OK && f.type == EVENT_SIGN) {
		e = signature_leaf(s, checkpoint->year, f.slot, leaf);
		by = 1;
	} else if (e == OK) {
		e = standing_change(s, &f, &by);
	}
	if (e == OK && by != 0)
		e = tally_add(t, f.petition, by);
	if (e == OK && by != 0)
		e = place_tally_slot(s, &t->places, f.petition, f.slot, by);
	return e;
}

static enum err petition_move(struct store *s, struct store_moved *m)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_PETITION_MOVE,
		"UPDATE petition SET counted = counted + ?2 WHERE id = ?1"
		" RETURNING carried_over + counted",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, m->petition);
	sql_bind_i64(stmt, 2, (int64_t)m->count);
	e = sql_only(s, stmt, ERR_CORRUPT);
	if (e != OK)
		return e;
	m->count = sql_u64(stmt, 0);
	sql_end(stmt);
	return OK;
}

/* Write the differences; t then holds only those that moved, with counts. */
static enum err tally_write(struct store *s, struct tally *t, int64_t at_ms)
{
	size_t kept = 0;
	enum err e = OK;

	for (size_t i = 0; i < t->count && e == OK; i++) {
		struct store_moved m = t->at[i];
		uint64_t by = m.count;
		bool same = by == 0;

		/* One came and one went: the places may differ. */
		e = petition_move(s, &m);
		if (e == OK)
			e = store_count_moved(
				s, m.petition, m.count - by, m.count, at_ms);
		if (e == OK && !same)
			e = store_history_note(s, m.petition,
				&(struct store_history){ at_ms, m.count });
		t->at[kept++] = m;
	}
	t->count = kept;
	return e;
}

static enum err checkpoint_put(
	struct store *s, const struct store_checkpoint *c)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_CHECKPOINT_PUT,
		"INSERT INTO checkpoint (year, size, note, made_ms)"
		" VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT DO UPDATE SET made_ms = made_ms"
		"  WHERE note = excluded.note"
		" RETURNING 1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, c->year);
	sql_bind_u64(stmt, 2, c->size);
	sql_bind_text(stmt, 3, c->note);
	sql_bind_i64(stmt, 4, c->made_ms);
	/* No row: this size had another note, and a log signs but one. */
	e = sql_only(s, stmt, ERR_CORRUPT);
	if (e == OK)
		sql_end(stmt);
	return e;
}

enum err store_sequence(struct arena *a, struct store *s,
	const struct store_checkpoint *checkpoint,
	const struct store_leaf *leaves, size_t leaves_count,
	struct store_moved **ret_moved, size_t *ret_moved_count)
{
	struct tally t = { .arena = a, .places = { .arena = a } };
	enum err e = sql_savepoint(s);

	if (e != OK)
		return e;
	if (checkpoint->note.len > 0)
		e = checkpoint_put(s, checkpoint);
	for (size_t i = 0; i < leaves_count && e == OK; i++)
		e = leaf_apply(s, checkpoint, &leaves[i], &t);
	FAULT("store-sequence");
	if (e == OK)
		e = tally_write(s, &t, checkpoint->made_ms);
	if (e == OK)
		e = place_tally_write(s, &t.places, checkpoint->made_ms);
	e = sql_savepoint_end(s, e);
	if (e != OK)
		return e;
	*ret_moved = t.at;
	*ret_moved_count = t.count;
	return OK;
}

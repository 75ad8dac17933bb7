/* What the clock alone brings about: petitions close. */

#include "store/sqlite/sql.h"

static enum err close_overdue(struct store *s, int64_t now_ms, size_t *ret_n)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_CLOSE_DUE,
		"UPDATE petition SET state = 7, closed_ms = deadline_ms,"
		" updated_ms = ?1 WHERE state = 6 AND deadline_ms < ?1",
		&stmt);

	_Static_assert(PETITION_OPEN == 6 && PETITION_CLOSED == 7,
		"the query says so too");
	if (e != OK)
		return e;
	sql_bind_i64(stmt, 1, now_ms);
	e = sql_run(s, stmt);
	if (e == OK)
		*ret_n = (size_t)sqlite3_changes(s->db);
	return e;
}

/* The next closed petition that the log knows open and nothing waits for. */
static enum err next_closed(struct store *s, int64_t before_ms,
	uint64_t *ret_id, uint64_t *ret_count, bool *ret_found)
{
	sqlite3_stmt *stmt;
	bool row = false;
	enum err e = sql_take(s, SQL_CLOSE_EVENTS_DUE,
		"SELECT id, carried_over + counted FROM petition p"
		" WHERE state = 7 AND closed_ms < ?1"
		"  AND petition_ev_seq IS NOT NULL AND close_ev_seq IS NULL"
		"  AND NOT EXISTS (SELECT 1 FROM event"
		"   WHERE petition_id = p.id AND leaf_index IS NULL)"
		" ORDER BY id LIMIT 1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_i64(stmt, 1, before_ms);
	e = sql_step(s, stmt, &row);
	if (e != OK)
		return e;
	if (row) {
		*ret_id = sql_u64(stmt, 0);
		*ret_count = sql_u64(stmt, 1);
	}
	sql_end(stmt);
	*ret_found = row;
	return OK;
}

static enum err close_due(struct store *s, int64_t now_ms, int64_t grace_ms,
	size_t *ret_closed, size_t *ret_events)
{
	enum err e = close_overdue(s, now_ms, ret_closed);

	while (e == OK) {
		struct store_event event = { .type = EVENT_CLOSE };
		uint64_t ev_seq;
		bool found = false;

		e = next_closed(s, now_ms - grace_ms, &event.petition,
			&event.count, &found);
		if (e != OK || !found)
			return e;
		e = store_append(s, &event, &ev_seq);
		(*ret_events)++;
	}
	return e;
}

enum err store_close_due(struct store *s, int64_t now_ms, int64_t grace_ms,
	size_t *ret_closed, size_t *ret_events)
{
	size_t closed = 0, events = 0;
	enum err e = sql_writing(s);

	if (e == OK)
		e = close_due(s, now_ms, grace_ms, &closed, &events);
	if (e != OK)
		return e;
	*ret_closed = closed;
	*ret_events = events;
	return OK;
}

enum err store_tally_due(struct store *s, uint64_t *ret_petition)
{
	sqlite3_stmt *stmt;
	bool row = false;
	enum err e = sql_take(s, SQL_TALLY_DUE,
		"SELECT id FROM petition p"
		" WHERE close_ev_seq IS NOT NULL AND tally_ev_seq IS NULL"
		"  AND NOT EXISTS (SELECT 1 FROM place_waiting"
		"   WHERE petition_id = p.id AND changes > 0)"
		"  AND NOT EXISTS (SELECT 1 FROM event"
		"   WHERE petition_id = p.id AND leaf_index IS NULL)"
		" ORDER BY id LIMIT 1",
		&stmt);

	if (e == OK)
		e = sql_step(s, stmt, &row);
	if (e != OK)
		return e;
	if (!row)
		return ERR_NOT_FOUND;
	*ret_petition = sql_u64(stmt, 0);
	sql_end(stmt);
	return OK;
}

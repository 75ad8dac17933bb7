/* Who asks what is held about them, and what that is apart from the sealed
 * record.  A request dies with what it asks about. */

#include "store/sqlite/sql.h"

enum err store_show_request(
	struct store *s, uint64_t slot, uint64_t petition, uint32_t hour)
{
	sqlite3_stmt *stmt;
	enum err e = sql_writing(s);

	if (e == OK)
		e = sql_once(s,
			"INSERT INTO show_request (slot, petition_id, hour)"
			" VALUES (?1, ?2, ?3) ON CONFLICT (slot) DO UPDATE"
			"  SET hour = excluded.hour, answered_ms = NULL"
			"  WHERE answered_ms IS NOT NULL",
			&stmt);
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, slot);
	sql_bind_u64(stmt, 2, petition);
	sql_bind_u64(stmt, 3, hour);
	return sql_run_once(s, stmt);
}

static enum err held_read(struct arena *a, sqlite3_stmt *stmt, void *ret)
{
	struct store_held *h = ret;
	enum err e = OK;

	h->slot = sql_u64(stmt, 0);
	h->petition = sql_u64(stmt, 1);
	h->asked_hour = (uint32_t)sql_u64(stmt, 2); /* null reads as 0 */
	h->hour = (uint32_t)sql_u64(stmt, 3);
	h->state = (enum signature_state)sql_u64(stmt, 4);
	h->wants_updates = sql_u64(stmt, 5) != 0;
	h->country = sql_text(a, stmt, 6, &e);
	h->area = sql_text(a, stmt, 7, &e);
	h->place.ev_seq = sql_u64(stmt, 8);
	h->place.leaf_index = sql_leaf(stmt, 9);
	h->place.log_year = (uint32_t)sql_u64(stmt, 10);
	return e;
}

enum err store_held(struct arena *a, struct store *s, uint64_t slot, size_t max,
	struct store_held **ret_held, size_t *ret_count)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_once(s,
		"SELECT s.slot, s.petition_id, q.hour, s.hour, state,"
		" contact IS NOT NULL, country, area, ev_seq, leaf_index,"
		" log_year FROM (SELECT slot, hour FROM show_request"
		"   WHERE ?1 = 0 AND answered_ms IS NULL"
		"  UNION ALL SELECT ?1, (SELECT hour FROM show_request"
		"   WHERE slot = ?1 AND answered_ms IS NULL) WHERE ?1 > 0) q"
		" JOIN signature s USING (slot) LEFT JOIN record USING (slot)"
		" ORDER BY q.hour, slot LIMIT ?2",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, slot);
	sql_bind_u64(stmt, 2, max);
	e = sql_rows(
		a, s, stmt, sizeof(**ret_held), held_read, &rows, ret_count);
	sql_drop(stmt);
	if (e == OK)
		*ret_held = rows;
	return e;
}

enum err store_show_answered(
	struct store *s, uint64_t slot, int64_t now_ms, bool *ret_waited)
{
	sqlite3_stmt *stmt;
	enum err e = sql_writing(s);

	if (e == OK)
		e = sql_once(s,
			"UPDATE show_request SET answered_ms = ?2"
			" WHERE slot = ?1 AND answered_ms IS NULL",
			&stmt);
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, slot);
	sql_bind_i64(stmt, 2, now_ms);
	e = sql_run_once(s, stmt);
	if (e == OK)
		*ret_waited = sqlite3_changes(s->db) == 1;
	return e;
}

enum err store_show_overdue(struct store *s, uint32_t before_hour,
	size_t *ret_count, uint32_t *ret_oldest_hour)
{
	sqlite3_stmt *stmt;
	bool row = false;
	enum err e = sql_once(s,
		"SELECT count(*), min(hour) FROM show_request"
		" WHERE answered_ms IS NULL AND hour < ?1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, before_hour);
	e = sql_step(s, stmt, &row);
	if (e == OK && row) {
		*ret_count = (size_t)sql_u64(stmt, 0);
		*ret_oldest_hour = (uint32_t)sql_u64(stmt, 1);
	}
	sql_drop(stmt);
	return e;
}

enum err store_show_forget(struct store *s, uint64_t slot)
{
	return sql_run_on(s, SQL_SHOW_FORGET,
		"DELETE FROM show_request WHERE slot = ?1", slot);
}

enum err store_show_forget_all(struct store *s, uint64_t petition)
{
	return sql_run_on(s, SQL_SHOW_FORGET_ALL,
		"DELETE FROM show_request WHERE petition_id = ?1", petition);
}

/*
 * How counts grew.
 *
 * A petition that moves at every checkpoint would leave thousands of points a
 * day, so they are thinned as they age (domain/store.h).  It costs one range
 * of one petition, when its newest point begins another hour or day.
 */

#include "store/sqlite/sql.h"

static const int64_t MINUTE_MS = 60000;
static const int64_t HOUR_MS = 3600000;
static const int64_t DAY_MS = 86400000;

enum { MINUTES_DAYS = 2, HOURS_DAYS = 60 };

/* Of moments before this, the newest in each span stays. */
static enum err thin(
	struct store *s, uint64_t petition, int64_t before_ms, int64_t span_ms)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_HISTORY_THIN,
		"DELETE FROM history WHERE petition_id = ?1 AND at_ms < ?2"
		" AND at_ms / ?3 = (SELECT n.at_ms / ?3 FROM history n"
		"  WHERE n.petition_id = ?1 AND n.at_ms > history.at_ms"
		"  ORDER BY n.at_ms LIMIT 1)",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, petition);
	sql_bind_i64(stmt, 2, before_ms - before_ms % span_ms);
	sql_bind_i64(stmt, 3, span_ms);
	return sql_run(s, stmt);
}

static enum err thin_days(struct store *s, uint64_t petition, int64_t now_ms)
{
	return thin(s, petition, now_ms - HOURS_DAYS * DAY_MS, DAY_MS);
}

static enum err thin_hours(struct store *s, uint64_t petition, int64_t now_ms)
{
	return thin(s, petition, now_ms - MINUTES_DAYS * DAY_MS, HOUR_MS);
}

enum err store_history_thin(struct store *s, uint64_t petition, int64_t now_ms)
{
	enum err e = sql_writing(s);

	if (e == OK)
		e = thin(s, petition, now_ms, MINUTE_MS);
	if (e == OK)
		e = thin_hours(s, petition, now_ms);
	return e == OK ? thin_days(s, petition, now_ms) : e;
}

/* When the newest point was made; 0 if there is none. */
static enum err newest(struct store *s, uint64_t petition, int64_t *ret_ms)
{
	sqlite3_stmt *stmt;
	uint64_t ms = 0;
	enum err e = sql_take(s, SQL_HISTORY_NEWEST,
		"SELECT at_ms FROM history WHERE petition_id = ?1"
		" ORDER BY at_ms DESC LIMIT 1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, petition);
	e = sql_number(s, stmt, 0, &ms);
	if (e == OK)
		*ret_ms = (int64_t)ms;
	return e;
}

static enum err put(
	struct store *s, uint64_t petition, const struct store_history *point)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_HISTORY_PUT,
		"INSERT INTO history (petition_id, at_ms, count)"
		" VALUES (?1, ?2, ?3)"
		" ON CONFLICT DO UPDATE SET count = excluded.count",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, petition);
	sql_bind_i64(stmt, 2, point->at_ms);
	sql_bind_u64(stmt, 3, point->count);
	return sql_run(s, stmt);
}

enum err store_history_note(
	struct store *s, uint64_t petition, const struct store_history *point)
{
	int64_t before_ms = 0;
	sqlite3_stmt *stmt;
	enum err e = newest(s, petition, &before_ms);

	if (e == OK)
		e = sql_take(s, SQL_HISTORY_MINUTE,
			"DELETE FROM history WHERE petition_id = ?1"
			" AND at_ms >= ?2 AND at_ms < ?3",
			&stmt);
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, petition);
	sql_bind_i64(stmt, 2, point->at_ms - point->at_ms % MINUTE_MS);
	sql_bind_i64(stmt, 3, point->at_ms);
	e = sql_run(s, stmt);
	if (e == OK)
		e = put(s, petition, point);
	if (e == OK && before_ms / HOUR_MS != point->at_ms / HOUR_MS)
		e = thin_hours(s, petition, point->at_ms);
	if (e == OK && before_ms / DAY_MS != point->at_ms / DAY_MS)
		e = thin_days(s, petition, point->at_ms);
	return e;
}

enum err store_history_put(
	struct store *s, uint64_t petition, const struct store_history *point)
{
	sqlite3_stmt *stmt;
	bool is_there = false;
	enum err e = sql_writing(s);

	if (e == OK)
		e = sql_take(s, SQL_HISTORY_OF,
			"SELECT 1 FROM petition WHERE id = ?1", &stmt);
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, petition);
	e = sql_exists(s, stmt, &is_there);
	if (e != OK)
		return e;
	return is_there ? put(s, petition, point) : ERR_NOT_FOUND;
}

static enum err point_read(struct arena *a, sqlite3_stmt *stmt, void *ret_row)
{
	(void)a;
	*(struct store_history *)ret_row =
		(struct store_history){ .at_ms = sqlite3_column_int64(stmt, 0),
			.count = sql_u64(stmt, 1) };
	return OK;
}

enum err store_history(struct arena *a, struct store *s, uint64_t petition,
	int64_t from_ms, size_t max, struct store_history **ret_points,
	size_t *ret_count)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_take(s, SQL_HISTORY_GET,
		"SELECT at_ms, count FROM history"
		" WHERE petition_id = ?1 AND at_ms >= ?2"
		" ORDER BY at_ms LIMIT ?3",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, petition);
	sql_bind_i64(stmt, 2, from_ms);
	sql_bind_u64(stmt, 3, max);
	e = sql_rows(
		a, s, stmt, sizeof(**ret_points), point_read, &rows, ret_count);
	if (e == OK)
		*ret_points = rows;
	return e;
}

static enum err trend_read(struct arena *a, sqlite3_stmt *stmt, void *ret_row)
{
	struct store_trend *t = ret_row;
	enum err e = OK;

	t->id = sql_u64(stmt, 0);
	t->action = sql_text(a, stmt, 1, &e);
	t->gained = sql_u64(stmt, 2);
	t->count = sql_u64(stmt, 3);
	return e;
}

/* A petition without a point before the hour began with what it carried
 * over. */
enum err store_trending(struct arena *a, struct store *s, int64_t until_ms,
	size_t max, struct store_trend **ret_trends, size_t *ret_count)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_take(s, SQL_TRENDING,
		"SELECT p.id, t.action, g.until - g.since AS gained,"
		" p.carried_over + p.counted FROM"
		" (SELECT m.petition_id AS id,"
		"   (SELECT count FROM history h"
		"    WHERE h.petition_id = m.petition_id AND h.at_ms < ?1"
		"    ORDER BY h.at_ms DESC LIMIT 1) AS until,"
		"   coalesce((SELECT count FROM history h"
		"    WHERE h.petition_id = m.petition_id AND h.at_ms < ?2"
		"    ORDER BY h.at_ms DESC LIMIT 1),"
		"    (SELECT carried_over FROM petition o"
		"     WHERE o.id = m.petition_id)) AS since"
		"  FROM (SELECT DISTINCT petition_id FROM history"
		"   WHERE at_ms >= ?2 AND at_ms < ?1) m) g"
		" JOIN petition p ON p.id = g.id"
		" JOIN petition_text t ON t.petition_id = p.id"
		"  AND t.lang = p.lang"
		" WHERE p.state = 6 AND NOT p.archived AND g.until > g.since"
		" ORDER BY gained DESC, p.id DESC LIMIT ?3",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_i64(stmt, 1, until_ms);
	sql_bind_i64(stmt, 2, until_ms - HOUR_MS);
	sql_bind_u64(stmt, 3, max);
	e = sql_rows(
		a, s, stmt, sizeof(**ret_trends), trend_read, &rows, ret_count);
	if (e == OK)
		*ret_trends = rows;
	return e;
}

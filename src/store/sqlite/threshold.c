/*
 * Thresholds: stamped in the transaction of the checkpoint that proves the
 * count, so they fire once, and neither early nor late.
 */

#include "store/sqlite/sql.h"

void store_thresholds(struct store *s, uint64_t response, uint64_t debate)
{
	s->response_threshold = response;
	s->debate_threshold = debate;
}

static enum err stamp(struct store *s, sqlite3_stmt *stmt, enum err e,
	uint64_t petition, int64_t at_ms)
{
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, petition);
	sql_bind_i64(stmt, 2, at_ms);
	return sql_run(s, stmt);
}

/* Up over it, or back below; most steps of a count do neither. */
static bool reaches(uint64_t threshold, uint64_t before, uint64_t now)
{
	return threshold != 0 && now >= threshold && now > before;
}

static bool loses(uint64_t threshold, uint64_t before, uint64_t now)
{
	return threshold != 0 && now < threshold && before >= threshold;
}

static enum err response_threshold(struct store *s, uint64_t petition,
	uint64_t before, uint64_t now, int64_t at_ms)
{
	sqlite3_stmt *stmt = NULL;
	enum err e = OK;

	if (reaches(s->response_threshold, before, now)) {
		e = sql_take(s, SQL_RESPONSE_REACHED,
			"UPDATE petition SET response_threshold_ms = ?2,"
			" updated_ms = ?2 WHERE id = ?1"
			" AND response_threshold_ms IS NULL",
			&stmt);
		e = stamp(s, stmt, e, petition, at_ms);
	} else if (loses(s->response_threshold, before, now)) {
		e = sql_take(s, SQL_RESPONSE_LOST,
			"UPDATE petition SET response_threshold_ms = NULL,"
			" updated_ms = ?2 WHERE id = ?1"
			" AND response_ms IS NULL",
			&stmt);
		e = stamp(s, stmt, e, petition, at_ms);
	}
	return e;
}

static enum err debate_threshold(struct store *s, uint64_t petition,
	uint64_t before, uint64_t now, int64_t at_ms)
{
	sqlite3_stmt *stmt = NULL;
	enum err e = OK;

	if (reaches(s->debate_threshold, before, now)) {
		e = sql_take(s, SQL_DEBATE_REACHED,
			"UPDATE petition SET debate_threshold_ms = ?2,"
			" updated_ms = ?2 WHERE id = ?1"
			" AND debate_threshold_ms IS NULL",
			&stmt);
		e = stamp(s, stmt, e, petition, at_ms);
	} else if (loses(s->debate_threshold, before, now)) {
		e = sql_take(s, SQL_DEBATE_LOST,
			"UPDATE petition SET debate_threshold_ms = NULL,"
			" updated_ms = ?2 WHERE id = ?1"
			" AND scheduled_debate_date IS NULL"
			" AND debate_outcome_ms IS NULL",
			&stmt);
		e = stamp(s, stmt, e, petition, at_ms);
	}
	return e;
}

enum err store_count_moved(struct store *s, uint64_t petition, uint64_t before,
	uint64_t now, int64_t at_ms)
{
	enum err e = response_threshold(s, petition, before, now, at_ms);

	return e == OK ? debate_threshold(s, petition, before, now, at_ms) : e;
}

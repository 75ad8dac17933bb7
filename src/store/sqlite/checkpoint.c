/* Reading checkpoints. */

#include "store/sqlite/sql.h"

enum err store_checkpoint(struct arena *a, struct store *s, uint32_t year,
	struct store_checkpoint *ret_checkpoint)
{
	struct store_checkpoint c = { .year = year, .note = STR("") };
	sqlite3_stmt *stmt;
	bool row = false;
	enum err e = sql_take(s, SQL_CHECKPOINT_LAST,
		"SELECT size, note, made_ms FROM checkpoint WHERE year = ?1"
		" ORDER BY size DESC LIMIT 1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, year);
	e = sql_step(s, stmt, &row);
	if (e != OK)
		return e;
	if (row) {
		c.size = sql_u64(stmt, 0);
		c.note = sql_text(a, stmt, 1, &e);
		c.made_ms = sqlite3_column_int64(stmt, 2);
	}
	sql_end(stmt);
	if (e == OK)
		*ret_checkpoint = c;
	return e;
}

static enum err year_read(struct arena *a, sqlite3_stmt *stmt, void *ret_row)
{
	(void)a;
	*(uint32_t *)ret_row = (uint32_t)sql_u64(stmt, 0);
	return OK;
}

/* From year to year by the index: checkpoints are many, years few. */
enum err store_log_years(struct arena *a, struct store *s, uint32_t **ret_years,
	size_t *ret_count)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_take(s, SQL_CHECKPOINT_YEARS,
		"WITH RECURSIVE y(year) AS (SELECT min(year) FROM checkpoint"
		" UNION ALL SELECT (SELECT min(c.year) FROM checkpoint c"
		"  WHERE c.year > y.year) FROM y WHERE y.year IS NOT NULL)"
		" SELECT year FROM y WHERE year IS NOT NULL LIMIT 256",
		&stmt);

	_Static_assert(STORE_LOG_YEARS_MAX == 256, "the query says so too");
	if (e == OK)
		e = sql_rows(a, s, stmt, sizeof(**ret_years), year_read, &rows,
			ret_count);
	if (e == OK)
		*ret_years = rows;
	return e;
}

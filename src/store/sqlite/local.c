/* What is signed most in one area. */

#include "store/sqlite/sql.h"

static enum err local_read(struct arena *a, sqlite3_stmt *stmt, void *ret)
{
	struct store_local *v = ret;
	enum err e = OK;

	v->id = sql_u64(stmt, 0);
	v->action = sql_text(a, stmt, 1, &e);
	v->state = (enum petition_state)sql_u64(stmt, 2);
	v->local = sql_u64(stmt, 3);
	v->count = sql_u64(stmt, 4);
	return e;
}

enum err store_local(struct arena *a, struct store *s, struct str area,
	bool closed, size_t max, struct store_local **ret_locals,
	size_t *ret_count)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_take(s, SQL_LOCAL,
		"WITH here (id, n) AS ("
		" SELECT petition_id, sum(n) FROM ("
		"  SELECT petition_id, count AS n FROM place"
		"   CROSS JOIN carried_total ON place_id = place.id"
		"   WHERE place.kind = 2 AND place.code = ?1"
		"  UNION ALL SELECT petition_id, published FROM place_total"
		"   WHERE kind = 2 AND code = ?1)"
		" GROUP BY petition_id HAVING sum(n) >= max(1, coalesce("
		"  (SELECT CAST(value AS INTEGER) FROM meta"
		"   WHERE key = 'place-least'), 1)))"
		" SELECT p.id, action, state, n, carried_over + counted"
		" FROM here JOIN petition p USING (id)"
		" JOIN petition_text t"
		"  ON t.petition_id = p.id AND t.lang = p.lang"
		" WHERE NOT archived AND (state = 6 OR (state = 7 AND ?2))"
		" ORDER BY n DESC, 5 DESC, p.id LIMIT ?3",
		&stmt);

	_Static_assert(PETITION_OPEN == 6 && PETITION_CLOSED == 7,
		"the query says so too");
	if (e != OK)
		return e;
	sql_bind_text(stmt, 1, area);
	sql_bind_u64(stmt, 2, closed);
	sql_bind_u64(stmt, 3, max);
	e = sql_rows(
		a, s, stmt, sizeof(**ret_locals), local_read, &rows, ret_count);
	if (e == OK)
		*ret_locals = rows;
	return e;
}

/* Lists of petitions: few columns, a page at a time. */

#include "store/sqlite/sql.h"

#define WHICH                                                                  \
	" WHERE archived = 0 AND (CASE WHEN ?1 = 0"                            \
	"  THEN state IN (6, 7, 8) ELSE state = ?1 END)"

_Static_assert(
	PETITION_OPEN == 6 && PETITION_CLOSED == 7 && PETITION_REJECTED == 8,
	"the query says so too");

#define COLUMNS                                                                \
	"SELECT id, state, archived, action, carried_over + counted AS n,"     \
	" opened_ms, deadline_ms FROM petition p JOIN petition_text t"         \
	" ON t.petition_id = p.id AND t.lang = p.lang" WHICH

static unsigned which(const struct store_list *list)
{
	return list->only_state ? list->state : 0;
}

static enum err take(
	struct store *s, const struct store_list *list, sqlite3_stmt **ret_stmt)
{
	if (list->order == STORE_MOST_SIGNED)
		return sql_take(s, SQL_LIST_MOST_SIGNED,
			COLUMNS " ORDER BY n DESC, id DESC LIMIT ?2 OFFSET ?3",
			ret_stmt);
	return sql_take(s, SQL_LIST_NEWEST,
		COLUMNS " ORDER BY coalesce(opened_ms, created_ms) DESC,"
			" id DESC LIMIT ?2 OFFSET ?3",
		ret_stmt);
}

static enum err total(
	struct store *s, const struct store_list *list, uint64_t *ret_total)
{
	sqlite3_stmt *stmt;
	bool row = false;
	enum err e = sql_take(s, SQL_LIST_TOTAL,
		"SELECT count(*) FROM petition" WHICH, &stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, which(list));
	e = sql_step(s, stmt, &row);
	if (e != OK)
		return e;
	*ret_total = row ? sql_u64(stmt, 0) : 0;
	sql_end(stmt);
	return OK;
}

static enum err summary_read(
	struct arena *a, sqlite3_stmt *stmt, struct store_summary *v)
{
	enum err e = OK;

	v->id = sql_u64(stmt, 0);
	v->state = (enum petition_state)sql_u64(stmt, 1);
	v->archived = sql_u64(stmt, 2) != 0;
	v->action = sql_text(a, stmt, 3, &e);
	v->count = sql_u64(stmt, 4);
	v->opened_ms = sql_when(stmt, 5);
	v->deadline_ms = sql_when(stmt, 6);
	return e;
}

enum err store_list(struct arena *a, struct store *s,
	const struct store_list *list, struct store_summary **ret_summaries,
	size_t *ret_count, uint64_t *ret_total)
{
	struct store_summary *summaries =
		ARENA_ARRAY(a, struct store_summary, list->max);
	sqlite3_stmt *stmt;
	size_t count = 0;
	uint64_t all = 0;
	bool row = false;
	enum err e = summaries == NULL ? ERR_TOO_LARGE : total(s, list, &all);

	if (e == OK)
		e = take(s, list, &stmt);
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, which(list));
	sql_bind_u64(stmt, 2, list->max);
	sql_bind_u64(stmt, 3, list->skip);
	while ((e = sql_step(s, stmt, &row)) == OK && row &&
		count < list->max) {
		e = summary_read(a, stmt, &summaries[count]);
		if (e != OK)
			break;
		count++;
	}
	sql_end(stmt);
	if (e != OK)
		return e;
	*ret_summaries = summaries;
	*ret_count = count;
	*ret_total = all;
	return OK;
}

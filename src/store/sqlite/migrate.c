#include "store/sqlite/sql.h"

#include "base/fault.h"
#include "store/schema/schema.h"

static enum err version(struct store *s, int *ret_version)
{
	sqlite3_stmt *stmt;
	uint64_t number = 0;
	enum err e = sql_once(s, "PRAGMA user_version", &stmt);

	if (e != OK)
		return e;
	e = sql_number(s, stmt, 0, &number);
	if (e == OK)
		*ret_version = (int)(int64_t)number;
	sql_drop(stmt);
	return e;
}

/* The number is part of the file's header page, so it changes with the step
 * or not at all. */
static enum err note_version(struct store *s, int number)
{
	char pragma[64];

	(void)snprintf(
		pragma, sizeof(pragma), "PRAGMA user_version = %d", number);
	return sql_exec_literal(s, pragma);
}

static enum err step(struct store *s, const struct schema_step *step)
{
	enum err e = sql_exec(s, "BEGIN IMMEDIATE");

	if (e != OK)
		return e;
	FAULT("store-migrate-begin");
	e = sql_exec_literal(s, step->sql);
	if (e == OK)
		e = note_version(s, step->number);
	FAULT("store-migrate-commit");
	if (e == OK)
		e = sql_exec(s, "COMMIT");
	if (e != OK && sqlite3_get_autocommit(s->db) == 0) {
		enum err undone = sql_exec(s, "ROLLBACK");

		return undone != OK ? undone : e;
	}
	return e;
}

enum err store_migrate(struct store *s)
{
	int have = 0;
	enum err e = version(s, &have);

	if (e != OK)
		return e;
	if (have < 0 || have > (int)schema_steps_count)
		return ERR_INVALID;
	for (size_t i = (size_t)have; i < schema_steps_count && e == OK; i++)
		e = step(s, &schema_steps[i]);
	return e;
}

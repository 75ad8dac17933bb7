#include "store/sqlite/sql.h"

#include <assert.h>

enum err sql_err(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return OK;
	case SQLITE_FULL:
		return ERR_FULL;
	case SQLITE_NOMEM:
		return ERR_MEMORY;
	case SQLITE_IOERR:
		return rc == SQLITE_IOERR_NOMEM ? ERR_MEMORY : ERR_IO;
	case SQLITE_CANTOPEN:
		return ERR_IO;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_CORRUPT;
	case SQLITE_CONSTRAINT:
		return ERR_EXISTS;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return ERR_DENIED;
	case SQLITE_TOOBIG:
		return ERR_TOO_LARGE;
	default:
		return ERR_INTERNAL;
	}
}

enum err sql_doom(struct store *s, enum err e)
{
	if (s->in_batch && s->doom == OK)
		s->doom = e;
	return e;
}

enum err sql_writing(struct store *s)
{
	if (!s->in_batch)
		return ERR_INTERNAL;
	return s->doom;
}

/* These roll back more than the statement, released savepoints too. */
static bool dooms(enum err e)
{
	return e == ERR_FULL || e == ERR_IO || e == ERR_MEMORY ||
		e == ERR_CORRUPT;
}

/* Translate a result; a batch that SQLite has ended by itself is doomed. */
static enum err result(struct store *s, int rc)
{
	enum err e = sql_err(rc);

	if (e != OK && s->in_batch &&
		(dooms(e) || sqlite3_get_autocommit(s->db) != 0))
		return sql_doom(s, e);
	return e;
}

enum err sql_take_literal(struct store *s, enum sql_id id, const char *text,
	int bytes, sqlite3_stmt **ret_stmt)
{
	if (s->kept[id] == NULL) {
		enum err e = result(s,
			sqlite3_prepare_v3(s->db, text, bytes,
				SQLITE_PREPARE_PERSISTENT, &s->kept[id], NULL));

		if (e != OK)
			return e;
	}
	*ret_stmt = s->kept[id];
	return OK;
}

enum err sql_once_literal(
	struct store *s, const char *text, int bytes, sqlite3_stmt **ret_stmt)
{
	return result(
		s, sqlite3_prepare_v3(s->db, text, bytes, 0, ret_stmt, NULL));
}

void sql_drop(sqlite3_stmt *stmt)
{
	/* Its answer repeats the last step's, which was looked at. */
	(void)sqlite3_finalize(stmt);
}

enum err sql_exec_literal(struct store *s, const char *text)
{
	return result(s, sqlite3_exec(s->db, text, NULL, NULL, NULL));
}

/* Binding borrowed values fails only for a position that is not there. */
static void bound(int rc)
{
	assert(rc == SQLITE_OK);
	(void)rc;
}

void sql_bind_u64(sqlite3_stmt *stmt, int at, uint64_t v)
{
	assert(v <= INT64_MAX);
	bound(sqlite3_bind_int64(stmt, at, (sqlite3_int64)v));
}

void sql_bind_i64(sqlite3_stmt *stmt, int at, int64_t v)
{
	bound(sqlite3_bind_int64(stmt, at, v));
}

void sql_bind_text(sqlite3_stmt *stmt, int at, struct str v)
{
	if (v.at == NULL)
		bound(sqlite3_bind_null(stmt, at));
	else
		bound(sqlite3_bind_text64(
			stmt, at, v.at, v.len, SQLITE_STATIC, SQLITE_UTF8));
}

void sql_bind_blob(sqlite3_stmt *stmt, int at, struct bytes v)
{
	if (v.at == NULL)
		bound(sqlite3_bind_null(stmt, at));
	else
		bound(sqlite3_bind_blob64(
			stmt, at, v.at, v.len, SQLITE_STATIC));
}

void sql_bind_when(sqlite3_stmt *stmt, int at, int64_t ms)
{
	if (ms == WHEN_NONE)
		bound(sqlite3_bind_null(stmt, at));
	else
		bound(sqlite3_bind_int64(stmt, at, ms));
}

void sql_bind_day(sqlite3_stmt *stmt, int at, int32_t day)
{
	if (day == DAY_NONE)
		bound(sqlite3_bind_null(stmt, at));
	else
		bound(sqlite3_bind_int64(stmt, at, day));
}

enum err sql_step(struct store *s, sqlite3_stmt *stmt, bool *ret_row)
{
	int rc = sqlite3_step(stmt);

	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		/* Ask before the reset: it clears the connection's state. */
		enum err e = result(s, rc);

		sql_end(stmt);
		return e;
	}
	*ret_row = rc == SQLITE_ROW;
	return OK;
}

enum err sql_run(struct store *s, sqlite3_stmt *stmt)
{
	bool row = false;
	enum err e = sql_step(s, stmt, &row);

	if (e != OK)
		return e;
	sql_end(stmt);
	return row ? ERR_INTERNAL : OK;
}

enum err sql_run_once(struct store *s, sqlite3_stmt *stmt)
{
	enum err e = sql_run(s, stmt);

	sql_drop(stmt);
	return e;
}

enum err sql_put_once(struct store *s, sqlite3_stmt *stmt)
{
	enum err e = sql_run_once(s, stmt);

	return e == ERR_EXISTS ? ERR_INVALID : e;
}

enum err sql_run_on_literal(struct store *s, enum sql_id id, const char *text,
	int bytes, uint64_t number)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take_literal(s, id, text, bytes, &stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, number);
	return sql_run(s, stmt);
}

enum err sql_only(struct store *s, sqlite3_stmt *stmt, enum err none)
{
	bool row = false;
	enum err e = sql_step(s, stmt, &row);

	if (e != OK || row)
		return e;
	sql_end(stmt);
	return none;
}

enum err sql_number(struct store *s, sqlite3_stmt *stmt, uint64_t none,
	uint64_t *ret_number)
{
	bool row = false;
	enum err e = sql_step(s, stmt, &row);

	if (e != OK)
		return e;
	*ret_number = row ? sql_u64(stmt, 0) : none;
	sql_end(stmt);
	return OK;
}

enum err sql_exists(struct store *s, sqlite3_stmt *stmt, bool *ret_exists)
{
	enum err e = sql_step(s, stmt, ret_exists);

	if (e == OK)
		sql_end(stmt);
	return e;
}

void sql_end(sqlite3_stmt *stmt)
{
	/* Its answer repeats the last step's, which was looked at. */
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
}

uint64_t sql_u64(sqlite3_stmt *stmt, int at)
{
	return (uint64_t)sqlite3_column_int64(stmt, at);
}

uint64_t sql_leaf(sqlite3_stmt *stmt, int at)
{
	return sqlite3_column_type(stmt, at) == SQLITE_NULL ? STORE_NO_LEAF
							    : sql_u64(stmt, at);
}

int64_t sql_when(sqlite3_stmt *stmt, int at)
{
	if (sqlite3_column_type(stmt, at) == SQLITE_NULL)
		return WHEN_NONE;
	return sqlite3_column_int64(stmt, at);
}

int32_t sql_day(sqlite3_stmt *stmt, int at)
{
	if (sqlite3_column_type(stmt, at) == SQLITE_NULL)
		return DAY_NONE;
	return sqlite3_column_int(stmt, at);
}

struct str sql_text(struct arena *a, sqlite3_stmt *stmt, int at, enum err *e)
{
	struct str text, copy;

	if (sqlite3_column_type(stmt, at) == SQLITE_NULL)
		return STR_NULL;
	text.at = (const char *)sqlite3_column_text(stmt, at);
	text.len = (size_t)sqlite3_column_bytes(stmt, at);
	if (text.at == NULL) {
		*e = ERR_MEMORY;
		return STR_NULL;
	}
	copy = arena_copy(a, text);
	if (copy.at == NULL)
		*e = ERR_TOO_LARGE;
	return copy;
}

struct bytes sql_blob(struct arena *a, sqlite3_stmt *stmt, int at, enum err *e)
{
	struct str view, copy;

	if (sqlite3_column_type(stmt, at) == SQLITE_NULL)
		return BYTES_NONE;
	view.at = sqlite3_column_blob(stmt, at);
	view.len = (size_t)sqlite3_column_bytes(stmt, at);
	if (view.at == NULL)
		view = STR("");
	copy = arena_copy(a, view);
	if (copy.at == NULL)
		*e = ERR_TOO_LARGE;
	return (struct bytes){ (const uint8_t *)copy.at, copy.len };
}

void sql_bytes(
	sqlite3_stmt *stmt, int at, void *ret_bytes, int len, enum err *e)
{
	const void *blob = sqlite3_column_blob(stmt, at);

	if (blob == NULL || sqlite3_column_bytes(stmt, at) != len) {
		*e = ERR_CORRUPT;
		return;
	}
	memcpy(ret_bytes, blob, (size_t)len);
}

/* Rows as they come, in an array that doubles when it is full. */
struct rows {
	char *at;
	size_t size; /* of one */
	size_t count, cap;
};

static enum err rows_grow(struct arena *a, struct rows *r)
{
	size_t cap = r->cap == 0 ? 8 : 2 * r->cap;
	char *more = arena_array(a, cap, r->size);

	if (more == NULL)
		return ERR_TOO_LARGE;
	if (r->count > 0)
		memcpy(more, r->at, r->count * r->size);
	r->at = more;
	r->cap = cap;
	return OK;
}

static enum err rows_read(struct arena *a, struct store *s, sqlite3_stmt *stmt,
	struct rows *r, sql_row *read)
{
	bool row = false;
	enum err e = OK;

	while (e == OK && (e = sql_step(s, stmt, &row)) == OK && row) {
		if (r->count == r->cap)
			e = rows_grow(a, r);
		if (e == OK)
			e = read(a, stmt, r->at + r->count * r->size);
		if (e == OK)
			r->count++;
	}
	return e;
}

enum err sql_rows(struct arena *a, struct store *s, sqlite3_stmt *stmt,
	size_t size, sql_row *read, void **ret_rows, size_t *ret_count)
{
	struct rows r = { .size = size };
	enum err e = rows_read(a, s, stmt, &r, read);

	sql_end(stmt);
	if (e != OK)
		return e;
	*ret_rows = r.at;
	*ret_count = r.count;
	return OK;
}

enum err sql_savepoint(struct store *s)
{
	enum err e = sql_writing(s);

	return e != OK ? e : sql_exec(s, "SAVEPOINT inside");
}

enum err sql_savepoint_end(struct store *s, enum err e)
{
	enum err release;

	if (s->doom != OK)
		return s->doom;
	if (e != OK) {
		s->next_ev_seq = 0;
		release = sql_exec(s, "ROLLBACK TO inside; RELEASE inside");
		return release != OK ? sql_doom(s, release) : e;
	}
	release = sql_exec(s, "RELEASE inside");
	return release != OK ? sql_doom(s, release) : OK;
}

/* Opening, closing and batches. */

#include "store/sqlite/search.h"

#include <errno.h>
#include <unistd.h>

#include "base/fault.h"

/* What both kinds of handle want.  A reader's cache is small: the operating
 * system caches the file for all of them. */
static enum err settings(struct store *s)
{
	enum err e = sql_exec(s,
		"PRAGMA foreign_keys = ON;"
		"PRAGMA temp_store = MEMORY;"
		"PRAGMA trusted_schema = OFF;"
		"PRAGMA cache_size = -4096");

	if (e != OK || s->mode == STORE_READER)
		return e;
	/* A checkpoint copies the journal into the file and syncs both; every
	 * 32 MiB is seldom enough for a surge and soon enough for readers. */
	return sql_exec(s,
		"PRAGMA journal_mode = WAL;"
		"PRAGMA synchronous = FULL;"
		"PRAGMA wal_autocheckpoint = 8192;"
		"PRAGMA journal_size_limit = 67108864;"
		"PRAGMA cache_size = -32768");
}

static enum err connect(
	const char *path, enum store_mode mode, sqlite3 **ret_db)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int rc;

	flags |= mode == STORE_WRITER
		? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
		: SQLITE_OPEN_READWRITE;
	rc = sqlite3_open_v2(path, ret_db, flags, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(*ret_db, 5000);
	if (rc == SQLITE_OK && mode == STORE_READER)
		rc = sqlite3_exec(
			*ret_db, "PRAGMA query_only = ON", NULL, NULL, NULL);
	return sql_err(rc);
}

enum err store_open(
	const char *path, enum store_mode mode, struct store **ret_store)
{
	struct store *s;
	enum err e;

	if (mode == STORE_READER && access(path, F_OK) != 0)
		return err_from_errno(errno);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return ERR_MEMORY;
	s->mode = mode;
	e = connect(path, mode, &s->db);
	if (e == OK)
		e = settings(s);
	if (e == OK && mode == STORE_WRITER)
		e = store_migrate(s);
	if (e == OK)
		e = lexicon_new(&s->lexicon);
	if (e == OK && mode == STORE_WRITER)
		e = search_open(s);
	if (e != OK) {
		store_close(s);
		return e;
	}
	*ret_store = s;
	return OK;
}

void store_close(struct store *s)
{
	if (s == NULL)
		return;
	store_rollback(s);
	for (size_t i = 0; i < SQL_COUNT; i++)
		sql_drop(s->kept[i]);
	/* Nothing of ours is left that could keep it from closing. */
	(void)sqlite3_close(s->db);
	lexicon_free(s->lexicon);
	free(s);
}

enum err store_begin(struct store *s)
{
	enum err e;

	if (s->mode != STORE_WRITER || s->in_batch)
		return ERR_INTERNAL;
	e = sql_exec(s, "BEGIN IMMEDIATE");
	if (e != OK)
		return e;
	s->in_batch = true;
	s->is_marked = false;
	s->doom = OK;
	s->next_ev_seq = 0;
	return OK;
}

enum err store_commit(struct store *s)
{
	enum err e = s->is_marked ? ERR_INTERNAL : sql_writing(s);

	if (e == OK)
		e = search_catch_up(s);
	if (e == OK) {
		FAULT("store-before-commit");
		e = sql_exec(s, "COMMIT");
	}
	if (e != OK) {
		store_rollback(s);
		return e;
	}
	s->in_batch = false;
	FAULT("store-after-commit");
	return OK;
}

void store_rollback(struct store *s)
{
	if (!s->in_batch)
		return;
	s->in_batch = false;
	s->is_marked = false;
	s->doom = OK;
	/* SQLite may have rolled back already; then there is nothing to do. */
	if (sqlite3_get_autocommit(s->db) == 0)
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

enum err store_mark(struct store *s)
{
	enum err e = s->is_marked ? ERR_INTERNAL : sql_writing(s);

	if (e == OK)
		e = sql_exec(s, "SAVEPOINT operation");
	if (e == OK)
		s->is_marked = true;
	return e;
}

enum err store_keep(struct store *s)
{
	enum err e = s->is_marked ? sql_writing(s) : ERR_INTERNAL;

	s->is_marked = false;
	if (e == OK)
		e = sql_exec(s, "RELEASE operation");
	return e == OK ? OK : sql_doom(s, e);
}

void store_undo(struct store *s)
{
	enum err e;

	if (!s->is_marked)
		return;
	s->is_marked = false;
	s->next_ev_seq = 0;
	if (s->doom != OK)
		return;
	e = sql_exec(s, "ROLLBACK TO operation; RELEASE operation");
	if (e != OK)
		sql_doom(s, e);
}

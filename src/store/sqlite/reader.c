/* Who can open what: recipients by their time in the declarations, and the
 * epochs that they open. */

#include "store/sqlite/sql.h"

/* A mark that no recipient has: those left with it are missing now. */
static enum err begin_to_end(struct store *s, int64_t now_ms)
{
	sqlite3_stmt *stmt;
	enum err e = sql_once(s,
		"UPDATE reader SET until_ms = -?1 WHERE until_ms IS NULL",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, (uint64_t)now_ms);
	return sql_run_once(s, stmt);
}

static enum err still_there(
	struct store *s, const struct store_reader *r, int64_t now_ms)
{
	sqlite3_stmt *stmt;
	enum err e = sql_once(s,
		"INSERT INTO reader (compartment, recipient, who, since_ms)"
		" SELECT ?1, ?2, ?3, ifnull((SELECT since_ms FROM reader WHERE"
		"  compartment = ?1 AND recipient = ?2 AND until_ms < 0), ?4)"
		" WHERE true ON CONFLICT DO UPDATE SET until_ms = NULL,"
		"  who = excluded.who",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, r->compartment);
	sql_bind_text(stmt, 2, r->recipient);
	sql_bind_text(stmt, 3, r->who);
	sql_bind_u64(stmt, 4, (uint64_t)now_ms);
	return sql_run_once(s, stmt);
}

enum err store_readers_set(struct store *s, const struct store_reader *now,
	size_t count, int64_t now_ms)
{
	sqlite3_stmt *stmt;
	enum err e = sql_writing(s);

	if (e == OK)
		e = begin_to_end(s, now_ms);
	for (size_t i = 0; i < count && e == OK; i++)
		e = still_there(s, &now[i], now_ms);
	if (e == OK)
		e = sql_once(s,
			"UPDATE reader SET until_ms = -until_ms"
			" WHERE until_ms < 0",
			&stmt);
	return e == OK ? sql_run_once(s, stmt) : e;
}

static enum err reader_read(struct arena *a, sqlite3_stmt *stmt, void *ret_row)
{
	struct store_reader *r = ret_row;
	enum err e = OK;

	r->compartment = (uint8_t)sql_u64(stmt, 0);
	r->recipient = sql_text(a, stmt, 1, &e);
	r->who = sql_text(a, stmt, 2, &e);
	r->since_ms = sql_when(stmt, 3);
	r->until_ms = sql_when(stmt, 4);
	return e;
}

enum err store_readers(struct arena *a, struct store *s,
	struct store_reader **ret_readers, size_t *ret_count)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_take(s, SQL_READERS,
		"SELECT compartment, recipient, who, since_ms, until_ms"
		" FROM reader WHERE compartment < 4 OR until_ms IS NULL"
		" ORDER BY until_ms IS NOT NULL, compartment, since_ms,"
		"  recipient LIMIT 512",
		&stmt);

	if (e == OK)
		e = sql_rows(a, s, stmt, sizeof(**ret_readers), reader_read,
			&rows, ret_count);
	if (e == OK)
		*ret_readers = rows;
	return e;
}

/* A stanza a recipient, each on a line of its own that begins with "->". */
enum err store_epochs_count(
	struct store *s, uint8_t compartment, struct store_epochs *ret_epochs)
{
	sqlite3_stmt *stmt;
	bool row = false;
	enum err e = sql_once(s,
		"SELECT count(*), ifnull(min(n), 0), ifnull(max(n), 0) FROM"
		" (SELECT (length(hex(header)) - length(replace(hex(header),"
		"   '0A2D3E20583235353139', ''))) / 20 AS n"
		"  FROM epoch WHERE compartment = ?1)",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, compartment);
	e = sql_step(s, stmt, &row);
	if (e == OK && row)
		*ret_epochs = (struct store_epochs){ .count = sql_u64(stmt, 0),
			.least_recipients = sql_u64(stmt, 1),
			.most_recipients = sql_u64(stmt, 2) };
	sql_drop(stmt);
	return e;
}

enum err store_epoch_header(struct arena *a, struct store *s,
	const uint8_t id[STORE_ID_BYTES], struct bytes *ret_header)
{
	struct bytes header = BYTES_NONE;
	sqlite3_stmt *stmt;
	enum err e =
		sql_once(s, "SELECT header FROM epoch WHERE id = ?1", &stmt);

	if (e != OK)
		return e;
	sql_bind_blob(stmt, 1, (struct bytes){ id, STORE_ID_BYTES });
	e = sql_only(s, stmt, ERR_NOT_FOUND);
	if (e == OK)
		header = sql_blob(a, stmt, 0, &e);
	sql_drop(stmt);
	if (e == OK)
		*ret_header = header;
	return e;
}

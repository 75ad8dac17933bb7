/* Documents by their hash, and small settings by their name. */

#include "store/sqlite/sql.h"

enum err store_document_put(struct store *s,
	const uint8_t sha256[STORE_HASH_BYTES], struct str body)
{
	sqlite3_stmt *stmt;
	enum err e = sql_writing(s);

	if (e == OK)
		e = sql_take(s, SQL_DOCUMENT_PUT,
			"INSERT INTO document (sha256, body) VALUES (?1, ?2)"
			" ON CONFLICT DO NOTHING",
			&stmt);
	if (e != OK)
		return e;
	sql_bind_blob(stmt, 1, (struct bytes){ sha256, STORE_HASH_BYTES });
	sql_bind_text(stmt, 2, body);
	return sql_run(s, stmt);
}

/* The text in the first column of the only row. */
static enum err only_text(struct arena *a, struct store *s, sqlite3_stmt *stmt,
	struct str *ret_text)
{
	struct str text;
	enum err e = sql_only(s, stmt, ERR_NOT_FOUND);

	if (e != OK)
		return e;
	text = sql_text(a, stmt, 0, &e);
	sql_end(stmt);
	if (e == OK)
		*ret_text = text;
	return e;
}

enum err store_document(struct arena *a, struct store *s,
	const uint8_t sha256[STORE_HASH_BYTES], struct str *ret_body)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_DOCUMENT_GET,
		"SELECT body FROM document WHERE sha256 = ?1", &stmt);

	if (e != OK)
		return e;
	sql_bind_blob(stmt, 1, (struct bytes){ sha256, STORE_HASH_BYTES });
	return only_text(a, s, stmt, ret_body);
}

enum err store_meta_put(struct store *s, struct str key, struct str value)
{
	sqlite3_stmt *stmt;
	enum err e = sql_writing(s);

	if (e == OK)
		e = sql_take(s, SQL_META_PUT,
			"INSERT INTO meta (key, value) VALUES (?1, ?2)"
			" ON CONFLICT DO UPDATE SET value = excluded.value",
			&stmt);
	if (e != OK)
		return e;
	sql_bind_text(stmt, 1, key);
	sql_bind_text(stmt, 2, value);
	return sql_run(s, stmt);
}

enum err store_meta(
	struct arena *a, struct store *s, struct str key, struct str *ret_value)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_META_GET,
		"SELECT value FROM meta WHERE key = ?1", &stmt);

	if (e != OK)
		return e;
	sql_bind_text(stmt, 1, key);
	return only_text(a, s, stmt, ret_value);
}

enum err sql_meta_number(
	struct store *s, struct str key, uint64_t none, uint64_t *ret_number)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_META_NUMBER,
		"SELECT CAST(value AS INTEGER) FROM meta WHERE key = ?1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_text(stmt, 1, key);
	return sql_number(s, stmt, none, ret_number);
}

/*
 * search_index.c - writing the index of petitions' texts: what is due is read
 * into lexemes and given to FTS5.
 *
 * FTS5 keeps no text of its own here (external content): to take a petition
 * out of its index it must be given exactly the lexemes that were put in.
 * They stand in search_text, whatever became of the texts since.
 */
#include "store/sqlite/search.h"

#include "domain/lexeme.h"

enum { FIELDS = 3, FIELD_MAX_BYTES = 64 << 20 };

#define VERSION_KEY STR("lexeme_version")

static void take_lexeme(void *arg, struct str lexeme)
{
	struct buf *out = arg;

	if (buf_view(out).len > 0)
		buf_c(out, " ");
	buf_str(out, lexeme.len == 0 ? STR("~") : lexeme);
}

static enum err take_out(struct store *s, uint64_t petition)
{
	enum err e = sql_run_on(s, SQL_SEARCH_UNINDEX,
		"INSERT INTO search (search, rowid, action, background,"
		" additional_details) SELECT 'delete', petition_id, action,"
		" background, additional_details"
		" FROM search_text WHERE petition_id = ?1",
		petition);

	return e != OK ? e
		       : sql_run_on(s, SQL_SEARCH_DROP,
				 "DELETE FROM search_text"
				 " WHERE petition_id = ?1",
				 petition);
}

/* The texts of one language, behind those of others: a ";" keeps phrases from
 * reaching over. */
static enum err read_texts(struct store *s, struct str lang,
	const struct str text[FIELDS], struct buf out[FIELDS])
{
	enum err e = OK;

	for (size_t i = 0; i < FIELDS && e == OK; i++) {
		if (buf_view(&out[i]).len > 0)
			buf_c(&out[i], " ;");
		e = lexicon_read(
			s->lexicon, lang, text[i], take_lexeme, &out[i]);
		if (e == OK)
			e = buf_err(&out[i]);
	}
	return e;
}

static enum err note_lang(struct store *s, struct str lang)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_SEARCH_LANG_PUT,
		"INSERT OR IGNORE INTO search_lang VALUES (?1)", &stmt);

	if (e != OK)
		return e;
	sql_bind_text(stmt, 1, lang);
	return sql_run(s, stmt);
}

/* All languages of the petition. */
static enum err read_petition(struct store *s, struct arena *a,
	uint64_t petition, struct buf out[FIELDS], bool *ret_any)
{
	sqlite3_stmt *stmt;
	bool row = false;
	enum err e = sql_take(s, SQL_SEARCH_TEXTS,
		"SELECT lang, action, background, additional_details"
		" FROM petition_text WHERE petition_id = ?1 ORDER BY lang",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, petition);
	while ((e = sql_step(s, stmt, &row)) == OK && row) {
		struct str lang = sql_text(a, stmt, 0, &e);
		const struct str text[FIELDS] = { sql_text(a, stmt, 1, &e),
			sql_text(a, stmt, 2, &e), sql_text(a, stmt, 3, &e) };

		if (e == OK)
			e = read_texts(s, lang, text, out);
		if (e == OK)
			e = note_lang(s, lang);
		if (e != OK)
			break;
		*ret_any = true;
	}
	sql_end(stmt);
	return e;
}

static enum err run_fields(struct store *s, sqlite3_stmt *stmt,
	uint64_t petition, const struct buf out[FIELDS])
{
	sql_bind_u64(stmt, 1, petition);
	for (int i = 0; i < FIELDS; i++)
		sql_bind_text(stmt, i + 2, buf_view(&out[i]));
	return sql_run(s, stmt);
}

static enum err put(
	struct store *s, uint64_t petition, const struct buf out[FIELDS])
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_SEARCH_PUT,
		"INSERT INTO search_text VALUES (?1, ?2, ?3, ?4)", &stmt);

	if (e == OK)
		e = run_fields(s, stmt, petition, out);
	if (e == OK)
		e = sql_take(s, SQL_SEARCH_INDEX,
			"INSERT INTO search (rowid, action, background,"
			" additional_details) VALUES (?1, ?2, ?3, ?4)",
			&stmt);
	return e == OK ? run_fields(s, stmt, petition, out) : e;
}

static enum err index_petition(
	struct store *s, struct arena *a, uint64_t petition)
{
	struct buf out[FIELDS];
	bool any = false;
	enum err e = take_out(s, petition);

	for (size_t i = 0; i < FIELDS; i++)
		buf_init(&out[i], FIELD_MAX_BYTES);
	if (e == OK)
		e = read_petition(s, a, petition, out, &any);
	if (e == OK && any)
		e = put(s, petition, out);
	for (size_t i = 0; i < FIELDS; i++)
		buf_release(&out[i]);
	return e;
}

/* 0: none is. */
static enum err next_due(struct store *s, uint64_t *ret_petition)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_SEARCH_DUE,
		"SELECT petition_id FROM search_due LIMIT 1", &stmt);

	return e == OK ? sql_number(s, stmt, 0, ret_petition) : e;
}

static enum err done(struct store *s, uint64_t petition)
{
	return sql_run_on(s, SQL_SEARCH_DONE,
		"DELETE FROM search_due WHERE petition_id = ?1", petition);
}

enum err search_catch_up(struct store *s)
{
	uint64_t petition = 0;
	struct arena a;
	enum err e = next_due(s, &petition);

	if (e != OK || petition == 0)
		return e;
	arena_init(&a, (size_t)FIELD_MAX_BYTES * FIELDS);
	while (e == OK && petition != 0) {
		e = index_petition(s, &a, petition);
		if (e == OK)
			e = done(s, petition);
		if (e == OK)
			e = next_due(s, &petition);
		arena_clear(&a);
	}
	arena_release(&a);
	return e;
}

/* ---- opening ---- */

static enum err is_current(struct store *s, struct str version, bool *ret_is)
{
	struct arena a;
	struct str have = STR_NULL;
	enum err e;

	arena_init(&a, 4096);
	e = store_meta(&a, s, VERSION_KEY, &have);
	if (e == OK || e == ERR_NOT_FOUND) {
		*ret_is = str_eq(have, version);
		e = OK;
	}
	arena_release(&a);
	return e;
}

static enum err start_anew(struct store *s, struct str version)
{
	enum err e = sql_exec(s,
		"INSERT INTO search (search) VALUES ('delete-all');"
		"DELETE FROM search_text;"
		"DELETE FROM search_lang;"
		"INSERT OR IGNORE INTO search_due"
		" SELECT DISTINCT petition_id FROM petition_text");

	return e == OK ? store_meta_put(s, VERSION_KEY, version) : e;
}

enum err search_open(struct store *s)
{
	const struct str version = LEXEME_VERSION;
	uint64_t petition = 0;
	bool current = false;
	enum err e;

	e = is_current(s, version, &current);
	if (e == OK)
		e = next_due(s, &petition);
	if (e != OK || (current && petition == 0))
		return e;
	e = store_begin(s);
	if (e != OK)
		return e;
	if (!current)
		e = start_anew(s, version);
	if (e == OK)
		e = search_catch_up(s);
	if (e == OK)
		e = sql_exec(s, "COMMIT");
	if (e == OK)
		s->in_batch = false;
	else
		store_rollback(s);
	return e;
}

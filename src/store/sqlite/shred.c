/* Closed petitions whose time is over, and what died of them. */

#include "store/sqlite/sql.h"

#define TAGS_DOCUMENT                                                          \
	"The keys of the index by which signers of this petition could be "    \
	"looked for were destroyed. Nobody can be looked for any more; the "   \
	"count stays.\n"
#define ALL_DOCUMENT                                                           \
	"All keys of this petition were destroyed: no record of its signers "  \
	"can be opened any more, in no backup either. The count stays.\n"

struct str store_shred_text(enum store_shred what)
{
	return what == STORE_SHRED_TAGS ? STR(TAGS_DOCUMENT)
					: STR(ALL_DOCUMENT);
}

/* Those of the log only: an imported petition has no keys here. */
enum err store_shred_due(struct store *s, enum store_shred what,
	int64_t closed_before_ms, uint64_t *ret_petition, size_t max,
	size_t *ret_count)
{
	sqlite3_stmt *stmt;
	bool row = false;
	size_t n = 0;
	enum err e = sql_once(s,
		"SELECT id FROM petition p WHERE petition_ev_seq IS NOT NULL"
		" AND closed_ms < ?1 AND NOT EXISTS (SELECT 1 FROM shredded"
		"  WHERE petition_id = p.id AND what = ?2)"
		" ORDER BY id LIMIT ?3",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_i64(stmt, 1, closed_before_ms);
	sql_bind_u64(stmt, 2, what);
	sql_bind_u64(stmt, 3, max);
	while (n < max && (e = sql_step(s, stmt, &row)) == OK && row)
		ret_petition[n++] = sql_u64(stmt, 0);
	sql_drop(stmt);
	*ret_count = n;
	return e;
}

static enum err insert(struct store *s, uint64_t petition,
	enum store_shred what, int64_t now_ms, bool *ret_new)
{
	sqlite3_stmt *stmt;
	enum err e = sql_once(s,
		"INSERT INTO shredded (petition_id, what, done_ms)"
		" VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, petition);
	sql_bind_u64(stmt, 2, what);
	sql_bind_i64(stmt, 3, now_ms);
	e = sql_run_once(s, stmt);
	*ret_new = e == OK && sqlite3_changes(s->db) > 0;
	return e;
}

enum err store_shredded(struct store *s, uint64_t petition,
	enum store_shred what, const uint8_t hash[STORE_HASH_BYTES],
	int64_t now_ms, uint64_t *ret_ev_seq)
{
	struct store_event event = { .type = EVENT_SHRED,
		.reason = (uint16_t)what,
		.petition = petition };
	bool is_new = false;
	enum err e = sql_writing(s);

	*ret_ev_seq = 0;
	if (e == OK)
		e = insert(s, petition, what, now_ms, &is_new);
	if (e != OK || !is_new)
		return e;
	memcpy(event.c, hash, sizeof(event.c));
	e = store_document_put(s, hash, store_shred_text(what));
	if (e == OK && what == STORE_SHRED_ALL)
		e = store_show_forget_all(s, petition);
	return e == OK ? store_append(s, &event, ret_ev_seq) : e;
}

static enum err petition_read(struct arena *a, sqlite3_stmt *stmt, void *ret)
{
	(void)a;
	*(uint64_t *)ret = sql_u64(stmt, 0);
	return OK;
}

enum err store_shredded_list(struct arena *a, struct store *s,
	enum store_shred what, uint64_t **ret_petition, size_t *ret_count)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_once(s,
		"SELECT petition_id FROM shredded WHERE what = ?1 ORDER BY 1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, what);
	e = sql_rows(a, s, stmt, sizeof(**ret_petition), petition_read, &rows,
		ret_count);
	sql_drop(stmt);
	if (e == OK)
		*ret_petition = rows;
	return e;
}

static enum err number(
	struct store *s, sqlite3_stmt *stmt, uint64_t *ret_number)
{
	enum err e = sql_number(s, stmt, 0, ret_number);

	sql_drop(stmt);
	return e;
}

enum err store_openings(struct store *s, uint64_t *ret_count)
{
	sqlite3_stmt *stmt;
	enum err e = sql_once(s,
		"SELECT ifnull(sum(count), 0) FROM event WHERE type = 10",
		&stmt);

	_Static_assert(EVENT_ACCESS == 10, "the query says so too");
	return e == OK ? number(s, stmt, ret_count) : e;
}

enum err store_erasures(struct store *s, uint64_t *ret_count)
{
	sqlite3_stmt *stmt;
	enum err e = sql_once(s,
		"SELECT count(*) FROM event WHERE type = 9 AND reason = 4",
		&stmt);

	_Static_assert(EVENT_SHRED == 9 && STORE_SHRED_DESK == 4,
		"the query says so too");
	return e == OK ? number(s, stmt, ret_count) : e;
}

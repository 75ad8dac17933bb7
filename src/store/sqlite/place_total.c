#include "store/sqlite/place_total.h"

#include "base/fault.h"

static const int64_t DAY_MS = 86400000;

/* What one place of one petition gained; of kind 0, how often the petition
 * changed at all. */
struct place_change {
	struct place_change *next;
	uint64_t petition;
	int64_t by;
	unsigned kind;
	struct str code;
};

/* ---- gathering ---- */

static struct place_change **bucket_of(struct place_tally *t, uint64_t petition,
	unsigned kind, struct str code)
{
	uint64_t h = petition * UINT64_C(0x9E3779B97F4A7C15) + kind;

	for (size_t i = 0; i < code.len; i++)
		h = (h ^ (uint8_t)code.at[i]) * UINT64_C(0x100000001B3);
	return &t->bucket[(h >> 32) % PLACE_BUCKETS];
}

static enum err add(struct place_tally *t, uint64_t petition, unsigned kind,
	struct str code, int by)
{
	struct place_change **bucket = bucket_of(t, petition, kind, code);
	struct place_change *c = *bucket;

	while (c != NULL &&
		(c->petition != petition || c->kind != kind ||
			!str_eq(c->code, code)))
		c = c->next;
	if (c != NULL) {
		c->by += by;
		return OK;
	}
	c = ARENA_NEW(t->arena, struct place_change);
	if (c == NULL)
		return ERR_TOO_LARGE;
	*c = (struct place_change){ *bucket, petition, by, kind,
		arena_copy(t->arena, code) };
	if (code.len > 0 && c->code.at == NULL)
		return ERR_TOO_LARGE;
	*bucket = c;
	return OK;
}

static struct str column(sqlite3_stmt *stmt, int at)
{
	return (struct str){ (const char *)sqlite3_column_text(stmt, at),
		(size_t)sqlite3_column_bytes(stmt, at) };
}

enum err place_tally_slot(struct store *s, struct place_tally *t,
	uint64_t petition, uint64_t slot, int by)
{
	sqlite3_stmt *stmt;
	bool row = false;
	enum err e = sql_take(s, SQL_PLACE_OF,
		"SELECT country, area FROM signature WHERE slot = ?1", &stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, slot);
	e = sql_step(s, stmt, &row);
	if (e != OK)
		return e;
	e = row ? add(t, petition, 0, STR(""), 1) : ERR_CORRUPT;
	/* A stub (store_adopt) is from nowhere. */
	if (e == OK && sqlite3_column_bytes(stmt, 0) > 0)
		e = add(t, petition, TOTAL_COUNTRY, column(stmt, 0), by);
	if (e == OK && sqlite3_column_bytes(stmt, 1) > 0)
		e = add(t, petition, TOTAL_AREA, column(stmt, 1), by);
	sql_end(stmt);
	return e;
}

/* ---- writing ---- */

static enum err total_move(struct store *s, const struct place_change *c)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_PLACE_MOVE,
		"INSERT INTO place_total VALUES (?1, ?2, ?3, ?4, 0)"
		" ON CONFLICT DO UPDATE SET counted = counted + ?4",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, c->petition);
	sql_bind_u64(stmt, 2, c->kind);
	sql_bind_text(stmt, 3, c->code);
	sql_bind_i64(stmt, 4, c->by);
	return sql_run(s, stmt);
}

static enum err publish(struct store *s, uint64_t petition)
{
	enum err e = sql_run_on(s, SQL_PLACE_PUBLISH,
		"UPDATE place_total SET published = counted"
		" WHERE petition_id = ?1 AND published <> counted",
		petition);

	return e != OK ? e
		       : sql_run_on(s, SQL_PLACE_WAIT_END,
				 "DELETE FROM place_waiting"
				 " WHERE petition_id = ?1",
				 petition);
}

/* Note the changes; how many wait now, and since which day. */
static enum err wait(struct store *s, uint64_t petition, int64_t changes,
	int64_t day, int64_t *ret_changes, int64_t *ret_since)
{
	sqlite3_stmt *stmt;
	bool row = false;
	enum err e = sql_take(s, SQL_PLACE_WAIT,
		"INSERT INTO place_waiting VALUES (?1, ?2, ?3)"
		" ON CONFLICT DO UPDATE SET changes = changes + ?2"
		" RETURNING changes, since_day",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, petition);
	sql_bind_i64(stmt, 2, changes);
	sql_bind_i64(stmt, 3, day);
	e = sql_step(s, stmt, &row);
	if (e != OK)
		return e;
	*ret_changes = row ? sqlite3_column_int64(stmt, 0) : 0;
	*ret_since = row ? sqlite3_column_int64(stmt, 1) : day;
	sql_end(stmt);
	return OK;
}

/* Those of the petitions in hand that waited since an earlier day move before
 * today's changes come: a lonely one must not ride on them. */
static enum err each(struct store *s, struct place_tally *t,
	enum err (*step)(struct store *, const struct place_change *, int64_t),
	bool petitions, int64_t arg)
{
	for (size_t i = 0; i < PLACE_BUCKETS; i++)
		for (struct place_change *c = t->bucket[i]; c != NULL;
			c = c->next) {
			enum err e = (c->kind == 0) == petitions
				? step(s, c, arg)
				: OK;

			if (e != OK)
				return e;
		}
	return OK;
}

static enum err publish_old(
	struct store *s, const struct place_change *c, int64_t day)
{
	int64_t changes = 0;
	int64_t since = day;
	enum err e = wait(s, c->petition, 0, day, &changes, &since);

	return e == OK && since < day ? publish(s, c->petition) : e;
}

static enum err move(
	struct store *s, const struct place_change *c, int64_t unused)
{
	(void)unused;
	return c->by == 0 ? OK : total_move(s, c);
}

static enum err note(struct store *s, const struct place_change *c, int64_t day)
{
	int64_t changes = 0;
	int64_t since = day;
	uint64_t enough = 0;
	enum err e = wait(s, c->petition, c->by, day, &changes, &since);

	if (e == OK)
		e = sql_meta_number(
			s, STR("place-changes"), STORE_PLACE_CHANGES, &enough);
	return e == OK && (uint64_t)changes >= enough ? publish(s, c->petition)
						      : e;
}

enum err place_tally_write(
	struct store *s, struct place_tally *t, int64_t at_ms)
{
	int64_t day = at_ms / DAY_MS;
	enum err e = each(s, t, publish_old, true, day);

	if (e == OK)
		e = each(s, t, move, false, 0);
	FAULT("store-place-totals");
	return e == OK ? each(s, t, note, true, day) : e;
}

/* ---- by the clock ---- */

static enum err next_due(struct store *s, int64_t day, uint64_t *ret_id)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_PLACE_DUE,
		"SELECT petition_id FROM place_waiting"
		" WHERE since_day < ?1 LIMIT 1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_i64(stmt, 1, day);
	return sql_number(s, stmt, 0, ret_id);
}

enum err store_places_publish(
	struct store *s, int64_t now_ms, size_t *ret_published)
{
	size_t n = 0;
	enum err e = sql_writing(s);

	while (e == OK) {
		uint64_t id = 0;

		e = next_due(s, now_ms / DAY_MS, &id);
		if (e != OK || id == 0)
			break;
		e = publish(s, id);
		n++;
	}
	if (e == OK)
		*ret_published = n;
	return e == OK ? OK : sql_doom(s, e);
}

static enum err meta_number(struct store *s, struct str key, uint64_t value)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_PLACE_RULE_PUT,
		"INSERT INTO meta VALUES (?1, ?2)"
		" ON CONFLICT DO UPDATE SET value = ?2",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_text(stmt, 1, key);
	sql_bind_u64(stmt, 2, value);
	return sql_run(s, stmt);
}

enum err store_place_rules(struct store *s, uint64_t changes, uint64_t least)
{
	enum err e = meta_number(s, STR("place-changes"), changes);

	return e == OK ? meta_number(s, STR("place-least"), least) : e;
}

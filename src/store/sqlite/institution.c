/* What an institution lists: periods, topics, departments, places. */

#include "store/sqlite/sql.h"

/* ---- periods ---- */

enum err store_period_put(struct store *s, const struct petition_period *p)
{
	sqlite3_stmt *stmt;
	enum err e = sql_writing(s);

	if (e == OK)
		e = sql_once(s,
			"INSERT INTO period (name, government, dissolution_ms,"
			" response_threshold, debate_threshold)"
			" VALUES (?1, ?2, ?3, ?4, ?5)"
			" ON CONFLICT (name) DO UPDATE SET government = ?2,"
			" dissolution_ms = ?3, response_threshold = ?4,"
			" debate_threshold = ?5",
			&stmt);
	if (e != OK)
		return e;
	sql_bind_text(stmt, 1, p->period);
	sql_bind_text(stmt, 2, p->government);
	sql_bind_when(stmt, 3, p->dissolution_ms);
	sql_bind_u64(stmt, 4, p->response_threshold);
	sql_bind_u64(stmt, 5, p->debate_threshold);
	return sql_put_once(s, stmt);
}

enum err store_period_read(struct arena *a, sqlite3_stmt *stmt, void *ret_row)
{
	struct petition_period *v = ret_row;
	enum err e = OK;

	v->period = sql_text(a, stmt, 0, &e);
	v->government = sql_text(a, stmt, 1, &e);
	v->dissolution_ms = sql_when(stmt, 2);
	v->response_threshold = sql_u64(stmt, 3);
	v->debate_threshold = sql_u64(stmt, 4);
	return e;
}

static enum err period_read(struct arena *a, sqlite3_stmt *stmt, void *ret_row)
{
	struct store_period *v = ret_row;

	v->id = sql_u64(stmt, 5);
	return store_period_read(a, stmt, &v->is);
}

enum err store_period(struct arena *a, struct store *s, struct str name,
	struct store_period *ret_period)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_PERIOD_GET,
		"SELECT name, government, dissolution_ms,"
		" response_threshold, debate_threshold, id"
		" FROM period WHERE name = ?1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_text(stmt, 1, name);
	e = sql_only(s, stmt, ERR_NOT_FOUND);
	if (e == OK)
		e = period_read(a, stmt, ret_period);
	sql_end(stmt);
	return e;
}

enum err store_periods(struct arena *a, struct store *s,
	struct store_period **ret_periods, size_t *ret_count)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_take(s, SQL_PERIODS,
		"SELECT name, government, dissolution_ms,"
		" response_threshold, debate_threshold, id"
		" FROM period ORDER BY dissolution_ms IS NOT NULL,"
		" dissolution_ms DESC, name DESC",
		&stmt);

	if (e == OK)
		e = sql_rows(a, s, stmt, sizeof(**ret_periods), period_read,
			&rows, ret_count);
	if (e == OK)
		*ret_periods = rows;
	return e;
}

/* ---- topics and departments ---- */

enum err store_topic_put(struct store *s, const struct store_topic *topic)
{
	sqlite3_stmt *stmt;
	enum err e = sql_writing(s);

	if (e == OK)
		e = sql_once(s,
			"INSERT INTO topic (code, name) VALUES (?1, ?2)"
			" ON CONFLICT (code) DO UPDATE SET name = ?2",
			&stmt);
	if (e != OK)
		return e;
	sql_bind_text(stmt, 1, topic->code);
	sql_bind_text(stmt, 2, topic->name);
	return sql_put_once(s, stmt);
}

static enum err topic_read(struct arena *a, sqlite3_stmt *stmt, void *ret_row)
{
	struct store_topic *v = ret_row;
	enum err e = OK;

	v->code = sql_text(a, stmt, 0, &e);
	v->name = sql_text(a, stmt, 1, &e);
	return e;
}

enum err store_topics(struct arena *a, struct store *s,
	struct store_topic **ret_topics, size_t *ret_count)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_take(s, SQL_TOPICS,
		"SELECT code, name FROM topic UNION ALL"
		" SELECT DISTINCT code, NULL FROM petition_topic"
		"  WHERE code NOT IN (SELECT code FROM topic) ORDER BY 1",
		&stmt);

	if (e == OK)
		e = sql_rows(a, s, stmt, sizeof(**ret_topics), topic_read,
			&rows, ret_count);
	if (e == OK)
		*ret_topics = rows;
	return e;
}

enum err store_department_put(
	struct store *s, const struct petition_department *department)
{
	uint64_t id;
	enum err e = sql_writing(s);

	if (e == OK)
		e = store_department_find(s, department, &id);
	return e == ERR_EXISTS ? ERR_INVALID : e;
}

enum err store_department_read(
	struct arena *a, sqlite3_stmt *stmt, void *ret_row)
{
	struct petition_department *v = ret_row;
	enum err e = OK;

	v->acronym = sql_text(a, stmt, 0, &e);
	v->name = sql_text(a, stmt, 1, &e);
	v->url = sql_text(a, stmt, 2, &e);
	return e;
}

/* Documents of different years name one with other addresses: the newest
 * stands for it. */
enum err store_departments(struct arena *a, struct store *s,
	struct petition_department **ret_departments, size_t *ret_count)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_take(s, SQL_DEPARTMENTS,
		"SELECT acronym, name, url FROM department WHERE id IN"
		" (SELECT max(id) FROM department GROUP BY name)"
		" ORDER BY name",
		&stmt);

	if (e == OK)
		e = sql_rows(a, s, stmt, sizeof(**ret_departments),
			store_department_read, &rows, ret_count);
	if (e == OK)
		*ret_departments = rows;
	return e;
}

/* ---- places ---- */

static enum err place_put(
	struct store *s, enum store_place_kind kind, sqlite3_stmt **ret_stmt)
{
	if (kind == STORE_AREA)
		return sql_once(s,
			"INSERT INTO area (code, name, start_on, end_on,"
			" member, party, region_code, member_url,"
			" region_name)"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
			" ON CONFLICT (code) DO UPDATE SET name = ?2,"
			" start_on = coalesce(?3, start_on),"
			" end_on = coalesce(?4, end_on),"
			" member = coalesce(?5, member),"
			" party = coalesce(?6, party),"
			" region_code = coalesce(?7, region_code),"
			" member_url = coalesce(?8, member_url),"
			" region_name = coalesce(?9, region_name)",
			ret_stmt);
	if (kind == STORE_REGION)
		return sql_once(s,
			"INSERT INTO region (code, name) VALUES (?1, ?2)"
			" ON CONFLICT (code) DO UPDATE SET name = ?2",
			ret_stmt);
	return sql_once(s,
		"INSERT INTO country (code, name, start_on, end_on)"
		" VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT (code) DO UPDATE SET name = ?2,"
		" start_on = coalesce(?3, start_on),"
		" end_on = coalesce(?4, end_on)",
		ret_stmt);
}

enum err store_place_put(struct store *s, enum store_place_kind kind,
	const struct store_place_row *place)
{
	sqlite3_stmt *stmt;
	enum err e = sql_writing(s);

	if (e == OK)
		e = place_put(s, kind, &stmt);
	if (e != OK)
		return e;
	sql_bind_text(stmt, 1, place->code);
	sql_bind_text(stmt, 2, place->name);
	if (kind != STORE_REGION) {
		sql_bind_day(stmt, 3, place->start_on);
		sql_bind_day(stmt, 4, place->end_on);
	}
	if (kind == STORE_AREA) {
		sql_bind_text(stmt, 5, place->member);
		sql_bind_text(stmt, 6, place->party);
		sql_bind_text(stmt, 7, place->region_code);
		sql_bind_text(stmt, 8, place->member_url);
		sql_bind_text(stmt, 9, place->region_name);
	}
	return sql_put_once(s, stmt);
}

static enum err place_read(struct arena *a, sqlite3_stmt *stmt, void *ret_row)
{
	struct store_place_row *v = ret_row;
	enum err e = OK;

	v->code = sql_text(a, stmt, 0, &e);
	v->name = sql_text(a, stmt, 1, &e);
	v->start_on = sql_day(stmt, 2);
	v->end_on = sql_day(stmt, 3);
	v->member = sql_text(a, stmt, 4, &e);
	v->party = sql_text(a, stmt, 5, &e);
	v->region_code = sql_text(a, stmt, 6, &e);
	v->member_url = sql_text(a, stmt, 7, &e);
	v->region_name = sql_text(a, stmt, 8, &e);
	return e;
}

#define ON_THE_DAY                                                             \
	" WHERE coalesce(start_on <= ?1, 1)"                                   \
	" AND (end_on IS NULL OR coalesce(end_on >= ?1, 0)) ORDER BY code"

static enum err places_take(
	struct store *s, enum store_place_kind kind, sqlite3_stmt **ret_stmt)
{
	if (kind == STORE_AREA)
		return sql_take(s, SQL_AREAS,
			"SELECT code, name, start_on, end_on,"
			" nullif(member, ''), nullif(party, ''),"
			" nullif(region_code, ''), nullif(member_url, ''),"
			" nullif(region_name, '') FROM area" ON_THE_DAY,
			ret_stmt);
	if (kind == STORE_REGION)
		return sql_take(s, SQL_REGIONS,
			"SELECT code, name, NULL, NULL, NULL, NULL, NULL,"
			" NULL, NULL"
			" FROM region WHERE ?1 IS NULL OR 1 ORDER BY code",
			ret_stmt);
	return sql_take(s, SQL_COUNTRIES,
		"SELECT code, name, start_on, end_on, NULL, NULL, NULL,"
		" NULL, NULL"
		" FROM country" ON_THE_DAY,
		ret_stmt);
}

enum err store_places(struct arena *a, struct store *s,
	enum store_place_kind kind, int32_t on,
	struct store_place_row **ret_places, size_t *ret_count)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = places_take(s, kind, &stmt);

	if (e != OK)
		return e;
	sql_bind_day(stmt, 1, on);
	e = sql_rows(
		a, s, stmt, sizeof(**ret_places), place_read, &rows, ret_count);
	if (e == OK)
		*ret_places = rows;
	return e;
}

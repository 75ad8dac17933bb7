/* Maps: outlines by boundary set, and how many people live where. */

#include "store/sqlite/sql.h"

/* ---- writing ---- */

static enum err areas_drop(struct store *s, const struct store_map *map)
{
	sqlite3_stmt *stmt;
	enum err e = sql_once(s,
		"DELETE FROM map_area WHERE map_id IN"
		" (SELECT id FROM map WHERE kind = ?1 AND name = ?2)",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, map->kind);
	sql_bind_text(stmt, 2, map->set);
	return sql_put_once(s, stmt);
}

static enum err head_put(
	struct store *s, const struct store_map *map, uint64_t *ret_id)
{
	sqlite3_stmt *stmt;
	enum err e = sql_once(s,
		"INSERT INTO map (kind, name, credit, width, height)"
		" VALUES (?1, ?2, ?3, ?4, ?5)"
		" ON CONFLICT (kind, name) DO UPDATE SET credit = ?3,"
		" width = ?4, height = ?5 RETURNING id",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, map->kind);
	sql_bind_text(stmt, 2, map->set);
	sql_bind_text(stmt, 3, map->credit);
	sql_bind_u64(stmt, 4, map->width);
	sql_bind_u64(stmt, 5, map->height);
	e = sql_only(s, stmt, ERR_INTERNAL);
	if (e == OK)
		*ret_id = sql_u64(stmt, 0);
	sql_drop(stmt);
	return e;
}

static enum err area_put(struct store *s, sqlite3_stmt *stmt, uint64_t id,
	const struct store_map_area *area)
{
	sql_bind_u64(stmt, 1, id);
	sql_bind_text(stmt, 2, area->code);
	sql_bind_text(stmt, 3, area->name);
	sql_bind_text(stmt, 4, area->outline);
	return sql_run(s, stmt);
}

static enum err areas_put(
	struct store *s, const struct store_map *map, uint64_t id)
{
	sqlite3_stmt *stmt;
	enum err e = sql_once(s,
		"INSERT INTO map_area (map_id, code, name, outline)"
		" VALUES (?1, ?2, ?3, ?4)",
		&stmt);

	if (e != OK)
		return e;
	for (size_t i = 0; e == OK && i < map->areas_count; i++)
		e = area_put(s, stmt, id, &map->areas[i]);
	sql_drop(stmt);
	return e == ERR_EXISTS ? ERR_INVALID : e;
}

enum err store_map_put(struct store *s, const struct store_map *map)
{
	uint64_t id = 0;
	enum err e = sql_savepoint(s);

	if (e != OK)
		return e;
	e = areas_drop(s, map);
	if (e == OK)
		e = head_put(s, map, &id);
	if (e == OK)
		e = areas_put(s, map, id);
	return sql_savepoint_end(s, e);
}

enum err store_population_put(struct store *s, enum store_place_kind kind,
	struct str code, uint64_t people)
{
	sqlite3_stmt *stmt;
	enum err e = sql_writing(s);

	if (e == OK)
		e = sql_once(s,
			"INSERT INTO population (kind, code, people)"
			" VALUES (?1, ?2, ?3)"
			" ON CONFLICT DO UPDATE SET people = excluded.people",
			&stmt);
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, kind);
	sql_bind_text(stmt, 2, code);
	sql_bind_u64(stmt, 3, people);
	return sql_put_once(s, stmt);
}

/* ---- reading ---- */

struct head {
	uint64_t id;
	struct store_map map;
};

static enum err head_read(struct arena *a, sqlite3_stmt *stmt, void *ret_row)
{
	struct head *h = ret_row;
	enum err e = OK;

	h->id = sql_u64(stmt, 0);
	h->map.kind = (enum store_map_kind)sql_u64(stmt, 1);
	h->map.set = sql_text(a, stmt, 2, &e);
	h->map.credit = sql_text(a, stmt, 3, &e);
	h->map.width = (uint32_t)sql_u64(stmt, 4);
	h->map.height = (uint32_t)sql_u64(stmt, 5);
	return e;
}

static enum err count_known(struct store *s, uint64_t id,
	const struct str *codes, size_t codes_count, size_t *ret_known)
{
	size_t known = 0;

	for (size_t i = 0; i < codes_count; i++) {
		sqlite3_stmt *stmt;
		bool has = false;
		enum err e = sql_take(s, SQL_MAP_HAS,
			"SELECT 1 FROM map_area WHERE map_id = ?1"
			" AND code = ?2",
			&stmt);

		if (e != OK)
			return e;
		sql_bind_u64(stmt, 1, id);
		sql_bind_text(stmt, 2, codes[i]);
		e = sql_exists(s, stmt, &has);
		if (e != OK)
			return e;
		known += has;
	}
	*ret_known = known;
	return OK;
}

static enum err area_read(struct arena *a, sqlite3_stmt *stmt, void *ret_row)
{
	struct store_map_area *v = ret_row;
	enum err e = OK;

	v->code = sql_text(a, stmt, 0, &e);
	v->name = sql_text(a, stmt, 1, &e);
	v->outline = sql_text(a, stmt, 2, &e);
	v->people = sql_u64(stmt, 3);
	return e;
}

static enum err areas_get(struct arena *a, struct store *s,
	const struct head *h, void **ret_rows, size_t *ret_count)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_MAP_AREAS,
		"SELECT m.code, coalesce(CASE ?2 WHEN 3 THEN"
		"  (SELECT name FROM country c WHERE c.code = m.code)"
		"  ELSE (SELECT name FROM area r WHERE r.code = m.code) END,"
		" m.name), outline, coalesce(p.people, 0)"
		" FROM map_area m LEFT JOIN population p"
		" ON p.kind = ?2 AND p.code = m.code"
		" WHERE map_id = ?1 ORDER BY m.code",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, h->id);
	sql_bind_u64(stmt, 2,
		h->map.kind == STORE_MAP_WORLD ? STORE_COUNTRY : STORE_AREA);
	return sql_rows(a, s, stmt, sizeof(struct store_map_area), area_read,
		ret_rows, ret_count);
}

static enum err heads_get(struct arena *a, struct store *s,
	enum store_map_kind kind, void **ret_rows, size_t *ret_count)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_MAPS,
		"SELECT id, kind, name, credit, width, height FROM map"
		" WHERE kind = ?1 ORDER BY name DESC",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, kind);
	return sql_rows(a, s, stmt, sizeof(struct head), head_read, ret_rows,
		ret_count);
}

enum err store_map(struct arena *a, struct store *s, enum store_map_kind kind,
	const struct str *codes, size_t codes_count, struct store_map *ret_map)
{
	const struct head *best = NULL;
	void *heads = NULL;
	void *areas = NULL;
	size_t most = 0;
	size_t n = 0;
	enum err e = heads_get(a, s, kind, &heads, &n);

	for (size_t i = 0; e == OK && i < n; i++) {
		const struct head *h = (const struct head *)heads + i;
		size_t known = 0;

		e = count_known(s, h->id, codes, codes_count, &known);
		if (e == OK && (best == NULL || known > most)) {
			best = h;
			most = known;
		}
	}
	if (e != OK || best == NULL)
		return e == OK ? ERR_NOT_FOUND : e;
	e = areas_get(a, s, best, &areas, &n);
	if (e != OK)
		return e;
	*ret_map = best->map;
	ret_map->areas = areas;
	ret_map->areas_count = n;
	return OK;
}

enum err store_map_kinds(struct store *s, bool ret_has[STORE_MAP_WORLD + 1])
{
	sqlite3_stmt *stmt;
	bool row = false;
	enum err e = sql_take(
		s, SQL_MAP_KINDS, "SELECT DISTINCT kind FROM map", &stmt);

	for (size_t i = 0; i <= STORE_MAP_WORLD; i++)
		ret_has[i] = false;
	if (e != OK)
		return e;
	while ((e = sql_step(s, stmt, &row)) == OK && row) {
		uint64_t kind = sql_u64(stmt, 0);

		if (kind <= STORE_MAP_WORLD)
			ret_has[kind] = true;
	}
	sql_end(stmt);
	return e;
}

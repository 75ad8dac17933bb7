/*
 * The breakdowns of a petition: what was carried over, and what the public
 * sees of our own totals, as one.  While a petition is open, names and members
 * are those the institution lists now; afterwards they stay as its document
 * has them.
 */

#include <stdlib.h>

#include "domain/country.h"
#include "store/sqlite/place_total.h"

/* A place as both sources tell it. */
struct merged {
	struct petition_total is; /* name null: nobody told it */
	uint64_t own; /* published of our own, within is.count */
	bool is_carried;
	struct str region_code; /* of an area; null if not known */
	struct str region_name;
};

struct reading {
	struct arena *arena;
	struct store *store;
	const struct petition *p;
	uint64_t least; /* places with fewer are not shown; 0: all are */
	bool has_own; /* any row of our own, so the order must be made */
};

static enum err merged_read(struct arena *a, sqlite3_stmt *stmt, void *ret)
{
	struct merged *v = ret;
	enum err e = OK;

	*v = (struct merged){ .own = sql_u64(stmt, 4),
		.is_carried = sqlite3_column_type(stmt, 5) != SQLITE_NULL };
	v->is.code = sql_text(a, stmt, 0, &e);
	v->is.name = sql_text(a, stmt, 1, &e);
	v->is.member = sql_text(a, stmt, 2, &e);
	v->is.count = sql_u64(stmt, 3);
	v->region_code = sql_text(a, stmt, 6, &e);
	v->region_name = sql_text(a, stmt, 7, &e);
	if (v->is.member.len == 0)
		v->is.member = STR_NULL; /* vacant */
	return e;
}

#define BOTH_SOURCES                                                           \
	"WITH both (code, name, member, n, own, position) AS ("                \
	" SELECT place.code, name, member, count, 0, position"                 \
	"  FROM carried_total t JOIN place ON place.id = place_id"             \
	"  WHERE petition_id = ?1 AND t.kind = ?2"                             \
	" UNION ALL SELECT code, NULL, NULL, published, published, NULL"       \
	"  FROM place_total WHERE petition_id = ?1 AND kind = ?2"              \
	"   AND published <> 0),"                                              \
	" one AS (SELECT code, max(name) AS name, max(member) AS member,"      \
	"  sum(n) AS n, sum(own) AS own, min(position) AS position"            \
	"  FROM both GROUP BY code)"

/* ?3: the document's own words come first. */
static enum err take(struct store *s, unsigned kind, sqlite3_stmt **ret_stmt)
{
	if (kind == TOTAL_AREA)
		return sql_take(s, SQL_TOTALS_AREA,
			BOTH_SOURCES
			" SELECT one.code,"
			" CASE WHEN ?3 THEN coalesce(one.name, area.name)"
			"  ELSE coalesce(area.name, one.name) END,"
			" CASE WHEN ?3 AND position IS NOT NULL THEN one.member"
			"  ELSE coalesce(area.member, one.member) END,"
			" n, own, position, coalesce(region.code, region_code),"
			" coalesce(region.name, region_name)"
			" FROM one LEFT JOIN area USING (code)"
			" LEFT JOIN region ON region.code = region_code"
			"  OR region.name = region_name"
			" GROUP BY one.code ORDER BY position IS NULL, position",
			ret_stmt);
	return sql_take(s, SQL_TOTALS_COUNTRY,
		BOTH_SOURCES
		" SELECT code, coalesce(one.name, country.name), NULL, n, own,"
		" position, NULL, NULL FROM one LEFT JOIN country USING (code)"
		" ORDER BY position IS NULL, position",
		ret_stmt);
}

static enum err read_merged(struct reading *r, unsigned kind,
	struct merged **ret_rows, size_t *ret_count)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = take(r->store, kind, &stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, r->p->id);
	sql_bind_u64(stmt, 2, kind);
	if (kind == TOTAL_AREA)
		sql_bind_u64(stmt, 3,
			r->p->archived || r->p->state != PETITION_OPEN);
	e = sql_rows(r->arena, r->store, stmt, sizeof(struct merged),
		merged_read, &rows, ret_count);
	*ret_rows = rows;
	return e;
}

/* ---- order ---- */

static int by_code(const void *a, const void *b)
{
	return str_cmp(((const struct petition_total *)a)->code,
		((const struct petition_total *)b)->code);
}

static int by_name(const void *a, const void *b)
{
	int d = str_cmp(((const struct petition_total *)a)->name,
		((const struct petition_total *)b)->name);

	return d != 0 ? d : by_code(a, b);
}

/* Reference 4.2 and 4.5: countries by name, the others by code, but areas of
 * archived petitions by name.  A document alone is in its order already. */
static void put_in_order(const struct reading *r, unsigned kind,
	struct petition_total *t, size_t n)
{
	bool names =
		kind == TOTAL_COUNTRY || (kind == TOTAL_AREA && r->p->archived);

	if (r->has_own && n > 1)
		qsort(t, n, sizeof(*t), names ? by_name : by_code);
}

/* ---- what is shown ---- */

static bool is_shown(const struct reading *r, const struct petition_total *t)
{
	return t->count >= r->least;
}

static struct str name_of(unsigned kind, const struct petition_total *t)
{
	struct str name = t->name;

	if (name.len == 0 && kind == TOTAL_COUNTRY)
		name = country_name(t->code);
	return name.len == 0 ? t->code : name;
}

static enum err show(struct reading *r, unsigned kind, const struct merged *row,
	size_t n, const struct petition_total **ret_totals, size_t *ret_count)
{
	struct petition_total *t =
		ARENA_ARRAY(r->arena, struct petition_total, n + 1);
	size_t kept = 0;

	if (t == NULL)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < n; i++) {
		r->has_own = r->has_own || row[i].own > 0;
		if (!is_shown(r, &row[i].is))
			continue;
		t[kept] = row[i].is;
		t[kept].name = name_of(kind, &row[i].is);
		kept++;
	}
	put_in_order(r, kind, t, kept);
	*ret_totals = kept == 0 ? NULL : t;
	*ret_count = kept;
	return OK;
}

/* ---- regions ---- */

static struct petition_total *region_of(
	struct petition_total *region, size_t n, const struct merged *area)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(region[i].code, area->region_code) ||
			str_eq(region[i].name, area->region_name))
			return &region[i];
	return NULL;
}

/* What an area adds to the figure of its region.  That of an area which is not
 * shown is taken away, or the difference would tell it. */
static void add_area(const struct reading *r, struct petition_total *region,
	const struct merged *area)
{
	uint64_t hidden = area->is.count - area->own;

	if (is_shown(r, &area->is))
		region->count += area->own;
	else
		region->count -=
			hidden < region->count ? hidden : region->count;
}

static struct petition_total region_new(const struct merged *area)
{
	struct str code = area->region_code;
	struct str name = area->region_name;

	return (struct petition_total){ .code = code.len > 0 ? code : name,
		.name = name.len > 0 ? name : code };
}

static void add_areas(struct reading *r, const struct merged *area, size_t n,
	struct petition_total *region, size_t *count)
{
	for (size_t i = 0; i < n; i++) {
		struct petition_total *found = NULL;

		if (area[i].region_code.len == 0 &&
			area[i].region_name.len == 0)
			continue;
		found = region_of(region, *count, &area[i]);
		if (found == NULL && area[i].own == 0)
			continue;
		if (found == NULL) {
			found = &region[(*count)++];
			*found = region_new(&area[i]);
		}
		add_area(r, found, &area[i]);
	}
}

/* The carried-over regions, and what the areas add to them. */
static enum err show_regions(struct reading *r, struct petition *p,
	const struct merged *area, size_t areas)
{
	struct petition_total *region;
	struct merged *row;
	size_t count;
	enum err e = read_merged(r, TOTAL_REGION, &row, &count);

	if (e != OK)
		return e;
	region =
		ARENA_ARRAY(r->arena, struct petition_total, count + areas + 1);
	if (region == NULL)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < count; i++)
		region[i] = row[i].is;
	add_areas(r, area, areas, region, &count);
	put_in_order(r, TOTAL_REGION, region, count);
	p->regions = count == 0 ? NULL : region;
	p->regions_count = count;
	return OK;
}

enum err store_totals_get(struct arena *a, struct store *s, struct petition *p)
{
	struct reading r = { .arena = a, .store = s, .p = p };
	struct merged *country;
	struct merged *area;
	size_t countries = 0;
	size_t areas = 0;
	enum err e = sql_meta_number(s, STR("place-least"), 0, &r.least);

	if (e == OK)
		e = read_merged(&r, TOTAL_COUNTRY, &country, &countries);
	if (e == OK)
		e = show(&r, TOTAL_COUNTRY, country, countries, &p->countries,
			&p->countries_count);
	if (e == OK)
		e = read_merged(&r, TOTAL_AREA, &area, &areas);
	if (e == OK)
		e = show(&r, TOTAL_AREA, area, areas, &p->constituencies,
			&p->constituencies_count);
	if (e == OK)
		e = show_regions(&r, p, area, areas);
	p->has_totals = p->has_totals || r.has_own;
	return e;
}

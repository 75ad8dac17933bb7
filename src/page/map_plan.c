/* Numbers and outlines put together. */
#include "page/map.h"

#include <stdlib.h>
#include <string.h>

#include "page/layout.h"

/* ---- rows ---- */

static int by_code(const void *a, const void *b)
{
	const struct map_row *p = a;
	const struct map_row *q = b;

	return str_cmp(p->code, q->code);
}

static int by_name(const void *a, const void *b)
{
	const struct map_row *p = a;
	const struct map_row *q = b;
	int order = str_cmp(p->name, q->name);

	return order != 0 ? order : by_code(a, b);
}

static int by_count(const void *a, const void *b)
{
	const struct map_row *p = a;
	const struct map_row *q = b;

	return p->count != q->count ? (p->count < q->count ? 1 : -1)
				    : by_name(a, b);
}

static int by_share(const void *a, const void *b)
{
	const struct map_row *p = a;
	const struct map_row *q = b;

	return p->millionths != q->millionths
		? (p->millionths < q->millionths ? 1 : -1)
		: by_name(a, b);
}

static struct map_row *find(struct map_row *rows, size_t n, struct str code)
{
	const struct map_row key = { .code = code };

	return n == 0 ? NULL : bsearch(&key, rows, n, sizeof(*rows), by_code);
}

static uint64_t millionths(uint64_t count, uint64_t people)
{
	if (people == 0)
		return 0;
	if (count > UINT64_MAX / 1000000)
		return UINT64_MAX;
	return (count * 1000000 + people / 2) / people;
}

/* Land that no list knows is drawn, and counts nothing. */
static bool is_land(const struct map_row *row)
{
	return row->code.len > 0 && row->code.at[0] == '_';
}

static void take_areas(const struct store_map *map, struct map_plan *plan)
{
	for (size_t i = 0; map != NULL && i < map->areas_count; i++) {
		const struct store_map_area *a = &map->areas[i];

		plan->rows[plan->rows_count++] =
			(struct map_row){ .code = a->code,
				.name = a->name.len > 0 ? a->name : a->code,
				.people = a->people,
				.area = a };
		plan->has_people = plan->has_people || a->people > 0;
	}
	qsort(plan->rows, plan->rows_count, sizeof(*plan->rows), by_code);
}

static void take_totals(
	const struct petition_total *totals, size_t n, struct map_plan *plan)
{
	size_t on_map = plan->rows_count;

	for (size_t i = 0; i < n; i++) {
		struct map_row *row = find(plan->rows, on_map, totals[i].code);

		if (row == NULL) {
			row = &plan->rows[plan->rows_count++];
			*row = (struct map_row){ .code = totals[i].code };
			plan->unplaced += totals[i].count;
		}
		if (totals[i].name.len > 0)
			row->name = totals[i].name;
		row->count += totals[i].count;
		row->millionths = millionths(row->count, row->people);
	}
}

/* ---- what is drawn ---- */

static struct str label_of(struct arena *a, const struct page_site *site,
	const struct map_row *row, bool by_share)
{
	struct str msg = site_tr_count(
		site, "{1}: {2} signature", "{1}: {2} signatures", row->count);
	struct scratch number;
	struct scratch share;
	struct scratch name;
	struct scratch all;
	size_t len = row->name.len > 60 ? 60 : row->name.len;
	struct str arg[3];

	/* Cut between characters. */
	while (len > 0 && len < row->name.len &&
		((unsigned char)row->name.at[len] & 0xC0) == 0x80)
		len--;
	(void)snprintf(
		name.at, sizeof(name.at), "%.*s", (int)len, row->name.at);
	arg[0] = str_c(name.at);
	arg[1] = format_number(site->words, &number, row->count);
	if (by_share && row->people > 0) {
		msg = site_tr_count(site,
			"{1}: {2} signature, {3} of the people",
			"{1}: {2} signatures, {3} of the people", row->count);
		arg[2] = format_share(site->words, &share, row->millionths);
	}
	return arena_copy(a, format_message(&all, msg, arg, 3));
}

/* Where an area of today has its local petitions; by code. */
static const struct store_place_row *place_of(
	const struct page_map *map, struct str code, size_t *ret_at)
{
	size_t low = 0;
	size_t high = map->places_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(map->places[middle].code, code);

		*ret_at = middle;
		if (order == 0)
			return &map->places[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

struct str map_url(
	struct arena *a, const struct page_map *map, const struct map_row *row)
{
	size_t at = 0;

	if (map->view == STORE_MAP_WORLD ||
		place_of(map, row->code, &at) == NULL)
		return STR_NULL;
	return arena_printf(
		a, "/petitions/local/%.*s", STR_ARG(map->slugs[at]));
}

static uint64_t shaded(const struct map_row *row, bool by_share)
{
	return by_share ? row->millionths : row->count;
}

static enum err classify(struct arena *a, bool share, struct map_plan *plan)
{
	uint64_t *values = ARENA_ARRAY(a, uint64_t, plan->rows_count + 1);
	size_t n = 0;

	if (values == NULL)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < plan->rows_count; i++)
		if (plan->rows[i].area != NULL)
			values[n++] = shaded(&plan->rows[i], share);
	return chart_classify(values, n, &plan->classes);
}

static struct str value_text(const struct page_site *site, struct scratch *s,
	bool share, uint64_t value)
{
	return share ? format_share(site->words, s, value)
		     : format_number(site->words, s, value);
}

/* "100 to 249", "1,500 and more". */
static void legend(struct arena *a, const struct page_site *site, bool share,
	struct map_plan *plan)
{
	const struct chart_classes *c = &plan->classes;
	struct scratch low;
	struct scratch high;
	struct scratch all;

	plan->chart.legend[0] = arena_copy(a,
		share ? site_tr(site, "None, or not known")
		      : site_tr(site, "None"));
	for (size_t i = 0; i < c->n; i++) {
		uint64_t last = i + 1 < c->n ? c->from[i + 1] - 1 : c->most;
		const struct str arg[2] = {
			value_text(site, &low, share, c->from[i]),
			value_text(site, &high, share, last),
		};

		plan->chart.legend[i + 1] = arena_copy(a,
			c->is_exact || last <= c->from[i]
				? arg[0]
				: format_message(&all,
					  site_tr(site, "{1} to {2}"), arg, 2));
	}
}

static struct str title_of(struct arena *a, const struct page_site *site,
	const struct page_map *map)
{
	return arena_printf(a, "%.*s: %.*s",
		STR_ARG(site_tr(site, "Where signatures came from")),
		map->petition->action.len > 90 ? 0
					       : (int)map->petition->action.len,
		map->petition->action.at);
}

static enum err draw(struct arena *a, const struct page_site *site,
	const struct page_map *map, struct map_plan *plan)
{
	struct chart_area *areas =
		ARENA_ARRAY(a, struct chart_area, plan->rows_count + 1);
	size_t n = 0;

	if (areas == NULL)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < plan->rows_count; i++) {
		const struct map_row *row = &plan->rows[i];

		if (row->area == NULL)
			continue;
		areas[n++] = (struct chart_area){ .outline = row->area->outline,
			.label = is_land(row)
				? row->name
				: label_of(a, site, row, map->by_share),
			.url = is_land(row) ? STR_NULL : map_url(a, map, row),
			.class = chart_class(
				&plan->classes, shaded(row, map->by_share)) };
	}
	plan->chart.areas = areas;
	plan->chart.areas_count = n;
	plan->chart.width = map->map->width;
	plan->chart.height = map->map->height;
	plan->chart.title = title_of(a, site, map);
	return OK;
}

/* Below a file: whose petition it is, and whose data. */
static enum err foot(struct arena *a, const struct page_site *site,
	const struct page_map *map, struct map_plan *plan)
{
	struct str *lines = ARENA_ARRAY(a, struct str, 2);
	struct scratch path;

	if (lines == NULL)
		return ERR_TOO_LARGE;
	(void)petition_path(
		&path, map->petition->id, map->petition->archived, "");
	lines[0] = arena_printf(a, "%.*s, %.*s%s", STR_ARG(site->title),
		STR_ARG(site->base_url), path.at);
	lines[1] = map->map->credit;
	plan->chart.foot = lines;
	plan->chart.foot_count = lines[1].len > 0 ? 2 : 1;
	return OK;
}

static void drop_land(struct map_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->rows_count; i++)
		if (!is_land(&plan->rows[i]))
			plan->rows[n++] = plan->rows[i];
	plan->rows_count = n;
}

enum err map_plan(struct arena *a, const struct page_site *site,
	const struct page_map *map, struct map_plan *ret_plan)
{
	static int (*const orders[])(const void *, const void *) = {
		[PAGE_MAP_BY_NAME] = by_name,
		[PAGE_MAP_BY_COUNT] = by_count,
		[PAGE_MAP_BY_SHARE] = by_share,
	};
	const struct petition *t = map->petition;
	bool world = map->view == STORE_MAP_WORLD;
	size_t n = world ? t->countries_count : t->constituencies_count;
	size_t areas = map->map == NULL ? 0 : map->map->areas_count;
	struct page_map as = *map;
	enum err e = OK;

	*ret_plan = (struct map_plan){ .rows = ARENA_ARRAY(a, struct map_row,
					       n + areas + 1) };
	if (ret_plan->rows == NULL)
		return ERR_TOO_LARGE;
	take_areas(map->map, ret_plan);
	take_totals(world ? t->countries : t->constituencies, n, ret_plan);
	as.by_share = map->by_share && ret_plan->has_people;
	if (map->map != NULL) {
		e = classify(a, as.by_share, ret_plan);
		if (e == OK)
			e = draw(a, site, &as, ret_plan);
		if (e == OK)
			e = foot(a, site, &as, ret_plan);
		legend(a, site, as.by_share, ret_plan);
	}
	drop_land(ret_plan);
	qsort(ret_plan->rows, ret_plan->rows_count, sizeof(*ret_plan->rows),
		orders[map->sort]);
	return e;
}

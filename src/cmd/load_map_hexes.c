/*
 * HexJSON: one hexagon an area, at whole columns q and rows r.  Rows count
 * upwards; in odd-r every odd row stands half a hexagon further right, in
 * odd-q every odd column half a hexagon higher, in the even ones the others.
 */
#include "cmd/load_map_own.h"

#include <stdlib.h>

enum {
	PLACE_MAX = 5000, /* of q and r */
	DRAWING_MAX = 60000
};

/* Half a hexagon across its flat sides, and the two parts of its height. */
enum { HALF = 7, SLOPE = 4, SIDE = 8, MARGIN = 1 };

struct grid {
	bool upright; /* rows of hexagons that stand on a point */
	bool even;
	int32_t min_x, max_x, min_y, max_y; /* in halves, and in steps */
};

struct hex {
	struct str code;
	int32_t x, y;
};

static int32_t odd(int32_t n, bool even)
{
	return ((n & 1) != 0) != even ? 1 : 0;
}

/* Across in half hexagons and along in whole steps; upright has rows. */
static void place(const struct grid *g, int32_t q, int32_t r, struct hex *h)
{
	if (g->upright) {
		h->x = 2 * q + odd(r, g->even);
		h->y = -r;
	} else {
		h->x = -(2 * r + odd(q, g->even));
		h->y = q;
	}
}

static enum err read_layout(
	struct map_reader *r, const json_t *all, struct grid *ret_grid)
{
	const char *layout = json_string_value(json_object_get(all, "layout"));
	struct str name = str_c(layout);

	*ret_grid = (struct grid){ .upright = str_ends(name, STR("-r")),
		.even = str_starts(name, STR("even")),
		.min_x = INT32_MAX,
		.max_x = INT32_MIN,
		.min_y = INT32_MAX,
		.max_y = INT32_MIN };
	if (str_eq(name, STR("odd-r")) || str_eq(name, STR("even-r")) ||
		str_eq(name, STR("odd-q")) || str_eq(name, STR("even-q")))
		return OK;
	return map_complain(r,
		"layout \"%.*s\": it is odd-r, even-r, odd-q or even-q",
		name.len > 40 ? 40 : (int)name.len,
		name.len == 0 ? "" : name.at);
}

static bool whole(const json_t *v, int32_t *ret_n)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < -PLACE_MAX || n > PLACE_MAX)
		return false;
	*ret_n = (int32_t)n;
	return true;
}

static enum err read_one(struct map_reader *r, struct grid *g, const char *key,
	const json_t *v, struct hex *h, struct store_map_area *area)
{
	char where[120];
	int32_t q;
	int32_t row;
	json_t *id = json_string(key);
	enum err e;

	(void)snprintf(where, sizeof(where), "hexes.%.80s", key);
	if (!json_is_object(v) || !whole(json_object_get(v, "q"), &q) ||
		!whole(json_object_get(v, "r"), &row)) {
		json_decref(id);
		return map_complain(r,
			"%s: q and r are whole numbers from -%d to %d", where,
			PLACE_MAX, PLACE_MAX);
	}
	e = map_code(r, where, id, v, &area->code, &area->name);
	json_decref(id);
	if (e != OK)
		return e;
	place(g, q, row, h);
	h->code = area->code;
	g->min_x = h->x < g->min_x ? h->x : g->min_x;
	g->max_x = h->x > g->max_x ? h->x : g->max_x;
	g->min_y = h->y < g->min_y ? h->y : g->min_y;
	g->max_y = h->y > g->max_y ? h->y : g->max_y;
	return OK;
}

static int by_place(const void *a, const void *b)
{
	const struct hex *p = a;
	const struct hex *q = b;

	return p->y != q->y ? p->y - q->y : p->x - q->x;
}

static int by_code(const void *a, const void *b)
{
	const struct hex *p = a;
	const struct hex *q = b;

	return str_cmp(p->code, q->code);
}

static enum err check_unique(struct map_reader *r, struct hex *hexes, size_t n)
{
	qsort(hexes, n, sizeof(*hexes), by_place);
	for (size_t i = 1; i < n; i++)
		if (by_place(&hexes[i - 1], &hexes[i]) == 0)
			return map_complain(r,
				"hexes.%.*s and hexes.%.*s stand on one place",
				STR_ARG(hexes[i - 1].code),
				STR_ARG(hexes[i].code));
	qsort(hexes, n, sizeof(*hexes), by_code);
	for (size_t i = 1; i < n; i++)
		if (by_code(&hexes[i - 1], &hexes[i]) == 0)
			return map_complain(r, "two hexes have the code %.*s",
				STR_ARG(hexes[i].code));
	return OK;
}

/* The hexagon whose box begins at x, y, across a and along b. */
static struct str outline(
	struct map_reader *r, const struct grid *g, const struct hex *h)
{
	static const int32_t corner[6][2] = { { HALF, 0 }, { 2 * HALF, SLOPE },
		{ 2 * HALF, SLOPE + SIDE }, { HALF, 2 * SLOPE + SIDE },
		{ 0, SLOPE + SIDE }, { 0, SLOPE } };
	int32_t points[6][2];
	int32_t across = (h->x - g->min_x) * HALF + MARGIN;
	int32_t along = (h->y - g->min_y) * (SLOPE + SIDE) + MARGIN;
	struct str kept;
	struct buf b;

	for (size_t i = 0; i < 6; i++) {
		points[i][g->upright ? 0 : 1] = across + corner[i][0];
		points[i][g->upright ? 1 : 0] = along + corner[i][1];
	}
	buf_init(&b, 256);
	outline_write(&b, (const int32_t(*)[2])points, 6);
	kept = arena_copy(r->arena, buf_view(&b));
	buf_release(&b);
	return kept;
}

static enum err draw(struct map_reader *r, const struct grid *g,
	const struct hex *hexes, struct store_map_area *areas, size_t n,
	struct store_map *map)
{
	int32_t across = (g->max_x - g->min_x + 2) * HALF + 2 * MARGIN;
	int32_t along = (g->max_y - g->min_y) * (SLOPE + SIDE) + 2 * SLOPE +
		SIDE + 2 * MARGIN;

	if (across > DRAWING_MAX || along > DRAWING_MAX)
		return map_complain(r, "the hexes are too far apart");
	for (size_t i = 0; i < n; i++) {
		areas[i].outline = outline(r, g, &hexes[i]);
		if (areas[i].outline.at == NULL)
			return ERR_TOO_LARGE;
	}
	map->width = (uint32_t)(g->upright ? across : along);
	map->height = (uint32_t)(g->upright ? along : across);
	map->areas = areas;
	map->areas_count = n;
	return OK;
}

enum err map_read_hexes(
	struct map_reader *r, const json_t *all, struct store_map *ret_map)
{
	const json_t *from = json_object_get(all, "hexes");
	size_t n = json_object_size(from);
	struct hex *hexes = ARENA_ARRAY(r->arena, struct hex, n + 1);
	struct hex *sorted = ARENA_ARRAY(r->arena, struct hex, n + 1);
	struct store_map_area *areas =
		ARENA_ARRAY(r->arena, struct store_map_area, n + 1);
	struct grid g;
	const char *key;
	json_t *v;
	size_t i = 0;
	enum err e = read_layout(r, all, &g);

	if (e != OK)
		return e;
	if (n == 0 || n > PETITION_TOTALS_MAX)
		return map_complain(r, "%zu hexes: 1 to %d are read", n,
			PETITION_TOTALS_MAX);
	if (hexes == NULL || sorted == NULL || areas == NULL)
		return ERR_TOO_LARGE;
	json_object_foreach((json_t *)from, key, v)
	{
		e = e == OK ? read_one(r, &g, key, v, &hexes[i], &areas[i]) : e;
		sorted[i] = hexes[i];
		i++;
	}
	if (e == OK)
		e = check_unique(r, sorted, n);
	return e == OK ? draw(r, &g, hexes, areas, n, ret_map) : e;
}

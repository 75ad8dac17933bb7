/*
 * GeoJSON (RFC 7946) and TopoJSON (specification 1.0): polygons in longitude
 * and latitude.  Arcs become rings again; borders that areas share are found
 * by their points (chart/outline.h).
 */
#include "cmd/load_map_own.h"

enum { DEPTH_MAX = 8 };

/* Rings of one area, growing. */
struct rings {
	struct outline_ring *at;
	size_t n;
	size_t cap;
};

struct topology {
	const json_t *arcs;
	bool is_quantised;
	double scale[2];
	double translate[2];
	struct outline_ring *arc; /* as they were decoded */
	size_t arc_n;
};

static enum err rings_add(
	struct map_reader *r, struct rings *all, struct outline_ring one)
{
	if (all->n == all->cap) {
		size_t cap = all->cap == 0 ? 8 : all->cap * 2;
		struct outline_ring *at =
			ARENA_ARRAY(r->arena, struct outline_ring, cap);

		if (at == NULL)
			return ERR_TOO_LARGE;
		for (size_t i = 0; i < all->n; i++)
			at[i] = all->at[i];
		all->at = at;
		all->cap = cap;
	}
	all->at[all->n++] = one;
	return OK;
}

static bool position(const json_t *v, double ret[2])
{
	const json_t *x = json_array_get(v, 0);
	const json_t *y = json_array_get(v, 1);

	if (!json_is_number(x) || !json_is_number(y))
		return false;
	ret[0] = json_number_value(x);
	ret[1] = json_number_value(y);
	return true;
}

/* The first point stands at the end again. */
static size_t unclosed(const struct outline_point *at, size_t n)
{
	return n > 1 && at[0].x == at[n - 1].x && at[0].y == at[n - 1].y ? n - 1
									 : n;
}

/* ---- GeoJSON ---- */

static enum err geo_ring(struct map_reader *r, const char *where,
	const json_t *v, struct rings *all)
{
	size_t n = json_array_size(v);
	struct outline_point *at =
		ARENA_ARRAY(r->arena, struct outline_point, n + 1);

	if (n < 3 || !json_is_array(v))
		return map_complain(r,
			"%s: ring %zu has fewer than three points", where,
			all->n + 1);
	if (at == NULL)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < n; i++) {
		double xy[2];

		if (!position(json_array_get(v, i), xy))
			return map_complain(r,
				"%s: point %zu of ring %zu is no [longitude, "
				"latitude]",
				where, i + 1, all->n + 1);
		at[i] = (struct outline_point){ xy[0], xy[1] };
	}
	return rings_add(r, all, (struct outline_ring){ at, unclosed(at, n) });
}

static enum err topo_ring(struct map_reader *r, const struct topology *t,
	const char *where, const json_t *v, struct rings *all);

/* One ring of either format; t is NULL for GeoJSON. */
static enum err any_ring(struct map_reader *r, const struct topology *t,
	const char *where, const json_t *v, struct rings *all)
{
	return t == NULL ? geo_ring(r, where, v, all)
			 : topo_ring(r, t, where, v, all);
}

static enum err polygon(struct map_reader *r, const struct topology *t,
	const char *where, const json_t *v, struct rings *all)
{
	const json_t *ring;
	size_t i;
	enum err e = OK;

	if (!json_is_array(v))
		return map_complain(
			r, "%s: a polygon is a list of rings", where);
	json_array_foreach(v, i, ring)
	{
		e = e == OK ? any_ring(r, t, where, ring, all) : e;
	}
	return e;
}

static enum err geometry(struct map_reader *r, const struct topology *t,
	const char *where, const json_t *g, struct rings *all, int depth)
{
	struct str type = str_c(json_string_value(json_object_get(g, "type")));
	const json_t *v =
		json_object_get(g, t == NULL ? "coordinates" : "arcs");
	const json_t *one;
	size_t i;
	enum err e = OK;

	if (str_eq(type, STR("Polygon")))
		return polygon(r, t, where, v, all);
	if (str_eq(type, STR("MultiPolygon")) && json_is_array(v)) {
		json_array_foreach(v, i, one)
		{
			e = e == OK ? polygon(r, t, where, one, all) : e;
		}
		return e;
	}
	v = json_object_get(g, "geometries");
	if (str_eq(type, STR("GeometryCollection")) && json_is_array(v) &&
		depth < DEPTH_MAX) {
		json_array_foreach(v, i, one)
		{
			e = e == OK ? geometry(r, t, where, one, all, depth + 1)
				    : e;
		}
		return e;
	}
	return map_complain(r,
		"%s: its geometry is \"%.*s\": only Polygon and MultiPolygon "
		"can be drawn",
		where, type.len > 40 ? 40 : (int)type.len,
		type.len == 0 ? "" : type.at);
}

static enum err take(struct map_reader *r, const struct topology *t,
	const char *where, const json_t *g, const json_t *id,
	const json_t *properties, struct map_shapes *all)
{
	struct rings rings = { 0 };
	struct str code;
	struct str name;
	enum err e = map_code(r, where, id, properties, &code, &name);

	/* The ice would take a third of the world's map. */
	if (e == OK && r->source->is_world && str_eq(code, STR("AQ")))
		return OK;
	if (e == OK)
		e = geometry(r, t, where, g, &rings, 0);
	if (e == OK && rings.n == 0)
		return map_complain(r, "%s has no rings", where);
	return e == OK ? map_add(r, all, code, name,
				 &(struct outline_shape){ rings.at, rings.n })
		       : e;
}

enum err map_read_geojson(
	struct map_reader *r, const json_t *all, struct store_map *ret_map)
{
	const json_t *features = json_object_get(all, "features");
	struct map_shapes shapes = { 0 };
	const json_t *f;
	size_t i;
	enum err e = OK;

	if (!json_is_array(features))
		return map_complain(r, "features is no list");
	json_array_foreach(features, i, f)
	{
		char where[40];

		if (e != OK)
			continue;
		(void)snprintf(where, sizeof(where), "features[%zu]", i);
		e = take(r, NULL, where, json_object_get(f, "geometry"),
			json_object_get(f, "id"),
			json_object_get(f, "properties"), &shapes);
	}
	return e == OK ? map_draw(r, &shapes, ret_map) : e;
}

/* ---- TopoJSON ---- */

static enum err read_transform(
	struct map_reader *r, const json_t *all, struct topology *t)
{
	const json_t *v = json_object_get(all, "transform");

	t->is_quantised = v != NULL;
	if (v == NULL ||
		(position(json_object_get(v, "scale"), t->scale) &&
			position(
				json_object_get(v, "translate"), t->translate)))
		return OK;
	return map_complain(
		r, "transform wants scale and translate, two numbers each");
}

static enum err read_arc(struct map_reader *r, struct topology *t, size_t i)
{
	const json_t *v = json_array_get(t->arcs, i);
	size_t n = json_array_size(v);
	struct outline_point *at =
		ARENA_ARRAY(r->arena, struct outline_point, n + 1);
	double sum[2] = { 0, 0 };

	if (at == NULL)
		return ERR_TOO_LARGE;
	for (size_t k = 0; k < n; k++) {
		double xy[2];

		if (!position(json_array_get(v, k), xy))
			return map_complain(r,
				"arcs[%zu][%zu] is no pair of numbers", i, k);
		if (t->is_quantised) {
			sum[0] += xy[0];
			sum[1] += xy[1];
			xy[0] = sum[0] * t->scale[0] + t->translate[0];
			xy[1] = sum[1] * t->scale[1] + t->translate[1];
		}
		at[k] = (struct outline_point){ xy[0], xy[1] };
	}
	t->arc[i] = (struct outline_ring){ at, n };
	return OK;
}

static enum err read_arcs(
	struct map_reader *r, const json_t *all, struct topology *t)
{
	enum err e = OK;

	t->arcs = json_object_get(all, "arcs");
	if (!json_is_array(t->arcs))
		return map_complain(r, "arcs is no list");
	t->arc_n = json_array_size(t->arcs);
	t->arc = ARENA_ARRAY(r->arena, struct outline_ring, t->arc_n + 1);
	if (t->arc == NULL)
		return ERR_TOO_LARGE;
	for (size_t i = 0; e == OK && i < t->arc_n; i++)
		e = read_arc(r, t, i);
	return e;
}

/* Arc n, or backwards ~n; NULL if there is none. */
static const struct outline_ring *arc_of(
	const struct topology *t, const json_t *v, bool *ret_backwards)
{
	json_int_t n = json_integer_value(v);

	*ret_backwards = n < 0;
	if (n < 0)
		n = -(n + 1);
	return !json_is_integer(v) || (uint64_t)n >= t->arc_n ? NULL
							      : &t->arc[n];
}

/* Each arc begins where the one before ended. */
static enum err topo_ring(struct map_reader *r, const struct topology *t,
	const char *where, const json_t *v, struct rings *all)
{
	struct outline_point *at;
	const json_t *index;
	size_t room = 1;
	size_t n = 0;
	size_t i;
	bool back;

	if (!json_is_array(v))
		return map_complain(r, "%s: a ring is a list of arcs", where);
	json_array_foreach(v, i, index)
	{
		const struct outline_ring *arc = arc_of(t, index, &back);

		if (arc == NULL)
			return map_complain(r,
				"%s: entry %zu of ring %zu names no arc: there "
				"are %zu",
				where, i + 1, all->n + 1, t->arc_n);
		room += arc->n;
	}
	at = room > OUTLINE_POINTS_MAX
		? NULL
		: ARENA_ARRAY(r->arena, struct outline_point, room);
	if (at == NULL)
		return ERR_TOO_LARGE;
	json_array_foreach(v, i, index)
	{
		const struct outline_ring *arc = arc_of(t, index, &back);

		for (size_t k = n > 0 ? 1 : 0; k < arc->n; k++)
			at[n++] = arc->at[back ? arc->n - 1 - k : k];
	}
	return rings_add(r, all, (struct outline_ring){ at, unclosed(at, n) });
}

static const json_t *object_of(
	struct map_reader *r, const json_t *all, const char **ret_name)
{
	json_t *objects = json_object_get(all, "objects");
	const json_t *best = NULL;
	const char *key;
	json_t *v;

	json_object_foreach(objects, key, v)
	{
		const json_t *list = json_object_get(v, "geometries");

		if (!json_is_array(list))
			continue;
		if (r->source->object.at != NULL &&
			!str_eq(r->source->object, str_c(key)))
			continue;
		if (best != NULL &&
			json_array_size(list) <= json_array_size(best))
			continue;
		best = list;
		*ret_name = key;
	}
	return best;
}

enum err map_read_topojson(
	struct map_reader *r, const json_t *all, struct store_map *ret_map)
{
	struct topology t = { .arcs = NULL };
	struct map_shapes shapes = { 0 };
	const char *name = "";
	const json_t *list = object_of(r, all, &name);
	const json_t *g;
	size_t i;
	enum err e;

	if (list == NULL)
		return map_complain(
			r, "objects holds no such collection of geometries");
	e = read_transform(r, all, &t);
	if (e == OK)
		e = read_arcs(r, all, &t);
	json_array_foreach(list, i, g)
	{
		char where[120];

		if (e != OK)
			continue;
		(void)snprintf(where, sizeof(where),
			"objects.%.60s.geometries[%zu]", name, i);
		e = take(r, &t, where, g, json_object_get(g, "id"),
			json_object_get(g, "properties"), &shapes);
	}
	return e == OK ? map_draw(r, &shapes, ret_map) : e;
}

#include "web/map.h"

#include "page/layout.h"
#include "page/map.h"
#include "image/image.h"
#include "web/make.h"

enum { OUT_MAX_BYTES = 8 << 20 };

/* ---- what was asked for ---- */

/* Anything else than what there is means the usual. */
static enum err ask(const struct question *q, struct page_map *map)
{
	struct form form;
	struct str value;
	enum err e = make_query(q, &form);

	if (e != OK)
		return e;
	map->view = STORE_MAP_HEXES;
	if (map_view_parse(form_get(&form, STR("view")), &map->view) != OK)
		map->view = STORE_MAP_HEXES;
	map->by_share = str_eq(form_get(&form, STR("by")), STR("share"));
	value = form_get(&form, STR("sort"));
	map->sort = str_eq(value, STR("count")) ? PAGE_MAP_BY_COUNT
		: str_eq(value, STR("share"))   ? PAGE_MAP_BY_SHARE
						: PAGE_MAP_BY_NAME;
	return OK;
}

static enum err find_map(const struct question *q, struct page_map *map)
{
	const struct petition *t = map->petition;
	bool world = map->view == STORE_MAP_WORLD;
	const struct petition_total *totals =
		world ? t->countries : t->constituencies;
	size_t n = world ? t->countries_count : t->constituencies_count;
	struct str *codes = ARENA_ARRAY(q->arena, struct str, n + 1);
	struct store_map *found = ARENA_NEW(q->arena, struct store_map);
	enum err e;

	if (codes == NULL || found == NULL)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < n; i++)
		codes[i] = totals[i].code;
	e = store_map(q->arena, q->store, map->view, codes, n, found);
	if (e == OK)
		map->map = found;
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err find_places(const struct question *q, struct page_map *map)
{
	struct store_place_row *places;
	struct str *slugs;
	enum err e = make_areas(q, &places, &slugs, &map->places_count);

	if (e != OK)
		return e;
	map->places = places;
	map->slugs = slugs;
	return OK;
}

/* Everything but the drawing.  ret_to is where the petition is if it is not
 * here. */
static enum err find(const struct question *q, struct page_map *map,
	struct map_plan *plan, struct str *ret_to)
{
	struct petition *t;
	enum err e = store_petition(q->arena, q->store, q->id, &t);

	if (e == OK)
		e = make_signed(q, t, ret_to);
	if (e != OK || ret_to->at != NULL)
		return e;
	map->petition = t;
	e = ask(q, map);
	if (e == OK)
		e = store_map_kinds(q->store, map->has);
	if (e == OK)
		e = find_map(q, map);
	if (e == OK)
		e = find_places(q, map);
	return e == OK ? map_plan(q->arena, q->site, map, plan) : e;
}

enum err map_make(const struct question *q, struct http_reply **ret_reply)
{
	struct page_map map = { .petition = NULL };
	struct map_plan plan;
	struct str to;
	struct buf b;
	enum err e = find(q, &map, &plan, &to);

	if (e != OK)
		return e;
	if (to.at != NULL)
		return make_redirect(q->site, to, false, ret_reply);
	buf_init(&b, OUT_MAX_BYTES);
	page_map(&b, q->site, &map, &plan);
	return make_html(q->site, &b, ret_reply);
}

/* The drawing alone; or, if it leads elsewhere, that as the reply. */
static enum err find_drawing(const struct question *q, struct map_plan *plan,
	bool *ret_leads, struct http_reply **ret_reply)
{
	struct page_map map = { .petition = NULL };
	struct str to;
	enum err e = find(q, &map, plan, &to);

	if (e != OK)
		return e;
	*ret_leads = to.at != NULL;
	if (*ret_leads)
		return make_redirect(q->site, to, true, ret_reply);
	return map.map == NULL ? ERR_NOT_FOUND : OK;
}

enum err map_svg_make(const struct question *q, struct http_reply **ret_reply)
{
	struct map_plan plan;
	struct html h;
	struct buf b;
	bool leads = false;
	enum err e = find_drawing(q, &plan, &leads, ret_reply);

	if (e != OK || leads)
		return e;
	buf_init(&b, OUT_MAX_BYTES);
	h = (struct html){ .out = &b };
	chart_map_file(&h, &plan.chart);
	return make_finish(&b, MAKE_SVG, ret_reply);
}

enum err map_png_make(const struct question *q, struct http_reply **ret_reply)
{
	struct map_plan plan;
	struct buf b;
	bool leads = false;
	enum err e = find_drawing(q, &plan, &leads, ret_reply);

	if (e != OK || leads)
		return e;
	buf_init(&b, OUT_MAX_BYTES);
	e = image_map(&b, &plan.chart);
	if (e == OK)
		return make_embed(q->site, &b, MAKE_CARD, ret_reply);
	buf_release(&b);
	return e;
}

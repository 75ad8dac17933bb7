#include "page/map.h"

#include "page/layout.h"

static const struct str views[STORE_MAP_WORLD + 1] = {
	[STORE_MAP_HEXES] = STR_INIT("hexes"),
	[STORE_MAP_SHAPES] = STR_INIT("shapes"),
	[STORE_MAP_WORLD] = STR_INIT("world"),
};

static const struct str sorts[] = {
	[PAGE_MAP_BY_NAME] = STR_INIT("name"),
	[PAGE_MAP_BY_COUNT] = STR_INIT("count"),
	[PAGE_MAP_BY_SHARE] = STR_INIT("share"),
};

enum err map_view_parse(struct str name, enum store_map_kind *ret_view)
{
	for (unsigned i = STORE_MAP_HEXES; i <= STORE_MAP_WORLD; i++) {
		if (!str_eq(name, views[i]))
			continue;
		*ret_view = (enum store_map_kind)i;
		return OK;
	}
	return ERR_INVALID;
}

static void parameter(
	struct buf *out, size_t begin, const char *key, struct str value)
{
	buf_c(out, out->len == begin ? "?" : "&");
	buf_c(out, key);
	buf_c(out, "=");
	buf_str(out, value);
}

void map_query(struct buf *out, const struct page_map *map,
	enum store_map_kind view, bool by_share, enum page_map_sort sort)
{
	size_t begin = out->len;

	(void)map;
	if (by_share)
		parameter(out, begin, "by", STR("share"));
	if (sort != PAGE_MAP_BY_NAME)
		parameter(out, begin, "sort", sorts[sort]);
	if (view != STORE_MAP_HEXES)
		parameter(out, begin, "view", views[view]);
}

/* The address of another way to see it; file is "map", "map.svg". */
static void link_to(struct page *p, const struct page_map *map,
	const char *file, enum store_map_kind view, bool by_share,
	enum page_map_sort sort)
{
	struct scratch path;
	struct buf url;

	buf_init(&url, 1024);
	buf_str(&url,
		petition_path(
			&path, map->petition->id, map->petition->archived, ""));
	buf_c(&url, file);
	map_query(&url, map, view, by_share, sort);
	html_url(&p->h, buf_view(&url));
	buf_release(&url);
}

/* ---- choices ---- */

static void choice(struct page *p, const struct page_map *map,
	enum store_map_kind view, bool by_share, struct str text)
{
	html_lit(&p->h, "<li><a href=\"");
	link_to(p, map, "/map", view, by_share, map->sort);
	if (view == map->view && by_share == map->by_share)
		html_lit(&p->h, "\" aria-current=\"page");
	html_lit(&p->h, "\">");
	html_text(&p->h, text);
	html_lit(&p->h, "</a></li>\n");
}

static void begin_choices(struct page *p, struct str label)
{
	html_lit(&p->h, "<nav class=\"facets\" aria-label=\"");
	html_attr(&p->h, label);
	html_lit(&p->h, "\"><ul>\n");
}

static void choices(
	struct page *p, const struct page_map *map, const struct map_plan *plan)
{
	const struct str names[STORE_MAP_WORLD + 1] = {
		[STORE_MAP_HEXES] = tr(p, "Areas as hexagons"),
		[STORE_MAP_SHAPES] = tr(p, "Areas in their shape"),
		[STORE_MAP_WORLD] = tr(p, "The world"),
	};

	begin_choices(p, tr(p, "Kind of map"));
	for (unsigned i = STORE_MAP_HEXES; i <= STORE_MAP_WORLD; i++)
		if (map->has[i] || i == map->view || i != STORE_MAP_SHAPES)
			choice(p, map, (enum store_map_kind)i, map->by_share,
				names[i]);
	html_lit(&p->h, "</ul></nav>\n");
	if (!plan->has_people)
		return;
	begin_choices(p, tr(p, "What is shaded"));
	choice(p, map, map->view, false, tr(p, "By signatures"));
	choice(p, map, map->view, true, tr(p, "By share of the people"));
	html_lit(&p->h, "</ul></nav>\n");
}

/* ---- the drawing ---- */

static void legend(struct page *p, const struct map_plan *plan)
{
	html_lit(&p->h, "<ul class=\"legend\" aria-label=\"");
	html_attr(&p->h, tr(p, "Legend"));
	html_lit(&p->h, "\">\n");
	for (unsigned i = 0; i <= CHART_CLASSES; i++) {
		if (plan->chart.legend[i].at == NULL)
			continue;
		html_lit(&p->h,
			"<li><svg viewBox=\"0 0 8 5\" aria-hidden=\"true\" "
			"class=\"k");
		html_decimal(&p->h, i);
		html_lit(&p->h, "\"><path d=\"M0 0h8v5H0z\"/></svg> ");
		html_text(&p->h, plan->chart.legend[i]);
		html_lit(&p->h, "</li>\n");
	}
	html_lit(&p->h, "</ul>\n");
}

static void file_link(struct page *p, const struct page_map *map,
	const char *file, struct str text)
{
	html_lit(&p->h, "<a href=\"");
	link_to(p, map, file, map->view, map->by_share, PAGE_MAP_BY_NAME);
	html_lit(&p->h, "\" download>");
	html_text(&p->h, text);
	html_lit(&p->h, "</a> ");
}

static void drawing(
	struct page *p, const struct page_map *map, const struct map_plan *plan)
{
	html_lit(&p->h, "<figure class=\"map\">\n");
	if (map->map == NULL) {
		say_in(p, "p", "There is no map of this kind here.");
		html_lit(&p->h, "</figure>\n");
		return;
	}
	html_lit(&p->h, "<p class=\"small\"><a href=\"#figures\">");
	say(p, "The same numbers as a table");
	html_lit(&p->h, "</a></p>\n");
	legend(p, plan);
	chart_map_inline(&p->h, &plan->chart);
	html_lit(&p->h, "<figcaption class=\"small\">");
	file_link(p, map, "/map.svg", tr(p, "Save as SVG"));
	file_link(p, map, "/map.png", tr(p, "Save as PNG"));
	html_text(&p->h, map->map->credit);
	html_lit(&p->h, "</figcaption>\n</figure>\n");
}

/* ---- the table ---- */

static void column(struct page *p, const struct page_map *map,
	enum page_map_sort sort, struct str text)
{
	html_lit(&p->h, "<th scope=\"col\"");
	if (sort == map->sort && sort == PAGE_MAP_BY_NAME)
		html_lit(&p->h, " aria-sort=\"ascending\"");
	else if (sort == map->sort)
		html_lit(&p->h, " aria-sort=\"descending\"");
	html_lit(&p->h, "><a href=\"");
	link_to(p, map, "/map", map->view, map->by_share, sort);
	html_lit(&p->h, "#figures\">");
	html_text(&p->h, text);
	html_lit(&p->h, "</a></th>\n");
}

static void row(struct page *p, const struct map_row *r, struct str url,
	bool has_people)
{
	struct scratch number;

	html_lit(&p->h, "<tr><th scope=\"row\">");
	if (url.len > 0)
		html_link(&p->h, url, r->name);
	else
		html_text(&p->h, r->name);
	html_lit(&p->h, "</th><td>");
	html_text(&p->h, page_number(p, &number, r->count));
	html_lit(&p->h, "</td>");
	if (has_people) {
		html_lit(&p->h, "<td>");
		if (r->people > 0)
			html_text(&p->h,
				format_share(p->site->words, &number,
					r->millionths));
		html_lit(&p->h, "</td>");
	}
	html_lit(&p->h, "</tr>\n");
}

/* The link of a row is that of its area in the drawing. */
static void table(
	struct page *p, const struct page_map *map, const struct map_plan *plan)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	html_lit(&p->h,
		"<div class=\"figures\" id=\"figures\" tabindex=\"-1\">\n"
		"<table>\n<caption>");
	if (map->view == STORE_MAP_WORLD)
		say(p, "Signatures by country");
	else
		say(p, "Signatures by area");
	html_lit(&p->h, "</caption>\n<thead><tr>");
	column(p, map, PAGE_MAP_BY_NAME, tr(p, "Name"));
	column(p, map, PAGE_MAP_BY_COUNT, tr(p, "Signatures"));
	if (plan->has_people)
		column(p, map, PAGE_MAP_BY_SHARE, tr(p, "Of the people"));
	html_lit(&p->h, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < plan->rows_count; i++) {
		arena_clear(&a);
		row(p, &plan->rows[i], map_url(&a, map, &plan->rows[i]),
			plan->has_people);
	}
	html_lit(&p->h, "</tbody>\n</table>\n</div>\n");
	arena_release(&a);
}

static void unplaced(struct page *p, const struct map_plan *plan)
{
	if (plan->unplaced == 0 || plan->chart.areas_count == 0)
		return;
	html_lit(&p->h, "<p class=\"small\">");
	say_count(p, "{1} signature came from a place that is not on this map.",
		"{1} signatures came from places that are not on this map.",
		plan->unplaced);
	html_lit(&p->h, "</p>\n");
}

void page_map(struct buf *out, const struct page_site *site,
	const struct page_map *map, const struct map_plan *plan)
{
	const struct petition *t = map->petition;
	struct scratch path;
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){
			.title = site_tr(site, "Where signatures came from"),
			.path = petition_path(
				&path, t->id, t->archived, "/map"),
			.is_part = true,
			.is_noindex = true });
	say_in(&p, "h1", "Where signatures came from");
	html_lit(&p.h, "<p class=\"lead\">");
	html_link(
		&p.h, petition_path(&path, t->id, t->archived, ""), t->action);
	html_lit(&p.h, "</p>\n");
	choices(&p, map, plan);
	html_lit(&p.h, "<div class=\"mapped\">\n");
	drawing(&p, map, plan);
	table(&p, map, plan);
	html_lit(&p.h, "</div>\n");
	unplaced(&p, plan);
	layout_end(&p);
}

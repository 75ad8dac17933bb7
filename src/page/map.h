/*
 * map.h - where a petition's signatures came from: the numbers of its
 * breakdown put together with the outlines of a map.
 *
 * GET /petitions/ID/map, ?view=hexes|shapes|world, ?by=share,
 * ?sort=name|count|share; the same below /archived; map.svg and map.png
 * without sort.
 */
#ifndef PAGE_MAP_H
#define PAGE_MAP_H

#include "chart/map.h"
#include "page/pages.h"

enum page_map_sort { PAGE_MAP_BY_NAME, PAGE_MAP_BY_COUNT, PAGE_MAP_BY_SHARE };

struct page_map {
	const struct petition *petition;
	bool has[STORE_MAP_WORLD + 1]; /* which kinds of maps there are */
	enum store_map_kind view;
	const struct store_map *map; /* of that kind; NULL: none */
	bool by_share; /* of the people who live there */
	enum page_map_sort sort;
	/* The areas of today, by code, and their names in addresses. */
	const struct store_place_row *places;
	const struct str *slugs;
	size_t places_count;
};

struct map_row {
	struct str code;
	struct str name;
	uint64_t count;
	uint64_t people; /* 0: not known */
	uint64_t millionths; /* count of people */
	const struct store_map_area *area; /* NULL: not on the map */
};

struct map_plan {
	struct map_row *rows; /* as they are to be listed */
	size_t rows_count;
	struct chart_classes classes; /* of what is shaded */
	struct chart_map chart;
	bool has_people;
	uint64_t unplaced; /* signatures from nowhere on this map */
};

/* Everything in the arena.  by_share is taken back in ret_plan's chart where
 * nobody knows how many people there are. */
MUST_USE enum err map_plan(struct arena *a, const struct page_site *site,
	const struct page_map *map, struct map_plan *ret_plan);

/* Where an area's petitions are listed; null for countries, for areas of
 * another time, and for what is drawn only. */
struct str map_url(
	struct arena *a, const struct page_map *map, const struct map_row *row);

void page_map(struct buf *out, const struct page_site *site,
	const struct page_map *map, const struct map_plan *plan);

/* "?view=world&by=share" and the like, from what differs from the usual. */
void map_query(struct buf *out, const struct page_map *map,
	enum store_map_kind view, bool by_share, enum page_map_sort sort);
/* ERR_INVALID unless it is one of hexes, shapes, world. */
MUST_USE enum err map_view_parse(
	struct str name, enum store_map_kind *ret_view);

#endif

/*
 * load_map_own.h - what the readers of load_map.h share.
 */
#ifndef CMD_LOAD_MAP_OWN_H
#define CMD_LOAD_MAP_OWN_H

#include <jansson.h>

#include "chart/outline.h"
#include "cmd/load_map.h"

struct map_reader {
	struct arena *arena;
	const struct map_source *source;
	struct str complaint;
};

/* "FILE: " and the sentence; ERR_INVALID. */
enum err map_complain(struct map_reader *r, const char *format, ...)
	PRINTF_LIKE(2, 3);

/* One area as it stood in the file: where names it for complaints. */
MUST_USE enum err map_code(struct map_reader *r, const char *where,
	const json_t *id, const json_t *properties, struct str *ret_code,
	struct str *ret_name);

MUST_USE enum err map_read_hexes(
	struct map_reader *r, const json_t *all, struct store_map *ret_map);
MUST_USE enum err map_read_geojson(
	struct map_reader *r, const json_t *all, struct store_map *ret_map);
MUST_USE enum err map_read_topojson(
	struct map_reader *r, const json_t *all, struct store_map *ret_map);

/* The two letters of an ISO 3166 number, or null. */
struct str map_country(unsigned number);

/* Areas that were found, growing in the arena. */
struct map_shapes {
	struct store_map_area *area;
	struct outline_shape *shape;
	size_t n;
	size_t cap;
	size_t points;
};

/* Rings of the area of this code, added to those it has. */
MUST_USE enum err map_add(struct map_reader *r, struct map_shapes *all,
	struct str code, struct str name, const struct outline_shape *shape);
/* Draw them. */
MUST_USE enum err map_draw(struct map_reader *r, const struct map_shapes *all,
	struct store_map *ret_map);

#endif

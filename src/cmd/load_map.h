/*
 * load_map.h - maps as others publish them, read into outlines.
 *
 * HexJSON (odd-r, even-r, odd-q, even-q), TopoJSON (quantised or not) and
 * GeoJSON in longitude and latitude; which one it is shows in the file.  Read
 * by the command itself, never by the server: what goes to the server (or
 * into a stopped site's store) is the drawing, a text of our own
 * (docs/formats.md section 9).
 *
 * An area's code is its id, or a property whose name tells (code, ons_code,
 * gss_code, iso_a2, those that end in "CD"); its name likewise ("NM").  A
 * world's ids may be ISO 3166 numbers.
 */
#ifndef CMD_LOAD_MAP_H
#define CMD_LOAD_MAP_H

#include "domain/store.h"

struct map_source {
	struct str file; /* its name, for complaints */
	struct str bytes;
	bool is_world;
	struct str set; /* null: the year in the file's name, or that name */
	struct str credit; /* or null */
	struct str code; /* the property that holds it; null: find it */
	struct str name;
	struct str object; /* of TopoJSON; null: the one with most areas */
	struct str codes; /* a table of codes to put in others' place, or null:
			   * the first two columns whose names end in "code" */
};

/* Everything in the arena.  On an error ret_complaint is a sentence that
 * names the place. */
MUST_USE enum err map_read(struct arena *a, const struct map_source *source,
	struct store_map *ret_map, struct str *ret_complaint);

/* The drawing as text, and back (ERR_INVALID with a complaint). */
void map_write(struct buf *out, const struct store_map *map);
MUST_USE enum err map_parse(struct arena *a, struct str file, struct str text,
	struct store_map *ret_map, struct str *ret_complaint);

#endif

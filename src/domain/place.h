/*
 * place.h - the addresses and looks of places.
 */
#ifndef DOMAIN_PLACE_H
#define DOMAIN_PLACE_H

#include "domain/store.h"

/*
 * The last part of the address of an area's page: its name without accents, in
 * lower case, whatever is neither letter nor digit a hyphen ("Ynys Môn" is
 * "ynys-mon").  Two areas of one slug get their codes behind it.  ret_slugs[i]
 * is that of areas[i].  ERR_TOO_LARGE when the arena is full.
 */
MUST_USE enum err place_slugs(struct arena *a,
	const struct store_place_row *areas, size_t count,
	struct str **ret_slugs);

/* Of a name alone.  at is NULL when the arena is full. */
struct str place_slug(struct arena *a, struct str name);

/* The one with this slug, or NULL. */
const struct store_place_row *place_by_slug(const struct store_place_row *areas,
	const struct str *slugs, size_t count, struct str slug);

/* A postcode as people write it: a British one with a space before its last
 * three characters. */
struct str place_postcode_shown(struct arena *a, struct str postcode);

#endif

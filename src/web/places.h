/*
 * places.h - where postcodes lie, as http threads ask for it: the index of
 * postcodes, mapped from its file, and the areas that exist now.
 *
 * Both are replaced as one by places_refresh; whoever holds the old ones keeps
 * them until places_drop.  A postcode is personal data: it is looked up and
 * forgotten, never kept here.
 */
#ifndef WEB_PLACES_H
#define WEB_PLACES_H

#include "base/attr.h"
#include "base/err.h"
#include "domain/postcodes.h"
#include "domain/store.h"

/* Of a folder, that of the web role. */
#define PLACES_FILE "postcodes.idx"

struct places;

/* One moment's. */
struct places_now {
	struct postcodes index; /* bytes null: none was loaded */
	const struct store_place_row *area; /* without those that have ended */
	const struct str *slug;
	size_t areas;
};

/* NULL when there is no memory.  Nothing is there before the first refresh. */
struct places *places_new(void);
void places_free(struct places *p); /* NULL is allowed */

/* Map the file below dir_fd and read the areas.  A file that is damaged is as
 * good as none, and told to the log.  On an error the old ones stay. */
MUST_USE enum err places_refresh(
	struct places *p, int dir_fd, struct store *reader);

/* Never NULL. */
const struct places_now *places_take(struct places *p);
void places_drop(struct places *p, const struct places_now *now);

const struct store_place_row *places_area(
	const struct places_now *now, struct str code);
struct str places_slug(
	const struct places_now *now, const struct store_place_row *area);

/* The code of the area of a signer with this postcode: the first that exists
 * now, else the first; empty if nobody knows.  A copy in the arena. */
struct str places_of_postcode(
	struct places *p, struct arena *a, struct str postcode);

/* Put an index into its file, whole or not at all.  ERR_INVALID if it is none.
 * ret_count: postcodes. */
MUST_USE enum err places_put(int dir_fd, struct str bytes, size_t *ret_count);

#endif

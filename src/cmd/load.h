/*
 * load.h - what an institution lists, from CSV or JSON into a store.
 *
 * CSV has its columns named in the first row, in any order; unknown ones are
 * passed over.  JSON is an array of objects with those keys, an object of
 * them, or (topics) an array of codes.  A row of the same name or code takes
 * the place of what was there.  An area keeps what a file has no column for,
 * and loses what stands empty there: a seat without a member is vacant.
 *
 *     periods      period, government, dissolution_at, response_threshold,
 *                  debate_threshold
 *     departments  name, acronym, url
 *     topics       code, name
 *     areas        ons_code (or code), name (or constituency), mp, party,
 *                  region_ons_code, region_name, start_date, end_date, mp_url
 *     regions      code (or ons_code), name
 *     countries    code, name, start_date, end_date
 *     population, country-population
 *                  ons_code (or code; or the key of JSON's entry), population
 *     history:ID   at (or timestamp, fetched_at, fetched_at_utc,
 *                  updated_at_utc), count (or signature_count): how the
 *                  petition of this number grew; UTC unless the time says
 *                  otherwise
 *     map          a drawing, as load_map.h writes it
 */
#ifndef CMD_LOAD_H
#define CMD_LOAD_H

#include "domain/store.h"

struct load_list {
	struct str kind;
	struct str name; /* of the file, for complaints */
	struct str bytes;
	struct arena *arena;
	int32_t shift_days; /* added to the moments of a history */
};

/* True if there is such a kind. */
bool load_knows(struct str kind);

/* All rows, within the batch that is open.  On an error, which takes nothing
 * back by itself, ret_complaint is a sentence, "FILE:LINE: what to do". */
MUST_USE enum err load_list(struct store *s, const struct load_list *list,
	size_t *ret_count, struct str *ret_complaint);

#endif

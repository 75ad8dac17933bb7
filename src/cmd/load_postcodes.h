/*
 * load_postcodes.h - lists of postcodes and their areas, from CSV into an
 * index (domain/postcodes_build.h).
 *
 * The first row names the columns, which are found by the pattern of their
 * names, in any order; all others are passed over:
 *
 *     the postcode   pcds, pcd, pcd2, pcd7, pcd8, postcode, postal_code
 *     its areas      pcon, pcon24, pcon24cd and the like, one or several;
 *                    area, area_code, ons_code, constituency_code
 *     its end        doterm, end_date: anything but nothing
 *
 * Those are the ONS Postcode Directory and the National Statistics Postcode
 * Lookup in all layouts so far, and lists of one's own.  In a pcon column the
 * pseudo codes (E99999999, L93000001 and their kin) mean: no area.
 */
#ifndef CMD_LOAD_POSTCODES_H
#define CMD_LOAD_POSTCODES_H

#include "base/arena.h"
#include "domain/postcodes_build.h"

struct load_postcodes {
	struct str name; /* of the file, for complaints */
	struct str bytes;
	struct arena *arena; /* for the complaint */
	/* Told after every so many rows; may be NULL. */
	void (*progress)(uint64_t rows);
};

enum { LOAD_POSTCODES_STEP = 500000 };

/* Add all rows.  On an error ret_complaint is a sentence, "FILE:LINE: what to
 * do". */
MUST_USE enum err load_postcodes(struct postcodes_builder *b,
	const struct load_postcodes *in, uint64_t *ret_rows,
	struct str *ret_complaint);

#endif

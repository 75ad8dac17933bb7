/*
 * place_total.h - totals by area and country, moved with the count.
 *
 * A tally gathers what the leaves of one checkpoint change and is written in
 * the same transaction.  Figures that the public sees follow after
 * STORE_PLACE_CHANGES changes of a petition, or with the first writing of a
 * later day (store_places_publish), so that no single change shows where
 * somebody lives (docs/decisions.md, "Counting").
 */
#ifndef STORE_SQLITE_PLACE_TOTAL_H
#define STORE_SQLITE_PLACE_TOTAL_H

#include "store/sqlite/sql.h"

/* As in table place; a region is read through its areas. */
enum { TOTAL_COUNTRY = 1, TOTAL_AREA = 2, TOTAL_REGION = 3 };

enum { PLACE_BUCKETS = 1024 };

struct place_change;

struct place_tally {
	struct arena *arena;
	struct place_change *bucket[PLACE_BUCKETS];
};

/* The signature at slot counts from now on (by 1) or no longer (-1).
 * ERR_TOO_LARGE when the arena is full. */
MUST_USE enum err place_tally_slot(struct store *s, struct place_tally *t,
	uint64_t petition, uint64_t slot, int by);

/* Within the batch; at_ms is when. */
MUST_USE enum err place_tally_write(
	struct store *s, struct place_tally *t, int64_t at_ms);

#endif

/*
 * format.h - numbers, dates and times as a person reads them.
 *
 * Values become text in a scratch that the caller owns (usually on its
 * stack); the answer borrows from it.  Times are milliseconds since 1970 UTC
 * and are shown in the site's zone; a NULL zone is UTC.  The words (names of
 * months, the order of a date's parts) come from the catalogue.
 */
#ifndef PAGE_FORMAT_H
#define PAGE_FORMAT_H

#include <stdint.h>

#include "base/str.h"
#include "base/zone.h"
#include "base/words.h"

struct scratch {
	char at[160];
};

/* "11,277" */
struct str format_number(
	const struct catalogue *words, struct scratch *s, uint64_t n);
/* "18 January 2016" */
struct str format_date(const struct catalogue *words, const struct zone *zone,
	int64_t wall_ms, struct scratch *s);
/* "18 January 2016 at 11:19" */
struct str format_date_time(const struct catalogue *words,
	const struct zone *zone, int64_t wall_ms, struct scratch *s);
/* "18 January 2016" of a day counted from 1970 (domain/when.h). */
struct str format_day(
	const struct catalogue *words, int32_t day, struct scratch *s);
/* A period's name, "2015-2017", with the dash that belongs between years. */
struct str format_years(struct scratch *s, struct str period);
/* For machines: "2016-01-18T11:19:26Z" (RFC 3339), in UTC. */
struct str format_rfc3339(int64_t wall_ms, struct scratch *s);
/* How far a count is on its way, in whole per cent from 0 to 100; never 100
 * before it is there, never 0 once it has begun. */
unsigned format_percent(uint64_t count, uint64_t of);

/* "0.43%", "12%" of so many millionths: two digits at least. */
struct str format_share(
	const struct catalogue *words, struct scratch *s, uint64_t millionths);

/* msg with {1} to {9} replaced by arg[0] to arg[8], cut at the scratch's end
 * between characters. */
struct str format_message(
	struct scratch *s, struct str msg, const struct str *arg, size_t count);

#endif

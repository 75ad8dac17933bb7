/*
 * zone.h - the local time of one place, from the system's time zone database.
 *
 * A site has one zone and keeps its rules by it (midnight, closing days,
 * dates on pages); times are stored in UTC.  localtime(3) reads the
 * environment and shares state between threads; this does neither: a zone is
 * read once at the start, before any sandbox, and is constant afterwards.
 *
 * Formats: TZif version 2 or later (RFC 8536) with its footer for the years
 * behind the table (POSIX TZ).  Times are whole seconds since 1970 UTC; the
 * calendar is the proleptic Gregorian one.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

struct zone;

/* What a clock and a calendar on the wall show. */
struct civil {
	int year;
	int month; /* 1 to 12 */
	int day; /* 1 to 31 */
	int hour;
	int minute;
	int second;
};

/*
 * Read a zone by its name ("Europe/London") from /usr/share/zoneinfo.
 * ERR_INVALID for what is not a name, ERR_NOT_FOUND when there is none,
 * ERR_CORRUPT for a file that is not TZif.  "UTC" needs no file.
 * Free with zone_free.
 */
MUST_USE enum err zone_load(const char *name, struct zone **ret_zone);
/* The same from the bytes of a TZif file. */
MUST_USE enum err zone_parse(struct str tzif, struct zone **ret_zone);
void zone_free(struct zone *z);

/* Seconds to add to UTC at that instant.  A NULL zone is UTC, here and
 * below. */
int32_t zone_offset_s(const struct zone *z, int64_t unix_s);
struct civil zone_civil(const struct zone *z, int64_t unix_s);
/*
 * The first instant at which the wall shows c.  In the hour that spring
 * leaves out, the time is read by the offset before the change, so it moves
 * forward.  Fields beyond their range carry over (month 14 is February of
 * next year, day 0 the day before the first).
 */
int64_t zone_unix(const struct zone *z, struct civil c);

/* Days since 1970-01-01 of a date, fields carrying over as above. */
int64_t civil_days(int year, int month, int day);
/* 0 for Sunday. */
int civil_weekday(int64_t days);
int civil_month_days(int year, int month);

#endif

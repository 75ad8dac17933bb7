/*
 * when.h - moments and days, as the public interface writes them.
 *
 * A moment is milliseconds since 1970-01-01 UTC, a day is whole days since
 * then; WHEN_NONE and DAY_NONE stand for null.  Text forms are those of RFC
 * 3339 that the interface uses: 2026-11-23T18:24:21.000Z and 2026-11-23.
 *
 * "Local" means the site's time zone, which is passed in; NULL is UTC.
 */
#ifndef DOMAIN_WHEN_H
#define DOMAIN_WHEN_H

#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/zone.h"

#define WHEN_NONE INT64_MIN
#define DAY_NONE INT32_MIN

/*
 * Read a moment: date, T, time of day, a fraction of up to nine digits (cut
 * to milliseconds) or none, and Z or an offset.  Years 1 to 9999; a leap
 * second counts as the second before it.
 */
MUST_USE enum err when_parse(struct str text, int64_t *ret_ms);
/* YYYY-MM-DDTHH:MM:SS.mmmZ */
void when_put(struct buf *b, int64_t ms);
/* The same with the local offset: YYYY-MM-DDTHH:MM:SS.mmm+01:00. */
void when_put_local(struct buf *b, const struct zone *zone, int64_t ms);

MUST_USE enum err day_parse(struct str text, int32_t *ret_day);
/* YYYY-MM-DD */
void day_put(struct buf *b, int32_t day);

/* The local day of a moment. */
int32_t day_of(const struct zone *zone, int64_t ms);
/* The last millisecond of a local day. */
int64_t day_end_ms(const struct zone *zone, int32_t day);
/* The same day of the month, months later; the last of a shorter month. */
int32_t day_add_months(int32_t day, unsigned months);

#endif

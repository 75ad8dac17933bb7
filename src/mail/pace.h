/*
 * pace.h - how fast mails may go to one domain of recipients.
 *
 * All go to one relay, but it is the recipient's servers that say "not now",
 * and they say it of everything that comes from us.  So each domain may have
 * so many mails under way at a time and so many a second, and one that put off
 * PACE_STRIKES mails in a row rests: the pause doubles from first_ms to max_ms while
 * one mail at its end tries whether it is over.
 *
 * Domains are known by a hash only.  The table is small: one that was not
 * needed for long is forgotten, which lets it go a little faster.  No memory is
 * allocated; the caller locks.
 */
#ifndef MAIL_PACE_H
#define MAIL_PACE_H

#include <stdint.h>

#include "base/rng.h"
#include "base/str.h"

enum { PACE_ROWS = 128, PACE_WAYS = 8, PACE_STRIKES = 3 };

struct pace_domain {
	uint64_t key; /* 0: free */
	unsigned flying;
	unsigned strikes; /* put off in a row */
	int64_t rests_until_ms;
	int64_t next_ms; /* by mails a second */
	int64_t used_ms;
};

struct pace {
	unsigned at_once; /* 0: no limit */
	unsigned per_second; /* 0: no limit */
	uint32_t first_ms, max_ms;
	struct pace_domain domain[PACE_ROWS][PACE_WAYS];
};

enum pace_end { PACE_WENT, PACE_PUT_OFF, PACE_NEITHER };

/* The domain of an address that is ok; not 0. */
uint64_t pace_key(struct str address);
/* When the next mail may go, if nothing changes: now_ms or before for now,
 * INT64_MAX for "when another ends". */
int64_t pace_ready_ms(const struct pace *p, uint64_t key, int64_t now_ms);
/* The end of the domain's rest, 0 if it does not rest. */
int64_t pace_rest_ms(const struct pace *p, uint64_t key);
void pace_begin(struct pace *p, uint64_t key, int64_t now_ms);
void pace_end(struct pace *p, uint64_t key, int64_t now_ms, enum pace_end how,
	struct rng *rng);

#endif

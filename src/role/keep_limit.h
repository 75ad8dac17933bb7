/*
 * keep_limit.h - how often one address, network, mail domain or group of
 * countries may sign one petition.
 *
 * A limit of max in seconds is a bucket that holds max and fills up again in
 * so many seconds (GCRA, ITU-T I.371 annex A): max at once, then one each
 * seconds / max.  Who goes on above it stays above it.  A bucket is 16 bytes
 * under a hash of petition and tag; the table has a fixed size, and what is
 * full again makes room first.  Nothing is written to disk: a keeper that was
 * started again begins with full buckets.
 *
 * Used by one thread.  Times are monotonic milliseconds.
 */
#ifndef ROLE_KEEP_LIMIT_H
#define ROLE_KEEP_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "crypto/tag.h"

struct keep_rate {
	uint32_t max; /* 0: no limit */
	uint32_t seconds;
};

struct keep_limits {
	struct keep_rate burst; /* one IPv4 address or IPv6 /64 */
	struct keep_rate address; /* the same, over a longer time */
	struct keep_rate network; /* IPv4 /24 or IPv6 /48 */
	struct keep_rate domain; /* of the e-mail address */
	struct keep_rate country; /* all countries that are listed, together */
};

/* What others found out about a form, and keeper does not see. */
enum keep_hint {
	KEEP_HINT_BLOCKED = 1, /* its address, domain or country is */
	KEEP_HINT_ALLOWED = 2, /* no limit holds for its address or domain */
	KEEP_HINT_COUNTRY = 4, /* its country is one of those listed */
	KEEP_HINT_IPV6 = 8
};

struct keep_bucket;

/* ERR_MEMORY. */
MUST_USE enum err keep_buckets_new(struct keep_bucket **ret_buckets);
void keep_buckets_free(struct keep_bucket *b);

/* The tags of one form: of the address, its two networks and the domain. */
struct keep_whence {
	uint64_t petition;
	uint8_t hints; /* enum keep_hint */
	struct tag ip, near, wide, domain;
};

/* Count one form in all its buckets.  True: it is set apart. */
bool keep_limit_exceeded(struct keep_bucket *b, const struct keep_limits *l,
	const struct keep_whence *w, int64_t now_ms);

#endif

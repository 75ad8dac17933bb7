/*
 * limit.h - how many of something each address holds.
 *
 * A table of fixed size, made once: at most max_total counted at a time.  Not
 * locked: the server's lock guards it.  IPv6 counts by its /64, since a
 * customer has at least that.  An address without bytes is not counted.
 *
 * Private to src/http.
 */
#ifndef HTTP_LIMIT_H
#define HTTP_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "http/addr.h"

struct limit_slot {
	struct http_addr addr;
	uint32_t count; /* 0: free */
};

struct limit {
	struct limit_slot *slot;
	size_t slot_n; /* a power of two, at least twice max_total */
	size_t used; /* slots that are not free */
	uint64_t seed; /* so that nobody chooses who shares a chain */
	uint32_t max_each;
};

MUST_USE enum err limit_init(
	struct limit *l, size_t max_total, uint32_t max_each, uint64_t seed);
void limit_release(struct limit *l);

/* Count one more; false, and nothing counted, if that would be too many. */
MUST_USE bool limit_take(struct limit *l, const struct http_addr *a);
/* True if one more would be let in. */
bool limit_allows(const struct limit *l, const struct http_addr *a);
void limit_give(struct limit *l, const struct http_addr *a);

#endif

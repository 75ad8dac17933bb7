#include "role/keep_limit.h"

#include <stdlib.h>

#include "base/bytes.h"

enum { BUCKETS = 1 << 18, LOOK = 8 };

enum kind { BURST = 1, ADDRESS, NETWORK, DOMAIN, COUNTRY };

/* full_ms: when it will be full again; 0 is never used. */
struct keep_bucket {
	uint64_t key;
	int64_t full_ms;
};

enum err keep_buckets_new(struct keep_bucket **ret_buckets)
{
	struct keep_bucket *b = calloc(BUCKETS, sizeof(*b));

	if (b == NULL)
		return ERR_MEMORY;
	*ret_buckets = b;
	return OK;
}

void keep_buckets_free(struct keep_bucket *b)
{
	free(b);
}

/* Tags are random to everybody but keeper, so mixing them is enough. */
static uint64_t key_of(enum kind kind, uint64_t petition, const struct tag *tag)
{
	uint64_t x = tag == NULL ? 0 : get_u64(tag->byte);

	x ^= petition * UINT64_C(0x9e3779b97f4a7c15);
	x ^= (uint64_t)kind * UINT64_C(0xd6e8feb86659fd93);
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	return x ^ x >> 32;
}

/* The bucket of key, or the one that is full soonest in its place. */
static struct keep_bucket *find(struct keep_bucket *b, uint64_t key)
{
	struct keep_bucket *oldest = NULL;

	for (uint64_t i = 0; i < LOOK; i++) {
		struct keep_bucket *at = &b[(key + i) % BUCKETS];

		if (at->key == key)
			return at;
		if (oldest == NULL || at->full_ms < oldest->full_ms)
			oldest = at;
	}
	*oldest = (struct keep_bucket){ .key = key };
	return oldest;
}

static bool take(struct keep_bucket *buckets, struct keep_rate rate,
	uint64_t key, int64_t now_ms)
{
	int64_t whole = (int64_t)rate.seconds * 1000;
	struct keep_bucket *b;

	if (rate.max == 0)
		return false;
	b = find(buckets, key);
	if (b->full_ms < now_ms)
		b->full_ms = now_ms;
	b->full_ms += whole / rate.max;
	if (b->full_ms - now_ms <= whole)
		return false;
	b->full_ms = now_ms + whole;
	return true;
}

bool keep_limit_exceeded(struct keep_bucket *b, const struct keep_limits *l,
	const struct keep_whence *w, int64_t now_ms)
{
	bool v6 = (w->hints & KEEP_HINT_IPV6) != 0;
	const struct tag *address = v6 ? &w->near : &w->ip;
	const struct tag *network = v6 ? &w->wide : &w->near;
	bool over;

	if ((w->hints & KEEP_HINT_BLOCKED) != 0)
		return true;
	if ((w->hints & KEEP_HINT_ALLOWED) != 0)
		return false;
	/* All of them count, whichever is the first to be exceeded. */
	over = take(b, l->burst, key_of(BURST, w->petition, address), now_ms);
	over |= take(
		b, l->address, key_of(ADDRESS, w->petition, address), now_ms);
	over |= take(
		b, l->network, key_of(NETWORK, w->petition, network), now_ms);
	over |= take(
		b, l->domain, key_of(DOMAIN, w->petition, &w->domain), now_ms);
	if ((w->hints & KEEP_HINT_COUNTRY) != 0)
		over |= take(b, l->country, key_of(COUNTRY, w->petition, NULL),
			now_ms);
	return over;
}

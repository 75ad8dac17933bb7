#include "http/limit.h"

#include <assert.h>

#include "base/bytes.h"
#include "base/wipe.h"

enum err limit_init(
	struct limit *l, size_t max_total, uint32_t max_each, uint64_t seed)
{
	size_t n = 16;

	while (n < 2 * max_total)
		n *= 2;
	*l = (struct limit){
		.slot = calloc(n, sizeof(struct limit_slot)),
		.slot_n = n,
		.seed = seed,
		.max_each = max_each,
	};
	return l->slot == NULL ? ERR_MEMORY : OK;
}

void limit_release(struct limit *l)
{
	free(l->slot);
	*l = (struct limit){ 0 };
}

/* Where the search for a starts.  Seeded multiplication: enough, as the seed
 * never leaves the process and the table is never listed. */
static size_t home_of(const struct limit *l, const struct http_addr *a)
{
	uint64_t h = (get_u64(a->byte) ^ l->seed) * 0x9e3779b97f4a7c15u;

	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return (size_t)(h >> 20) & (l->slot_n - 1);
}

/* The slot of a, or the free one where it would stand. */
static size_t find(const struct limit *l, const struct http_addr *a)
{
	size_t i = home_of(l, a);

	while (l->slot[i].count != 0 && !http_addr_eq(&l->slot[i].addr, a))
		i = (i + 1) & (l->slot_n - 1);
	return i;
}

/* IPv6: the /64 that a household has; IPv4: the address.  Written where it is
 * to be, so that no callee leaves a copy on the stack. */
static void network_of(const struct http_addr *a, struct http_addr *ret_network)
{
	*ret_network = (struct http_addr){ .len = a->len };
	for (size_t i = 0; i < (a->len == 4 ? 4 : 8); i++)
		ret_network->byte[i] = a->byte[i];
}

/* The slot of the network that a is in.  An address is personal, and a thread
 * may sleep for long: nothing of it stays on the stack. */
static size_t find_network(const struct limit *l, const struct http_addr *a)
{
	struct http_addr p;
	size_t i;

	network_of(a, &p);
	i = find(l, &p);
	wipe(&p, sizeof(p));
	return i;
}

bool limit_allows(const struct limit *l, const struct http_addr *a)
{
	return a->len == 0 || l->slot[find_network(l, a)].count < l->max_each;
}

bool limit_take(struct limit *l, const struct http_addr *a)
{
	struct limit_slot *s;

	if (a->len == 0)
		return true;
	s = &l->slot[find_network(l, a)];
	if (s->count >= l->max_each)
		return false;
	if (s->count == 0) {
		if (2 * l->used >= l->slot_n)
			return false;
		l->used++;
		network_of(a, &s->addr);
	}
	s->count++;
	return true;
}

/* Free slot i and move up what was pushed behind it, so that no search ends
 * too early (Knuth 6.4, algorithm R). */
static void vacate(struct limit *l, size_t i)
{
	size_t mask = l->slot_n - 1;
	size_t j = i;

	for (;;) {
		size_t home;

		l->slot[i] = (struct limit_slot){ .count = 0 };
		do {
			j = (j + 1) & mask;
			if (l->slot[j].count == 0)
				return;
			home = home_of(l, &l->slot[j].addr);
		} while (((j - home) & mask) < ((j - i) & mask));
		l->slot[i] = l->slot[j];
		i = j;
	}
}

void limit_give(struct limit *l, const struct http_addr *a)
{
	size_t i;

	if (a->len == 0)
		return;
	i = find_network(l, a);
	assert(l->slot[i].count > 0);
	if (--l->slot[i].count == 0) {
		l->used--;
		vacate(l, i);
	}
}

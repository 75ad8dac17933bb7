#include "base/rng.h"

#include <errno.h>
#include <sys/random.h>

static void system_fill(struct rng *r, void *at, size_t len)
{
	uint8_t *p = at;

	(void)r;
	while (len > 0) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			abort();
		}
		p += n;
		len -= (size_t)n;
	}
}

struct rng *rng_system(void)
{
	static struct rng system = { system_fill };

	return &system;
}

/* splitmix64, for tests only. */
static uint64_t fake_next(struct rng_fake *f)
{
	uint64_t z = f->state += 0x9E3779B97F4A7C15u;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

static void fake_fill(struct rng *r, void *at, size_t len)
{
	uint8_t *p = at;

	while (len > 0) {
		uint64_t v = fake_next((struct rng_fake *)r);
		size_t n = len < sizeof(v) ? len : sizeof(v);

		memcpy(p, &v, n);
		p += n;
		len -= n;
	}
}

void rng_fake_init(struct rng_fake *f, uint64_t seed)
{
	*f = (struct rng_fake){ .rng = { fake_fill }, .state = seed };
}

uint64_t rng_below(struct rng *r, uint64_t bound)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
	uint64_t v;

	do
		rng_fill(r, &v, sizeof(v));
	while (v >= limit);
	return v % bound;
}

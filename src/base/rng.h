/*
 * rng.h - randomness, passed in so that tests can repeat themselves.
 *
 * rng_system is getrandom(2), which blocks until the kernel is seeded and then
 * cannot fail; should it fail all the same, the process ends.  rng_fake is a
 * counter stretched by a mixer: repeatable, worthless as a secret, and only
 * linked into tests.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
	void (*fill)(struct rng *r, void *at, size_t len);
};

struct rng *rng_system(void);

struct rng_fake {
	struct rng rng;
	uint64_t state;
};

void rng_fake_init(struct rng_fake *f, uint64_t seed);

static inline void rng_fill(struct rng *r, void *at, size_t len)
{
	r->fill(r, at, len);
}

/* Uniform in [0, bound); bound > 0. */
uint64_t rng_below(struct rng *r, uint64_t bound);

#endif

/*
 * clock.h - time, passed in so that tests bring their own.
 *
 * Wall time is milliseconds since 1970-01-01 UTC; monotonic time is
 * milliseconds since some start, never set back: use it for deadlines.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct clock {
	int64_t (*wall_ms)(struct clock *c);
	int64_t (*mono_ms)(struct clock *c);
};

/* The system's clock; static, never freed. */
struct clock *clock_system(void);

/* A clock that stands still until the test moves it. */
struct clock_fake {
	struct clock clock;
	int64_t wall_now_ms;
	int64_t mono_now_ms;
};

void clock_fake_init(struct clock_fake *f, int64_t wall_ms);
void clock_fake_advance(struct clock_fake *f, int64_t by_ms);

static inline int64_t clock_wall_ms(struct clock *c)
{
	return c->wall_ms(c);
}

static inline int64_t clock_mono_ms(struct clock *c)
{
	return c->mono_ms(c);
}

/* Whole hours since 1970: the grain of time in records and leaves. */
static inline uint32_t clock_hour(struct clock *c)
{
	return (uint32_t)(c->wall_ms(c) / 3600000);
}

#endif

#include "base/clock.h"

static int64_t read_ms(clockid_t id)
{
	struct timespec t;

	(void)clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t system_wall(struct clock *c)
{
	(void)c;
	return read_ms(CLOCK_REALTIME);
}

static int64_t system_mono(struct clock *c)
{
	(void)c;
	return read_ms(CLOCK_MONOTONIC);
}

struct clock *clock_system(void)
{
	static struct clock system = { system_wall, system_mono };

	return &system;
}

static int64_t fake_wall(struct clock *c)
{
	return ((struct clock_fake *)c)->wall_now_ms;
}

static int64_t fake_mono(struct clock *c)
{
	return ((struct clock_fake *)c)->mono_now_ms;
}

void clock_fake_init(struct clock_fake *f, int64_t wall_ms)
{
	*f = (struct clock_fake){ .clock = { fake_wall, fake_mono },
		.wall_now_ms = wall_ms };
}

void clock_fake_advance(struct clock_fake *f, int64_t by_ms)
{
	f->wall_now_ms += by_ms;
	f->mono_now_ms += by_ms;
}

#include "mail/pace.h"

#include "base/tap.h"

static struct pace fresh(unsigned at_once, unsigned per_second)
{
	return (struct pace){ .at_once = at_once,
		.per_second = per_second,
		.first_ms = 1000,
		.max_ms = 300000 };
}

static void test_key(void)
{
	CHECK(pace_key(STR("a@B.example")) == pace_key(STR("c@b.EXAMPLE")));
	CHECK(pace_key(STR("a@b.example")) != pace_key(STR("a@c.example")));
	CHECK(pace_key(STR("a@b.example")) != 0);
}

static void test_at_once(void)
{
	struct pace p = fresh(2, 0);
	struct rng_fake rng;

	rng_fake_init(&rng, 1);
	pace_begin(&p, 7, 100);
	CHECK(pace_ready_ms(&p, 7, 100) <= 100);
	pace_begin(&p, 7, 100);
	CHECK(pace_ready_ms(&p, 7, 100) == INT64_MAX);
	CHECK(pace_ready_ms(&p, 8, 100) <= 100); /* another domain's affair */
	pace_end(&p, 7, 101, PACE_WENT, &rng.rng);
	CHECK(pace_ready_ms(&p, 7, 101) <= 101);
}

static void test_per_second(void)
{
	struct pace p = fresh(0, 4);

	pace_begin(&p, 7, 1000);
	CHECK_INT(pace_ready_ms(&p, 7, 1000), 1250);
	CHECK(pace_ready_ms(&p, 7, 1250) <= 1250);
}

static void put_off(struct pace *p, int64_t now_ms, unsigned n)
{
	struct rng_fake rng;

	rng_fake_init(&rng, 1);
	for (unsigned i = 0; i < n; i++) {
		pace_begin(p, 7, now_ms);
		pace_end(p, 7, now_ms, PACE_PUT_OFF, &rng.rng);
	}
}

/* Two may be greylisted; three in a row are the domain's word. */
static void test_rest(void)
{
	struct pace p = fresh(0, 0);
	struct rng_fake rng;
	int64_t until;

	rng_fake_init(&rng, 1);
	put_off(&p, 1000, 2);
	CHECK_INT(pace_rest_ms(&p, 7), 0);
	CHECK(pace_ready_ms(&p, 7, 1000) <= 1000);
	put_off(&p, 1000, 1);
	until = pace_rest_ms(&p, 7);
	CHECK(until >= 1750 && until <= 2250);
	CHECK_INT(pace_ready_ms(&p, 7, 1000), until);
	CHECK(pace_ready_ms(&p, 8, 1000) <= 1000);

	/* One alone tries; its failure doubles the pause. */
	pace_begin(&p, 7, until);
	CHECK(pace_ready_ms(&p, 7, until) == INT64_MAX);
	pace_end(&p, 7, until, PACE_PUT_OFF, &rng.rng);
	CHECK(pace_rest_ms(&p, 7) >= until + 1500);
	put_off(&p, 10000, 20);
	CHECK(pace_rest_ms(&p, 7) <= 10000 + 375000);

	/* A broken connection says nothing of the domain, a mail taken does. */
	pace_begin(&p, 7, 400000);
	pace_end(&p, 7, 400000, PACE_NEITHER, &rng.rng);
	CHECK(pace_rest_ms(&p, 7) != 0);
	pace_begin(&p, 7, 400000);
	pace_end(&p, 7, 400000, PACE_WENT, &rng.rng);
	CHECK_INT(pace_rest_ms(&p, 7), 0);
}

/* More domains than places: who is under way is not forgotten. */
static void test_many(void)
{
	struct pace p = fresh(1, 0);

	pace_begin(&p, 7, 1);
	for (uint64_t i = 1; i < 100; i++) {
		struct rng_fake rng;

		rng_fake_init(&rng, 1);
		pace_begin(&p, 7 + i * PACE_ROWS, 2);
		pace_end(&p, 7 + i * PACE_ROWS, 2, PACE_WENT, &rng.rng);
	}
	CHECK(pace_ready_ms(&p, 7, 3) == INT64_MAX);
}

int main(void)
{
	test_key();
	test_at_once();
	test_per_second();
	test_rest();
	test_many();
	return tap_done();
}

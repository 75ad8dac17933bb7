/*
 * The conformance suite, third part: maps and how counts grew.  Like the
 * first it knows domain/store.h only.
 */

#include "store/own_fixture.h"

static const int64_t MINUTE_MS = 60000;
static const int64_t HOUR_MS = 3600000;
static const int64_t DAY_MS = 86400000;

/* ---- maps ---- */

static const struct store_map_area OLD[] = {
	{ STR_INIT("A"), STR_INIT("Ash"), STR_INIT("M0 0l1 1z"), 0 },
	{ STR_INIT("B"), STR_INIT("Birch"), STR_INIT("M2 0l1 1z"), 0 },
};
static const struct store_map_area NEW[] = {
	{ STR_INIT("A"), STR_INIT("Ash"), STR_INIT("M0 0l2 2z"), 0 },
	{ STR_INIT("C"), { 0 }, STR_INIT("M4 0l2 2z"), 0 },
	{ STR_INIT("D"), STR_INIT("Dogwood"), STR_INIT("M8 0l2 2z"), 0 },
};

static struct store_map map_of(
	struct str set, const struct store_map_area *areas, size_t count)
{
	return (struct store_map){ .kind = STORE_MAP_HEXES,
		.set = set,
		.credit = STR("Surveyed by hand"),
		.width = 10,
		.height = 20,
		.areas = areas,
		.areas_count = count };
}

static void test_map(void)
{
	static const struct str old_codes[] = { STR_INIT("A"), STR_INIT("B") };
	struct fixture f;
	struct store_map old = map_of(STR("2010"), OLD, 2);
	struct store_map new = map_of(STR("2024"), NEW, 3);
	struct store_map got;
	bool has[STORE_MAP_WORLD + 1];

	setup(&f);
	CHECK_INT(store_map_put(f.s, &old), ERR_INTERNAL);
	CHECK_INT(store_map(&f.arena, f.s, STORE_MAP_HEXES, NULL, 0, &got),
		ERR_NOT_FOUND);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_map_put(f.s, &old), OK);
	CHECK_INT(store_map_put(f.s, &new), OK);
	CHECK_INT(store_place_put(f.s, STORE_AREA,
			  &(struct store_place_row){ .code = STR("C"),
				  .name = STR("Cedar"),
				  .start_on = DAY_NONE,
				  .end_on = DAY_NONE }),
		OK);
	CHECK_INT(store_population_put(f.s, STORE_AREA, STR("A"), 7), OK);
	CHECK_INT(store_population_put(f.s, STORE_AREA, STR("A"), 70), OK);
	CHECK_INT(store_population_put(f.s, STORE_COUNTRY, STR("C"), 9), OK);
	CHECK_INT(store_commit(f.s), OK);

	/* Nobody's codes: the newest. */
	CHECK_INT(store_map(&f.arena, f.s, STORE_MAP_HEXES, NULL, 0, &got), OK);
	CHECK_STR(got.set, STR("2024"));
	CHECK_STR(got.credit, STR("Surveyed by hand"));
	CHECK_INT(got.width, 10);
	CHECK_INT(got.height, 20);
	CHECK_INT(got.areas_count, 3);
	CHECK_STR(got.areas[0].outline, STR("M0 0l2 2z"));
	CHECK_INT(got.areas[0].people, 70);
	CHECK_STR(got.areas[1].name, STR("Cedar"));
	CHECK_INT(got.areas[1].people, 0);
	CHECK_STR(got.areas[2].name, STR("Dogwood"));
	/* Those of a petition of then. */
	CHECK_INT(store_map(&f.arena, f.s, STORE_MAP_HEXES, old_codes, 2, &got),
		OK);
	CHECK_STR(got.set, STR("2010"));
	/* One that both have. */
	CHECK_INT(store_map(&f.arena, f.s, STORE_MAP_HEXES, old_codes, 1, &got),
		OK);
	CHECK_STR(got.set, STR("2024"));
	CHECK_INT(store_map(&f.arena, f.s, STORE_MAP_WORLD, NULL, 0, &got),
		ERR_NOT_FOUND);
	CHECK_INT(store_map_kinds(f.s, has), OK);
	CHECK(has[STORE_MAP_HEXES] && !has[STORE_MAP_SHAPES] &&
		!has[STORE_MAP_WORLD]);
	teardown(&f);
}

static void test_replace(void)
{
	struct fixture f;
	struct store_map_area twice[] = { OLD[0], OLD[0] };
	struct store_map map = map_of(STR("1"), NEW, 3);
	struct store_map broken = map_of(STR("1"), twice, 2);
	struct store_map got;

	setup(&f);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_map_put(f.s, &map), OK);
	map = map_of(STR("1"), OLD, 2);
	CHECK_INT(store_map_put(f.s, &map), OK);
	/* A code twice is refused, and the one before it stays. */
	CHECK_INT(store_map_put(f.s, &broken), ERR_INVALID);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_map(&f.arena, f.s, STORE_MAP_HEXES, NULL, 0, &got), OK);
	CHECK_INT(got.areas_count, 2);
	CHECK_STR(got.areas[1].code, STR("B"));
	teardown(&f);
}

/* ---- history ---- */

static void put_petition(struct fixture *f, uint64_t id,
	enum petition_state state, uint64_t carried_over)
{
	enum store_put outcome = STORE_PUT_EXISTS;

	CHECK_INT(store_petition_put(f->s,
			  &(struct petition){ .id = id,
				  .state = state,
				  .lang = STR("en"),
				  .action = STR("Plant a tree"),
				  .carried_over = carried_over,
				  .created_ms = 0,
				  .rejected_ms = WHEN_NONE,
				  .opened_ms = 1,
				  .closed_ms = WHEN_NONE,
				  .deadline_ms = 1000,
				  PETITION_NOTHING_YET },
			  false, &outcome),
		OK);
}

static void point(
	struct fixture *f, uint64_t petition, int64_t at_ms, uint64_t count)
{
	CHECK_INT(store_history_put(f->s, petition,
			  &(struct store_history){ at_ms, count }),
		OK);
}

/* A hundred days with a point every ten minutes, and the newest hour with one
 * every ten seconds. */
static void test_thin(void)
{
	struct fixture f;
	struct store_history *p = NULL;
	int64_t now_ms = 20000 * DAY_MS;
	bool sound = true;
	size_t n = 0;

	setup(&f);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(
		store_history_put(f.s, 1, &(struct store_history){ now_ms, 1 }),
		ERR_NOT_FOUND);
	put_petition(&f, 1, PETITION_OPEN, 0);
	for (int64_t t = now_ms - 100 * DAY_MS; t < now_ms - HOUR_MS;
		t += 10 * MINUTE_MS)
		sound = sound &&
			store_history_put(f.s, 1,
				&(struct store_history){ t, (uint64_t)t }) ==
				OK;
	for (int64_t t = now_ms - HOUR_MS; t < now_ms; t += MINUTE_MS / 6)
		sound = sound &&
			store_history_put(f.s, 1,
				&(struct store_history){ t, (uint64_t)t }) ==
				OK;
	CHECK(sound);
	CHECK_INT(store_history_thin(f.s, 1, now_ms), OK);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_history(&f.arena, f.s, 1, 0, STORE_HISTORY_MAX, &p, &n),
		OK);
	CHECK_INT(n, 40 + 58 * 24 + (47 * 6) + 60);
	/* The newest of each span is what stayed. */
	CHECK_INT(p[0].at_ms, now_ms - 99 * DAY_MS - 10 * MINUTE_MS);
	CHECK_INT(p[40].at_ms, now_ms - 60 * DAY_MS + 50 * MINUTE_MS);
	CHECK_INT(p[n - 1].at_ms, now_ms - MINUTE_MS / 6);
	CHECK_INT(p[n - 2].at_ms, now_ms - MINUTE_MS - MINUTE_MS / 6);
	CHECK_INT(p[n - 1].count, now_ms - MINUTE_MS / 6);
	/* Again changes nothing. */
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_history_thin(f.s, 1, now_ms), OK);
	CHECK_INT(store_commit(f.s), OK);
	size_t again = 0;
	CHECK_INT(store_history(
			  &f.arena, f.s, 1, 0, STORE_HISTORY_MAX, &p, &again),
		OK);
	CHECK_INT(again, n);
	teardown(&f);
}

static void test_trending(void)
{
	struct fixture f;
	struct store_trend *t = NULL;
	int64_t until_ms = 1000 * HOUR_MS;
	size_t n = 9;

	setup(&f);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_trending(&f.arena, f.s, until_ms, 10, &t, &n), OK);
	CHECK_INT(n, 0);
	put_petition(&f, 1, PETITION_OPEN, 500);
	put_petition(&f, 2, PETITION_OPEN, 100);
	put_petition(&f, 3, PETITION_CLOSED, 0);
	put_petition(&f, 4, PETITION_OPEN, 90);
	put_petition(&f, 5, PETITION_OPEN, 1000);
	/* Was there before the hour; what follows it is not of it. */
	point(&f, 1, until_ms - 2 * HOUR_MS, 510);
	point(&f, 1, until_ms - MINUTE_MS, 530);
	point(&f, 1, until_ms, 900);
	/* Begins within the hour. */
	point(&f, 2, until_ms - HOUR_MS, 120);
	point(&f, 2, until_ms - 2 * MINUTE_MS, 150);
	/* Cannot be signed. */
	point(&f, 3, until_ms - MINUTE_MS, 999);
	/* Too old, and fallen. */
	point(&f, 4, until_ms - HOUR_MS - 1, 999);
	point(&f, 5, until_ms - HOUR_MS - 1, 1010);
	point(&f, 5, until_ms - MINUTE_MS, 1005);
	CHECK_INT(store_trending(&f.arena, f.s, until_ms, 10, &t, &n), OK);
	CHECK_INT(n, 2);
	CHECK_INT(t[0].id, 2);
	CHECK_INT(t[0].gained, 50);
	CHECK_STR(t[0].action, STR("Plant a tree"));
	CHECK_INT(t[1].id, 1);
	CHECK_INT(t[1].gained, 20);
	CHECK_INT(t[1].count, 500);
	CHECK_INT(store_trending(&f.arena, f.s, until_ms, 1, &t, &n), OK);
	CHECK_INT(n, 1);
	CHECK_INT(t[0].id, 2);
	CHECK_INT(store_commit(f.s), OK);
	teardown(&f);
}

int main(void)
{
	test_map();
	test_replace();
	test_thin();
	test_trending();
	return tap_done();
}

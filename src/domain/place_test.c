/* Addresses of places, and postcodes as people write them. */

#include "domain/place.h"

#include "base/tap.h"

static void test_slugs(void)
{
	static const struct store_place_row areas[] = {
		{ .code = STR_INIT("A1"), .name = STR_INIT("Aldershot") },
		{ .code = STR_INIT("A2"), .name = STR_INIT("Ynys Môn") },
		{ .code = STR_INIT("A3"),
			.name = STR_INIT("  Weald & King's  Lynn, (East)") },
		{ .code = STR_INIT("A-4"), .name = STR_INIT("aldershot") },
		{ .code = STR_INIT("A5"), .name = STR_INIT("--") },
		{ .code = STR_INIT("A6"), .name = STR_INIT("Αθήνα Α") },
	};
	struct str *slug;
	struct arena a;

	arena_init(&a, 1 << 20);
	CHECK_INT(place_slugs(&a, areas, 6, &slug), OK);
	CHECK_STR(slug[0], STR("aldershot-a1"));
	CHECK_STR(slug[1], STR("ynys-mon"));
	CHECK_STR(slug[2], STR("weald-king-s-lynn-east"));
	CHECK_STR(slug[3], STR("aldershot-a-4"));
	CHECK_STR(slug[4], STR("a5"));
	CHECK_STR(slug[5], STR("αθηνα-α"));
	CHECK(place_by_slug(areas, slug, 6, STR("ynys-mon")) == &areas[1]);
	CHECK(place_by_slug(areas, slug, 6, STR("aldershot")) == NULL);
	arena_release(&a);
}

static void test_postcodes(void)
{
	struct arena a;

	arena_init(&a, 1 << 16);
	CHECK_STR(place_postcode_shown(&a, STR("SW1A1AA")), STR("SW1A 1AA"));
	CHECK_STR(place_postcode_shown(&a, STR("M11AE")), STR("M1 1AE"));
	CHECK_STR(place_postcode_shown(&a, STR("BFPO12")), STR("BFPO12"));
	CHECK_STR(place_postcode_shown(&a, STR("10115")), STR("10115"));
	CHECK_STR(place_postcode_shown(&a, STR("")), STR(""));
	arena_release(&a);
}

int main(void)
{
	test_slugs();
	test_postcodes();
	return tap_done();
}

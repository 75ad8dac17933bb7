/* Samples of maps and curves. */
#include "page/map.h"
#include "page/sample.h"

static const struct petition_total totals[] = {
	{ STR_INIT("X14000101"), STR_INIT("Amberhaven"), { 0 }, 1508 },
	{ STR_INIT("X14000102"), STR_INIT("Cockle Sands"), { 0 }, 1 },
	{ STR_INIT("X14000199"), STR_INIT("Fish & <Chips>"), { 0 }, 12 },
};

static const struct petition_total countries[] = {
	{ STR_INIT("FR"), STR_INIT("France"), { 0 }, 3 },
	{ STR_INIT("GB"), STR_INIT("United Kingdom"), { 0 }, 1518 },
};

static const struct store_map_area areas[] = {
	{ STR_INIT("X14000101"), STR_INIT("Amberhaven"),
		STR_INIT("M8 1l7 4 0 8-7 4-7-4 0-8z"), 71000 },
	{ STR_INIT("X14000102"), STR_INIT("Cockle Sands"),
		STR_INIT("M22 1l7 4 0 8-7 4-7-4 0-8z"), 64000 },
	{ STR_INIT("X14000103"), STR_INIT("Driftholm"),
		STR_INIT("M15 13l7 4 0 8-7 4-7-4 0-8z"), 0 },
};

static const struct store_place_row places[] = {
	{ .code = STR_INIT("X14000101") },
	{ .code = STR_INIT("X14000102") },
};
static const struct str slugs[] = { STR_INIT("amberhaven"),
	STR_INIT("cockle-sands") };

static struct petition petition(void)
{
	return (struct petition){ .id = 700123,
		.state = PETITION_OPEN,
		.lang = STR("en-GB"),
		.action = STR("Plant one tree for every household in the "
			      "country"),
		.carried_over = 1521,
		.has_totals = true,
		.constituencies = totals,
		.constituencies_count = 3,
		.countries = countries,
		.countries_count = 2 };
}

static void write(struct buf *out, const struct page_site *site,
	const struct page_map *map)
{
	struct map_plan plan;
	struct arena a;

	arena_init(&a, 1 << 20);
	if (map_plan(&a, site, map, &plan) == OK)
		page_map(out, site, map, &plan);
	arena_release(&a);
}

void sample_map(struct buf *out, const struct page_site *site)
{
	const struct store_map map = { .kind = STORE_MAP_HEXES,
		.set = STR("2024"),
		.credit = STR("Drawn by hand, 2024"),
		.width = 30,
		.height = 30,
		.areas = areas,
		.areas_count = 3 };
	struct petition t = petition();

	write(out, site,
		&(struct page_map){ .petition = &t,
			.has = { [STORE_MAP_HEXES] = true,
				[STORE_MAP_SHAPES] = true },
			.view = STORE_MAP_HEXES,
			.map = &map,
			.places = places,
			.slugs = slugs,
			.places_count = 2,
			.by_share = true,
			.sort = PAGE_MAP_BY_COUNT });
}

void sample_widget(struct buf *out, const struct page_site *site)
{
	struct petition t = petition();

	page_widget(out, site, &t);
}

void sample_map_none(struct buf *out, const struct page_site *site)
{
	struct petition t = petition();

	write(out, site,
		&(struct page_map){ .petition = &t, .view = STORE_MAP_WORLD });
}

#include "image/image.h"

#include "base/tap.h"

static uint32_t u32_at(const struct buf *b, size_t at)
{
	const uint8_t *p = (const uint8_t *)b->at + at;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		(uint32_t)p[2] << 8 | p[3];
}

static void check_png(const struct buf *b, uint32_t width, uint32_t height)
{
	CHECK(b->len > 100 && memcmp(b->at, "\x89PNG\r\n\x1a\n", 8) == 0);
	CHECK_INT(u32_at(b, 16), width);
	CHECK_INT(u32_at(b, 20), height);
}

static void test_card(void)
{
	struct image_card card = { .site = STR("Petitions"),
		.title = STR("Plant one tree for every household: दस्तख़त, "
			     "توقيع, 署名"),
		.count = STR("11,277 signatures"),
		.goal = STR("11% of 100,000"),
		.percent = 11 };
	struct buf one;
	struct buf two;

	buf_init(&one, 1 << 20);
	buf_init(&two, 1 << 20);
	CHECK_INT(image_card(&one, &card), OK);
	check_png(&one, IMAGE_CARD_WIDTH, IMAGE_CARD_HEIGHT);
	CHECK(one.len < 200000);
	/* The count is in it. */
	card.count = STR("11,278 signatures");
	CHECK_INT(image_card(&two, &card), OK);
	CHECK(!str_eq(buf_view(&one), buf_view(&two)));
	/* A ceiling is a failure, not a crash. */
	buf_release(&two);
	buf_init(&two, 1000);
	CHECK(image_card(&two, &card) != OK);
	buf_release(&one);
	buf_release(&two);
}

static void test_map(void)
{
	static const struct chart_area area = {
		.outline = STR_INIT("M8 1l7 4 0 8-7 4-7-4 0-8z"), .class = 3
	};
	static const struct str foot = STR_INIT("Drawn by hand");
	const struct chart_map map = { .width = 16,
		.height = 18,
		.areas = &area,
		.areas_count = 1,
		.title = STR("Where signatures came from"),
		.legend = { [3] = STR("1 to 3") },
		.foot = &foot,
		.foot_count = 1 };
	struct chart_frame f = chart_frame(&map);
	struct buf b;

	buf_init(&b, 1 << 20);
	CHECK_INT(image_map(&b, &map), OK);
	check_png(&b, f.width, f.height);
	buf_release(&b);
}

int main(void)
{
	test_card();
	test_map();
	return tap_done();
}

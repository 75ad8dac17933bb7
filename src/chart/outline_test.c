#include "chart/outline.h"

#include <math.h>
#include <stdlib.h>

#include "base/tap.h"

struct walked {
	int32_t x[4096], y[4096];
	size_t n;
	size_t rings;
};

static void note(void *arg, enum outline_step step, int32_t x, int32_t y)
{
	struct walked *w = arg;

	if (step == OUTLINE_CLOSE) {
		w->rings++;
	} else if (w->n < 4096) {
		w->x[w->n] = x;
		w->y[w->n++] = y;
	}
}

static void test_walk(void)
{
	static const int32_t points[4][2] = { { 5, 6 }, { 8, 6 }, { 8, 2 },
		{ 3, 2 } };
	static const char *const bad[] = { "", "M", "M1 2", "M1 2l", "M1 2lz",
		"M1 2l3 4", "M1 2l3 4zz", "M1 2l3 4z ", "m1 2l3 4z",
		"M1 2l-3 4z", "M-1 2l3 4z", "M70000 2l3 4z", "M1 2l3 4 5z",
		"M1 2l3 4z<script>", "M1 2L3 4z", "M1 2l99999999999 4z" };
	struct walked w = { .n = 0 };
	struct buf b;

	buf_init(&b, 1000);
	outline_write(&b, points, 4);
	outline_write(&b, points, 3);
	CHECK_STR(buf_view(&b), STR("M5 6l3 0 0-4-5 0zM5 6l3 0 0-4z"));
	CHECK_INT(outline_walk(buf_view(&b), note, &w), OK);
	CHECK_INT(w.rings, 2);
	CHECK_INT(w.n, 7);
	CHECK_INT(w.x[3], 3);
	CHECK_INT(w.y[3], 2);
	buf_release(&b);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(outline_walk(str_c(bad[i]), NULL, NULL), ERR_INVALID);
}

/* A wavy line from (0, 0) to (0, 50), and two areas that share it. */
enum { WAVE = 400 };

static struct outline_point wave[WAVE];

static void make_wave(void)
{
	for (size_t i = 0; i < WAVE; i++)
		wave[i] = (struct outline_point){ sin((double)i) * 0.3 +
				sin((double)i / 40) * 5,
			(double)i * 50 / (WAVE - 1) };
}

static void beside(struct outline_point *at, double x, bool backwards)
{
	for (size_t i = 0; i < WAVE; i++)
		at[i] = wave[backwards ? WAVE - 1 - i : i];
	at[WAVE] = (struct outline_point){ x, at[WAVE - 1].y };
	at[WAVE + 1] = (struct outline_point){ x, at[0].y };
}

static bool has_point(const struct walked *w, int32_t x, int32_t y)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->x[i] == x && w->y[i] == y)
			return true;
	return false;
}

static void test_neighbours(void)
{
	static struct outline_point left[WAVE + 2];
	static struct outline_point right[WAVE + 2];
	static struct walked l;
	static struct walked r;
	struct outline_ring rings[2] = { { left, WAVE + 2 },
		{ right, WAVE + 2 } };
	struct outline_shape shapes[2] = { { &rings[0], 1 }, { &rings[1], 1 } };
	struct str out[2];
	struct arena a;
	uint32_t width;
	uint32_t height;
	size_t shared = 0;

	make_wave();
	beside(left, -20, false);
	beside(right, 20, true);
	arena_init(&a, 1 << 24);
	CHECK_INT(outline_draw(
			  &a, OUTLINE_REGION, shapes, 2, out, &width, &height),
		OK);
	CHECK_INT(height, OUTLINE_SIDE + 2);
	CHECK_INT(outline_walk(out[0], note, &l), OK);
	CHECK_INT(outline_walk(out[1], note, &r), OK);
	CHECK(l.n > 10 && l.n < WAVE);
	/* All points but the two far corners of each stand in both. */
	for (size_t i = 0; i < l.n; i++)
		shared += has_point(&r, l.x[i], l.y[i]);
	CHECK_INT(shared, l.n - 2);
	CHECK_INT(r.n, l.n);
	arena_release(&a);
}

static struct str draw_one(struct arena *a, enum outline_projection how,
	const struct outline_point *at, size_t n, uint32_t *ret_width)
{
	struct outline_ring ring = { at, n };
	struct outline_shape shape = { &ring, 1 };
	struct str out = STR_NULL;
	uint32_t height;

	if (outline_draw(a, how, &shape, 1, &out, ret_width, &height) != OK)
		return STR_NULL;
	return out;
}

static void test_antimeridian(void)
{
	static const struct outline_point across[] = { { 178, -16 },
		{ -178, -16 }, { -178, -20 }, { 178, -20 } };
	struct walked w = { .n = 0 };
	struct arena a;
	uint32_t width = 0;

	arena_init(&a, 1 << 20);
	/* A country is put together: four degrees by four. */
	CHECK_INT(outline_walk(draw_one(&a, OUTLINE_REGION, across, 4, &width),
			  note, &w),
		OK);
	CHECK_INT(w.rings, 1);
	CHECK(width > 1400);
	/* On the world it is cut: a part at each end. */
	w = (struct walked){ .n = 0 };
	CHECK_INT(outline_walk(draw_one(&a, OUTLINE_WORLD, across, 4, &width),
			  note, &w),
		OK);
	CHECK_INT(w.rings, 2);
	CHECK_INT(width, OUTLINE_SIDE + 2);
	arena_release(&a);
}

static void test_small(void)
{
	static const struct outline_point speck[] = { { 1, 1 }, { 1.00001, 1 },
		{ 1, 1.00001 } };
	static const struct outline_point large[] = { { 0, 0 }, { 9, 0 },
		{ 9, 9 }, { 0, 9 } };
	static const struct outline_point far[] = { { 0, 0 }, { 9, 0 },
		{ 9, 100 } };
	static const struct outline_point no_number[] = { { 0, 0 }, { 9, 0 },
		{ 9, (double)NAN } };
	struct outline_ring rings[2] = { { large, 4 }, { speck, 3 } };
	struct outline_shape shapes[2] = { { &rings[0], 1 }, { &rings[1], 1 } };
	struct outline_shape both = { rings, 2 };
	struct walked w = { .n = 0 };
	struct str out[2];
	struct arena a;
	uint32_t width;
	uint32_t height;

	arena_init(&a, 1 << 20);
	CHECK_INT(outline_draw(
			  &a, OUTLINE_REGION, shapes, 2, out, &width, &height),
		OK);
	/* Alone it stays visible. */
	CHECK_INT(outline_walk(out[1], note, &w), OK);
	CHECK_INT(w.n, 4);
	CHECK_INT(w.x[1] - w.x[0], 2);
	/* Beside a larger part of its own it goes. */
	w = (struct walked){ .n = 0 };
	CHECK_INT(outline_draw(
			  &a, OUTLINE_REGION, &both, 1, out, &width, &height),
		OK);
	CHECK_INT(outline_walk(out[0], note, &w), OK);
	CHECK_INT(w.rings, 1);
	rings[0] = (struct outline_ring){ far, 3 };
	CHECK_INT(outline_draw(
			  &a, OUTLINE_REGION, shapes, 1, out, &width, &height),
		ERR_INVALID);
	rings[0] = (struct outline_ring){ no_number, 3 };
	CHECK_INT(outline_draw(
			  &a, OUTLINE_REGION, shapes, 1, out, &width, &height),
		ERR_INVALID);
	CHECK_INT(
		outline_draw(&a, OUTLINE_REGION, NULL, 0, out, &width, &height),
		ERR_INVALID);
	arena_release(&a);
}

int main(void)
{
	test_walk();
	test_neighbours();
	test_antimeridian();
	test_small();
	return tap_done();
}

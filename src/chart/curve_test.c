#include "chart/curve.h"

#include "base/tap.h"

static void test_top(void)
{
	static const uint64_t cases[][2] = { { 0, 2 }, { 1, 2 }, { 2, 2 },
		{ 3, 4 }, { 9, 10 }, { 10, 10 }, { 11, 12 }, { 2417, 4000 },
		{ 11277, 12000 }, { 13, 16 }, { 4150262, 6000000 },
		{ 99999, 100000 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_INT(chart_top(cases[i][0]), cases[i][1]);
	CHECK(chart_top(UINT64_MAX / 2) > 0);
}

static void test_thin(void)
{
	struct chart_point p[1000];
	size_t n;
	bool rising = true;

	for (size_t i = 0; i < 1000; i++)
		p[i] = (struct chart_point){ (int64_t)(i * i), i };
	n = chart_thin(p, 1000, 50);
	CHECK(n > 30 && n <= 50);
	CHECK_INT(p[0].x, 0);
	CHECK_INT(p[n - 1].x, 999 * 999);
	for (size_t i = 1; i < n; i++)
		rising = rising && p[i].x > p[i - 1].x;
	CHECK(rising);
	CHECK_INT(chart_thin(p, 3, 50), 3);
}

static void test_curve(void)
{
	static const struct chart_point points[] = { { 0, 0 }, { 50, 10 },
		{ 100, 5 } };
	struct chart_curve c = { .points = points,
		.points_count = 3,
		.goal = { { 10, STR("ten") }, { 100, STR("far") } },
		.goals_count = 2,
		.top = 10,
		.grid = { STR("5"), STR("10") },
		.from = STR("<then>"),
		.to = STR("now"),
		.title = STR("Growth \"so far\"") };
	struct buf b;
	struct html h = { .out = &b };
	struct str svg;

	buf_init(&b, 1 << 16);
	chart_curve(&h, &c);
	svg = buf_view(&b);
	CHECK(strstr(b.at, "<path d=\"M0 2040l2000 -1780l2000 890\"/>") !=
		NULL);
	CHECK(strstr(b.at, ">ten</text>") != NULL);
	CHECK(strstr(b.at, ">far</text>") == NULL);
	CHECK(strstr(b.at, "&lt;then&gt;") != NULL);
	CHECK(strstr(b.at, "Growth &quot;so far&quot;") != NULL);
	CHECK(str_ends(svg, STR("</svg>\n")));
	/* One point alone. */
	c.points_count = 1;
	buf_clear(&b);
	chart_curve(&h, &c);
	CHECK(strstr(b.at, "<path d=\"M4000 2040\"/>") != NULL);
	buf_release(&b);
}

int main(void)
{
	test_top();
	test_thin();
	test_curve();
	return tap_done();
}

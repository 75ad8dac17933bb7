#include "chart/curve.h"

/* In units of the view box. */
enum {
	WIDTH = 4000,
	HEIGHT = 2300,
	TOP = 260, /* of the plot; labels need room above the highest line */
	BOTTOM = 2040,
	LETTERS = 45 /* from a line to the foot of what stands on it */
};

uint64_t chart_top(uint64_t y)
{
	uint64_t unit = 1;

	while (unit <= UINT64_MAX / 100 && unit * 10 < y)
		unit *= 10;
	if (unit >= 10 && 12 * (unit / 10) >= y)
		return 12 * (unit / 10);
	if (unit >= 10 && 16 * (unit / 10) >= y)
		return 16 * (unit / 10);
	for (uint64_t m = 2; m < 10; m += 2)
		if (m * unit >= y)
			return m * unit;
	return 10 * unit;
}

size_t chart_thin(struct chart_point *points, size_t n, size_t max)
{
	int64_t from;
	int64_t span;
	size_t kept = 1;

	if (n <= max || max < 3)
		return n;
	from = points[0].x;
	span = (points[n - 1].x - from) / (int64_t)(max - 2) + 1;
	for (size_t i = 1; i < n; i++) {
		bool last = i + 1 == n ||
			(points[i + 1].x - from) / span !=
				(points[i].x - from) / span;

		if (last)
			points[kept++] = points[i];
	}
	return kept;
}

static int x_of(const struct chart_curve *c, int64_t x)
{
	int64_t from = c->points[0].x;
	int64_t span = c->points[c->points_count - 1].x - from;

	return span <= 0 ? WIDTH
			 : (int)((double)(x - from) / (double)span * WIDTH);
}

static int y_of(const struct chart_curve *c, uint64_t y)
{
	return BOTTOM -
		(int)((double)y / (double)c->top * (BOTTOM - TOP) + 0.5);
}

static void decimal(struct html *h, int n)
{
	if (n < 0)
		html_lit(h, "-");
	html_decimal(h, (uint64_t)(n < 0 ? -n : n));
}

/* Across the plot. */
static void across(struct html *h, int y)
{
	html_lit(h, " d=\"M0 ");
	decimal(h, y);
	html_lit(h, "h4000\"/>\n");
}

static void text_left(struct html *h, int y, struct str text)
{
	html_lit(h, "<text x=\"0\" y=\"");
	decimal(h, y);
	html_lit(h, "\">");
	html_text(h, text);
	html_lit(h, "</text>\n");
}

static void text_right(struct html *h, int y, struct str text)
{
	html_lit(h, "<text x=\"4000\" text-anchor=\"end\" y=\"");
	decimal(h, y);
	html_lit(h, "\">");
	html_text(h, text);
	html_lit(h, "</text>\n");
}

static void grid(struct html *h, const struct chart_curve *c)
{
	for (unsigned i = 0; i <= CHART_GRID; i++) {
		int y = y_of(c, c->top * i / CHART_GRID);

		html_lit(h, "<path class=\"grid\"");
		across(h, y);
		if (i > 0)
			text_left(h, y - LETTERS, c->grid[i - 1]);
	}
}

static void goals(struct html *h, const struct chart_curve *c)
{
	for (size_t i = 0; i < c->goals_count && i < CHART_GOALS; i++) {
		int y = y_of(c, c->goal[i].y);
		bool reached = c->points[c->points_count - 1].y >= c->goal[i].y;

		if (c->goal[i].y > c->top)
			continue;
		html_lit(h, "<path class=\"goal\"");
		across(h, y);
		/* Where the curve is not. */
		text_right(h, reached ? y + 4 * LETTERS : y - LETTERS,
			c->goal[i].label);
	}
}

static void line(struct html *h, const struct chart_curve *c)
{
	int x = 0;
	int y = 0;

	html_lit(h, "<path d=\"");
	for (size_t i = 0; i < c->points_count; i++) {
		int to_x = x_of(c, c->points[i].x);
		int to_y = y_of(c, c->points[i].y);

		if (i == 0)
			html_lit(h, "M");
		else
			html_lit(h, "l");
		decimal(h, i == 0 ? to_x : to_x - x);
		html_lit(h, " ");
		decimal(h, i == 0 ? to_y : to_y - y);
		x = to_x;
		y = to_y;
	}
	html_lit(h, "\"/>\n<circle r=\"40\" cx=\"");
	decimal(h, x);
	html_lit(h, "\" cy=\"");
	decimal(h, y);
	html_lit(h, "\"/>\n");
}

_Static_assert(WIDTH == 4000 && HEIGHT == 2300, "the markup says so too");

void chart_curve(struct html *h, const struct chart_curve *c)
{
	html_lit(h,
		"<svg viewBox=\"-30 0 4070 2300\" role=\"img\" "
		"aria-label=\"");
	html_attr(h, c->title);
	html_lit(h, "\">\n");
	grid(h, c);
	goals(h, c);
	line(h, c);
	text_left(h, BOTTOM + 4 * LETTERS, c->from);
	text_right(h, BOTTOM + 4 * LETTERS, c->to);
	html_lit(h, "</svg>\n");
}

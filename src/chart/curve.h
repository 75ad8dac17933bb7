/*
 * curve.h - how a number grew, as an SVG line within a page.
 *
 * Colours and letters come from the stylesheet (below .curve).  Time runs from
 * left to right whatever the language; labels stand on the lines they name.
 */
#ifndef CHART_CURVE_H
#define CHART_CURVE_H

#include "html/html.h"

struct chart_point {
	int64_t x; /* rising */
	uint64_t y;
};

struct chart_goal {
	uint64_t y;
	struct str label;
};

enum { CHART_GOALS = 4, CHART_POINTS = 160, CHART_GRID = 2 };

struct chart_curve {
	const struct chart_point *points; /* at least one */
	size_t points_count;
	struct chart_goal goal[CHART_GOALS]; /* drawn if within top */
	size_t goals_count;
	uint64_t top; /* chart_top of what must fit */
	struct str grid[CHART_GRID]; /* labels of half of top and of top */
	struct str from, to; /* labels of the ends */
	struct str title; /* what a screen reader says */
};

/* The next round even number from y on, at least 2. */
uint64_t chart_top(uint64_t y);

/* At most max of points, the newest of each equal stretch of time, in place;
 * how many are left.  The first and the last stay. */
size_t chart_thin(struct chart_point *points, size_t n, size_t max);

void chart_curve(struct html *h, const struct chart_curve *c);

#endif

/*
 * map.h - a shaded map as SVG.
 *
 * Inside a page colours come from the stylesheet (classes k0 to k6 below
 * .map), because the pages' policy forbids styles of their own; in a file to
 * download they are attributes, with legend and credit below the drawing.
 *
 * A larger number is darker on paper and lighter on a dark screen; the scale
 * is one hue, so that it can be told apart without seeing colours and when
 * printed in grey.
 */
#ifndef CHART_MAP_H
#define CHART_MAP_H

#include "chart/classes.h"
#include "html/html.h"

struct chart_area {
	struct str outline;
	struct str label; /* "Ashdale: 1,508 signatures" */
	struct str url; /* null: no link */
	unsigned class;
};

struct chart_map {
	uint32_t width, height;
	const struct chart_area *areas;
	size_t areas_count;
	struct str title;
	struct str legend[CHART_CLASSES + 1]; /* by class; null: left out */
	const struct str *foot; /* lines below a file's drawing */
	size_t foot_count;
};

/* The drawing within a page, with links. */
void chart_map_inline(struct html *h, const struct chart_map *m);
/* A file of its own, title, legend and foot included. */
void chart_map_file(struct html *h, const struct chart_map *m);

/* "#0b3d70": the colour of a class on paper. */
struct str chart_colour(unsigned class);

/* Where the things of a file stand, for other ways of drawing it. */
struct chart_frame {
	double scale; /* of the outlines */
	uint32_t width, height;
	uint32_t map_x, map_y;
	uint32_t title_y;
	uint32_t legend_y; /* the first line; swatches before the texts */
	uint32_t foot_y;
};

enum {
	CHART_FILE_SIDE = 1200, /* width of a file, or more */
	CHART_FILE_MARGIN = 40,
	CHART_LINE = 30, /* from line to line of text */
	CHART_TEXT = 20, /* height of the letters */
	CHART_TITLE = 28
};

struct chart_frame chart_frame(const struct chart_map *m);

#endif

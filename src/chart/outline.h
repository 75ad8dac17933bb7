/*
 * outline.h - areas of the earth as small drawings.
 *
 * Shapes come in degrees (x longitude, y latitude, WGS 84) and become outlines:
 * SVG path data in whole units of a drawing, y downwards, of the form
 *
 *     outline = 1*ring    ring = "M" x " " y "l" 1*(dx dy) "z"
 *
 * where a minus stands for the space before it.  Filled by the even-odd rule,
 * so holes need no direction.
 *
 * Neighbours stay neighbours: a border that two areas share is simplified once
 * (Visvalingam's measure between the points where three meet), so there are
 * neither gaps nor overlaps.  An area that becomes too small to have a shape
 * is drawn as a square of two units.
 */
#ifndef CHART_OUTLINE_H
#define CHART_OUTLINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct outline_point {
	double x, y;
};

struct outline_ring {
	const struct outline_point *at; /* the last is not the first again */
	size_t n;
};

struct outline_shape {
	const struct outline_ring *rings;
	size_t n;
};

enum outline_projection {
	/* Plate carrée, narrowed by the cosine of the middle latitude; a region
	 * on both sides of the antimeridian is put together. */
	OUTLINE_REGION,
	/* Natural Earth; a shape across the antimeridian is cut there. */
	OUTLINE_WORLD
};

enum {
	OUTLINE_SIDE = 1500, /* the longer side of a drawing */
	/* More points than this and the drawing becomes coarser. */
	OUTLINE_POINTS = 24000,
	OUTLINE_POINTS_MAX = 4000000 /* of what comes in */
};

/* ret_outlines has room for count.  ERR_INVALID: a coordinate is no number or
 * off the earth, or there is nothing to draw; ERR_TOO_LARGE: too many points,
 * or a full arena. */
MUST_USE enum err outline_draw(struct arena *a,
	enum outline_projection projection, const struct outline_shape *shapes,
	size_t count, struct str *ret_outlines, uint32_t *ret_width,
	uint32_t *ret_height);

/* A ring of whole units into b. */
void outline_write(struct buf *b, const int32_t (*points)[2], size_t n);

enum outline_step { OUTLINE_MOVE, OUTLINE_LINE, OUTLINE_CLOSE };

typedef void outline_pen(
	void *arg, enum outline_step step, int32_t x, int32_t y);

/* Follow an outline; pen may be NULL to see whether it is one.  ERR_INVALID
 * if it is not, or leaves 0 to 65535. */
MUST_USE enum err outline_walk(struct str outline, outline_pen *pen, void *arg);

#endif

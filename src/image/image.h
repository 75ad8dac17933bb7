/*
 * image.h - pictures as PNG; the one room that knows cairo and pango.
 *
 * Text may be in any script: pango finds a font that has it among those of the
 * machine.  They are read with the first picture (fontconfig, in a thread of
 * pango's own), so a sandbox must leave the folders of fonts readable.
 * A failure is ERR_MEMORY or the buf's own.
 */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "chart/map.h"

enum { IMAGE_CARD_WIDTH = 1200, IMAGE_CARD_HEIGHT = 630 };

/* What others show of a petition (Open Graph). */
struct image_card {
	struct str site; /* its name */
	struct str title; /* cut after four lines */
	struct str count; /* "11,277 signatures" */
	struct str goal; /* "11% of 100,000"; may be empty */
	unsigned percent; /* of the bar */
};

MUST_USE enum err image_card(struct buf *out, const struct image_card *card);

/* As chart_map_file draws it. */
MUST_USE enum err image_map(struct buf *out, const struct chart_map *map);

#endif

#include "image/image.h"

#include <pango/pangocairo.h>

#include "chart/outline.h"

#ifdef PETITIOND_NO_SANDBOX
/* A sanitized build: what these libraries read once they keep for good, in
 * ways that LeakSanitizer does not see through. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libpango\nleak:libcairo\n"
	       "leak:libglib\nleak:libgobject\nleak:libharfbuzz\n"
	       "leak:libfreetype\nleak:libpixman\n";
}
#endif

static const char SANS[] = "DejaVu Sans, Noto Sans, sans-serif";

/* "#0b3d70" */
static void set_colour(cairo_t *c, struct str colour)
{
	unsigned rgb = 0;

	for (size_t i = 1; i < colour.len; i++) {
		char d = colour.at[i];

		rgb = rgb * 16 + (unsigned)(d <= '9' ? d - '0' : d - 'a' + 10);
	}
	cairo_set_source_rgb(c, (rgb >> 16) / 255.0, (rgb >> 8 & 255) / 255.0,
		(rgb & 255) / 255.0);
}

/* Text from its upper left corner; broken UTF-8 is left away by the caller. */
struct words {
	struct str text;
	double x, y, width;
	int size; /* pixels */
	bool bold;
	int lines; /* at most */
};

static double write_text(cairo_t *c, const struct words *w)
{
	PangoLayout *layout = pango_cairo_create_layout(c);
	PangoFontDescription *font = pango_font_description_new();
	int height = 0;

	pango_font_description_set_family_static(font, SANS);
	pango_font_description_set_absolute_size(font, w->size * PANGO_SCALE);
	pango_font_description_set_weight(
		font, w->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(layout, font);
	pango_layout_set_width(layout, (int)w->width * PANGO_SCALE);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	pango_layout_set_height(layout, -w->lines);
	pango_layout_set_text(
		layout, w->text.len == 0 ? "" : w->text.at, (int)w->text.len);
	cairo_move_to(c, w->x, w->y);
	pango_cairo_show_layout(c, layout);
	pango_layout_get_pixel_size(layout, NULL, &height);
	pango_font_description_free(font);
	g_object_unref(layout);
	return height;
}

static cairo_status_t take_bytes(
	void *arg, const unsigned char *at, unsigned len)
{
	buf_put(arg, at, len);
	return CAIRO_STATUS_SUCCESS;
}

/* The picture into out; both are given back. */
static enum err finish(struct buf *out, cairo_surface_t *s, cairo_t *c)
{
	cairo_status_t status = cairo_status(c);

	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_write_to_png_stream(s, take_bytes, out);
	cairo_destroy(c);
	cairo_surface_destroy(s);
	return status == CAIRO_STATUS_SUCCESS ? buf_err(out) : ERR_MEMORY;
}

static void fill(cairo_t *c, struct str colour, double x, double y,
	double width, double height)
{
	set_colour(c, colour);
	cairo_rectangle(c, x, y, width, height);
	cairo_fill(c);
}

enum err image_card(struct buf *out, const struct image_card *card)
{
	const double left = 80;
	const double wide = IMAGE_CARD_WIDTH - 2 * 80;
	cairo_surface_t *s = cairo_image_surface_create(
		CAIRO_FORMAT_RGB24, IMAGE_CARD_WIDTH, IMAGE_CARD_HEIGHT);
	cairo_t *c = cairo_create(s);

	fill(c, STR("#14324f"), 0, 0, IMAGE_CARD_WIDTH, IMAGE_CARD_HEIGHT);
	fill(c, STR("#00694e"), 0, 0, IMAGE_CARD_WIDTH, 16);
	set_colour(c, STR("#c3d4e4"));
	(void)write_text(
		c, &(struct words){ card->site, left, 64, wide, 32, false, 1 });
	set_colour(c, STR("#ffffff"));
	(void)write_text(c,
		&(struct words){ card->title, left, 130, wide, 56, true, 4 });
	fill(c, STR("#2c4a67"), left, 490, wide, 18);
	fill(c, STR("#4fc79f"), left, 490, wide * card->percent / 100.0, 18);
	set_colour(c, STR("#ffffff"));
	(void)write_text(c,
		&(struct words){ card->count, left, 410, wide, 48, true, 1 });
	set_colour(c, STR("#c3d4e4"));
	(void)write_text(c,
		&(struct words){ card->goal, left, 528, wide, 32, false, 1 });
	return finish(out, s, c);
}

/* ---- maps ---- */

static void pen(void *arg, enum outline_step step, int32_t x, int32_t y)
{
	cairo_t *c = arg;

	if (step == OUTLINE_MOVE)
		cairo_move_to(c, x, y);
	else if (step == OUTLINE_LINE)
		cairo_line_to(c, x, y);
	else
		cairo_close_path(c);
}

static void areas(
	cairo_t *c, const struct chart_map *map, const struct chart_frame *f)
{
	cairo_save(c);
	cairo_translate(c, f->map_x, f->map_y);
	cairo_scale(c, f->scale, f->scale);
	cairo_set_fill_rule(c, CAIRO_FILL_RULE_EVEN_ODD);
	cairo_set_line_width(c, 0.5);
	for (size_t i = 0; i < map->areas_count; i++) {
		cairo_new_path(c);
		if (outline_walk(map->areas[i].outline, pen, c) != OK)
			continue;
		set_colour(c, chart_colour(map->areas[i].class));
		cairo_fill_preserve(c);
		set_colour(c, STR("#6b7680"));
		cairo_stroke(c);
	}
	cairo_restore(c);
}

static void legend(
	cairo_t *c, const struct chart_map *map, const struct chart_frame *f)
{
	double y = f->legend_y;

	for (unsigned i = 0; i <= CHART_CLASSES; i++) {
		if (map->legend[i].at == NULL)
			continue;
		fill(c, STR("#6b7680"), CHART_FILE_MARGIN - 1, y - 18, 36, 22);
		fill(c, chart_colour(i), CHART_FILE_MARGIN, y - 17, 34, 20);
		set_colour(c, STR("#14181c"));
		(void)write_text(c,
			&(struct words){ map->legend[i], CHART_FILE_MARGIN + 48,
				y - CHART_TEXT, f->width - 200.0, CHART_TEXT,
				false, 1 });
		y += CHART_LINE;
	}
}

enum err image_map(struct buf *out, const struct chart_map *map)
{
	struct chart_frame f = chart_frame(map);
	double inner = f.width - 2.0 * CHART_FILE_MARGIN;
	cairo_surface_t *s = cairo_image_surface_create(
		CAIRO_FORMAT_RGB24, (int)f.width, (int)f.height);
	cairo_t *c = cairo_create(s);

	fill(c, STR("#ffffff"), 0, 0, f.width, f.height);
	set_colour(c, STR("#14181c"));
	(void)write_text(c,
		&(struct words){ map->title, CHART_FILE_MARGIN,
			(double)f.title_y - CHART_TITLE, inner, CHART_TITLE,
			true, 1 });
	areas(c, map, &f);
	legend(c, map, &f);
	for (size_t i = 0; i < map->foot_count; i++)
		(void)write_text(c,
			&(struct words){ map->foot[i], CHART_FILE_MARGIN,
				f.foot_y + (double)i * CHART_LINE - CHART_TEXT,
				inner, CHART_TEXT, false, 1 });
	return finish(out, s, c);
}

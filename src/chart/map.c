#include "chart/map.h"

#define INK "#14181c"

static const struct str colours[CHART_CLASSES + 1] = { STR_INIT("#ffffff"),
	STR_INIT("#dbe9f6"), STR_INIT("#b5d3ea"), STR_INIT("#82b5db"),
	STR_INIT("#4b8fc4"), STR_INIT("#20659b"), STR_INIT("#0a3a6b") };

struct str chart_colour(unsigned class)
{
	return colours[class <= CHART_CLASSES ? class : 0];
}

static void view_box(struct html *h, uint32_t width, uint32_t height)
{
	html_lit(h, " viewBox=\"0 0 ");
	html_decimal(h, width);
	html_lit(h, " ");
	html_decimal(h, height);
	html_lit(h, "\"");
}

static void area(struct html *h, const struct chart_area *a)
{
	bool has_link = a->url.len > 0;

	if (has_link) {
		html_lit(h, "<a href=\"");
		html_url(h, a->url);
		html_lit(h, "\" class=\"k");
	} else {
		html_lit(h, "<g class=\"k");
	}
	html_decimal(h, a->class);
	html_lit(h, "\"><title>");
	html_text(h, a->label);
	html_lit(h, "</title><path d=\"");
	html_attr(h, a->outline);
	html_lit(h, "\"/>");
	if (has_link)
		html_lit(h, "</a>\n");
	else
		html_lit(h, "</g>\n");
}

void chart_map_inline(struct html *h, const struct chart_map *m)
{
	bool has_links = false;

	for (size_t i = 0; i < m->areas_count; i++)
		has_links = has_links || m->areas[i].url.len > 0;
	html_lit(h, "<svg");
	view_box(h, m->width, m->height);
	/* A picture has no parts that could be reached. */
	if (has_links)
		html_lit(h, " role=\"group\" aria-label=\"");
	else
		html_lit(h, " role=\"img\" aria-label=\"");
	html_attr(h, m->title);
	html_lit(h, "\">\n");
	for (size_t i = 0; i < m->areas_count; i++)
		area(h, &m->areas[i]);
	html_lit(h, "</svg>\n");
}

static size_t legend_lines(const struct chart_map *m)
{
	size_t n = 0;

	for (size_t i = 0; i <= CHART_CLASSES; i++)
		n += m->legend[i].at != NULL;
	return n;
}

struct chart_frame chart_frame(const struct chart_map *m)
{
	struct chart_frame f = { .width = CHART_FILE_SIDE };
	uint32_t most = m->height > m->width ? m->height : m->width;
	uint32_t inner = CHART_FILE_SIDE - 2 * CHART_FILE_MARGIN;
	uint32_t tall;

	f.scale = most == 0 ? 1 : (double)inner / most;
	tall = (uint32_t)(m->height * f.scale + 0.5);
	f.map_x = (f.width - (uint32_t)(m->width * f.scale + 0.5)) / 2;
	f.title_y = CHART_FILE_MARGIN + CHART_TITLE;
	f.map_y = f.title_y + CHART_LINE;
	f.legend_y = f.map_y + tall + 2 * CHART_LINE;
	f.foot_y = f.legend_y + (uint32_t)legend_lines(m) * CHART_LINE +
		CHART_LINE / 2;
	f.height = f.foot_y + (uint32_t)m->foot_count * CHART_LINE +
		CHART_FILE_MARGIN / 2;
	return f;
}

static void text_at(struct html *h, uint32_t x, uint32_t y, struct str text)
{
	html_lit(h, "<text x=\"");
	html_decimal(h, x);
	html_lit(h, "\" y=\"");
	html_decimal(h, y);
	html_lit(h, "\">");
	html_text(h, text);
	html_lit(h, "</text>\n");
}

static void legend(
	struct html *h, const struct chart_map *m, const struct chart_frame *f)
{
	uint32_t y = f->legend_y;

	for (unsigned i = 0; i <= CHART_CLASSES; i++) {
		if (m->legend[i].at == NULL)
			continue;
		html_lit(h,
			"<rect stroke=\"#6b7680\" width=\"34\" height=\"20\" x=\"");
		html_decimal(h, CHART_FILE_MARGIN);
		html_lit(h, "\" y=\"");
		html_decimal(h, y - 17);
		html_lit(h, "\" fill=\"");
		html_attr(h, chart_colour(i));
		html_lit(h, "\"/>\n");
		text_at(h, CHART_FILE_MARGIN + 48, y, m->legend[i]);
		y += CHART_LINE;
	}
}

static void shapes(
	struct html *h, const struct chart_map *m, const struct chart_frame *f)
{
	html_lit(h, "<svg x=\"");
	html_decimal(h, f->map_x);
	html_lit(h, "\" y=\"");
	html_decimal(h, f->map_y);
	html_lit(h, "\" width=\"");
	html_decimal(h, (uint64_t)(m->width * f->scale + 0.5));
	html_lit(h, "\" height=\"");
	html_decimal(h, (uint64_t)(m->height * f->scale + 0.5));
	html_lit(h, "\"");
	view_box(h, m->width, m->height);
	html_lit(h,
		" stroke=\"#6b7680\" stroke-width=\"0.5\" "
		"fill-rule=\"evenodd\">\n");
	for (size_t i = 0; i < m->areas_count; i++) {
		html_lit(h, "<path fill=\"");
		html_attr(h, chart_colour(m->areas[i].class));
		html_lit(h, "\" d=\"");
		html_attr(h, m->areas[i].outline);
		html_lit(h, "\"><title>");
		html_text(h, m->areas[i].label);
		html_lit(h, "</title></path>\n");
	}
	html_lit(h, "</svg>\n");
}

void chart_map_file(struct html *h, const struct chart_map *m)
{
	struct chart_frame f = chart_frame(m);

	html_lit(h, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"");
	html_decimal(h, f.width);
	html_lit(h, "\" height=\"");
	html_decimal(h, f.height);
	html_lit(h, "\"");
	view_box(h, f.width, f.height);
	html_lit(h,
		" font-family=\"sans-serif\" font-size=\"20\" fill=\"" INK
		"\">\n<title>");
	html_text(h, m->title);
	html_lit(h,
		"</title>\n<rect width=\"100%\" height=\"100%\" "
		"fill=\"#ffffff\"/>\n<g font-size=\"28\" font-weight=\"bold\">");
	text_at(h, CHART_FILE_MARGIN, f.title_y, m->title);
	html_lit(h, "</g>\n");
	shapes(h, m, &f);
	legend(h, m, &f);
	for (size_t i = 0; i < m->foot_count; i++)
		text_at(h, CHART_FILE_MARGIN,
			f.foot_y + (uint32_t)i * CHART_LINE, m->foot[i]);
	html_lit(h, "</svg>\n");
}

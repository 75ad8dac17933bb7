/*
 * What other sites show of a petition: a small page for a frame, and a badge.
 * docs/embedding.md is their manual.
 */
#include "page/petition.h"

#include <stdio.h>
#include <string.h>

#include "page/asset.h"

static void frame_head(struct page *p, const struct petition *t)
{
	const struct asset *style = asset_named(STR("style.css"));
	const struct catalogue *words =
		p->site->words == NULL ? catalogue_english() : p->site->words;

	html_lit(&p->h, "<!DOCTYPE html>\n<html lang=\"");
	html_attr(&p->h, words->lang);
	if (words->right_to_left)
		html_lit(&p->h, "\" dir=\"rtl");
	html_lit(&p->h,
		"\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" "
		"content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"robots\" content=\"noindex\">\n<title>");
	html_text(&p->h, t->action);
	html_lit(&p->h, "</title>\n<link rel=\"stylesheet\" href=\"");
	html_url(&p->h, style == NULL ? STR("#") : style->path);
	html_lit(&p->h, "\">\n</head>\n");
}

void page_widget(
	struct buf *out, const struct page_site *site, const struct petition *t)
{
	struct page p = { .h = { .out = out,
				  .prefix = site->prefix,
				  .has_prefix = language_has },
		.site = site };
	uint64_t goal = petition_count(t) < petition_response_threshold(&p, t)
		? petition_response_threshold(&p, t)
		: petition_debate_threshold(&p, t);
	struct scratch path;

	frame_head(&p, t);
	html_lit(&p.h,
		"<body>\n<main id=\"main\" class=\"widget\">\n"
		"<p class=\"small\">");
	html_text(&p.h, site->title);
	html_lit(&p.h, "</p>\n");
	html_elem(&p.h, "h1", t->action);
	html_lit(&p.h, "\n<p class=\"count\" id=\"goal\">");
	say_count(&p, "{1} signature", "{1} signatures", petition_count(t));
	html_lit(&p.h,
		"</p>\n<progress max=\"100\" aria-labelledby=\"goal\" "
		"value=\"");
	html_decimal(&p.h, format_percent(petition_count(t), goal));
	html_lit(&p.h,
		"\"></progress>\n<p><a class=\"button\" "
		"target=\"_top\" href=\"");
	html_url(&p.h, petition_path(&path, t->id, t->archived, ""));
	html_lit(&p.h, "\">");
	if (t->state == PETITION_OPEN && !t->archived)
		say(&p, "Read and sign");
	else
		say(&p, "Read this petition");
	html_lit(&p.h, "</a></p>\n</main>\n</body>\n</html>\n");
}

/* ---- the badge ---- */

enum { BADGE_HEIGHT = 22, BADGE_SIDE = 8 };

/* About as wide as the letters are at 12 px; the text is fitted to it. */
static uint64_t width_of(struct str text)
{
	uint64_t tenths = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];

		if ((c & 0xC0) == 0x80)
			continue;
		tenths += c >= 0xE0                       ? 120
			: strchr("iljtf.,:' ", c) != NULL ? 40
			: strchr("mwMW", c) != NULL       ? 105
							  : 74;
	}
	return tenths / 10;
}

static void badge_part(
	struct html *h, uint64_t x, uint64_t width, struct str text)
{
	html_lit(h, "<text x=\"");
	html_decimal(h, x + BADGE_SIDE);
	html_lit(h, "\" y=\"15\" textLength=\"");
	html_decimal(h, width);
	html_lit(h, "\" lengthAdjust=\"spacingAndGlyphs\">");
	html_text(h, text);
	html_lit(h, "</text>\n");
}

void page_badge(
	struct buf *out, const struct page_site *site, const struct petition *t)
{
	struct html h = { .out = out };
	struct scratch number;
	struct scratch count;
	struct str arg = format_number(site->words, &number, petition_count(t));
	struct str right = format_message(&count,
		site_tr_count(site, "{1} signature", "{1} signatures",
			petition_count(t)),
		&arg, 1);
	struct str left = site_tr(site, "petition");
	uint64_t first = width_of(left) + 2 * BADGE_SIDE;
	uint64_t second = width_of(right) + 2 * BADGE_SIDE;

	html_lit(&h,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" height=\"22\" "
		"width=\"");
	html_decimal(&h, first + second);
	html_lit(&h,
		"\" role=\"img\" font-size=\"12\" fill=\"#ffffff\" "
		"font-family=\"Verdana, 'DejaVu Sans', sans-serif\">\n"
		"<title>");
	html_text(&h, t->action);
	html_lit(&h, ": ");
	html_text(&h, right);
	html_lit(&h,
		"</title>\n<rect rx=\"4\" height=\"22\" fill=\"#14324f\" "
		"width=\"");
	html_decimal(&h, first + second);
	html_lit(&h, "\"/>\n<path fill=\"#00694e\" d=\"M");
	html_decimal(&h, first);
	html_lit(&h, " 0h");
	html_decimal(&h, second - 4);
	html_lit(&h, "a4 4 0 0 1 4 4v14a4 4 0 0 1-4 4H");
	html_decimal(&h, first);
	html_lit(&h, "z\"/>\n");
	badge_part(&h, 0, first - 2 * BADGE_SIDE, left);
	badge_part(&h, first, second - 2 * BADGE_SIDE, right);
	html_lit(&h, "</svg>\n");
}

_Static_assert(BADGE_HEIGHT == 22, "the markup says so too");

/* ---- the card ---- */

void page_card(const struct page_site *site, const struct petition *t,
	struct page_card *ret_card)
{
	struct page p = { .site = site };
	uint64_t count = petition_count(t);
	bool respond = count < petition_response_threshold(&p, t);
	uint64_t goal = respond ? petition_response_threshold(&p, t)
				: petition_debate_threshold(&p, t);
	struct scratch number;
	struct scratch percent;
	struct str arg[2];

	ret_card->percent = format_percent(count, goal);
	arg[0] = format_number(site->words, &number, count);
	ret_card->count = format_message(&ret_card->count_text,
		site_tr_count(site, "{1} signature", "{1} signatures", count),
		arg, 1);
	(void)snprintf(percent.at, sizeof(percent.at), "%u", ret_card->percent);
	arg[0] = str_c(percent.at);
	arg[1] = format_number(site->words, &number, goal);
	ret_card->goal = STR("");
	if (t->state != PETITION_REJECTED && count < goal)
		ret_card->goal = format_message(&ret_card->goal_text,
			respond ? site_tr(site,
					  "{1}% of the {2} needed for a "
					  "response from the Government")
				: site_tr(site,
					  "{1}% of the {2} needed to be "
					  "considered for a debate"),
			arg, 2);
}

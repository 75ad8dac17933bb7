/*
 * html_fuzz.c - whatever text comes in, what goes out is UTF-8, and holds no
 * tag, quote or address that is not ours.
 */
#include "html/markdown.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct str in)
{
	struct buf out;
	struct html h = { .out = &out };

	buf_init(&out, 1 << 24);
	html_text(&h, in);
	assert(buf_err(&out) == OK);
	assert(str_is_utf8(buf_view(&out)));
	assert(str_find(buf_view(&out), '<') == out.len);
	assert(str_find(buf_view(&out), '"') == out.len);
	buf_release(&out);
}

static void check_url(struct str in)
{
	static const char first[] = "/#?hHmM";
	struct buf out;
	struct html h = { .out = &out };

	buf_init(&out, 1 << 24);
	html_url(&h, in);
	assert(out.len > 0 && strchr(first, out.at[0]) != NULL);
	for (size_t i = 0; i < out.len; i++)
		assert(out.at[i] > 0x20 && out.at[i] < 0x7F &&
			strchr("\"'<>\\", out.at[i]) == NULL);
	buf_release(&out);
}

/* Every "<" begins one of ours, in any case of letters. */
static void check_tags(struct str made, const struct str *ours, size_t n)
{
	assert(str_is_utf8(made));
	for (size_t i = 0; i < made.len; i++) {
		struct str rest = str_slice(made, i, made.len);
		bool known = made.at[i] != '<';

		for (size_t k = 0; !known && k < n; k++)
			known = str_eq_nocase(
				str_slice(rest, 0, ours[k].len), ours[k]);
		assert(known);
	}
}

#define LINKS                                                                  \
	STR_INIT("<a rel=\"nofollow\" href=\"http"), STR_INIT("</a>"),         \
		STR_INIT("<a rel=\"nofollow\" href=\"mailto:")
#define N(table) (sizeof(table) / sizeof((table)[0]))

/* Quotes come in fours: rel and href. */
static void check_paragraphs(struct str in)
{
	static const struct str ours[] = { LINKS, STR_INIT("<p>"),
		STR_INIT("</p>\n"), STR_INIT("<br>\n") };
	struct buf out;
	struct html h = { .out = &out };
	size_t quotes = 0;

	buf_init(&out, 1 << 24);
	html_paragraphs(&h, in);
	check_tags(buf_view(&out), ours, N(ours));
	for (size_t i = 0; i < out.len; i++)
		quotes += out.at[i] == '"' ? 1u : 0u;
	assert(quotes % 4 == 0);
	buf_release(&out);
}

static void check_markdown(struct str in)
{
	static const struct str ours[] = { LINKS,
		STR_INIT("<a rel=\"nofollow\" href=\"/"),
		STR_INIT("<a rel=\"nofollow\" href=\"#"), STR_INIT("<p>"),
		STR_INIT("</p>\n"), STR_INIT("<br>\n"), STR_INIT("<hr>\n"),
		STR_INIT("<h3>"), STR_INIT("</h3>\n"), STR_INIT("<h4>"),
		STR_INIT("</h4>\n"), STR_INIT("<h5>"), STR_INIT("</h5>\n"),
		STR_INIT("<h6>"), STR_INIT("</h6>\n"), STR_INIT("<ul>\n"),
		STR_INIT("</ul>\n"), STR_INIT("<ol>\n"),
		STR_INIT("<ol start=\""), STR_INIT("</ol>\n"), STR_INIT("<li>"),
		STR_INIT("</li>\n"), STR_INIT("<em>"), STR_INIT("</em>"),
		STR_INIT("<strong>"), STR_INIT("</strong>"), STR_INIT("<code>"),
		STR_INIT("</code>"), STR_INIT("<pre tabindex=\"0\">"),
		STR_INIT("</pre>\n"), STR_INIT("<blockquote>\n"),
		STR_INIT("</blockquote>\n") };
	const struct html_markdown how = { .heading = 3, .keep_lines = true };
	struct buf out;
	struct html h = { .out = &out };

	buf_init(&out, 1 << 26);
	html_markdown(&h, &how, in);
	check_tags(buf_view(&out), ours, N(ours));
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data, size };

	check_text(in);
	check_url(in);
	check_paragraphs(in);
	check_markdown(in);
	return 0;
}

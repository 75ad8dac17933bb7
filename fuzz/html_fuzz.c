/*
 * html_fuzz.c - whatever text comes in, what goes out is UTF-8, and holds no
 * tag, quote or address that is not ours.
 */
#include "html/html.h"

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

/* Every "<" begins one of the four things that html_paragraphs writes, and
 * quotes come in fours: rel and href. */
static void check_paragraphs(struct str in)
{
	static const struct str ours[] = { STR_INIT("<p>"), STR_INIT("</p>\n"),
		STR_INIT("<br>\n"), STR_INIT("</a>"),
		STR_INIT("<a rel=\"nofollow\" href=\"http"),
		STR_INIT("<a rel=\"nofollow\" href=\"HTTP"),
		STR_INIT("<a rel=\"nofollow\" href=\"mailto:") };
	struct buf out;
	struct html h = { .out = &out };
	size_t quotes = 0;

	buf_init(&out, 1 << 24);
	html_paragraphs(&h, in);
	assert(str_is_utf8(buf_view(&out)));
	for (size_t i = 0; i < out.len; i++) {
		struct str rest = str_slice(buf_view(&out), i, out.len);
		bool known = false;

		quotes += out.at[i] == '"' ? 1u : 0u;
		if (out.at[i] != '<')
			continue;
		for (size_t k = 0; k < sizeof(ours) / sizeof(ours[0]); k++)
			known |= str_eq_nocase(
				str_slice(rest, 0, ours[k].len), ours[k]);
		assert(known);
	}
	assert(quotes % 4 == 0);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data, size };

	check_text(in);
	check_url(in);
	check_paragraphs(in);
	return 0;
}

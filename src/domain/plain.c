#include "domain/plain.h"

#include <stdbool.h>

static bool is_blank(struct str s, size_t at)
{
	return at >= s.len || s.at[at] == ' ' || s.at[at] == '\t' ||
		s.at[at] == '\r';
}

static size_t run_of(struct str s, size_t at, char c)
{
	size_t n = 0;

	while (at + n < s.len && s.at[at + n] == c)
		n++;
	return n;
}

/* Where the line's words begin behind "## ", or 0. */
static size_t heading_len(struct str line)
{
	size_t n = run_of(line, 0, '#');

	if (n == 0 || n > 6 || n + 1 >= line.len || line.at[n] != ' ')
		return 0;
	return n + 1;
}

/* The length of the link that s begins with, or 0. */
static size_t link_len(struct str s, struct str *ret_words, struct str *ret_url)
{
	size_t close = str_find(s, ']');
	struct str rest = str_slice(s, close + 1, s.len);
	size_t end = str_find(rest, ')');

	if (s.len == 0 || s.at[0] != '[' || close < 2 ||
		!str_starts(rest, STR("(")) || end < 2 || end == rest.len)
		return 0;
	*ret_words = str_slice(s, 1, close);
	*ret_url = str_slice(rest, 1, end);
	if (str_find(*ret_url, ' ') < ret_url->len)
		return 0;
	return close + 1 + end + 1;
}

/* The words between two runs of the same one or two marks, neither of which
 * touches a blank on its inner side; or 0. */
static size_t emphasis_len(struct str s, struct str *ret_words)
{
	size_t marks = run_of(s, 0, '*');
	size_t i;

	if (marks == 0 || marks > 2 || is_blank(s, marks))
		return 0;
	for (i = marks + 1; i < s.len; i++) {
		size_t n = run_of(s, i, '*');

		if (n == marks && !is_blank(s, i - 1)) {
			*ret_words = str_slice(s, marks, i);
			return i + n;
		}
		i += n > 0 ? n - 1 : 0;
	}
	return 0;
}

static void put_line(struct buf *out, struct str line)
{
	struct str words;
	struct str url;
	size_t from = heading_len(line);

	for (size_t i = from; i < line.len;) {
		struct str rest = str_slice(line, i, line.len);
		size_t n = link_len(rest, &words, &url);

		if (n > 0) {
			buf_str(out, words);
			if (!str_eq(words, url))
				buf_printf(out, " (%.*s)", STR_ARG(url));
		} else if ((n = emphasis_len(rest, &words)) > 0) {
			buf_str(out, words);
		} else {
			n = rest.at[0] == '*' ? run_of(rest, 0, '*') : 1;
			buf_str(out, str_slice(rest, 0, n));
		}
		i += n;
	}
}

void plain_put(struct buf *out, struct str markdown)
{
	while (markdown.len > 0) {
		size_t end = str_find(markdown, '\n');

		put_line(out, str_slice(markdown, 0, end));
		if (end < markdown.len)
			buf_c(out, "\n");
		markdown = str_slice(markdown, end + 1, markdown.len);
	}
}

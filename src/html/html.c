#include "html/html.h"

#include <stdbool.h>

void html_raw(struct html *h, const char *markup, size_t len)
{
	buf_put(h->out, markup, len);
}

/* Which lead bytes may be followed by which second bytes: RFC 3629 section 4
 * excludes overlong forms, surrogates and everything above U+10FFFF. */
struct lead {
	size_t len; /* of the whole character, 0 when c cannot begin one */
	uint8_t low; /* bounds of the second byte */
	uint8_t high;
};

static struct lead lead_of(uint8_t c)
{
	if (c < 0x80)
		return (struct lead){ 1, 0, 0 };
	if (c >= 0xC2 && c <= 0xDF)
		return (struct lead){ 2, 0x80, 0xBF };
	if (c == 0xE0)
		return (struct lead){ 3, 0xA0, 0xBF };
	if (c == 0xED)
		return (struct lead){ 3, 0x80, 0x9F };
	if (c >= 0xE1 && c <= 0xEF)
		return (struct lead){ 3, 0x80, 0xBF };
	if (c == 0xF0)
		return (struct lead){ 4, 0x90, 0xBF };
	if (c >= 0xF1 && c <= 0xF3)
		return (struct lead){ 4, 0x80, 0xBF };
	if (c == 0xF4)
		return (struct lead){ 4, 0x80, 0x8F };
	return (struct lead){ 0, 0, 0 };
}

/* Length of the character at s.at[i]; when it is broken, *ret_good is false
 * and the length is that of the maximal broken part. */
static size_t char_at(struct str s, size_t i, bool *ret_good)
{
	struct lead lead = lead_of((uint8_t)s.at[i]);
	size_t n = 1;

	*ret_good = lead.len != 0;
	while (n < lead.len) {
		uint8_t low = n == 1 ? lead.low : 0x80;
		uint8_t high = n == 1 ? lead.high : 0xBF;

		if (i + n >= s.len || (uint8_t)s.at[i + n] < low ||
			(uint8_t)s.at[i + n] > high) {
			*ret_good = false;
			return n;
		}
		n++;
	}
	return n;
}

/* Characters that HTML forbids (Living Standard 13.2.3.5): C0 controls other
 * than white space, DEL, C1 controls, noncharacters U+FFFE and U+FFFF. */
static bool is_forbidden(const char *at, size_t len)
{
	const uint8_t *c = (const uint8_t *)at;

	if (len == 1)
		return (c[0] < 0x20 && c[0] != '\t' && c[0] != '\n' &&
			       c[0] != '\r') ||
			c[0] == 0x7F;
	if (len == 2)
		return c[0] == 0xC2 && c[1] < 0xA0;
	if (len == 3)
		return c[0] == 0xEF && c[1] == 0xBF && c[2] >= 0xBE;
	return (c[1] & 0x0F) == 0x0F && c[2] == 0xBF && c[3] >= 0xBE;
}

/* What a character becomes, or NULL when it stays. */
static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static bool is_plain(char c)
{
	return (uint8_t)c >= 0x20 && (uint8_t)c < 0x7F && entity(c) == NULL;
}

/* Text and attribute values are escaped alike: one rule is easier to trust
 * than two, and quotes in text cost little. */
void html_text(struct html *h, struct str s)
{
	size_t i = 0;

	while (i < s.len) {
		size_t from = i;
		bool good;
		size_t n;

		while (i < s.len && is_plain(s.at[i]))
			i++;
		buf_put(h->out, s.at + from, i - from);
		if (i == s.len)
			return;
		n = char_at(s, i, &good);
		if (!good || is_forbidden(s.at + i, n))
			buf_c(h->out, "\xEF\xBF\xBD");
		else if (n == 1 && entity(s.at[i]) != NULL)
			buf_c(h->out, entity(s.at[i]));
		else
			buf_put(h->out, s.at + i, n);
		i += n;
	}
}

void html_attr(struct html *h, struct str s)
{
	html_text(h, s);
}

static void percent(struct html *h, char c)
{
	static const char digit[] = "0123456789ABCDEF";
	char text[3] = { '%', digit[(uint8_t)c >> 4], digit[(uint8_t)c & 15] };

	buf_put(h->out, text, sizeof(text));
}

/* "/" but not "//" nor "/\", which browsers read as another host. */
static bool is_own_path(struct str s)
{
	return s.len > 0 && s.at[0] == '/' &&
		(s.len == 1 || (s.at[1] != '/' && s.at[1] != '\\'));
}

static bool is_safe_url(struct str s)
{
	static const struct str scheme[] = { STR_INIT("http://"),
		STR_INIT("https://"), STR_INIT("mailto:") };

	if (is_own_path(s))
		return true;
	if (s.len > 0 && (s.at[0] == '#' || s.at[0] == '?'))
		return true;
	for (size_t i = 0; i < sizeof(scheme) / sizeof(scheme[0]); i++)
		if (str_eq_nocase(str_slice(s, 0, scheme[i].len), scheme[i]))
			return s.len > scheme[i].len;
	return false;
}

void html_url(struct html *h, struct str s)
{
	if (!is_safe_url(s)) {
		html_lit(h, "#");
		return;
	}
	if (h->prefix.len > 0 && is_own_path(s) && h->has_prefix(s))
		html_attr(h, h->prefix);
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (c == '&')
			html_lit(h, "&amp;");
		else if ((uint8_t)c <= 0x20 || (uint8_t)c >= 0x7F ||
			strchr("\"'<>\\^`{|}", c) != NULL)
			percent(h, c);
		else
			buf_byte(h->out, (uint8_t)c);
	}
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		(c >= 'a' && c <= 'z');
}

void html_url_part(struct html *h, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
			buf_byte(h->out, (uint8_t)c);
		else
			percent(h, c);
	}
}

void html_decimal(struct html *h, uint64_t n)
{
	buf_decimal(h->out, n);
}

void html_link(struct html *h, struct str url, struct str text)
{
	html_lit(h, "<a href=\"");
	html_url(h, url);
	html_lit(h, "\">");
	html_text(h, text);
	html_lit(h, "</a>");
}

void html_hidden(struct html *h, struct str name, struct str value)
{
	html_lit(h, "<input type=\"hidden\" name=\"");
	html_attr(h, name);
	html_lit(h, "\" value=\"");
	html_attr(h, value);
	html_lit(h, "\">\n");
}

/*
 * paragraphs.c - plain text as paragraphs with its addresses linked.
 *
 * A link is found by looking at each place where a word begins; what is
 * linked is a cautious subset: better an address left plain than a sentence
 * swallowed.  Everything passes through html_text and html_url.
 */
#include "html/html.h"

#include <stdbool.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		(c >= 'a' && c <= 'z') || (uint8_t)c >= 0x80;
}

static size_t count(const char *at, size_t len, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += at[i] == c ? 1u : 0u;
	return n;
}

/* Closing marks at the end of an address belong to the sentence around it,
 * but "(…wiki/Tree_(plant))" keeps the bracket it opened itself. */
static size_t trim_end(const char *at, size_t len)
{
	size_t opened = count(at, len, '(');
	size_t closed = count(at, len, ')');

	while (len > 0) {
		char c = at[len - 1];

		if (c == ')' && closed > opened)
			closed--;
		else if (strchr(".,;:!?'\"*]", c) == NULL)
			break;
		len--;
	}
	return len;
}

/* Length of the http(s) address that s begins with, or 0. */
static size_t web_len(struct str s)
{
	size_t scheme = 0;
	size_t n;

	if (str_eq_nocase(str_slice(s, 0, 7), STR("http://")))
		scheme = 7;
	else if (str_eq_nocase(str_slice(s, 0, 8), STR("https://")))
		scheme = 8;
	if (scheme == 0 || scheme == s.len || !is_word(s.at[scheme]))
		return 0;
	for (n = scheme; n < s.len; n++)
		if (is_space(s.at[n]) || s.at[n] == '<' || s.at[n] == '>' ||
			s.at[n] == '"' || (uint8_t)s.at[n] < 0x20)
			break;
	return trim_end(s.at, n);
}

static bool is_local(char c)
{
	return is_word(c) || (c != '\0' && strchr("._%+-", c) != NULL);
}

/* Length of the host name that s begins with, if it holds a dot, else 0. */
static size_t host_len(struct str s)
{
	size_t n = 0;

	while (n < s.len &&
		(is_word(s.at[n]) || s.at[n] == '-' || s.at[n] == '.') &&
		(uint8_t)s.at[n] < 0x80)
		n++;
	while (n > 0 && (s.at[n - 1] == '.' || s.at[n - 1] == '-'))
		n--;
	if (n == 0 || !is_word(s.at[0]) ||
		str_find(str_slice(s, 0, n), '.') == n)
		return 0;
	return n;
}

/* Length of the e-mail address that s begins with, or 0. */
static size_t mail_len(struct str s)
{
	size_t local = 0;
	size_t host;

	while (local < s.len && local < 65 && is_local(s.at[local]) &&
		(uint8_t)s.at[local] < 0x80)
		local++;
	if (local == 0 || local > 64 || local == s.len || s.at[local] != '@')
		return 0;
	host = host_len(str_slice(s, local + 1, s.len));
	return host == 0 ? 0 : local + 1 + host;
}

/* RFC 6068 section 2: all but the "@" may be percent-encoded. */
static void mail_url(struct html *h, struct str s)
{
	size_t at = str_find(s, '@');

	html_lit(h, "mailto:");
	html_url_part(h, str_slice(s, 0, at));
	html_lit(h, "@");
	html_url_part(h, str_slice(s, at + 1, s.len));
}

static void link_to(struct html *h, bool is_mail, struct str s)
{
	html_lit(h, "<a rel=\"nofollow\" href=\"");
	if (is_mail)
		mail_url(h, s);
	else
		html_url(h, s);
	html_lit(h, "\">");
	html_text(h, s);
	html_lit(h, "</a>");
}

void html_linked(struct html *h, struct str s)
{
	size_t plain = 0;
	size_t i = 0;

	while (i < s.len) {
		struct str rest = str_slice(s, i, s.len);
		bool starts = i == 0 ||
			(!is_local(s.at[i - 1]) && s.at[i - 1] != '@');
		size_t web = starts ? web_len(rest) : 0;
		size_t mail = starts && web == 0 ? mail_len(rest) : 0;

		if (web + mail == 0) {
			i++;
			continue;
		}
		html_text(h, str_slice(s, plain, i));
		link_to(h, mail > 0, str_slice(rest, 0, web + mail));
		i += web + mail;
		plain = i;
	}
	html_text(h, str_slice(s, plain, s.len));
}

/* Take the next line of *s, without its CR LF, LF or CR. */
static bool next_line(struct str *s, struct str *ret_line)
{
	size_t n = 0;
	size_t skip = 0;

	if (s->at == NULL || s->len == 0)
		return false;
	while (n < s->len && s->at[n] != '\n' && s->at[n] != '\r')
		n++;
	if (n < s->len)
		skip = s->at[n] == '\r' && n + 1 < s->len &&
				s->at[n + 1] == '\n'
			? 2
			: 1;
	*ret_line = str_slice(*s, 0, n);
	*s = str_slice(*s, n + skip, s->len);
	return true;
}

void html_paragraphs(struct html *h, struct str text)
{
	struct str line;
	bool inside = false;

	while (next_line(&text, &line)) {
		line = str_trim(line);
		if (line.len == 0) {
			if (inside)
				html_lit(h, "</p>\n");
			inside = false;
			continue;
		}
		if (inside)
			html_lit(h, "<br>\n");
		else
			html_lit(h, "<p>");
		html_linked(h, line);
		inside = true;
	}
	if (inside)
		html_lit(h, "</p>\n");
}

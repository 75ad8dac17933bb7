/*
 * token.c - every alternative is a function that says where it ends if it
 * begins here, and 0 if it does not; the first that fits is the token.
 */
#include "domain/token.h"

#include <string.h>
#include <unictype.h>
#include <unistr.h>

enum {
	HOST_MAX_BYTES = 253, /* RFC 1035 section 2.3.4, as text */
	LOCAL_MAX_BYTES = 64, /* RFC 5321 section 4.5.3.1.1 */
	PORT_MAX_BYTES = 6, /* with its colon */
	ENTITY_MAX_BYTES = 32,
	TAG_MAX_BYTES = 1024
};

/* ---- characters ---- */

static char char_at(struct str s, size_t at)
{
	return at < s.len ? s.at[at] : '\0';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_ascii_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_ascii_alnum(char c)
{
	return is_ascii_letter(c) || is_digit(c);
}

static bool is_name_char(char c)
{
	return is_ascii_alnum(c) || c == '_';
}

/* What may stand in the path of an address unescaped: RFC 3986 appendix A,
 * and "%". */
static bool is_path_char(char c)
{
	return c > ' ' && c <= '~' && memchr("\"<>\\^`{|}", c, 9) == NULL;
}

static bool is_letter_point(ucs4_t point)
{
	return uc_is_general_category_withtable(point,
		UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_Nd |
			UC_CATEGORY_MASK_Nl);
}

static bool is_mark(struct str s, size_t at)
{
	ucs4_t point = 0;

	return (unsigned char)s.at[at] >= 0x80 &&
		u8_mbtoucr(&point, (const uint8_t *)s.at + at, s.len - at) >
		0 &&
		uc_is_general_category_withtable(point, UC_CATEGORY_MASK_M);
}

/* The length of the letter of any script, or digit, here; else 0. */
static size_t alnum_here(struct str s, size_t at, bool *ret_is_letter)
{
	ucs4_t point = 0;
	int n;

	if (at >= s.len)
		return 0;
	*ret_is_letter = !is_digit(s.at[at]);
	if ((unsigned char)s.at[at] < 0x80)
		return is_ascii_alnum(s.at[at]) ? 1 : 0;
	n = u8_mbtoucr(&point, (const uint8_t *)s.at + at, s.len - at);
	return n > 0 && is_letter_point(point) ? (size_t)n : 0;
}

/* Behind the letters and digits here. */
static size_t alnums_end(
	struct str s, size_t at, bool *ret_letters, bool *ret_digits)
{
	bool is_letter;
	size_t n;

	*ret_letters = *ret_digits = false;
	while ((n = alnum_here(s, at, &is_letter)) > 0) {
		*(is_letter ? ret_letters : ret_digits) = true;
		at += n;
	}
	return at;
}

/* ---- what is no token ---- */

/* "<b>", "</p>", "<!-- -->" */
static size_t tag_end(struct str s, size_t at)
{
	size_t most = at + TAG_MAX_BYTES;
	size_t i = at + 1;

	if (char_at(s, at) != '<')
		return 0;
	if (memchr("/!?", char_at(s, i), 3) != NULL)
		i++;
	if (!is_ascii_letter(char_at(s, i)) && char_at(s, i) != '-')
		return 0;
	while (i < s.len && i < most && s.at[i] != '>' && s.at[i] != '<')
		i++;
	return char_at(s, i) == '>' ? i + 1 : 0;
}

/* "&amp;", "&#39;" */
static size_t entity_end(struct str s, size_t at)
{
	size_t i = at + 1;

	if (char_at(s, at) != '&')
		return 0;
	if (char_at(s, i) == '#')
		i++;
	while (i - at < ENTITY_MAX_BYTES && is_ascii_alnum(char_at(s, i)))
		i++;
	return char_at(s, i) == ';' && i > at + 1 ? i + 1 : 0;
}

/* "https://" */
static size_t protocol_end(struct str s, size_t at)
{
	size_t i = at;

	while (is_ascii_letter(char_at(s, i)))
		i++;
	return i > at && str_starts(str_slice(s, i, s.len), STR("://")) ? i + 3
									: 0;
}

/* ---- addresses ---- */

/* The longest "a.bc" here: labels of letters, digits and inner "-" or "_",
 * the last one of two letters or more. */
static size_t host_end(struct str s, size_t at)
{
	size_t most = at + HOST_MAX_BYTES < s.len ? at + HOST_MAX_BYTES : s.len;
	size_t label = at; /* where this label begins */
	size_t found = 0;
	bool only_letters = true;

	for (size_t i = at; i < most; i++) {
		char c = s.at[i];

		if (is_ascii_alnum(c)) {
			only_letters = only_letters && !is_digit(c);
			if (label > at && only_letters && i > label &&
				!is_ascii_alnum(char_at(s, i + 1)))
				found = i + 1;
			continue;
		}
		if ((c != '.' && c != '-' && c != '_') ||
			!is_ascii_alnum(char_at(s, i + 1)))
			break;
		only_letters = c == '.';
		if (c == '.')
			label = i + 1;
	}
	return found;
}

static size_t port_end(struct str s, size_t at)
{
	size_t i = at + 1;

	if (char_at(s, at) != ':')
		return at;
	while (i - at < PORT_MAX_BYTES && is_digit(char_at(s, i)))
		i++;
	return i > at + 1 && !is_ascii_alnum(char_at(s, i)) ? i : at;
}

static size_t email_end(struct str s, size_t at)
{
	size_t i = at;

	while (i - at < LOCAL_MAX_BYTES &&
		(is_name_char(char_at(s, i)) || char_at(s, i) == '.' ||
			char_at(s, i) == '-'))
		i++;
	if (i == at || char_at(s, i) != '@' ||
		!is_ascii_alnum(char_at(s, i + 1)))
		return 0;
	return host_end(s, i + 1);
}

/* Behind the path that begins here; at itself if there is none. */
static size_t path_end(struct str s, size_t at)
{
	size_t i = at + 1;

	if (char_at(s, at) != '/')
		return at;
	while (is_path_char(char_at(s, i)))
		i++;
	return i > at + 1 ? i : at;
}

/* ---- names of files, and whatever else has a slash or a dot in it ---- */

/* From a separator on: one of "./-", then a name.  A dot may stand before a
 * name that follows a slash. */
static size_t steps_end(struct str s, size_t at)
{
	for (;;) {
		size_t i = at;
		char c = char_at(s, i);

		if (is_name_char(c)) {
			at++;
			continue;
		}
		if (c != '.' && c != '/' && c != '-')
			return at;
		i++;
		if (c == '/' && char_at(s, i) == '.')
			i++;
		if (!is_name_char(char_at(s, i)))
			return at;
		at = i;
	}
}

/* "and/or", "e.g", "24/7"; digits alone take a slash only. */
static size_t file_end(struct str s, size_t at)
{
	bool letters = false;
	size_t i = at;
	size_t end;

	while (is_ascii_alnum(char_at(s, i))) {
		letters = letters || is_ascii_letter(s.at[i]);
		i++;
	}
	if (i == at ||
		(char_at(s, i) != '/' && (char_at(s, i) != '.' || !letters)))
		return 0;
	end = steps_end(s, i);
	return end > i ? end : 0;
}

/* "/path", "./path", "~name" */
static size_t rooted_end(struct str s, size_t at)
{
	size_t i = at;
	size_t end;

	if (char_at(s, i) == '~')
		return is_ascii_letter(char_at(s, i + 1)) ||
				char_at(s, i + 1) == '/'
			? steps_end(s, i + 1)
			: 0;
	while (i - at < 2 && char_at(s, i) == '.')
		i++;
	if (char_at(s, i) != '/')
		return 0;
	end = steps_end(s, i);
	return end > i ? end : 0;
}

/* ---- numbers and words ---- */

static size_t digits_end(struct str s, size_t at)
{
	while (is_digit(char_at(s, at)))
		at++;
	return at;
}

/* Behind "e5", "e-5"; at itself if there is none. */
static size_t exponent_end(struct str s, size_t at)
{
	size_t i = at + 1;
	size_t end;

	if (char_at(s, at) != 'e' && char_at(s, at) != 'E')
		return at;
	if (char_at(s, i) == '-' || char_at(s, i) == '+')
		i++;
	end = digits_end(s, i);
	return end > i && !is_ascii_letter(char_at(s, end)) ? end : at;
}

/* "3.14", "1e5" and, without a sign, "10.10.2020". */
static size_t number_end(struct str s, size_t at, bool has_sign)
{
	size_t end = digits_end(s, at);
	unsigned dots = 0;

	while (end > at && char_at(s, end) == '.' &&
		is_digit(char_at(s, end + 1)) && !(has_sign && dots == 1)) {
		end = digits_end(s, end + 1);
		dots++;
	}
	return dots < 2 ? exponent_end(s, end) : end;
}

/* A number that no letters follow, or that has a point. */
static size_t plain_number_end(struct str s, size_t at)
{
	size_t integer = digits_end(s, at);
	size_t end = number_end(s, at, false);
	bool is_letter;

	if (end == integer && alnum_here(s, end, &is_letter) > 0)
		return 0;
	return end > at ? end : 0;
}

static size_t signed_end(struct str s, size_t at)
{
	char c = char_at(s, at);

	if ((c != '-' && c != '+') || !is_digit(char_at(s, at + 1)))
		return 0;
	return number_end(s, at + 1, true);
}

/* "long-term", "F-16s": parts with a letter in each.  at itself if the word
 * is not followed by such a part. */
static size_t compound_end(struct str s, size_t at, bool *ret_digits)
{
	bool letters;
	bool digits;
	bool any = false;
	size_t end = alnums_end(s, at, &letters, &digits);
	size_t next;

	if (!letters)
		return at;
	any = digits;
	*ret_digits = digits;
	for (;;) {
		if (char_at(s, end) != '-')
			break;
		next = alnums_end(s, end + 1, &letters, &digits);
		if (next == end + 1 || !letters)
			break;
		any = any || digits;
		*ret_digits = any;
		at = end = next;
	}
	return at;
}

/* ---- giving them ---- */

static void give(struct tokens *t, size_t from, size_t end, bool is_word,
	struct token *ret_token)
{
	*ret_token = (struct token){ str_slice(t->text, from, end), is_word };
	t->at = end;
}

/* The next part of what was given. */
static void give_part(struct tokens *t, struct token *ret_token)
{
	bool letters;
	bool digits;
	size_t from = t->part;
	size_t end = t->path;

	if (t->path > 0) {
		if (from == t->path)
			end = t->part_end;
		t->part = end;
		give(t, from, end, false, ret_token);
		return;
	}
	end = alnums_end(t->text, from, &letters, &digits);
	give(t, from, end, !digits, ret_token);
	t->part = end + 1;
	/* What follows the compound may be a hyphen: it is no sign. */
	t->at = end + (char_at(t->text, end) == '-');
}

static bool address(struct tokens *t, struct token *ret_token)
{
	size_t from = t->at;
	size_t end = email_end(t->text, from);
	size_t path;

	if (end > 0) {
		give(t, from, end, false, ret_token);
		return true;
	}
	end = host_end(t->text, from);
	if (end == 0)
		return false;
	path = port_end(t->text, end);
	end = path_end(t->text, path);
	if (end > path) {
		t->part = from;
		t->path = path;
		t->part_end = end;
	}
	give(t, from, end, false, ret_token);
	return true;
}

/* What begins with a letter or a digit. */
static bool word(struct tokens *t, struct token *ret_token)
{
	size_t from = t->at;
	bool letters;
	bool digits = false;
	size_t end;

	/* No word begins with a mark: most are of a sign before it. */
	if (is_mark(t->text, from))
		return false;
	end = compound_end(t->text, from, &digits);
	if (end > from) {
		t->part = from;
		t->part_end = end;
		t->path = 0;
		give(t, from, end, !digits, ret_token);
		return true;
	}
	end = alnums_end(t->text, from, &letters, &digits);
	if (end == from)
		return false;
	give(t, from, end, !digits, ret_token);
	return true;
}

static bool here(struct tokens *t, struct token *ret_token)
{
	struct str s = t->text;
	size_t end;

	if (is_ascii_alnum(s.at[t->at])) {
		if (address(t, ret_token))
			return true;
		end = file_end(s, t->at);
		if (end == 0)
			end = plain_number_end(s, t->at);
	} else {
		end = signed_end(s, t->at);
		if (end == 0)
			end = rooted_end(s, t->at);
	}
	if (end == 0)
		return word(t, ret_token);
	give(t, t->at, end, false, ret_token);
	return true;
}

static size_t passed_over(struct str s, size_t at)
{
	size_t end = tag_end(s, at);

	if (end == 0)
		end = entity_end(s, at);
	return end == 0 ? protocol_end(s, at) : end;
}

/* Over what is no token: one code point, or a byte that is none. */
static size_t step(struct str s, size_t at)
{
	ucs4_t point;
	int n = u8_mbtouc(&point, (const uint8_t *)s.at + at, s.len - at);

	return n > 0 ? (size_t)n : 1;
}

void tokens_init(struct tokens *t, struct str text)
{
	*t = (struct tokens){ .text = text };
}

bool tokens_next(struct tokens *t, struct token *ret_token)
{
	if (t->part < t->part_end) {
		give_part(t, ret_token);
		return true;
	}
	while (t->at < t->text.len) {
		size_t end = passed_over(t->text, t->at);

		if (end > 0)
			t->at = end;
		else if (here(t, ret_token))
			return true;
		else
			t->at += step(t->text, t->at);
	}
	return false;
}

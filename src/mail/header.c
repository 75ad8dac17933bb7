#include "mail/header.h"

#include <assert.h>

#include "base/enc.h"

enum {
	LINE_MAX_LEN = 76, /* RFC 2047 section 2, for encoded-words */
	WORD_FRAME_LEN = 12, /* =?UTF-8?B??= */
	NAME_MAX_LEN = 40, /* of a field */
	LOCAL_MAX_LEN = 64, /* RFC 5321 section 4.5.3.1 */
	DOMAIN_MAX_LEN = 255,
	LABEL_MAX_LEN = 63,
};

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9');
}

static bool is_atext(char c)
{
	return is_alnum(c) || (unsigned char)c >= 0x80 ||
		(c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool local_ok(struct str local)
{
	struct str atom;

	if (local.len == 0 || local.len > LOCAL_MAX_LEN)
		return false;
	while (str_split(&local, '.', &atom)) {
		if (atom.len == 0)
			return false;
		for (size_t i = 0; i < atom.len; i++) {
			if (!is_atext(atom.at[i]))
				return false;
		}
	}
	return true;
}

static bool domain_ok(struct str domain)
{
	struct str label;

	if (domain.len == 0 || domain.len > DOMAIN_MAX_LEN)
		return false;
	while (str_split(&domain, '.', &label)) {
		if (label.len == 0 || label.len > LABEL_MAX_LEN ||
			label.at[0] == '-' || label.at[label.len - 1] == '-')
			return false;
		for (size_t i = 0; i < label.len; i++) {
			if (!is_alnum(label.at[i]) && label.at[i] != '-')
				return false;
		}
	}
	return true;
}

bool mail_address_ok(struct str address)
{
	size_t at = str_find(address, '@');

	return at < address.len && mail_line_ok(address) &&
		local_ok(str_slice(address, 0, at)) &&
		domain_ok(str_slice(address, at + 1, address.len));
}

struct str mail_address_domain(struct str address)
{
	return str_slice(address, str_find(address, '@') + 1, address.len);
}

/*
 * Bytes of well-formed UTF-8 from i on that no line may hold: C1 controls are
 * C2 80..9F; U+2028 to U+202E are E2 80 A8..AE (separators and overrides),
 * U+2066 to U+2069 are E2 81 A6..A9 (isolates).
 */
static bool is_forbidden(struct str s, size_t i)
{
	unsigned char c = (unsigned char)s.at[i];
	unsigned char next = i + 1 < s.len ? (unsigned char)s.at[i + 1] : 0;
	unsigned char last = i + 2 < s.len ? (unsigned char)s.at[i + 2] : 0;

	if (c < 0x20 || c == 0x7f)
		return true;
	if (c == 0xc2)
		return next < 0xa0;
	if (c != 0xe2)
		return false;
	return (next == 0x80 && last >= 0xa8 && last <= 0xae) ||
		(next == 0x81 && last >= 0xa6 && last <= 0xa9);
}

bool mail_line_ok(struct str s)
{
	if (!str_is_utf8(s))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (is_forbidden(s, i))
			return false;
	}
	return true;
}

bool mail_body_ok(struct str s)
{
	struct str line;

	while (str_split(&s, '\n', &line)) {
		if (!mail_line_ok(line))
			return false;
	}
	return true;
}

/* Printable ASCII that no reader takes for an encoded-word. */
static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] < 0x20 || s.at[i] > 0x7e)
			return false;
		if (s.at[i] == '=' && i + 1 < s.len && s.at[i + 1] == '?')
			return false;
	}
	return s.len == 0 || (s.at[0] != ' ' && s.at[s.len - 1] != ' ');
}

/* The length of the longest part of s, max at most, that ends between two
 * characters: an encoded-word must not split one (RFC 2047 section 5). */
static size_t whole_characters(struct str s, size_t max)
{
	size_t n = s.len < max ? s.len : max;

	while (n > 0 && n < s.len && ((unsigned char)s.at[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* used is the length of the line so far, NAME_MAX_LEN + 2 at most, so that
 * some characters always fit. */
static void encoded_words(struct buf *b, size_t used, struct str s)
{
	while (s.len > 0) {
		size_t fit = (LINE_MAX_LEN - used - WORD_FRAME_LEN) / 4 * 3;
		size_t n = whole_characters(s, fit);

		buf_c(b, "=?UTF-8?B?");
		enc_base64(b, s.at, n);
		buf_c(b, "?=");
		s = str_slice(s, n, s.len);
		if (s.len > 0)
			buf_c(b, "\r\n ");
		used = 1;
	}
}

void mail_unstructured(struct buf *b, size_t name_len, struct str value)
{
	assert(name_len <= NAME_MAX_LEN);
	if (is_plain(value) && name_len + 2 + value.len <= 78)
		buf_str(b, value);
	else
		encoded_words(b, name_len + 2, value);
}

/* A phrase of atoms and spaces needs no quoting. */
static bool is_phrase(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!is_alnum(s.at[i]) && s.at[i] != ' ')
			return false;
	}
	return is_plain(s);
}

void mail_mailbox(
	struct buf *b, size_t name_len, struct str name, struct str address)
{
	if (name.len == 0) {
		buf_str(b, address);
		return;
	}
	if (is_phrase(name) && name_len + 2 + name.len <= 78)
		buf_str(b, name);
	else
		encoded_words(b, name_len + 2, name);
	buf_c(b, "\r\n <");
	buf_str(b, address);
	buf_c(b, ">");
}

void mail_date(struct buf *b, int64_t wall_ms)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL)
		tm = (struct tm){ .tm_mday = 1, .tm_wday = 4, .tm_year = 70 };
	buf_printf(b, "%.3s, %d %.3s %d %02d:%02d:%02d +0000",
		days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
		tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

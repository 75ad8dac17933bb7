#include "base/str.h"

struct str str_c(const char *s)
{
	return s == NULL ? STR_NULL : (struct str){ s, strlen(s) };
}

bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	return true;
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n == 0 ? 0 : memcmp(a.at, b.at, n);

	if (c != 0)
		return c;
	return (a.len > b.len) - (a.len < b.len);
}

bool str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len &&
		str_eq((struct str){ s.at, prefix.len }, prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len &&
		str_eq((struct str){ s.at + s.len - suffix.len, suffix.len },
			suffix);
}

struct str str_slice(struct str s, size_t from, size_t to)
{
	if (to > s.len)
		to = s.len;
	if (from > to)
		from = to;
	return (struct str){ s.at == NULL ? NULL : s.at + from, to - from };
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
	while (s.len > 0 && is_space(s.at[0]))
		s = str_slice(s, 1, s.len);
	while (s.len > 0 && is_space(s.at[s.len - 1]))
		s.len--;
	return s;
}

size_t str_find(struct str s, char c)
{
	const char *at = s.len == 0 ? NULL : memchr(s.at, c, s.len);

	return at == NULL ? s.len : (size_t)(at - s.at);
}

bool str_split(struct str *s, char c, struct str *ret_part)
{
	size_t i;

	if (s->at == NULL)
		return false;
	i = str_find(*s, c);
	*ret_part = str_slice(*s, 0, i);
	*s = i == s->len ? STR_NULL : str_slice(*s, i + 1, s->len);
	return true;
}

enum err str_u64(struct str s, uint64_t *ret_value)
{
	uint64_t v = 0;

	if (s.len == 0 || s.len > 20)
		return ERR_INVALID;
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return ERR_INVALID;
		if (__builtin_mul_overflow(v, 10u, &v) ||
			__builtin_add_overflow(
				v, (uint64_t)(s.at[i] - '0'), &v))
			return ERR_INVALID;
	}
	*ret_value = v;
	return OK;
}

/* The length of the well-formed sequence at p, 0 if there is none. */
static size_t utf8_step(const uint8_t *p, size_t len)
{
	uint8_t a = p[0];
	uint8_t lo = 0x80;
	uint8_t hi = 0xBF;
	size_t n;

	if (a < 0x80)
		return 1;
	if (a >= 0xC2 && a <= 0xDF)
		n = 2;
	else if (a >= 0xE0 && a <= 0xEF)
		n = 3;
	else if (a >= 0xF0 && a <= 0xF4)
		n = 4;
	else
		return 0;
	if (len < n)
		return 0;
	if (a == 0xE0)
		lo = 0xA0;
	if (a == 0xED)
		hi = 0x9F;
	if (a == 0xF0)
		lo = 0x90;
	if (a == 0xF4)
		hi = 0x8F;
	if (p[1] < lo || p[1] > hi)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return n;
}

bool str_is_utf8(struct str s)
{
	const uint8_t *p = (const uint8_t *)s.at;

	for (size_t i = 0; i < s.len;) {
		size_t n = utf8_step(p + i, s.len - i);

		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

size_t str_utf8_count(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((uint8_t)s.at[i] & 0xC0) != 0x80;
	return n;
}

#include "domain/text.h"

#include <idn2.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

static bool ascii_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool ascii_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool ascii_alnum(char c)
{
	return ascii_alpha(c) || ascii_digit(c);
}

static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static char ascii_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] >= 0x80)
			return false;
	return true;
}

/* Step s behind its first code point; s is well-formed and not empty. */
static ucs4_t next_point(struct str *s)
{
	ucs4_t point;
	int n = u8_mbtouc(&point, (const uint8_t *)s->at, s->len);

	*s = str_slice(*s, (size_t)n, s->len);
	return point;
}

/* Without white space of any script at both ends; s is well-formed. */
static struct str trim(struct str s)
{
	s = str_trim(s);
	while (s.len > 0) {
		struct str rest = s;

		if (!uc_is_property_white_space(next_point(&rest)))
			break;
		s = rest;
	}
	while (s.len > 0) {
		size_t at = s.len - 1;
		struct str last;

		while (((unsigned char)s.at[at] & 0xc0) == 0x80)
			at--;
		last = str_slice(s, at, s.len);
		if (!uc_is_property_white_space(next_point(&last)))
			break;
		s.len = at;
	}
	return s;
}

/* A copy with every ASCII letter lower-cased; at is NULL on failure. */
static struct str lowered(struct arena *a, struct str s)
{
	char *at = arena_alloc(a, s.len + 1);

	if (at == NULL)
		return STR_NULL;
	for (size_t i = 0; i < s.len; i++)
		at[i] = ascii_lower(s.at[i]);
	return (struct str){ at, s.len };
}

/* atext of RFC 5322 section 3.2.3. */
static bool is_atext(char c)
{
	if (ascii_alnum(c))
		return true;
	switch (c) {
	case '!':
	case '#':
	case '$':
	case '%':
	case '&':
	case '\'':
	case '*':
	case '+':
	case '-':
	case '/':
	case '=':
	case '?':
	case '^':
	case '_':
	case '`':
	case '{':
	case '|':
	case '}':
	case '~':
		return true;
	default:
		return false;
	}
}

/* Dot-string of RFC 5321 section 4.1.2. */
static bool is_dot_atom(struct str s)
{
	char before = '.';

	if (s.len == 0 || s.len > EMAIL_LOCAL_MAX_BYTES)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '.' ? before == '.' : !is_atext(s.at[i]))
			return false;
		before = s.at[i];
	}
	return before != '.';
}

static bool is_label(struct str s)
{
	if (s.len == 0 || s.len > 63 || s.at[0] == '-' ||
		s.at[s.len - 1] == '-')
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_alnum(s.at[i]) && s.at[i] != '-')
			return false;
	return true;
}

/* A last label is letters, or an A-label: never a number (RFC 3696 s. 2). */
static bool is_last_label(struct str s)
{
	if (str_starts(s, STR("xn--")))
		return true;
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_alpha(s.at[i]))
			return false;
	return s.len >= 2;
}

/* At least two labels; s is lower-cased already. */
static bool is_host_name(struct str s)
{
	struct str label = STR_NULL;
	size_t labels = 0;

	if (s.len == 0 || s.len > DOMAIN_MAX_BYTES)
		return false;
	for (; str_split(&s, '.', &label); labels++)
		if (!is_label(label))
			return false;
	return labels >= 2 && is_last_label(label);
}

static bool has_a_label(struct str s)
{
	for (size_t i = 0; i + 4 <= s.len; i++)
		if ((i == 0 || s.at[i - 1] == '.') &&
			str_eq(str_slice(s, i, i + 4), STR("xn--")))
			return true;
	return false;
}

/* The domain as lower-case A-labels; at is NULL when it has none. */
static struct str a_labels(struct arena *a, struct str typed)
{
	struct str z = lowered(a, typed);
	struct str result;
	char *out = NULL;

	if (z.at == NULL)
		return STR_NULL;
	if (is_ascii(z) && !has_a_label(z))
		return z;
	if (idn2_to_ascii_8z(z.at, &out,
		    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return STR_NULL;
	result = arena_copy(a, str_c(out));
	idn2_free(out);
	return result;
}

/* a ‖ b ‖ c; at is NULL on failure. */
static struct str joined(
	struct arena *a, struct str x, struct str y, struct str z)
{
	char *at = arena_alloc(a, x.len + y.len + z.len + 1);

	if (at == NULL)
		return STR_NULL;
	if (x.len > 0)
		memcpy(at, x.at, x.len);
	if (y.len > 0)
		memcpy(at + x.len, y.at, y.len);
	if (z.len > 0)
		memcpy(at + x.len + y.len, z.at, z.len);
	return (struct str){ at, x.len + y.len + z.len };
}

/* E2 of docs/protocol.md, from E1 cut at its @. */
static struct str canonical(
	struct arena *a, struct str local, struct str domain)
{
	struct str base = str_slice(local, 0, str_find(local, '+'));
	char *at;
	size_t len = 0;

	if (!str_eq(domain, STR("gmail.com")) &&
		!str_eq(domain, STR("googlemail.com")))
		return joined(a, base, STR("@"), domain);
	at = arena_alloc(a, base.len + 1);
	if (at == NULL)
		return STR_NULL;
	for (size_t i = 0; i < base.len; i++)
		if (base.at[i] != '.')
			at[len++] = base.at[i];
	return joined(a, (struct str){ at, len }, STR("@"), STR("gmail.com"));
}

static enum email_fault email_fill(struct arena *a, struct str local,
	struct str domain, struct email *ret_email)
{
	struct email e = { .mailed = joined(a, local, STR("@"), domain) };

	if (e.mailed.at == NULL || e.mailed.len > EMAIL_MAX_BYTES)
		return EMAIL_TOO_LONG;
	e.lower = lowered(a, e.mailed);
	if (e.lower.at == NULL)
		return EMAIL_TOO_LONG;
	e.canonical = canonical(a, str_slice(e.lower, 0, local.len), domain);
	if (e.canonical.at == NULL)
		return EMAIL_TOO_LONG;
	e.domain = str_slice(
		e.canonical, str_find(e.canonical, '@') + 1, e.canonical.len);
	*ret_email = e;
	return EMAIL_FINE;
}

enum email_fault email_parse(
	struct arena *a, struct str typed, struct email *ret_email)
{
	struct str local, domain;
	size_t at;

	if (typed.len > 4 * EMAIL_MAX_BYTES)
		return EMAIL_TOO_LONG;
	if (!str_is_utf8(typed))
		return EMAIL_LOCAL;
	typed = trim(typed);
	if (typed.len == 0)
		return EMAIL_MISSING;
	at = str_find(typed, '@');
	local = str_slice(typed, 0, at);
	domain = str_slice(typed, at + 1, typed.len);
	if (at == typed.len || str_find(domain, '@') != domain.len)
		return EMAIL_NO_AT;
	if (!is_dot_atom(local))
		return EMAIL_LOCAL;
	if (str_find(domain, '\0') != domain.len)
		return EMAIL_DOMAIN;
	domain = a_labels(a, domain);
	if (domain.at == NULL || !is_host_name(domain))
		return EMAIL_DOMAIN;
	return email_fill(a, local, domain, ret_email);
}

/* Letters and numbers of any script. */
static bool is_alnum(ucs4_t point)
{
	return uc_is_general_category_withtable(
		point, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N);
}

/* What has no business in a line of text: controls, line separators, code
 * points that are none, and the marks that turn the direction of what stands
 * around them (UAX 9).  Joiners stay: Persian and Hindi need them. */
static bool is_unreadable(ucs4_t point)
{
	if ((point >= 0x202a && point <= 0x202e) ||
		(point >= 0x2066 && point <= 0x2069))
		return true;
	if (uc_is_property_not_a_character(point))
		return true;
	return uc_is_general_category_withtable(point,
		UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Zl |
			UC_CATEGORY_MASK_Zp);
}

/* Count the code points of well-formed s and look at each. */
static enum name_fault name_scan(struct str s)
{
	size_t points = 0;
	bool has_alnum = false;

	for (; s.len > 0; points++) {
		ucs4_t point;

		if ((unsigned char)s.at[0] < 0x80) {
			point = (unsigned char)s.at[0];
			if (point < 0x20 || point == 0x7f)
				return NAME_UNREADABLE;
			has_alnum |= ascii_alnum(s.at[0]);
			s = (struct str){ s.at + 1, s.len - 1 };
			continue;
		}
		point = next_point(&s);
		if (is_unreadable(point))
			return NAME_UNREADABLE;
		has_alnum |= is_alnum(point);
	}
	if (points > NAME_MAX_POINTS)
		return NAME_TOO_LONG;
	return has_alnum ? NAME_FINE : NAME_MISSING;
}

static bool is_link(struct str s)
{
	if (s.len >= 4 && str_eq_nocase(str_slice(s, 0, 4), STR("www.")))
		return true;
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '@')
			return true;
		if (s.at[i] == ':' && i + 3 <= s.len &&
			memcmp(s.at + i, "://", 3) == 0)
			return true;
	}
	return false;
}

/* A copy of s in NFC; at is NULL when there is no memory for it. */
static struct str in_nfc(struct arena *a, struct str s)
{
	struct str result = STR_NULL;
	uint8_t *out;
	size_t len = 0;

	if (is_ascii(s))
		return arena_copy(a, s);
	out = u8_normalize(
		UNINORM_NFC, (const uint8_t *)s.at, s.len, NULL, &len);
	if (out != NULL)
		result = arena_copy(a, (struct str){ (char *)out, len });
	free(out);
	return result;
}

enum name_fault name_check(
	struct arena *a, struct str typed, struct str *ret_name)
{
	enum name_fault fault;
	struct str name;

	/* Bound the work before it starts: no code point has more bytes. */
	if (typed.len > 16 * NAME_MAX_POINTS)
		return NAME_TOO_LONG;
	if (!str_is_utf8(typed))
		return NAME_UNREADABLE;
	typed = trim(typed);
	if (typed.len == 0)
		return NAME_MISSING;
	name = in_nfc(a, typed);
	if (name.at == NULL)
		return NAME_TOO_LONG;
	fault = name_scan(name);
	if (fault != NAME_FINE)
		return fault;
	if (name.at[0] == '-' || name.at[0] == '=' || name.at[0] == '+' ||
		name.at[0] == '@')
		return NAME_FIRST;
	if (is_link(name))
		return NAME_LINK;
	*ret_name = name;
	return NAME_FINE;
}

/* Keep the letters and numbers of well-formed at[0..len), in place. */
static size_t keep_alnum(uint8_t *at, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < len;) {
		ucs4_t point;
		int n = u8_mbtouc(&point, at + i, len - i);

		if (is_alnum(point)) {
			memmove(at + kept, at + i, (size_t)n);
			kept += (size_t)n;
		}
		i += (size_t)n;
	}
	return kept;
}

/* Marks go before folding and once more behind it, because folding may make
 * new ones (U+0130 folds to i and a dot above). */
static struct str slug_unicode(struct arena *a, struct str name)
{
	struct str result = STR_NULL;
	size_t len = 0, folded_len = 0;
	uint8_t *plain, *folded = NULL;

	plain = u8_normalize(
		UNINORM_NFKD, (const uint8_t *)name.at, name.len, NULL, &len);
	if (plain == NULL)
		return STR_NULL;
	len = keep_alnum(plain, len);
	if (len > 0)
		folded = u8_casefold(
			plain, len, NULL, UNINORM_NFKD, NULL, &folded_len);
	if (folded != NULL)
		folded_len = keep_alnum(folded, folded_len);
	if (folded != NULL || len == 0)
		result = arena_copy(
			a, (struct str){ (char *)folded, folded_len });
	free(folded);
	free(plain);
	return result;
}

struct str name_slug(struct arena *a, struct str name)
{
	char *at;
	size_t len = 0;

	if (!is_ascii(name))
		return slug_unicode(a, name);
	at = arena_alloc(a, name.len + 1);
	if (at == NULL)
		return STR_NULL;
	for (size_t i = 0; i < name.len; i++)
		if (ascii_alnum(name.at[i]))
			at[len++] = ascii_lower(name.at[i]);
	return (struct str){ at, len };
}

static struct str postcode_unicode(struct arena *a, struct str typed)
{
	struct str result = STR_NULL;
	size_t len = 0;
	uint8_t *upper;

	upper = u8_toupper((const uint8_t *)typed.at, typed.len, NULL,
		UNINORM_NFC, NULL, &len);
	if (upper == NULL)
		return STR_NULL;
	len = keep_alnum(upper, len);
	result = arena_copy(a, (struct str){ (char *)upper, len });
	free(upper);
	return result;
}

struct str postcode_canonical(struct arena *a, struct str typed)
{
	char *at;
	size_t len = 0;

	if (!is_ascii(typed))
		return str_is_utf8(typed) ? postcode_unicode(a, typed)
					  : STR_NULL;
	at = arena_alloc(a, typed.len + 1);
	if (at == NULL)
		return STR_NULL;
	for (size_t i = 0; i < typed.len; i++)
		if (ascii_alnum(typed.at[i]))
			at[len++] = ascii_upper(typed.at[i]);
	return (struct str){ at, len };
}

/* BFPO 1234: one to four digits behind BFPO or BFP. */
static bool is_bfpo(struct str s)
{
	if (!str_starts(s, STR("BFP")))
		return false;
	s = str_slice(s, 3, s.len);
	if (str_starts(s, STR("O")))
		s = str_slice(s, 1, s.len);
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_digit(s.at[i]))
			return false;
	return s.len >= 1 && s.len <= 4;
}

/* The last two letters of an inward code never look like another sign. */
static bool is_unit_letter(char c)
{
	return c >= 'A' && c <= 'Z' && c != 'C' && c != 'I' && c != 'K' &&
		c != 'M' && c != 'O' && c != 'V';
}

/* A 9 · A 99 · A 9A · AA 9 · AA 99 · AA 9A */
static bool is_outward(struct str s)
{
	size_t letters = s.len >= 2 && ascii_alpha(s.at[1]) ? 2 : 1;

	if (s.len < letters + 1 || s.len > letters + 2)
		return false;
	return ascii_alpha(s.at[0]) && ascii_digit(s.at[letters]);
}

bool postcode_is_uk(struct str canonical)
{
	struct str in;

	if (str_eq(canonical, STR("GIR0AA")) || is_bfpo(canonical))
		return true;
	if (canonical.len < 5 || canonical.len > 7 || !is_ascii(canonical))
		return false;
	in = str_slice(canonical, canonical.len - 3, canonical.len);
	return ascii_digit(in.at[0]) && is_unit_letter(in.at[1]) &&
		is_unit_letter(in.at[2]) &&
		is_outward(str_slice(canonical, 0, canonical.len - 3));
}

static bool has_shape(struct str canonical, struct str shape)
{
	if (canonical.len != shape.len)
		return false;
	for (size_t i = 0; i < shape.len; i++) {
		bool digit = ascii_digit(canonical.at[i]);

		if ((shape.at[i] == 'A' && digit) ||
			(shape.at[i] == '9' && !digit))
			return false;
	}
	return is_ascii(canonical);
}

bool postcode_has_shape(struct str canonical, struct str shapes)
{
	struct str shape;

	while (str_split(&shapes, ' ', &shape))
		if (shape.len > 0 && has_shape(canonical, shape))
			return true;
	return false;
}

static bool looks_right(const struct postcode_rule *home, struct str canonical)
{
	return home->shapes.len > 0
		? postcode_has_shape(canonical, home->shapes)
		: postcode_is_uk(canonical);
}

enum postcode_fault postcode_parse(struct arena *a,
	const struct postcode_rule *home, struct str country, struct str typed,
	struct str *ret_postcode)
{
	bool asked = str_eq(country, home->country) &&
		(home->shapes.len > 0 || str_eq(country, STR("GB")));
	struct str canonical;

	if (typed.len > 4 * POSTCODE_MAX_POINTS)
		return POSTCODE_TOO_LONG;
	if (!str_is_utf8(typed))
		return POSTCODE_SHAPE;
	if (str_utf8_count(typed) > POSTCODE_MAX_POINTS)
		return POSTCODE_TOO_LONG;
	canonical = postcode_canonical(a, typed);
	if (canonical.at == NULL)
		return POSTCODE_TOO_LONG;
	if (asked && canonical.len == 0)
		return POSTCODE_MISSING;
	if (asked && !looks_right(home, canonical))
		return POSTCODE_SHAPE;
	*ret_postcode = canonical;
	return POSTCODE_FINE;
}

struct str text_of_code(struct arena *a, struct str code)
{
	char *at = arena_alloc(a, code.len);

	if (at == NULL)
		return code;
	for (size_t i = 0; i < code.len; i++)
		at[i] = code.at[i] == '-' ? ' ' : code.at[i];
	if (code.len > 0 && at[0] >= 'a' && at[0] <= 'z')
		at[0] = (char)(at[0] - 'a' + 'A');
	return (struct str){ at, code.len };
}

#include "http/form.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte of the escape at text.at[i], or -1. */
static int escaped_byte(struct str text, size_t i)
{
	int high, low;

	if (text.len - i < 3)
		return -1;
	high = hex_digit(text.at[i + 1]);
	low = hex_digit(text.at[i + 2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Decoded bytes to at, which has room for text.len; their number to
 * ret_len. */
static enum err decode_into(
	char *at, struct str text, bool plus_is_space, size_t *ret_len)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		int byte = c;

		if (c <= ' ' || c == 0x7f)
			return ERR_INVALID;
		if (c == '%') {
			byte = escaped_byte(text, i);
			if (byte <= 0)
				return ERR_INVALID;
			i += 2;
		} else if (c == '+' && plus_is_space) {
			byte = ' ';
		}
		at[n++] = (char)byte;
	}
	*ret_len = n;
	return OK;
}

enum err form_decode(struct arena *a, struct str text, bool plus_is_space,
	struct str *ret_text)
{
	char *at = arena_alloc(a, text.len + 1);
	struct str s = { at, 0 };
	enum err e;

	if (at == NULL)
		return ERR_TOO_LARGE;
	e = decode_into(at, text, plus_is_space, &s.len);
	if (e != OK)
		return e;
	if (!str_is_utf8(s))
		return ERR_INVALID;
	*ret_text = s;
	return OK;
}

static size_t count_pairs(struct str text)
{
	struct str part;
	size_t n = 0;

	while (str_split(&text, '&', &part))
		n += part.len > 0;
	return n;
}

static enum err read_pair(
	struct arena *a, struct str pair, struct form_field *ret_field)
{
	size_t cut = str_find(pair, '=');
	struct form_field f = { 0 };
	enum err e;

	e = form_decode(a, str_slice(pair, 0, cut), true, &f.name);
	if (e != OK)
		return e;
	e = form_decode(a, str_slice(pair, cut + 1, pair.len), true, &f.value);
	if (e != OK)
		return e;
	*ret_field = f;
	return OK;
}

enum err form_parse(struct arena *a, struct str text, enum form_twice twice,
	struct form *ret_form)
{
	size_t n = count_pairs(text);
	struct form form = { 0 };
	struct str pair;

	if (n > FORM_MAX_FIELDS)
		return ERR_TOO_LARGE;
	form.field = ARENA_ARRAY(a, struct form_field, n);
	if (form.field == NULL)
		return ERR_TOO_LARGE;
	while (str_split(&text, '&', &pair)) {
		struct form_field f;
		enum err e;

		if (pair.len == 0)
			continue;
		e = read_pair(a, pair, &f);
		if (e != OK)
			return e;
		if (twice == FORM_TWICE_REFUSED &&
			form_get(&form, f.name).at != NULL)
			return ERR_INVALID;
		form.field[form.n++] = f;
	}
	*ret_form = form;
	return OK;
}

struct str form_get(const struct form *f, struct str name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->field[i].name, name))
			return f->field[i].value;
	return STR_NULL;
}

/*
 * form_fuzz.c - a form that was read is clean UTF-8 without NUL, within its
 * ceilings, and encoding it again and reading that gives the same form.
 */
#include "http/form.h"

#include <assert.h>

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void encode(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		buf_printf(b, "%%%02X", (unsigned)(unsigned char)s.at[i]);
}

static void check_again(struct arena *a, const struct form *f)
{
	struct form again;
	struct buf b;

	buf_init(&b, 1 << 24);
	for (size_t i = 0; i < f->n; i++) {
		buf_byte(&b, '&');
		encode(&b, f->field[i].name);
		buf_byte(&b, '=');
		encode(&b, f->field[i].value);
	}
	assert(form_parse(a, buf_view(&b), FORM_TWICE_FIRST, &again) == OK);
	assert(again.n == f->n);
	for (size_t i = 0; i < f->n; i++) {
		assert(str_eq(again.field[i].name, f->field[i].name));
		assert(str_eq(again.field[i].value, f->field[i].value));
	}
	buf_release(&b);
}

static void check_clean(struct str s)
{
	assert(s.at != NULL);
	assert(str_is_utf8(s));
	assert(str_find(s, '\0') == s.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data, size };
	struct form f, unique;
	struct arena a;

	arena_init(&a, 1 << 24);
	if (form_parse(&a, in, FORM_TWICE_FIRST, &f) == OK) {
		assert(f.n <= FORM_MAX_FIELDS);
		for (size_t i = 0; i < f.n; i++) {
			check_clean(f.field[i].name);
			check_clean(f.field[i].value);
			assert(form_get(&f, f.field[i].name).at != NULL);
		}
		check_again(&a, &f);
	}
	if (form_parse(&a, in, FORM_TWICE_REFUSED, &unique) == OK)
		for (size_t i = 0; i < unique.n; i++)
			assert(form_get(&unique, unique.field[i].name).at ==
				unique.field[i].value.at);
	arena_release(&a);
	return 0;
}

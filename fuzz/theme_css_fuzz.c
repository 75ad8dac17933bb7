/*
 * theme_css_fuzz.c - a theme is refused with a line that it has, or what is
 * served holds no address, no escape and as many { as }.
 */
#include <assert.h>

#include "page/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(struct str css)
{
	size_t depth = 0;

	for (size_t i = 0; i < css.len; i++) {
		depth += css.at[i] == '{';
		assert(css.at[i] != '}' || depth > 0);
		depth -= css.at[i] == '}';
		assert(depth <= 2);
		assert(css.at[i] != '\\' && css.at[i] != '<');
		assert(!str_starts(str_slice(css, i, css.len), STR("url(")));
	}
	assert(depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct theme_fault fault = { .line = 0 };
	struct buf out;
	uint32_t lines = 1;
	enum err e;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	buf_init(&out, 1 << 20);
	e = theme_css(text, &out, &fault);
	if (e == OK)
		look(buf_view(&out));
	else if (e == ERR_INVALID)
		assert(fault.line > 0 && fault.line <= lines);
	buf_release(&out);
	return 0;
}

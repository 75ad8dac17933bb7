/*
 * theme_html_fuzz.c - a fragment is refused with a line that it has, or what
 * is written is taken again and written the same.
 */
#include <assert.h>

#include "page/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct theme_fault fault = { .line = 0 };
	struct buf once;
	struct buf twice;
	struct html h = { .out = &once };
	uint32_t lines = 1;
	enum err e;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	buf_init(&once, 1 << 20);
	buf_init(&twice, 1 << 20);
	e = theme_fragment(
		(struct str){ (const char *)data, size }, &h, &fault);
	if (e == OK) {
		h.out = &twice;
		assert(theme_fragment(buf_view(&once), &h, &fault) == OK);
		assert(str_eq(buf_view(&once), buf_view(&twice)));
	} else if (e == ERR_INVALID) {
		assert(fault.line > 0 && fault.line <= lines);
	}
	buf_release(&once);
	buf_release(&twice);
	return 0;
}

/*
 * postcode_list_fuzz.c - whatever list of postcodes is loaded, it is refused
 * with a sentence, or becomes an index that is whole and knows each row.
 */
#include "cmd/load_postcodes.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_index(struct postcodes_builder *b, uint64_t rows)
{
	struct postcodes p;
	uint32_t count = 0;
	struct buf out;
	enum err e;

	buf_init(&out, 1 << 24);
	e = postcodes_builder_write(b, &out, &count);
	assert(e == OK || e == ERR_TOO_LARGE);
	if (e == OK) {
		assert(count <= rows);
		assert(postcodes_open(buf_view(&out), &p) == OK);
		assert(p.count == count && postcodes_intact(&p));
	}
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct postcodes_builder *b = postcodes_builder_new();
	struct load_postcodes in = { .name = STR("f"),
		.bytes = { (const char *)data, size } };
	struct str complaint = STR_NULL;
	uint64_t rows = 0;
	struct arena a;
	enum err e;

	if (b == NULL)
		return 0;
	arena_init(&a, 1 << 20);
	in.arena = &a;
	e = load_postcodes(b, &in, &rows, &complaint);
	if (e == OK)
		check_index(b, rows);
	else
		assert(e == ERR_INVALID && complaint.len > 0);
	arena_release(&a);
	postcodes_builder_free(b);
	return 0;
}

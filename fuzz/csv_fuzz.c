/*
 * csv_fuzz.c - rows come in the order of their lines, within the ceilings, and
 * end.
 */
#include "cmd/csv.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct csv c;
	bool row = true;
	size_t last = 0;

	arena_init(&a, 1 << 20);
	csv_init(&c, &a, (struct str){ (const char *)data, size });
	while (row && csv_next(&c, &row) == OK) {
		if (!row)
			break;
		assert(c.line > last && c.n >= 1 && c.n <= CSV_FIELDS_MAX);
		last = c.line;
	}
	arena_release(&a);
	return 0;
}

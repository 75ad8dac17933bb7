/*
 * import_fuzz.c - documents are taken, or refused with a sentence.
 */
#include "cmd/import.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err take(void *arg, const struct petition *p)
{
	assert(p->id > 0);
	++*(size_t *)arg;
	return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str bytes = { (const char *)data, size };
	size_t taken = 0;
	const struct import im = { .months = 6,
		.lang = STR("en-GB"),
		.petition = take,
		.arg = &taken };
	struct buf problem;

	buf_init(&problem, 1 << 16);
	if (import_bytes(&im, STR("file"), bytes, &problem) != OK)
		assert(problem.len > 0);
	buf_release(&problem);
	return 0;
}

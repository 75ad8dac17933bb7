/*
 * desks_fuzz.c - the file of who may ask as a desk.  What is taken is written
 * back as a file that says the same.
 */
#include <assert.h>

#include "role/desk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct desks read, again;
	struct buf b;

	if (desks_parse((struct str){ (const char *)data, size }, &read) != OK)
		return 0;
	assert(read.n <= DESKS_MAX);
	buf_init(&b, 64 << 10);
	desks_write(&b, &read);
	assert(buf_err(&b) == OK);
	assert(desks_parse(buf_view(&b), &again) == OK && again.n == read.n);
	for (size_t i = 0; i < read.n; i++) {
		const struct desk *d = desks_find(&again, &read.desk[i].key);

		assert(d == &again.desk[i]);
		assert(strcmp(d->name, read.desk[i].name) == 0);
		assert(memcmp(&d->recipient, &read.desk[i].recipient,
			       sizeof(d->recipient)) == 0);
	}
	buf_release(&b);
	return 0;
}

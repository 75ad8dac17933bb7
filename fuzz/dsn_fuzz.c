/*
 * dsn_fuzz.c - a message is read without a byte outside it, and its head is
 * its beginning.  Copied to the heap, so that a read behind the end is seen.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "mail/dsn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + (size == 0));
	struct str in = { copy, size };
	struct dsn d;

	assert(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	d = dsn_read(in);
	assert(d.head.at == copy && d.head.len <= size);
	if (dsn_status_is_hard(in))
		assert(size >= 5 && copy[0] == '5');
	if (dsn_reply_is_hard(in))
		assert(size >= 3 && copy[0] == '5');
	free(copy);
	return 0;
}

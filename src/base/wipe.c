#include "base/wipe.h"

#include <stdint.h>

void wipe(void *at, size_t len)
{
	if (len > 0)
		explicit_bzero(at, len);
}

/* Not inlined: its frame must lie where the callees of its caller had theirs.
 * AddressSanitizer would put the bytes elsewhere. */
__attribute__((noinline)) void wipe_stack(unsigned depth)
{
	char below[16 << 10];

	if (depth > 1)
		wipe_stack(depth - 1);
	explicit_bzero(below, sizeof(below));
}

bool same_bytes(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a;
	const volatile uint8_t *y = b;
	uint8_t diff = 0;

	for (size_t i = 0; i < len; i++)
		diff |= (uint8_t)(x[i] ^ y[i]);
	return diff == 0;
}

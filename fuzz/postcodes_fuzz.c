/*
 * postcodes_fuzz.c - whatever bytes the index of postcodes has, looking into
 * it reads nothing else, and ends.
 */
#include "domain/postcodes.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct postcodes *p, struct str postcode)
{
	struct postcode_found f;

	if (!postcodes_find(p, postcode, &f))
		return;
	assert(f.n <= POSTCODES_AREAS);
	for (size_t i = 0; i < f.n; i++) {
		assert(f.area[i].len <= POSTCODES_AREA_BYTES);
		assert(f.area[i].at >= p->bytes.at);
		assert(f.area[i].at + f.area[i].len <=
			p->bytes.at + p->bytes.len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const some[] = { "SW1A1AA", "M11AE", "A", "0",
		"ZZZZZZZZZZZZ", "10115", "" };
	struct postcodes p;

	if (postcodes_open((struct str){ (const char *)data, size }, &p) != OK)
		return 0;
	(void)postcodes_intact(&p);
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		look(&p, str_c(some[i]));
	for (size_t i = 0; i + 7 <= size && i < 256; i++)
		look(&p, (struct str){ (const char *)data + i, 7 });
	return 0;
}

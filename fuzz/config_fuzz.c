/*
 * config_fuzz.c - a configuration is taken, or refused with at least one
 * mistake told.
 */
#include "role/config.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void complain(void *context, uint32_t line, const char *text)
{
	(void)line;
	assert(text[0] != '\0');
	++*(size_t *)context;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str text = { (const char *)data, size };
	struct config c;
	size_t mistakes = 0;
	enum err e = config_parse(text, complain, &mistakes, &c);

	assert((e == OK) == (mistakes == 0));
	if (e == OK)
		config_release(&c);
	return 0;
}

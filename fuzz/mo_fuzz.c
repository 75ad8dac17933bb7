/*
 * mo_fuzz.c - whatever file comes in as a catalogue, each message of one that
 * was taken is found by its own id, in every form, and nothing else is read.
 * The same bytes are also tried as a Plural-Forms field.
 */
#include <assert.h>

#include "base/mo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct mo *mo)
{
	for (uint32_t i = 1; i < mo->n; i++) {
		struct str id = mo_id(mo, i);

		id = str_slice(id, 0, str_find(id, '\0'));
		assert(mo_find(mo, id).at != NULL || id.len == 0);
		for (uint64_t n = 0; n < 4; n++)
			(void)mo_find_plural(mo, id, n * 37);
	}
	assert(mo_find(mo, STR("no such message \x01")).at == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct plural plural;
	const char *why;
	struct mo mo;

	if (mo_open(text, &mo, &why) == OK)
		ask(&mo);
	if (plural_parse(text, &plural) == OK)
		for (uint64_t n = 0; n < 130; n++)
			assert(plural_form(&plural, n) < plural.forms);
	return 0;
}

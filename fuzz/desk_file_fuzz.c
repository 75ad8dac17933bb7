/*
 * desk_file_fuzz.c - a desk's own file, opened, and the public one beside it
 * that names the site.
 */
#include <assert.h>

#include "cmd/petition_desk_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str text = { (const char *)data, size };
	static struct desk_file file;
	struct desk_site site;

	file.n_identities = 0;
	file.has_key = false;
	if (desk_file_parse(text, &file) == OK)
		assert(file.has_key && file.n_identities > 0 &&
			file.n_identities <= DESK_IDENTITIES_MAX);
	if (desk_site_parse(text, &site) == OK)
		assert(site.url[0] != '\0' &&
			strlen(site.url) < sizeof(site.url));
	return 0;
}

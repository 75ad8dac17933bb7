/*
 * target_fuzz.c - a target that was taken apart names one thing: its path has
 * no way up, no empty segment inside and no control character.  The same
 * bytes are also read as X-Forwarded-For and as an address range.
 */
#include "http/target.h"

#include <assert.h>

#include "http/addr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(struct str path)
{
	struct str rest = path;
	struct str segment;

	assert(str_starts(path, STR("/")) && str_is_utf8(path));
	for (size_t i = 0; i < path.len; i++)
		assert((unsigned char)path.at[i] >= ' ' && path.at[i] != 0x7f);
	(void)str_split(&rest, '/', &segment);
	while (str_split(&rest, '/', &segment)) {
		assert(segment.len > 0 || rest.at == NULL);
		assert(!str_eq(segment, STR(".")));
		assert(!str_eq(segment, STR("..")));
	}
}

static void check_addresses(struct str in)
{
	struct http_net trusted = { .base = { { 10 }, 4 }, .bits = 8 };
	struct http_addr peer = { { 10, 0, 0, 1 }, 4 };
	struct http_addr c = http_client_of(&peer, in, &trusted, 1);
	struct http_net net;

	assert(c.len == 4 || c.len == 16);
	if (http_net_parse(in, &net) == OK)
		assert(http_net_has(&net, &net.base));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data, size };
	struct http_target t;
	struct arena a;

	arena_init(&a, 1 << 24);
	if (http_target_parse(&a, in, &t) == OK) {
		check_path(t.path);
		assert(str_find(t.query, ' ') == t.query.len);
	}
	check_addresses(in);
	arena_release(&a);
	return 0;
}

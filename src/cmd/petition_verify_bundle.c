#include "cmd/petition_verify_bundle.h"

#include <inttypes.h>

unsigned bundle_width(uint64_t size, uint64_t n)
{
	uint64_t left = size > n * BUNDLE ? size - n * BUNDLE : 0;

	return left < BUNDLE ? (unsigned)left : BUNDLE;
}

/* C2SP's path: groups of three digits, "x" before all but the last. */
void tile_path(char ret_path[TILE_PATH_BYTES], unsigned year, const char *level,
	uint64_t n, unsigned width)
{
	const size_t cap = TILE_PATH_BYTES;
	char digits[32];
	int len = snprintf(digits, sizeof(digits), "%03" PRIu64, n);
	int used;
	int i = 0;

	while (len % 3 != 0)
		len = snprintf(
			digits, sizeof(digits), "%0*" PRIu64, len + 1, n);
	used = snprintf(ret_path, cap, "log/%04u/tile/%s/", year, level);
	for (; i + 3 < len; i += 3)
		used += snprintf(ret_path + used, cap - (size_t)used, "x%.3s/",
			digits + i);
	used += snprintf(
		ret_path + used, cap - (size_t)used, "%.3s", digits + i);
	if (width < BUNDLE)
		(void)snprintf(
			ret_path + used, cap - (size_t)used, ".p/%u", width);
}

enum err tile_get(struct source *s, unsigned year, const char *level,
	uint64_t n, unsigned width, struct buf *b)
{
	char path[TILE_PATH_BYTES];
	enum err e;

	tile_path(path, year, level, n, width);
	e = source_get(
		s, path, width == BUNDLE ? SOURCE_FIXED : SOURCE_CHANGES, b);
	if (e == ERR_NOT_FOUND && width < BUNDLE) {
		tile_path(path, year, level, n, BUNDLE);
		e = source_get(s, path, SOURCE_FIXED, b);
	}
	return e;
}

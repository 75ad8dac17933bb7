/*
 * tlog_path_fuzz.c - a tile's path that is read is the one that is written,
 * and never leads out of the log's folder.
 */
#include <assert.h>

#include "tlog/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data, size };
	struct tlog_tile tile;
	struct buf out;

	if (tlog_tile_parse(in, &tile) != OK)
		return 0;
	assert(memmem(data, size, "..", 2) == NULL && data[0] == 't');
	buf_init(&out, TLOG_PATH_BYTES);
	tlog_tile_path(&out, tile);
	assert(buf_err(&out) == OK && str_eq(buf_view(&out), in));
	buf_release(&out);
	return 0;
}

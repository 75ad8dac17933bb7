#include "http/gzip.h"

#include <limits.h>
#define ZLIB_CONST /* next_in is const */
#include <zlib.h>

/* windowBits of 15 and 16 more: the largest window, in a gzip wrapper. */
static const int GZIP_WINDOW_BITS = 15 + 16;
static const int MEM_LEVEL = 8;

static enum err pack_into(
	struct str body, char *at, size_t cap, size_t *ret_len)
{
	z_stream z = { 0 };
	int done;

	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
		    GZIP_WINDOW_BITS, MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return ERR_MEMORY;
	z.next_in = (const Bytef *)body.at;
	z.avail_in = (uInt)body.len;
	z.next_out = (Bytef *)at;
	z.avail_out = (uInt)cap;
	done = deflate(&z, Z_FINISH);
	*ret_len = z.total_out;
	(void)deflateEnd(&z);
	return done == Z_STREAM_END ? OK : ERR_TOO_LARGE;
}

enum err gzip_pack(struct str body, struct str *ret_packed)
{
	size_t cap = body.len - body.len / 8;
	size_t len = 0;
	enum err e;
	char *at;

	if (body.len < 256 || body.len > INT_MAX)
		return ERR_TOO_LARGE;
	at = malloc(cap);
	if (at == NULL)
		return ERR_MEMORY;
	e = pack_into(body, at, cap, &len);
	if (e != OK) {
		free(at);
		return e;
	}
	*ret_packed = (struct str){ at, len };
	return OK;
}

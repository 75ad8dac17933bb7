#include "role/code.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/enc.h"
#include "crypto/hash.h"
#include "page/asset.h"

enum { CODE_MAX_BYTES = 64 << 10 };

static enum err hash_program(struct sha256 *ret_hash)
{
	static char some[64 << 10];
	struct sha256_stream stream;
	ssize_t n;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return ERR_IO;
	sha256_begin(&stream);
	while ((n = read(fd, some, sizeof(some))) > 0)
		sha256_add(&stream, some, (size_t)n);
	sha256_end(&stream, ret_hash);
	(void)close(fd);
	return n < 0 ? ERR_IO : OK;
}

static void line(struct buf *b, struct str name, const struct sha256 *hash)
{
	enc_hex(b, hash, sizeof(*hash));
	buf_c(b, "  ");
	buf_str(b, name);
	buf_byte(b, '\n');
}

enum err code_declare(struct buf *b)
{
	struct sha256 hash;
	size_t n;
	const struct asset *asset = asset_list(&n);
	enum err e = hash_program(&hash);

	buf_init(b, CODE_MAX_BYTES);
	if (e != OK)
		return e;
	line(b, STR("petitiond"), &hash);
	for (size_t i = 0; i < n; i++) {
		sha256(asset[i].body.at, asset[i].body.len, &hash);
		line(b, str_slice(asset[i].path, 1, asset[i].path.len), &hash);
	}
	return buf_err(b);
}

#include "cmd/archive.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"

enum {
	BLOCK = 512,
	NAME_AT = 0,
	MODE_AT = 100,
	UID_AT = 108,
	GID_AT = 116,
	SIZE_AT = 124,
	MTIME_AT = 136,
	CHECK_AT = 148,
	TYPE_AT = 156,
	MAGIC_AT = 257,
	SIZE_BYTES = 12,
	PIECE = 1 << 20
};

static const uint64_t OCTAL_MAX = (uint64_t)1 << 33;

static void put_octal(uint8_t *at, size_t len, uint64_t v)
{
	for (size_t i = len - 1; i-- > 0; v >>= 3)
		at[i] = (uint8_t)('0' + (v & 7));
	at[len - 1] = '\0';
}

static void put_size(uint8_t *at, uint64_t v)
{
	if (v < OCTAL_MAX) {
		put_octal(at, SIZE_BYTES, v);
		return;
	}
	at[0] = 0x80;
	put_u64(at + SIZE_BYTES - 8, v);
}

/* The sum of all bytes, those of the sum itself counted as blanks. */
static unsigned checksum(const uint8_t head[BLOCK])
{
	unsigned sum = 0;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= CHECK_AT && i < TYPE_AT ? ' ' : head[i];
	return sum;
}

static enum err put_head(
	int fd, const char *name, uint64_t bytes, int64_t now_s)
{
	uint8_t head[BLOCK] = { 0 };
	size_t len = strlen(name);

	if (len > ARCHIVE_NAME_MAX)
		return ERR_TOO_LARGE;
	memcpy(head + NAME_AT, name, len);
	put_octal(head + MODE_AT, 8, 0600);
	put_octal(head + UID_AT, 8, 0);
	put_octal(head + GID_AT, 8, 0);
	put_size(head + SIZE_AT, bytes);
	put_octal(head + MTIME_AT, 12, (uint64_t)now_s);
	head[TYPE_AT] = '0';
	memcpy(head + MAGIC_AT, "ustar\00000", 8);
	put_octal(head + CHECK_AT, 7, checksum(head));
	head[CHECK_AT + 7] = ' ';
	return file_write(fd, head, sizeof(head));
}

static enum err put_padding(int fd, uint64_t bytes)
{
	static const uint8_t zero[BLOCK];
	size_t rest = (size_t)(bytes % BLOCK);

	return rest == 0 ? OK : file_write(fd, zero, BLOCK - rest);
}

enum err archive_put(
	int fd, const char *name, struct str contents, int64_t now_s)
{
	enum err e = put_head(fd, name, contents.len, now_s);

	if (e == OK)
		e = file_write(fd, contents.at, contents.len);
	return e == OK ? put_padding(fd, contents.len) : e;
}

enum err archive_put_file(int fd, const char *name, int file_fd, int64_t now_s)
{
	uint8_t *piece = malloc(PIECE);
	uint64_t bytes = 0;
	enum err e = piece == NULL ? ERR_MEMORY : file_size(file_fd, &bytes);

	if (e == OK)
		e = put_head(fd, name, bytes, now_s);
	for (uint64_t at = 0; e == OK && at < bytes; at += PIECE) {
		size_t n = bytes - at < PIECE ? (size_t)(bytes - at) : PIECE;

		e = file_pread(file_fd, piece, n, at);
		if (e == OK)
			e = file_write(fd, piece, n);
	}
	free(piece);
	return e == OK ? put_padding(fd, bytes) : e;
}

enum err archive_end(int fd)
{
	static const uint8_t zero[2 * BLOCK];

	return file_write(fd, zero, sizeof(zero));
}

/* ---- reading ---- */

static enum err read_all(int fd, uint8_t *at, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_from_errno(errno);
		if (n == 0)
			return ERR_CORRUPT;
		at += n;
		len -= (size_t)n;
	}
	return OK;
}

/* Blanks and NULs may stand around the digits. */
static bool get_octal(const uint8_t *at, size_t len, uint64_t *ret_v)
{
	uint64_t v = 0;
	size_t i = 0;

	while (i < len && at[i] == ' ')
		i++;
	for (; i < len && at[i] >= '0' && at[i] <= '7'; i++)
		v = v << 3 | (uint64_t)(at[i] - '0');
	if (i < len && at[i] != ' ' && at[i] != '\0')
		return false;
	*ret_v = v;
	return true;
}

static bool get_size(const uint8_t *at, uint64_t *ret_bytes)
{
	if (at[0] != 0x80)
		return get_octal(at, SIZE_BYTES, ret_bytes);
	*ret_bytes = get_u64(at + SIZE_BYTES - 8);
	return *ret_bytes <= INT64_MAX && at[1] == 0 && at[2] == 0 &&
		at[3] == 0;
}

static bool is_zero(const uint8_t head[BLOCK])
{
	for (size_t i = 0; i < BLOCK; i++)
		if (head[i] != 0)
			return false;
	return true;
}

enum err archive_next(
	int fd, struct archive_member *ret_member, bool *ret_found)
{
	uint8_t head[BLOCK];
	uint64_t sum, bytes;
	enum err e = read_all(fd, head, sizeof(head));

	if (e != OK)
		return e;
	if (is_zero(head)) {
		*ret_found = false;
		return OK;
	}
	if (!get_octal(head + CHECK_AT, 8, &sum) || sum != checksum(head) ||
		memcmp(head + MAGIC_AT, "ustar", 5) != 0 ||
		head[TYPE_AT] != '0' || head[NAME_AT + ARCHIVE_NAME_MAX] != 0 ||
		!get_size(head + SIZE_AT, &bytes))
		return ERR_CORRUPT;
	memcpy(ret_member->name, head + NAME_AT, sizeof(ret_member->name));
	ret_member->bytes = bytes;
	*ret_found = true;
	return OK;
}

enum err archive_take(int fd, const struct archive_member *m, int to_fd)
{
	uint64_t left = (m->bytes + BLOCK - 1) / BLOCK * BLOCK;
	uint64_t wanted = m->bytes;
	uint8_t *piece = malloc(PIECE);
	enum err e = piece == NULL ? ERR_MEMORY : OK;

	while (e == OK && left > 0) {
		size_t n = left < PIECE ? (size_t)left : PIECE;
		size_t mine = wanted < n ? (size_t)wanted : n;

		e = read_all(fd, piece, n);
		if (e == OK && to_fd >= 0)
			e = file_write(to_fd, piece, mine);
		left -= n;
		wanted -= mine;
	}
	free(piece);
	return e;
}

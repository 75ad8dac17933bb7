#include "role/keep_journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/enc.h"
#include "base/fault.h"
#include "base/file.h"

enum { HEAD_LEN = 12, NAME_LEN = 24 };

#define MAGIC 0x504b4a31u /* "PKJ1" */
#define PREFIX "journal-"
/* Above every segment: a batch of 4,096 asks has 800 kB. */
#define SEGMENT_MAX ((size_t)1 << 31)

static enum err last_err(void)
{
	return err_from_errno(errno);
}

static void name_of(uint64_t number, char ret_name[NAME_LEN + 1])
{
	(void)snprintf(ret_name, NAME_LEN + 1, PREFIX "%016" PRIx64, number);
}

/* 0 if the name is not a segment's. */
static uint64_t number_of(const char *name)
{
	struct str s = str_c(name);
	uint8_t bytes[8];

	if (s.len != NAME_LEN || !str_starts(s, STR(PREFIX)))
		return 0;
	if (dec_hex(str_slice(s, 8, NAME_LEN), bytes, 8) != OK)
		return 0;
	return get_u64(bytes);
}

/* The lowest segment number above `above`, and the highest of all. */
static enum err find_next(
	int dir_fd, uint64_t above, uint64_t *ret_next, uint64_t *ret_last)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;

	if (dir == NULL) {
		enum err e = last_err();

		if (fd >= 0)
			(void)close(fd);
		return e;
	}
	*ret_next = *ret_last = 0;
	while ((d = readdir(dir)) != NULL) {
		uint64_t n = number_of(d->d_name);

		if (n > above && (*ret_next == 0 || n < *ret_next))
			*ret_next = n;
		if (n > *ret_last)
			*ret_last = n;
	}
	(void)closedir(dir);
	return OK;
}

/* The record at the front of rest, which is stepped over; false at the end
 * or at a torn one. */
static bool next_record(struct str *rest, struct str *ret_body)
{
	const uint8_t *b = (const uint8_t *)rest->at;
	size_t len;

	if (rest->len < HEAD_LEN || get_u32(b) != MAGIC)
		return false;
	len = get_u32(b + 4);
	if (len > rest->len - HEAD_LEN)
		return false;
	if (crc32_z(0, b + HEAD_LEN, len) != get_u32(b + 8))
		return false;
	*ret_body = str_slice(*rest, HEAD_LEN, HEAD_LEN + len);
	*rest = str_slice(*rest, HEAD_LEN + len, rest->len);
	return true;
}

static enum err read_segment(
	int dir_fd, uint64_t number, keep_replay_fn *replay, void *context)
{
	char name[NAME_LEN + 1];
	struct str rest, body;
	struct buf b;
	enum err e;

	name_of(number, name);
	buf_init(&b, SEGMENT_MAX);
	e = file_read(dir_fd, name, &b);
	rest = buf_view(&b);
	while (e == OK && next_record(&rest, &body))
		e = replay(context, body);
	buf_release(&b);
	return e;
}

enum err keep_journal_read(int dir_fd, keep_replay_fn *replay, void *context,
	uint64_t *ret_first, uint64_t *ret_last)
{
	uint64_t at = 0, first = 0, next, last;
	enum err e;

	for (;;) {
		e = find_next(dir_fd, at, &next, &last);
		if (e != OK)
			return e;
		if (next == 0)
			break;
		e = read_segment(dir_fd, next, replay, context);
		if (e != OK)
			return e;
		at = next;
		if (first == 0)
			first = next;
	}
	*ret_first = first;
	*ret_last = last;
	return OK;
}

enum err keep_journal_begin(
	int dir_fd, uint64_t number, struct keep_journal *ret_journal)
{
	char name[NAME_LEN + 1];
	enum err e;
	int fd;

	name_of(number, name);
	fd = openat(
		dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return last_err();
	FAULT("keeper-journal-after-create");
	e = file_sync_dir(dir_fd);
	if (e != OK) {
		(void)close(fd);
		return e;
	}
	*ret_journal = (struct keep_journal){
		.dir_fd = dir_fd, .fd = fd, .number = number
	};
	return OK;
}

void keep_journal_close(struct keep_journal *j)
{
	if (j->fd >= 0)
		(void)close(j->fd);
	j->fd = -1;
}

/* Two halves with a fault between them: a torn record can be made. */
static enum err write_torn(int fd, const uint8_t *at, size_t len, uint64_t off)
{
	enum err e = file_pwrite(fd, at, len / 2, off);

	if (e != OK)
		return e;
	FAULT("keeper-journal-half-written");
	return file_pwrite(fd, at + len / 2, len - len / 2, off + len / 2);
}

enum err keep_journal_append(
	struct keep_journal *j, struct str body, bool durable)
{
	uint8_t head[HEAD_LEN];
	enum err e;

	put_u32(head, MAGIC);
	put_u32(head + 4, (uint32_t)body.len);
	put_u32(head + 8,
		(uint32_t)crc32_z(0, (const uint8_t *)body.at, body.len));
	FAULT("keeper-journal-before-write");
	e = file_pwrite(j->fd, head, HEAD_LEN, j->bytes);
	if (e == OK)
		e = write_torn(j->fd, (const uint8_t *)body.at, body.len,
			j->bytes + HEAD_LEN);
	if (e != OK)
		return e;
	FAULT("keeper-journal-after-write");
	j->bytes += HEAD_LEN + body.len;
	if (durable)
		e = file_sync(j->fd);
	FAULT("keeper-journal-after-sync");
	return e;
}

enum err keep_journal_forget(const struct keep_journal *j)
{
	char name[NAME_LEN + 1];
	uint64_t next, last;
	enum err e;

	for (;;) {
		e = find_next(j->dir_fd, 0, &next, &last);
		if (e != OK || next == j->number)
			return e;
		name_of(next, name);
		if (unlinkat(j->dir_fd, name, 0) != 0)
			return last_err();
		FAULT("keeper-journal-after-delete");
	}
}

#include "role/keep_search.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"

enum { ROW_LEN = 32, NAME_CAP = 40, PIECE_BYTES = 1 << 20 };

#define PREFIX "search-"
#define ROWS_MAX ((size_t)1 << 24)

static void name_of(uint64_t week, char ret_name[NAME_CAP])
{
	(void)snprintf(ret_name, NAME_CAP, PREFIX "%" PRIu64, week);
}

void keep_search_init(struct keep_search *s, int dir_fd)
{
	*s = (struct keep_search){ .dir_fd = dir_fd, .fd = -1 };
	buf_init(&s->rows, ROWS_MAX);
}

static void close_file(struct keep_search *s)
{
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
}

void keep_search_release(struct keep_search *s)
{
	close_file(s);
	buf_release(&s->rows);
}

static enum err write_head(
	struct keep_search *s, uint64_t week, uint32_t uptime_hour)
{
	uint8_t head[ROW_LEN] = "PKI1";

	put_u64(head + 8, week);
	put_u64(head + 16, uptime_hour);
	s->bytes = ROW_LEN;
	return file_pwrite(s->fd, head, sizeof(head), 0);
}

/* Append behind the last whole row. */
static enum err open_week(
	struct keep_search *s, uint64_t week, uint32_t uptime_hour)
{
	char name[NAME_CAP];
	enum err e;

	close_file(s);
	name_of(week, name);
	s->fd = openat(s->dir_fd, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->fd < 0)
		return err_from_errno(errno);
	s->week = week;
	e = file_size(s->fd, &s->bytes);
	s->bytes -= s->bytes % ROW_LEN;
	if (e == OK && s->bytes == 0)
		e = write_head(s, week, uptime_hour);
	return e;
}

enum err keep_search_add(struct keep_search *s, uint64_t week,
	uint32_t uptime_hour, uint64_t slot, const struct tag tag[3])
{
	enum err e = OK;

	if (s->fd < 0 || s->week != week) {
		e = keep_search_flush(s);
		if (e == OK)
			e = open_week(s, week, uptime_hour);
	}
	buf_u64(&s->rows, slot);
	for (int i = 0; i < 3; i++)
		buf_put(&s->rows, tag[i].byte, 8);
	return e != OK ? e : buf_err(&s->rows);
}

enum err keep_search_flush(struct keep_search *s)
{
	enum err e = buf_err(&s->rows);

	if (e != OK || s->rows.len == 0)
		return e;
	FAULT("keeper-search-before-write");
	e = file_pwrite(s->fd, s->rows.at, s->rows.len, s->bytes);
	FAULT("keeper-search-after-write");
	if (e == OK)
		s->bytes += s->rows.len;
	buf_clear(&s->rows);
	return e;
}

static bool is_among(uint64_t slot, const uint64_t list[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == slot)
			return true;
	return false;
}

/* ---- reading a week's file, a piece at a time ---- */

typedef enum err piece_fn(
	void *context, int fd, const uint8_t *rows, size_t len, uint64_t off);

static enum err each_piece(int fd, piece_fn *fn, void *context)
{
	uint8_t *rows = malloc(PIECE_BYTES);
	uint64_t end = 0;
	enum err e = rows == NULL ? ERR_MEMORY : file_size(fd, &end);

	for (uint64_t at = ROW_LEN; at < end && e == OK; at += PIECE_BYTES) {
		size_t len = PIECE_BYTES;

		if (len > end - at)
			len = (size_t)(end - at);
		e = file_pread(fd, rows, len, at);
		if (e == OK)
			e = fn(context, fd, rows, len, at);
	}
	free(rows);
	return e;
}

static enum err in_week(const struct keep_search *s, uint64_t week, int flags,
	piece_fn *fn, void *context)
{
	char name[NAME_CAP];
	enum err e;
	int fd;

	name_of(week, name);
	fd = openat(s->dir_fd, name, flags | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? OK : err_from_errno(errno);
	e = each_piece(fd, fn, context);
	if (e == OK && flags != O_RDONLY)
		e = file_sync(fd);
	(void)close(fd);
	return e;
}

struct forgotten {
	const uint64_t *slot;
	size_t n;
};

static enum err forget_in(
	void *context, int fd, const uint8_t *rows, size_t len, uint64_t off)
{
	static const uint8_t zero[ROW_LEN];
	const struct forgotten *f = context;
	enum err e = OK;

	for (size_t at = 0; at + ROW_LEN <= len && e == OK; at += ROW_LEN)
		if (is_among(get_u64(rows + at), f->slot, f->n)) {
			FAULT("keeper-search-before-forget");
			e = file_pwrite(fd, zero, sizeof(zero), off + at);
		}
	return e;
}

enum err keep_search_forget(
	struct keep_search *s, uint64_t week, const uint64_t slot[], size_t n)
{
	struct forgotten f = { slot, n };

	return in_week(s, week, O_RDWR, forget_in, &f);
}

struct visit {
	keep_search_fn *fn;
	void *context;
};

static enum err visit_in(
	void *context, int fd, const uint8_t *rows, size_t len, uint64_t off)
{
	const struct visit *v = context;
	enum err e = OK;

	(void)fd;
	(void)off;
	for (size_t at = 0; at + ROW_LEN <= len && e == OK; at += ROW_LEN) {
		struct tag tag[3] = { { { 0 } } };

		for (size_t i = 0; i < 3; i++)
			memcpy(tag[i].byte, rows + at + 8 + 8 * i, 8);
		if (get_u64(rows + at) != 0)
			e = v->fn(v->context, get_u64(rows + at), tag);
	}
	return e;
}

enum err keep_search_scan(
	struct keep_search *s, uint64_t week, keep_search_fn *fn, void *context)
{
	struct visit v = { fn, context };

	return in_week(s, week, O_RDONLY, visit_in, &v);
}

/* The uptime hour a file was made at.  A file too short for its head was
 * torn at birth and may go. */
static enum err birth_of(
	const struct keep_search *s, const char *name, uint64_t *ret_hour)
{
	uint8_t head[ROW_LEN];
	int fd = openat(s->dir_fd, name, O_RDONLY | O_CLOEXEC);
	enum err e;

	if (fd < 0)
		return err_from_errno(errno);
	e = file_pread(fd, head, sizeof(head), 0);
	(void)close(fd);
	if (e == OK)
		*ret_hour = get_u64(head + 16);
	else if (e == ERR_CORRUPT)
		*ret_hour = 0;
	return e == ERR_CORRUPT ? OK : e;
}

bool keep_search_has(const struct keep_search *s, uint64_t week)
{
	char name[NAME_CAP];

	name_of(week, name);
	return faccessat(s->dir_fd, name, F_OK, 0) == 0;
}

static enum err look_at(const struct keep_search *s, const char *name,
	uint32_t uptime_hour, uint32_t agree_hours, uint64_t *oldest)
{
	struct str text = str_c(name);
	uint64_t week, born = 0;
	enum err e;

	if (!str_starts(text, STR(PREFIX)) ||
		str_u64(str_slice(text, sizeof(PREFIX) - 1, text.len), &week) !=
			OK)
		return OK;
	e = birth_of(s, name, &born);
	if (e == OK && week < *oldest && uptime_hour > born + agree_hours)
		*oldest = week;
	return e;
}

enum err keep_search_oldest_over(struct keep_search *s, uint64_t first_kept,
	uint32_t uptime_hour, uint32_t agree_hours, bool *ret_found,
	uint64_t *ret_week)
{
	int fd = openat(s->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	uint64_t oldest = first_kept;
	struct dirent *d;
	enum err e = OK;

	if (dir == NULL) {
		e = err_from_errno(errno);
		if (fd >= 0)
			(void)close(fd);
		return e;
	}
	while (e == OK && (d = readdir(dir)) != NULL)
		e = look_at(s, d->d_name, uptime_hour, agree_hours, &oldest);
	(void)closedir(dir);
	*ret_found = oldest < first_kept;
	*ret_week = oldest;
	return e;
}

enum err keep_search_delete(struct keep_search *s, uint64_t week)
{
	char name[NAME_CAP];

	if (s->fd >= 0 && s->week == week)
		close_file(s);
	name_of(week, name);
	FAULT("keeper-search-before-delete");
	if (unlinkat(s->dir_fd, name, 0) != 0 && errno != ENOENT)
		return err_from_errno(errno);
	FAULT("keeper-search-after-delete");
	return OK;
}

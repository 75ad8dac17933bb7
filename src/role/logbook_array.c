#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "role/logbook_own.h"

static enum err open_array(
	const struct logbook *l, const char *name, int flags, int *ret_fd)
{
	int fd = openat(
		l->setup.log_dir_fd, name, O_RDWR | O_CLOEXEC | flags, 0600);

	if (fd < 0)
		return err_from_errno(errno);
	*ret_fd = fd;
	return OK;
}

static void leaves_name(uint16_t year, char ret_name[32])
{
	(void)snprintf(ret_name, 32, "leaves-%u", year);
}

enum err array_open(struct logbook *l)
{
	enum err e = open_array(l, "events", O_CREAT, &l->events_fd);

	return e == OK ? open_array(l, "slots", O_CREAT, &l->slots_fd) : e;
}

enum err array_open_leaves(struct logbook *l, uint16_t year)
{
	char name[32];

	if (l->leaves_fd >= 0)
		(void)close(l->leaves_fd);
	l->leaves_fd = -1;
	leaves_name(year, name);
	return open_array(l, name, O_CREAT, &l->leaves_fd);
}

void array_close(struct logbook *l)
{
	int *fds[] = { &l->events_fd, &l->slots_fd, &l->leaves_fd };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (*fds[i] >= 0)
			(void)close(*fds[i]);
		*fds[i] = -1;
	}
}

enum err array_sync(struct logbook *l)
{
	enum err e = file_sync(l->events_fd);

	if (e == OK)
		e = file_sync(l->slots_fd);
	if (e == OK)
		e = file_sync(l->leaves_fd);
	/* The names of files made since. */
	return e == OK ? file_sync_dir(l->lock_fd) : e;
}

static void rec_put(const struct verdict *v, uint8_t *at)
{
	put_u64(at, v->petition);
	put_u64(at + 8, LEAF_NONE);
	put_u16(at + 16, 0);
	at[18] = v->type;
	at[19] = v->outcome;
	put_u32(at + 20, v->hour);
	memcpy(at + 24, v->digest, sizeof(v->digest));
}

enum err event_rec_read(
	const struct logbook *l, uint64_t ev_seq, struct event_rec *ret_rec)
{
	uint8_t at[EVENT_REC_BYTES];
	enum err e = file_pread(
		l->events_fd, at, sizeof(at), (ev_seq - 1) * EVENT_REC_BYTES);

	if (e != OK)
		return e;
	*ret_rec = (struct event_rec){ .petition = get_u64(at),
		.leaf = get_u64(at + 8),
		.year = get_u16(at + 16),
		.type = at[18],
		.outcome = at[19],
		.hour = get_u32(at + 20) };
	memcpy(ret_rec->digest, at + 24, sizeof(ret_rec->digest));
	return OK;
}

enum err event_rec_write(struct logbook *l, const struct verdict *v, size_t n)
{
	buf_clear(&l->scratch);
	for (size_t i = 0; i < n; i++) {
		uint8_t *at = buf_space(&l->scratch, EVENT_REC_BYTES);

		if (at == NULL)
			return buf_err(&l->scratch);
		rec_put(&v[i], at);
	}
	return file_pwrite(l->events_fd, l->scratch.at, l->scratch.len,
		(v[0].ev_seq - 1) * EVENT_REC_BYTES);
}

enum err event_rec_place(
	struct logbook *l, uint64_t ev_seq, uint16_t year, uint64_t leaf)
{
	uint8_t bytes[10];

	put_u64(bytes, leaf);
	put_u16(bytes + 8, year);
	return file_pwrite(l->events_fd, bytes, sizeof(bytes),
		(ev_seq - 1) * EVENT_REC_BYTES + 8);
}

enum err slot_read(const struct logbook *l, uint64_t slot, uint64_t *ret_value)
{
	uint8_t bytes[SLOT_REC_BYTES];
	ssize_t n = pread(l->slots_fd, bytes, sizeof(bytes),
		(off_t)(slot * SLOT_REC_BYTES));

	if (n < 0)
		return err_from_errno(errno);
	if (n != 0 && n != sizeof(bytes))
		return ERR_CORRUPT;
	*ret_value = n == 0 ? 0 : get_u64(bytes);
	return OK;
}

enum err slot_write(struct logbook *l, uint64_t slot, uint64_t value)
{
	uint8_t bytes[SLOT_REC_BYTES];

	put_u64(bytes, value);
	return file_pwrite(
		l->slots_fd, bytes, sizeof(bytes), slot * SLOT_REC_BYTES);
}

enum err leaf_rec_write(struct logbook *l, uint64_t first, uint32_t hour,
	const uint64_t *ev_seq, size_t n)
{
	buf_clear(&l->scratch);
	for (size_t i = 0; i < n; i++) {
		buf_u64(&l->scratch, ev_seq[i]);
		buf_u32(&l->scratch, hour);
		buf_u32(&l->scratch, 0);
	}
	if (buf_err(&l->scratch) != OK)
		return buf_err(&l->scratch);
	return file_pwrite(l->leaves_fd, l->scratch.at, l->scratch.len,
		first * LEAF_REC_BYTES);
}

enum err leaf_rec_count(struct logbook *l, uint16_t year, uint64_t *ret_count)
{
	char name[32];
	uint64_t size;
	enum err e;
	int fd = -1;

	if (year == l->year) {
		*ret_count = l->tree.size;
		return OK;
	}
	leaves_name(year, name);
	e = open_array(l, name, 0, &fd);
	if (e == ERR_NOT_FOUND) {
		*ret_count = 0;
		return OK;
	}
	if (e != OK)
		return e;
	e = file_size(fd, &size);
	(void)close(fd);
	if (e == OK)
		*ret_count = size / LEAF_REC_BYTES;
	return e;
}

static enum err read_leaves(int fd, uint16_t year, uint64_t first, size_t n,
	struct logbook_placed *ret_placed)
{
	uint8_t chunk[256 * LEAF_REC_BYTES];

	for (size_t done = 0; done < n;) {
		size_t take = n - done < 256 ? n - done : 256;
		enum err e = file_pread(fd, chunk, take * LEAF_REC_BYTES,
			(first + done) * LEAF_REC_BYTES);

		if (e != OK)
			return e;
		for (size_t i = 0; i < take; i++, done++)
			ret_placed[done] = (struct logbook_placed){
				.ev_seq = get_u64(chunk + i * LEAF_REC_BYTES),
				.leaf_index = first + done,
				.hour = get_u32(chunk + i * LEAF_REC_BYTES + 8),
				.year = year
			};
	}
	return OK;
}

enum err leaf_rec_read(struct logbook *l, uint16_t year, uint64_t first,
	size_t n, struct logbook_placed *ret_placed)
{
	char name[32];
	enum err e;
	int fd = -1;

	if (n == 0)
		return OK;
	leaves_name(year, name);
	e = open_array(l, name, 0, &fd);
	if (e != OK)
		return e;
	e = read_leaves(fd, year, first, n, ret_placed);
	(void)close(fd);
	return e;
}

#include "role/keep_saved.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/view.h"

#define MAGIC 0x504b4931u /* "PKI1" */
#define FRESH_FILE "index.new"

enum { PIECE_BYTES = 1 << 16, CRC_LEN = 4, CELL_LEN = 8 };

/* ---- writing: a piece of the file at a time ---- */

struct writer {
	int fd;
	uint64_t off;
	uint32_t crc;
	enum err err;
	struct buf piece;
};

static void flush(struct writer *w)
{
	if (w->err == OK)
		w->err = buf_err(&w->piece);
	if (w->err == OK)
		w->err = file_pwrite(w->fd, w->piece.at, w->piece.len, w->off);
	w->crc = (uint32_t)crc32_z(
		w->crc, (const uint8_t *)w->piece.at, w->piece.len);
	w->off += w->piece.len;
	buf_clear(&w->piece);
}

static void put_table(struct writer *w, const struct keep_table *t)
{
	buf_u32(&w->piece, t->used);
	for (uint32_t i = 0; i < t->cap; i++) {
		if (t->cell[i] != 0)
			buf_u64(&w->piece, t->cell[i]);
		if (w->piece.len >= PIECE_BYTES)
			flush(w);
	}
}

static void put_index(struct writer *w, const struct keep_index *ix)
{
	for (size_t i = 0; i < (size_t)1 << ix->bits; i++)
		put_table(w, &ix->table[i]);
}

static void put_rids(struct writer *w, const struct keep_rids *r)
{
	buf_u64(&w->piece, r->salt);
	for (int i = 0; i < KEEP_RID_HOURS; i++) {
		buf_u32(&w->piece, r->hour[i]);
		put_index(w, &r->index[i]);
	}
}

static void put_marks(struct writer *w, const struct keep_marks *m)
{
	uint64_t slot = 0;

	while ((slot = keep_marks_next(m, slot)) != 0) {
		buf_u64(&w->piece, slot++);
		if (w->piece.len >= PIECE_BYTES)
			flush(w);
	}
	buf_u64(&w->piece, 0);
}

static enum err write_all(int fd, const struct keep_saved *s)
{
	struct writer w = { .fd = fd };

	buf_init(&w.piece, 2 * PIECE_BYTES);
	FAULT("keeper-index-before-write");
	buf_u32(&w.piece, MAGIC);
	buf_u64(&w.piece, s->segment);
	buf_u64(&w.piece, s->end);
	put_index(&w, s->people);
	flush(&w);
	FAULT("keeper-index-half-written");
	put_rids(&w, s->rids);
	put_marks(&w, s->open);
	flush(&w);
	buf_u32(&w.piece, w.crc);
	flush(&w);
	buf_release(&w.piece);
	return w.err;
}

enum err keep_saved_write(int dir_fd, const struct keep_saved *s)
{
	int fd = openat(dir_fd, FRESH_FILE,
		O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum err e;

	if (fd < 0)
		return err_from_errno(errno);
	e = write_all(fd, s);
	(void)close(fd);
	FAULT("keeper-index-before-rename");
	if (e == OK &&
		renameat(dir_fd, FRESH_FILE, dir_fd, KEEP_SAVED_FILE) != 0)
		e = err_from_errno(errno);
	if (e != OK)
		(void)unlinkat(dir_fd, FRESH_FILE, 0);
	FAULT("keeper-index-after-rename");
	return e;
}

/* ---- reading ---- */

static enum err take_index(struct view *v, struct keep_index *ix, uint64_t end)
{
	enum err e = OK;

	for (uint32_t i = 0; i < 1u << ix->bits && e == OK; i++) {
		uint32_t n = view_u32(v);
		const uint8_t *cells = view_take(v, (size_t)n * CELL_LEN);

		e = cells == NULL ? ERR_CORRUPT
				  : keep_index_fill(ix, i, cells, n, end);
	}
	return e;
}

static enum err take_rids(struct view *v, struct keep_rids *r, uint64_t end)
{
	enum err e = OK;

	r->salt = view_u64(v);
	for (int i = 0; i < KEEP_RID_HOURS && e == OK; i++) {
		r->hour[i] = view_u32(v);
		e = take_index(v, &r->index[i], end);
	}
	return e;
}

static enum err take_marks(struct view *v, struct keep_marks *m, uint64_t end)
{
	enum err e = OK;
	uint64_t slot;

	while (e == OK && (slot = view_u64(v)) != 0)
		e = slot < end ? keep_marks_set(m, slot) : ERR_CORRUPT;
	return e;
}

enum err keep_saved_parse(struct str bytes, struct keep_saved *s)
{
	struct view v;
	enum err e;

	if (bytes.len < CRC_LEN)
		return ERR_CORRUPT;
	bytes.len -= CRC_LEN;
	if (get_u32((const uint8_t *)bytes.at + bytes.len) !=
		crc32_z(0, (const uint8_t *)bytes.at, bytes.len))
		return ERR_CORRUPT;
	v = view_of(bytes.at, bytes.len);
	if (view_u32(&v) != MAGIC)
		return ERR_CORRUPT;
	s->segment = view_u64(&v);
	s->end = view_u64(&v);
	if (s->end > KEEP_SLOT_END)
		return ERR_CORRUPT;
	e = take_index(&v, s->people, s->end);
	if (e == OK)
		e = take_rids(&v, s->rids, s->end);
	if (e == OK)
		e = take_marks(&v, s->open, s->end);
	return e == OK && !view_done(&v) ? ERR_CORRUPT : e;
}

enum err keep_saved_read(int dir_fd, struct keep_saved *s)
{
	int fd = openat(dir_fd, KEEP_SAVED_FILE, O_RDONLY | O_CLOEXEC);
	uint64_t bytes = 0;
	enum err e;
	void *at;

	if (fd < 0)
		return err_from_errno(errno);
	e = file_size(fd, &bytes);
	if (e == OK && bytes == 0)
		e = ERR_CORRUPT;
	/* Mapped, so that it is not in memory twice. */
	at = e == OK ? mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE,
			       fd, 0)
		     : MAP_FAILED;
	if (e == OK && at == MAP_FAILED)
		e = err_from_errno(errno);
	(void)close(fd);
	if (e != OK)
		return e;
	e = keep_saved_parse((struct str){ at, bytes }, s);
	(void)munmap(at, bytes);
	return e;
}

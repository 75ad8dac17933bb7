/*
 * A log that is behind learns again what it was (logbook.h, "an old log").
 *
 * Places come by ev_seq and are leaves by number, so they are written to the
 * files rebuild-YEAR first, at their leaf's number: 16 bytes each, ev_seq u64,
 * hour u32, zero[4].  They are scratch: a restart asks for them again.
 *
 * The order they give is journaled as any other, before the root is known to
 * be right: whoever put SITE/log back an older copy has lost the order, and
 * only somebody with a newer checkpoint of this very log gets here.  If the
 * root is wrong nothing is signed, now or after a restart.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "role/logbook_own.h"

enum { RUN_MAX = 65536, PLACE_BYTES = LEAF_REC_BYTES, NAME_BYTES = 32 };

bool logbook_is_behind(const struct logbook *l)
{
	return l->behind;
}

static enum err open_signed(const struct logbook *l, uint16_t year,
	struct str note, struct checkpoint *ret_checkpoint)
{
	struct buf origin;
	enum err e;

	buf_init(&origin, NOTE_NAME_MAX_BYTES + 32);
	public_origin_of(l, year, &origin);
	e = checkpoint_open(
		note, buf_view(&origin), &l->checkpoint_key, ret_checkpoint);
	ret_checkpoint->origin = STR_NULL;
	buf_release(&origin);
	return e == OK ? OK : ERR_CRYPTO;
}

enum err logbook_hear_of(struct logbook *l, uint16_t year, struct str note)
{
	struct checkpoint c;
	enum err e = l->spent;

	if (e == OK)
		e = open_signed(l, year, note, &c);
	if (e != OK)
		return e;
	if (year > l->year || (year == l->year && c.size > l->tree.size))
		l->behind = true;
	return OK;
}

/* ---- places ---- */

static void rebuild_name(uint16_t year, char ret_name[NAME_BYTES])
{
	(void)snprintf(ret_name, NAME_BYTES, "rebuild-%u", year);
}

static enum err open_rebuild(struct logbook *l, uint16_t year, int *ret_fd)
{
	char name[NAME_BYTES];
	int fd;

	rebuild_name(year, name);
	fd = openat(
		l->setup.log_dir_fd, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_from_errno(errno);
	*ret_fd = fd;
	return OK;
}

static enum err put_place(int fd, const struct logbook_placed *p)
{
	uint8_t bytes[PLACE_BYTES] = { 0 };

	put_u64(bytes, p->ev_seq);
	put_u32(bytes + 8, p->hour);
	return file_pwrite(
		fd, bytes, sizeof(bytes), p->leaf_index * PLACE_BYTES);
}

enum err logbook_place(
	struct logbook *l, const struct logbook_placed *placed, size_t n)
{
	uint16_t year = 0;
	enum err e = l->spent;
	int fd = -1;

	for (size_t i = 0; e == OK && i < n; i++) {
		const struct logbook_placed *p = &placed[i];

		if (p->ev_seq == 0 || p->ev_seq >= l->next_seq ||
			p->leaf_index >= LOGBOOK_SLOT_MAX) {
			e = ERR_INVALID;
			break;
		}
		if (p->year != year && fd >= 0) {
			(void)close(fd);
			fd = -1;
		}
		year = p->year;
		if (fd < 0)
			e = open_rebuild(l, year, &fd);
		if (e == OK)
			e = put_place(fd, p);
	}
	if (fd >= 0)
		(void)close(fd);
	return e == OK || e == ERR_INVALID ? e : logbook_spend(l, e);
}

/* ---- leaves again ---- */

/* Leaves [from, to) of a year's places into l->order, as far as one hour goes;
 * what is published so far ends a run, for it must be met. */
static enum err next_run(struct logbook *l, int fd, uint64_t from, uint64_t to,
	uint32_t *ret_hour)
{
	uint8_t at[PLACE_BYTES];
	uint32_t hour = 0;

	if (l->found && !l->met && l->found_size > from && l->found_size < to)
		to = l->found_size;
	if (to - from > RUN_MAX)
		to = from + RUN_MAX;
	l->order.count = 0;
	for (uint64_t i = from; i < to; i++) {
		enum err e = file_pread(fd, at, sizeof(at), i * PLACE_BYTES);

		if (e != OK)
			return e;
		if (l->order.count > 0 && get_u32(at + 8) != hour)
			break;
		hour = get_u32(at + 8);
		/* A hole: the database does not know this leaf. */
		if (get_u64(at) == 0)
			return ERR_CORRUPT;
		e = order_add(&l->order, get_u64(at));
		if (e != OK)
			return e;
	}
	*ret_hour = hour;
	return OK;
}

static enum err append_run(
	struct logbook *l, int fd, uint16_t year, uint64_t from, uint64_t to)
{
	uint32_t hour;
	enum err e = next_run(l, fd, from, to, &hour);

	if (e == OK)
		e = sequence_journal(l, year, from, hour);
	FAULT("log-rebuild-journaled");
	return e == OK ? sequence_apply(l, year, from, hour) : e;
}

/* Up to the size of a checkpoint, whose root must come out. */
static enum err catch_up_with(
	struct logbook *l, uint16_t year, const struct checkpoint *c)
{
	uint64_t at = year == l->year ? l->tree.size : 0;
	struct tree_hash root;
	int fd = -1;
	enum err e;

	if (year < l->year && l->tree.size > 0)
		return OK; /* a year that was over before */
	if (year == l->year && c->size < l->tree.size)
		return OK; /* we know more than it */
	/* Into that year first, to see what is published of it. */
	l->order.count = 0;
	e = sequence_apply(l, year, at, 0);
	if (e == OK)
		e = open_rebuild(l, year, &fd);
	while (e == OK && at < c->size) {
		e = append_run(l, fd, year, at, c->size);
		at = l->tree.size;
	}
	if (fd >= 0)
		(void)close(fd);
	/* Events that web does not have, or not as they were. */
	if (e == ERR_INVALID || e == ERR_NOT_FOUND)
		e = ERR_CORRUPT;
	if (e != OK)
		return e;
	tlog_tree_root(&l->tree, &root);
	return tree_hash_eq(&root, &c->root) ? OK : ERR_CORRUPT;
}

static enum err remove_places(struct logbook *l, uint16_t year)
{
	char name[NAME_BYTES];

	rebuild_name(year, name);
	if (unlinkat(l->setup.log_dir_fd, name, 0) != 0 && errno != ENOENT)
		return err_from_errno(errno);
	return OK;
}

/* What is published beyond all this is of leaves that nobody here knows. */
static enum err end(struct logbook *l)
{
	uint16_t last = 0;
	enum err e = public_last_year(l, &last);

	if (e == OK && ((l->found && !l->met) || last > l->year))
		e = ERR_DENIED;
	if (e == OK)
		e = array_sync(l);
	if (e != OK)
		return e;
	l->behind = false;
	waiting_ripen(l);
	e = sequence_publish(l);
	FAULT("log-rebuild-published");
	if (e == OK)
		e = public_years(l);
	return e == OK ? state_rotate(l) : e;
}

enum err logbook_catch_up(
	struct logbook *l, const struct logbook_signed *notes, size_t n)
{
	enum err e = l->spent;

	for (size_t i = 0; e == OK && i < n; i++) {
		struct checkpoint c;

		e = open_signed(l, notes[i].year, notes[i].note, &c);
		if (e == OK)
			e = catch_up_with(l, notes[i].year, &c);
	}
	if (e == OK)
		e = end(l);
	for (size_t i = 0; e == OK && i < n; i++)
		e = remove_places(l, notes[i].year);
	return e == OK ? OK : logbook_spend(l, e);
}

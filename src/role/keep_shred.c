/*
 * Petitions whose time is over: first the keys of their tags die, then all
 * their keys (keep.h, keep_shred).
 *
 * Web's clock says when; keeper's says whether: the file `due` notes the uptime
 * at which something was first asked for, and nothing dies before agree_hours
 * more have passed (rule 15 of the design).  A row is "PKD1" ‖ what u32 ‖
 * petition u64 ‖ uptime hour u32 ‖ zero[4].
 */
#include "role/keep_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"

enum { ROW_LEN = 24 };

#define DUE_FILE "due"
#define ROW_MAGIC 0x504b4431u /* "PKD1" */

/* The uptime hour at which this was first asked for; *ret_end is where the next
 * row goes. */
static enum err find_row(int fd, uint64_t petition, enum keep_shred what,
	bool *ret_found, uint32_t *ret_hour, uint64_t *ret_end)
{
	uint8_t row[ROW_LEN];
	uint64_t bytes = 0;
	enum err e = file_size(fd, &bytes);

	bytes -= bytes % ROW_LEN;
	*ret_end = bytes;
	*ret_found = false;
	for (uint64_t at = 0; e == OK && at < bytes && !*ret_found;
		at += ROW_LEN) {
		e = file_pread(fd, row, sizeof(row), at);
		*ret_found = e == OK && get_u32(row) == ROW_MAGIC &&
			get_u32(row + 4) == (uint32_t)what &&
			get_u64(row + 8) == petition;
		*ret_hour = get_u32(row + 16);
	}
	return e;
}

static enum err add_row(int fd, uint64_t off, uint64_t petition,
	enum keep_shred what, uint32_t uptime_hour)
{
	uint8_t row[ROW_LEN] = { 0 };
	enum err e;

	put_u32(row, ROW_MAGIC);
	put_u32(row + 4, (uint32_t)what);
	put_u64(row + 8, petition);
	put_u32(row + 16, uptime_hour);
	FAULT("keeper-due-before-write");
	e = file_pwrite(fd, row, sizeof(row), off);
	return e == OK ? file_sync(fd) : e;
}

/* Both clocks agree; the first time is noted. */
static enum err is_due(
	struct keep *k, uint64_t petition, enum keep_shred what, bool *ret_due)
{
	uint32_t now = keep_uptime_hours(&k->uptime);
	uint32_t first = 0;
	uint64_t end;
	bool found;
	enum err e;
	int fd =
		openat(k->dir_fd, DUE_FILE, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_from_errno(errno);
	e = find_row(fd, petition, what, &found, &first, &end);
	if (e == OK && !found)
		e = add_row(fd, end, petition, what, now);
	(void)close(fd);
	*ret_due = found && now > first + k->settings.agree_hours;
	return e;
}

enum err keep_shred(
	struct keep *k, uint64_t petition, enum keep_shred what, bool *ret_done)
{
	enum err e = keep_begin(k, 1);

	if (e != OK)
		return e;
	if (petition == 0 ||
		(what != KEEP_SHRED_TAGS && what != KEEP_SHRED_ALL))
		return ERR_INVALID;
	*ret_done = keep_keys_are_gone(k, petition, what);
	if (*ret_done)
		return OK;
	e = is_due(k, petition, what, ret_done);
	if (e != OK || !*ret_done)
		return keep_end(k, e, false);
	if (what == KEEP_SHRED_ALL)
		return keep_destroy_petition(k, petition);
	return keep_end(k, keep_keys_end_tags(k, petition), false);
}

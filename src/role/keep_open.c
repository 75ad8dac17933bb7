/*
 * Openings of records by desks: noted down before a lock leaves, and counted
 * a desk and day (keep_find.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "role/keep_find.h"
#include "role/keep_priv.h"

enum { ROW_LEN = 32, DAY_S = 86400 };

#define OPENINGS_FILE "openings"
#define ROW_MAGIC 0x504b4f31u /* "PKO1" */

/* Rows of this desk and day, read backwards from the end; *ret_end is behind
 * the last whole row. */
static enum err count_today(int fd, const struct sign_public *desk,
	uint64_t day, uint32_t *ret_count, uint64_t *ret_end)
{
	uint8_t row[ROW_LEN];
	uint64_t bytes = 0;
	uint32_t n = 0;
	enum err e = file_size(fd, &bytes);

	bytes -= bytes % ROW_LEN;
	*ret_end = bytes;
	for (uint64_t at = bytes; e == OK && at > 0; at -= ROW_LEN) {
		e = file_pread(fd, row, ROW_LEN, at - ROW_LEN);
		if (e == OK && get_u64(row + 8) / DAY_S < day)
			break;
		if (e == OK && memcmp(row + 24, desk->byte, 8) == 0 &&
			get_u64(row + 8) / DAY_S == day)
			n++;
	}
	*ret_count = n;
	return e;
}

static enum err note(int fd, uint64_t off, const struct sign_public *desk,
	uint64_t now_s, uint64_t slot, uint16_t reason)
{
	uint8_t row[ROW_LEN] = { 0 };
	enum err e;

	put_u32(row, ROW_MAGIC);
	put_u16(row + 4, reason);
	put_u64(row + 8, now_s);
	put_u64(row + 16, slot);
	memcpy(row + 24, desk->byte, 8);
	FAULT("keeper-opening-before-write");
	e = file_pwrite(fd, row, sizeof(row), off);
	if (e == OK)
		e = file_sync(fd);
	FAULT("keeper-opening-after-sync");
	return e;
}

enum err keep_open_record(struct keep *k, const struct sign_public *desk,
	uint64_t slot, uint16_t reason, uint32_t per_day,
	uint64_t *ret_petition, struct lock *ret_lock)
{
	uint64_t now_s = (uint64_t)clock_wall_ms(k->clock) / 1000;
	struct keep_entry entry;
	uint32_t today = 0;
	uint64_t end = 0;
	enum err e = keep_lock(k, slot, COMPARTMENT_IDENTITY, ret_lock);
	int fd;

	if (e == OK)
		e = keep_store_get(&k->store, slot, &entry);
	if (e != OK)
		return e;
	fd = openat(
		k->dir_fd, OPENINGS_FILE, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_from_errno(errno);
	e = count_today(fd, desk, now_s / DAY_S, &today, &end);
	if (e == OK && today >= per_day)
		e = ERR_BUSY;
	if (e == OK)
		e = note(fd, end, desk, now_s, slot, reason);
	(void)close(fd);
	if (e == OK)
		*ret_petition = entry.petition;
	return e;
}

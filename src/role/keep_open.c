/*
 * What desks may do to records, opening and erasing: noted down before it
 * happens, and counted a desk and day (keep_find.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "role/keep_find.h"
#include "role/keep_priv.h"

enum { ROW_LEN = 32, HANDED_OUT_AT = 7, DAY_S = 86400 };

/* A file of what was done. */
struct ledger {
	const char *file;
	uint32_t magic;
};

static const struct ledger openings = { KEEP_OPENINGS_FILE, 0x504b4f31u };
static const struct ledger erasures = { KEEP_ERASURES_FILE, 0x504b4531u };

/* A row to be. */
struct deed {
	const struct sign_public *desk;
	uint64_t slot;
	uint16_t reason;
	bool pending; /* the signature was never confirmed */
};

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

static enum err add_row(int fd, uint64_t off, uint32_t magic, uint64_t now_s,
	const struct deed *d)
{
	uint8_t row[ROW_LEN] = { 0 };
	enum err e;

	put_u32(row, magic);
	put_u16(row + 4, d->reason);
	row[6] = d->pending;
	put_u64(row + 8, now_s);
	put_u64(row + 16, d->slot);
	memcpy(row + 24, d->desk->byte, 8);
	FAULT("keeper-opening-before-write");
	e = file_pwrite(fd, row, sizeof(row), off);
	if (e == OK)
		e = file_sync(fd);
	FAULT("keeper-opening-after-sync");
	return e;
}

/* The row is of something that is being handed out now.  Not waited for: a
 * power cut that takes it back lets a row be used for two openings. */
static enum err mark_row(int fd, uint64_t off)
{
	static const uint8_t handed_out = 1;

	return file_pwrite(fd, &handed_out, 1, off + HANDED_OUT_AT);
}

/*
 * Is the row before end of this very deed, noted by a keeper that died before
 * it handed anything out?  Then it is used, and not another one noted: the log
 * would never tell of the first, and `petitiond check` say so for ever.
 */
static enum err is_unfinished(
	int fd, uint64_t end, uint64_t now_s, const struct deed *d, bool *ret)
{
	uint8_t row[ROW_LEN];
	enum err e = OK;

	*ret = false;
	if (end > 0)
		e = file_pread(fd, row, ROW_LEN, end - ROW_LEN);
	if (end > 0 && e == OK)
		*ret = row[HANDED_OUT_AT] == 0 &&
			get_u16(row + 4) == d->reason &&
			get_u64(row + 8) / DAY_S == now_s / DAY_S &&
			get_u64(row + 16) == d->slot &&
			memcmp(row + 24, d->desk->byte, 8) == 0;
	return e;
}

/* ERR_BUSY if this desk has done as much today. */
static enum err note(struct keep *k, const struct ledger *l,
	const struct deed *d, uint32_t per_day)
{
	uint64_t now_s = (uint64_t)clock_wall_ms(k->clock) / 1000;
	uint32_t today = 0;
	uint64_t end = 0;
	bool begun = false;
	enum err e;
	int fd = openat(k->dir_fd, l->file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_from_errno(errno);
	e = count_today(fd, d->desk, now_s / DAY_S, &today, &end);
	if (e == OK)
		e = is_unfinished(fd, end, now_s, d, &begun);
	if (e == OK && begun)
		end -= ROW_LEN;
	else if (e == OK && today >= per_day)
		e = ERR_BUSY;
	else if (e == OK)
		e = add_row(fd, end, l->magic, now_s, d);
	if (e == OK)
		e = mark_row(fd, end);
	(void)close(fd);
	return e;
}

enum err keep_open_record(struct keep *k, const struct sign_public *desk,
	uint64_t slot, uint16_t reason, uint32_t per_day,
	uint64_t *ret_petition, struct lock *ret_lock)
{
	const struct deed deed = {
		.desk = desk, .slot = slot, .reason = reason
	};
	struct keep_entry entry;
	enum err e = keep_lock(k, slot, COMPARTMENT_IDENTITY, ret_lock);

	if (e == OK)
		e = keep_store_get(&k->store, slot, &entry);
	if (e == OK)
		e = note(k, &openings, &deed, per_day);
	if (e == OK)
		*ret_petition = entry.petition;
	return e;
}

/* ---- erasing ---- */

static enum err erase(struct keep *k, const struct keep_entry *entry,
	const struct sign_public *desk, uint16_t reason, uint32_t per_day,
	struct keep_left *ret_left)
{
	const struct deed deed = { .desk = desk,
		.slot = entry->slot,
		.reason = reason,
		.pending = keep_entry_is_pending(entry) };
	enum err e = OK;

	/* Asked again, after an answer that got lost, is asked once. */
	if (!entry->leaving)
		e = note(k, &erasures, &deed, per_day);
	return e == OK ? keep_leave_go(k, entry, ret_left) : e;
}

enum err keep_erase(struct keep *k, const struct sign_public *desk,
	uint64_t slot, uint16_t reason, uint32_t per_day,
	struct keep_left *ret_left)
{
	struct keep_left left = { .outcome = KEEP_LEAVE_GONE, .slot = slot };
	struct keep_entry entry;
	bool capped = false;
	enum err e = keep_begin(k, 1);

	if (e != OK)
		return e;
	e = keep_store_get(&k->store, slot, &entry);
	left.petition = entry.petition;
	if (e == OK && entry.state == KEEP_DEAD && entry.leaving) {
		left.outcome = KEEP_LEAVE_DONE;
	} else if (e == OK && entry.state != KEEP_DEAD &&
		entry.state != KEEP_NONE) {
		e = erase(k, &entry, desk, reason, per_day, &left);
		capped = e == ERR_BUSY;
	}
	e = keep_end(k, capped ? OK : e, true);
	if (e == OK && !capped)
		*ret_left = left;
	return capped && e == OK ? ERR_BUSY : e;
}

#include "role/keep_store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/wipe.h"
#include "role/keep_stage.h"

enum { LOCK_LEN = 32, LOCKS_LEN = KEEP_STORE_LOCKS * LOCK_LEN };

#define OPS_MAX ((size_t)1 << 30)
#define HEAD "PKS1"
/* Entries written at once: 12 KiB. */
#define RUN_MAX 64
/* Entries read at once by a scan: 384 KiB. */
#define SCAN_ENTRIES 2048

static uint64_t entry_at(uint64_t slot)
{
	return slot * KEEP_ENTRY_LEN;
}

static enum err open_file(int dir_fd, const char *name, int *ret_fd)
{
	*ret_fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return *ret_fd < 0 ? err_from_errno(errno) : OK;
}

/* The head is written at birth and only looked at afterwards. */
static enum err check_head(int fd, uint64_t file_bytes)
{
	uint8_t head[KEEP_ENTRY_LEN] = HEAD;
	uint8_t found[KEEP_ENTRY_LEN];
	enum err e;

	/* A crash at birth may leave a part: nothing was answered then. */
	if (file_bytes < sizeof(head))
		return file_pwrite(fd, head, sizeof(head), 0);
	e = file_pread(fd, found, sizeof(found), 0);
	if (e == OK && memcmp(found, head, sizeof(head)) != 0)
		e = ERR_CORRUPT;
	return e;
}

static enum err open_files(struct keep_store *s)
{
	uint64_t bytes;
	enum err e = open_file(s->dir_fd, "slots", &s->slots_fd);

	if (e != OK)
		return e;
	if (flock(s->slots_fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? ERR_BUSY : err_from_errno(errno);
	e = open_file(s->dir_fd, KEEP_LOCKS_FILE, &s->locks_fd);
	if (e == OK)
		e = file_size(s->slots_fd, &bytes);
	if (e == OK)
		e = check_head(s->slots_fd, bytes);
	if (e != OK)
		return e;
	/* A torn last entry is the journal's to mend. */
	s->end = bytes / KEEP_ENTRY_LEN;
	if (s->end == 0)
		s->end = 1;
	return file_sync_dir(s->dir_fd);
}

/* ---- steps of a commit ---- */

static enum err zero_locks(struct keep_store *s)
{
	static const uint8_t zero[LOCKS_LEN];
	enum err e = OK;

	FAULT("keeper-zero-before-write");
	for (size_t i = 0; i < s->dying_count && e == OK; i++) {
		const struct keep_death *d = &s->dying[i];

		e = file_pwrite(s->locks_fd, zero, (size_t)d->count * LOCK_LEN,
			d->slot * LOCKS_LEN + (uint64_t)d->first * LOCK_LEN);
		FAULT("keeper-zero-one-written");
	}
	return e;
}

/* How many staged entries from number i on are neighbours in the file? */
static size_t run_of(const struct keep_store *s, size_t i)
{
	size_t n = 1;

	while (n < RUN_MAX && i + n < s->staged_count &&
		s->staged[i + n].slot == s->staged[i].slot + n)
		n++;
	return n;
}

/* Step 4. */
static enum err write_slots(struct keep_store *s)
{
	uint8_t bytes[RUN_MAX * KEEP_ENTRY_LEN];
	enum err e = OK;

	FAULT("keeper-slots-before-write");
	for (size_t i = 0, n; i < s->staged_count && e == OK; i += n) {
		uint64_t slot = s->staged[i].slot;

		n = run_of(s, i);
		for (size_t j = 0; j < n; j++)
			keep_entry_write(
				&s->staged[i + j], bytes + j * KEEP_ENTRY_LEN);
		e = file_pwrite(
			s->slots_fd, bytes, n * KEEP_ENTRY_LEN, entry_at(slot));
		if (slot + n > s->end)
			s->end = slot + n;
		FAULT("keeper-slots-one-written");
	}
	wipe(bytes, sizeof(bytes));
	return e;
}

static enum err commit_record(struct keep_store *s, bool durable)
{
	enum err e = OK;

	FAULT("keeper-locks-before-sync");
	if (s->locks_written)
		e = file_sync(s->locks_fd);
	FAULT("keeper-locks-after-sync");
	if (e == OK)
		e = keep_journal_append(
			&s->journal, buf_view(&s->ops), durable);
	return e;
}

enum err keep_store_commit(struct keep_store *s, bool durable)
{
	enum err e = buf_err(&s->ops);

	if (e == OK && s->ops.len == 0)
		return OK;
	if (e == OK)
		e = commit_record(s, durable);
	if (e == OK && s->dying_count > 0) {
		e = zero_locks(s);
		if (e == OK)
			e = file_sync(s->locks_fd);
		FAULT("keeper-zero-after-sync");
	}
	if (e == OK)
		e = write_slots(s);
	if (e == OK)
		keep_stage_clear(s);
	return e;
}

/* ---- opening ---- */

static enum err note_changed(struct keep_store *s)
{
	size_t wanted = s->changed_count + s->staged_count;

	if (wanted > s->changed_cap) {
		size_t cap = 2 * wanted;
		uint64_t *wider =
			reallocarray(s->changed, cap, sizeof(*s->changed));

		if (wider == NULL)
			return ERR_MEMORY;
		s->changed = wider;
		s->changed_cap = cap;
	}
	for (size_t i = 0; i < s->staged_count; i++)
		s->changed[s->changed_count++] = s->staged[i].slot;
	return OK;
}

void keep_store_changed_release(struct keep_store *s)
{
	free(s->changed);
	s->changed = NULL;
	s->changed_count = s->changed_cap = 0;
}

/* Steps 3 and 4 of a batch that is in the journal; syncs come at the end. */
static enum err replay_batch(void *context, struct str body)
{
	struct keep_store *s = context;
	enum err e = keep_stage_replay(s, body);

	if (e == OK)
		e = zero_locks(s);
	if (e == OK)
		e = write_slots(s);
	if (e == OK)
		e = note_changed(s);
	keep_stage_clear(s);
	return e;
}

/* Begin segment `number`; whatever the older ones say is in slots. */
static enum err next_segment(struct keep_store *s, uint64_t number)
{
	struct keep_journal fresh;
	enum err e;

	FAULT("keeper-rotate-before-sync");
	e = file_sync(s->slots_fd);
	FAULT("keeper-rotate-after-sync");
	if (e == OK)
		e = keep_journal_begin(s->dir_fd, number, &fresh);
	if (e != OK)
		return e;
	keep_journal_close(&s->journal);
	s->journal = fresh;
	return OK;
}

enum err keep_store_forget(struct keep_store *s)
{
	FAULT("keeper-rotate-before-forget");
	return keep_journal_forget(&s->journal);
}

static enum err replay(struct keep_store *s)
{
	uint64_t last;
	enum err e;

	e = keep_journal_read(
		s->dir_fd, replay_batch, s, &s->first_segment, &last);
	FAULT("keeper-replay-before-sync");
	if (e == OK)
		e = file_sync(s->locks_fd);
	if (e == OK)
		e = next_segment(s, last + 1);
	return e;
}

enum err keep_store_open(int dir_fd, struct keep_store *ret_store)
{
	struct keep_store s = {
		.dir_fd = dir_fd,
		.slots_fd = -1,
		.locks_fd = -1,
		.journal = { .fd = -1 },
	};
	enum err e;

	buf_init(&s.ops, OPS_MAX);
	e = open_files(&s);
	if (e == OK)
		e = replay(&s);
	if (e == OK)
		*ret_store = s;
	else
		keep_store_release(&s);
	return e;
}

void keep_store_release(struct keep_store *s)
{
	keep_stage_release(s);
	keep_store_changed_release(s);
	keep_journal_close(&s->journal);
	if (s->slots_fd >= 0)
		(void)close(s->slots_fd);
	if (s->locks_fd >= 0)
		(void)close(s->locks_fd);
	s->slots_fd = s->locks_fd = -1;
}

enum err keep_store_rotate(struct keep_store *s)
{
	return next_segment(s, s->journal.number + 1);
}

/* ---- entries and locks ---- */

enum err keep_store_get(
	struct keep_store *s, uint64_t slot, struct keep_entry *ret_entry)
{
	const struct keep_entry *staged = keep_stage_find(s, slot);
	uint8_t bytes[KEEP_ENTRY_LEN];
	enum err e;

	if (staged != NULL) {
		*ret_entry = *staged;
		return OK;
	}
	if (slot == 0 || slot >= s->end) {
		*ret_entry = (struct keep_entry){ .slot = slot };
		return OK;
	}
	e = file_pread(s->slots_fd, bytes, sizeof(bytes), entry_at(slot));
	return e != OK ? e : keep_entry_read(bytes, slot, ret_entry);
}

enum err keep_store_add(struct keep_store *s, const struct keep_entry *e,
	const struct masked_lock lock[KEEP_STORE_LOCKS])
{
	uint8_t bytes[LOCKS_LEN];
	enum err err;

	for (int i = 0; i < KEEP_STORE_LOCKS; i++)
		memcpy(bytes + i * LOCK_LEN, lock[i].byte, LOCK_LEN);
	FAULT("keeper-locks-before-write");
	err = file_pwrite(
		s->locks_fd, bytes, sizeof(bytes), e->slot * LOCKS_LEN);
	FAULT("keeper-locks-after-write");
	s->locks_written = true;
	return err != OK ? err : keep_stage_add(s, e);
}

enum err keep_store_lock(struct keep_store *s, uint64_t slot,
	enum compartment compartment, struct masked_lock *ret_lock)
{
	return file_pread(s->locks_fd, ret_lock->byte, LOCK_LEN,
		slot * LOCKS_LEN + ((uint64_t)compartment - 1) * LOCK_LEN);
}

/* ---- the scan ---- */

static enum err scan_part(const uint8_t *bytes, uint64_t first, uint64_t n,
	keep_scan_fn *fn, void *context)
{
	enum err e = OK;

	for (uint64_t i = 0; i < n && e == OK; i++) {
		struct keep_entry entry;

		e = keep_entry_read(
			bytes + i * KEEP_ENTRY_LEN, first + i, &entry);
		if (e == OK && entry.state != KEEP_NONE)
			e = fn(context, &entry);
	}
	return e;
}

enum err keep_store_scan_some(struct keep_store *s, uint64_t first, uint64_t n,
	keep_scan_fn *fn, void *context)
{
	uint8_t *bytes = malloc(SCAN_ENTRIES * KEEP_ENTRY_LEN);
	uint64_t end = first + n < s->end ? first + n : s->end;
	enum err e = bytes == NULL ? ERR_MEMORY : OK;

	for (uint64_t slot = first; slot < end && e == OK;) {
		uint64_t part = end - slot;

		if (part > SCAN_ENTRIES)
			part = SCAN_ENTRIES;
		e = file_pread(s->slots_fd, bytes, part * KEEP_ENTRY_LEN,
			entry_at(slot));
		if (e == OK)
			e = scan_part(bytes, slot, part, fn, context);
		slot += part;
	}
	free(bytes);
	return e;
}

enum err keep_store_scan(struct keep_store *s, keep_scan_fn *fn, void *context)
{
	enum err e;

	(void)posix_fadvise(s->slots_fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	e = keep_store_scan_some(s, 1, s->end - 1, fn, context);
	(void)posix_fadvise(s->slots_fd, 0, 0, POSIX_FADV_RANDOM);
	return e;
}

#include "role/keep.h"

#include <assert.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/wipe.h"
#include "role/keep_priv.h"

enum { PEOPLE_BITS = 12, RANGE_LEN = 16 };

#define RANGE_FILE "range"
#define RANGE_HEAD "PKR1"

struct keep_settings keep_settings_default(void)
{
	return (struct keep_settings){
		.form_hours = 6,
		.mailbox_max = 5,
		.pending_hours = 72,
		.agree_hours = 24,
		.search_weeks = 2,
		.journal_bytes = (uint64_t)64 << 20,
		.journal_hours = 24,
	};
}

static bool settings_are_sane(const struct keep_settings *s)
{
	return s->form_hours > 0 && s->form_hours + 2 < KEEP_RID_HOURS &&
		s->mailbox_max > 0 && s->mailbox_max <= KEEP_MAILBOX_MAX - 2 &&
		s->search_weeks > 0 && s->journal_bytes > 0;
}

/* ---- calls ---- */

enum err keep_begin(const struct keep *k, size_t n)
{
	if (k->spent != OK)
		return k->spent;
	return n > KEEP_BATCH_MAX ? ERR_TOO_LARGE : OK;
}

static enum err rotate(struct keep *k)
{
	enum err e = keep_store_rotate(&k->store);

	k->journal_born_ms = clock_mono_ms(k->clock);
	return e == OK ? keep_opening_forget(k) : e;
}

enum err keep_end(struct keep *k, enum err e, bool durable)
{
	if (e == OK)
		e = keep_store_commit(&k->store, durable);
	if (e == OK && k->store.journal.bytes >= k->settings.journal_bytes)
		e = rotate(k);
	k->spent = e;
	return e;
}

void keep_event_mac(const struct keep *k, const struct keep_entry *e,
	uint8_t type, struct event_mac *ret_mac)
{
	event_mac(k->mac_key, type, e->petition, e->slot, &e->c, ret_mac);
}

/* ---- opening ---- */

static enum err read_range(struct keep *k)
{
	uint8_t bytes[RANGE_LEN] = RANGE_HEAD;
	enum err e = file_read_exact(k->dir_fd, RANGE_FILE, bytes, RANGE_LEN);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (memcmp(bytes, RANGE_HEAD, 4) != 0)
		return ERR_CORRUPT;
	k->next_slot = e == OK ? get_u64(bytes + 8) : 1;
	/* An older copy of the file must not hand out a slot again. */
	if (k->next_slot < k->store.end)
		k->next_slot = k->store.end;
	return OK;
}

static enum err open_parts(struct keep *k, const struct keep_setup *setup)
{
	uint64_t salt;
	enum err e;

	rng_fill(setup->rng, &salt, sizeof(salt));
	e = keep_rids_init(&k->rids, salt);
	if (e == OK)
		e = keep_index_init(&k->people, PEOPLE_BITS);
	if (e == OK)
		e = keep_store_open(k->dir_fd, &k->store);
	if (e == OK)
		e = keep_uptime_open(k->dir_fd, k->clock, &k->uptime);
	if (e == OK)
		e = keep_keys_open(k, setup);
	if (e == OK)
		e = read_range(k);
	if (e == OK)
		e = keep_opening_index(k);
	return e == OK ? keep_opening_forget(k) : e;
}

enum err keep_open(const struct keep_setup *setup, struct keep **ret_keep)
{
	struct keep *k;
	enum err e;

	if (!settings_are_sane(&setup->settings))
		return ERR_INVALID;
	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return ERR_MEMORY;
	k->dir_fd = setup->dir_fd;
	k->clock = setup->clock;
	k->settings = setup->settings;
	k->journal_born_ms = clock_mono_ms(k->clock);
	k->store.slots_fd = k->store.locks_fd = k->store.journal.fd = -1;
	keep_search_init(&k->search, k->dir_fd);
	e = keep_buckets_new(&k->buckets);
	if (e == OK)
		e = open_parts(k, setup);
	if (e == OK)
		*ret_keep = k;
	else
		keep_close(k);
	return e;
}

void keep_close(struct keep *k)
{
	if (k == NULL)
		return;
	keep_keys_close(k);
	keep_search_release(&k->search);
	keep_buckets_free(k->buckets);
	keep_marks_release(&k->open);
	keep_rids_release(&k->rids);
	keep_index_release(&k->people);
	keep_store_release(&k->store);
	wipe(k, sizeof(*k));
	free(k);
}

/* ---- slots and time ---- */

enum err keep_range(struct keep *k, uint32_t count, uint64_t *ret_first_slot)
{
	uint8_t bytes[RANGE_LEN] = RANGE_HEAD;
	uint64_t first = k->next_slot;
	enum err e = keep_begin(k, 0);

	if (e != OK)
		return e;
	if (count == 0 || count >= KEEP_SLOT_END - first)
		return ERR_TOO_LARGE;
	put_u64(bytes + 8, first + count);
	FAULT("keeper-range-before-write");
	e = file_replace(k->dir_fd, RANGE_FILE, bytes, RANGE_LEN, 0600);
	FAULT("keeper-range-after-write");
	if (e == OK) {
		k->next_slot = first + count;
		*ret_first_slot = first;
	}
	return keep_end(k, e, false);
}

enum { RAISE_BY = 1 << 20 };

enum err keep_raise(struct keep *k, uint64_t top, uint64_t *ret_forgotten)
{
	uint64_t from = k->next_slot;
	uint64_t first;
	enum err e = keep_begin(k, 0);

	if (e != OK)
		return e;
	if (top < from) {
		*ret_forgotten = 0;
		return OK;
	}
	if (top >= KEEP_SLOT_END - 2 * RAISE_BY)
		return ERR_TOO_LARGE;
	k->next_slot = top + RAISE_BY;
	e = keep_range(k, 1, &first);
	if (e == OK)
		*ret_forgotten = from;
	return e;
}

static enum err mark_one(void *context, const struct keep_entry *e)
{
	struct keep *k = context;

	return keep_entry_is_pending(e) || keep_entry_is_claimed(e)
		? keep_marks_set(&k->open, e->slot)
		: OK;
}

enum err keep_tell_all(struct keep *k)
{
	enum err e = keep_begin(k, 0);

	if (e == OK)
		e = keep_store_scan(&k->store, mark_one, k);
	return keep_end(k, e, false);
}

/* Keys first: without them the file's rows say nothing any more. */
static enum err drop_old_weeks(struct keep *k)
{
	uint64_t now = week_of_hour(clock_hour(k->clock));
	uint64_t first_kept = now + 1 - k->settings.search_weeks;
	uint64_t week;
	bool found;
	enum err e;

	for (;;) {
		e = keep_search_oldest_over(&k->search, first_kept,
			keep_uptime_hours(&k->uptime), k->settings.agree_hours,
			&found, &week);
		if (e != OK || !found)
			return e;
		e = keep_keys_end_week(k, week);
		if (e == OK)
			e = keep_search_delete(&k->search, week);
		if (e != OK)
			return e;
	}
}

/* A crash between a week's keys and its file leaves keys of nothing. */
static enum err drop_bare_weeks(struct keep *k)
{
	uint64_t now = week_of_hour(clock_hour(k->clock));
	uint64_t first_kept = now + 1 - k->settings.search_weeks;
	uint64_t week = keep_first_week(k);
	enum err e = OK;

	while (e == OK && week != 0 && week < first_kept &&
		!keep_search_has(&k->search, week)) {
		e = keep_keys_end_week(k, week);
		week = keep_first_week(k);
	}
	return e;
}

enum err keep_rest(struct keep *k)
{
	enum err e = keep_begin(k, 0);

	if (e == OK && k->store.journal.bytes > 0)
		e = rotate(k);
	return keep_end(k, e, false);
}

bool keep_index_was_read(const struct keep *k)
{
	return k->index_was_read;
}

enum err keep_tick(struct keep *k)
{
	int64_t age_ms = clock_mono_ms(k->clock) - k->journal_born_ms;
	enum err e = keep_begin(k, 0);

	if (e != OK)
		return e;
	e = keep_uptime_save(&k->uptime);
	keep_rids_expire(
		&k->rids, clock_hour(k->clock), k->settings.form_hours);
	if (e == OK)
		e = drop_old_weeks(k);
	if (e == OK)
		e = drop_bare_weeks(k);
	if (e == OK && k->store.journal.bytes > 0 &&
		age_ms >= (int64_t)k->settings.journal_hours * 3600000)
		e = rotate(k);
	return keep_end(k, e, false);
}

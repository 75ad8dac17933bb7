/*
 * From files to indexes, at an opening: the file `index` says how they stood
 * when a segment of the journal began, and the replay which slots have changed
 * since.  Entries that were killed meanwhile are swept out of the index, or
 * part of their tags would outlive them.  Where the file is missing, broken, or of
 * another time than the store, every entry is read.
 */
#include "role/keep_priv.h"
#include "role/keep_saved.h"

/* Entries that are looked for before the file is believed. */
enum { SAMPLES = 1024 };

static struct keep_saved saved_of(struct keep *k)
{
	return (struct keep_saved){ .segment = k->store.journal.number,
		.end = k->store.end,
		.people = &k->people,
		.rids = &k->rids,
		.open = &k->open };
}

static enum err index_one(void *context, const struct keep_entry *e)
{
	return keep_people_add(context, e);
}

static bool is_marked(void *context, uint64_t slot)
{
	return keep_marks_next(context, slot) == slot;
}

/* What the journal says has changed since. */
static enum err index_changed(struct keep *k)
{
	struct keep_marks dead = { 0 };
	bool any_dead = false;
	enum err e = OK;

	for (size_t i = 0; i < k->store.changed_count && e == OK; i++) {
		struct keep_entry entry;

		e = keep_store_get(&k->store, k->store.changed[i], &entry);
		if (e == OK && entry.state == KEEP_DEAD) {
			any_dead = true;
			e = keep_marks_set(&dead, entry.slot);
		}
		if (e == OK)
			e = keep_people_add(k, &entry);
	}
	if (e == OK && any_dead)
		keep_index_sweep(&k->people, is_marked, &dead);
	keep_marks_release(&dead);
	return e;
}

/* ERR_CORRUPT if one of the entries looked at is missing. */
static enum err look_at_some(struct keep *k)
{
	uint64_t step = k->store.end / SAMPLES + 1;
	enum err e = OK;

	for (uint64_t slot = k->store.end - 1; e == OK && slot > 0;) {
		struct keep_entry entry;

		e = keep_store_get(&k->store, slot, &entry);
		if (e == OK && !keep_people_has(k, &entry))
			e = ERR_CORRUPT;
		slot = slot > step ? slot - step : 0;
	}
	return e;
}

static enum err read_saved(struct keep *k)
{
	struct keep_saved saved = saved_of(k);
	enum err e = keep_saved_read(k->dir_fd, &saved);

	if (e != OK)
		return e;
	/* Segments before it may be there, those behind it must be. */
	if (k->store.first_segment == 0 ||
		saved.segment < k->store.first_segment ||
		saved.end > k->store.end)
		return ERR_CORRUPT;
	e = index_changed(k);
	return e == OK ? look_at_some(k) : e;
}

enum err keep_opening_index(struct keep *k)
{
	uint64_t salt = k->rids.salt;
	enum err e = read_saved(k);

	k->index_was_read = e == OK || k->store.end == 1;
	if (e != OK) {
		keep_index_clear(&k->people);
		keep_rids_clear(&k->rids);
		keep_marks_release(&k->open);
		k->rids.salt = salt;
		e = keep_store_scan(&k->store, index_one, k);
	}
	keep_rids_expire(
		&k->rids, clock_hour(k->clock), k->settings.form_hours);
	keep_store_changed_release(&k->store);
	return e;
}

enum err keep_opening_forget(struct keep *k)
{
	struct keep_saved saved = saved_of(k);

	/* Without it the next opening takes longer, and no more. */
	(void)!keep_saved_write(k->dir_fd, &saved);
	return keep_store_forget(&k->store);
}

/*
 * What web says about entries (settled, booked, freed), and what it is asked
 * about at reconcile.
 */
#include "role/keep_priv.h"

static enum err acknowledge(struct keep *k, const uint64_t slot[], size_t n,
	enum keep_state from, enum keep_state to)
{
	enum err e = keep_begin(k, n);

	if (e != OK)
		return e;
	for (size_t i = 0; i < n && e == OK; i++) {
		struct keep_entry entry;

		e = keep_store_get(&k->store, slot[i], &entry);
		if (e != OK ||
			(entry.state != from &&
				!(entry.unsettled && to == KEEP_SETTLED))) {
			/* Told again (keep_tell_all), acknowledged again. */
			if (e == OK && entry.state == to)
				keep_marks_clear(&k->open, slot[i]);
			continue;
		}
		e = keep_store_acknowledge(&k->store, &entry, to);
		keep_marks_clear(&k->open, slot[i]);
	}
	return keep_end(k, e, false);
}

enum err keep_settled(struct keep *k, const uint64_t slot[], size_t n)
{
	return acknowledge(k, slot, n, KEEP_TENTATIVE, KEEP_SETTLED);
}

enum err keep_booked(struct keep *k, const uint64_t slot[], size_t n)
{
	return acknowledge(k, slot, n, KEEP_WON, KEEP_BOOKED);
}

/* Both clocks.  Hours are rounded down, so "more than" makes the life at
 * least pending_hours. */
static bool is_old(const struct keep *k, const struct keep_entry *e)
{
	const struct keep_settings *set = &k->settings;
	uint64_t now = clock_hour(k->clock);
	uint64_t up = keep_uptime_hours(&k->uptime);

	return now > (uint64_t)e->hour + set->pending_hours &&
		up > (uint64_t)e->uptime_hour + set->agree_hours;
}

/* Entries that lost against a claim look alive until their time is over: a web
 * that was taken over would else learn, by a form of its own with somebody's
 * name and address, which pending signature is that person's. */
static enum err free_one(struct keep *k, uint64_t slot, bool force,
	enum keep_free_outcome *ret_outcome)
{
	struct keep_entry e;
	enum err err = keep_store_get(&k->store, slot, &e);

	*ret_outcome = KEEP_FREED;
	if (err != OK)
		return err;
	if (e.state == KEEP_NONE)
		*ret_outcome = KEEP_FREE_UNKNOWN;
	else if (keep_entry_is_claimed(&e))
		*ret_outcome = KEEP_FREE_REFUSED;
	else if (!force && !is_old(k, &e))
		*ret_outcome = KEEP_FREE_YOUNG;
	if (*ret_outcome != KEEP_FREED ||
		(e.state == KEEP_DEAD && !e.unsettled))
		return OK;
	return keep_people_kill(k, &e, 0, KEEP_RID_GOES);
}

enum err keep_free(struct keep *k, const uint64_t slot[], size_t n, bool force,
	enum keep_free_outcome ret_outcome[])
{
	enum err e = keep_begin(k, n);

	if (e != OK)
		return e;
	for (size_t i = 0; i < n && e == OK; i++)
		e = free_one(k, slot[i], force, &ret_outcome[i]);
	return keep_end(k, e, true);
}

enum err keep_unsettled(struct keep *k, uint64_t *cursor,
	struct keep_unsettled ret_entry[], size_t cap, size_t *ret_n)
{
	enum err e = keep_begin(k, 0);
	uint64_t at = *cursor;
	size_t n = 0;

	while (e == OK && n < cap) {
		struct keep_entry entry;
		uint64_t slot = keep_marks_next(&k->open, at);

		if (slot == 0)
			break;
		e = keep_store_get(&k->store, slot, &entry);
		at = slot + 1;
		ret_entry[n] = (struct keep_unsettled){
			.slot = slot,
			.petition = entry.petition,
			.rid = entry.rid,
			.is_claimed = keep_entry_is_claimed(&entry),
		};
		if (!ret_entry[n].is_claimed) {
			n++;
			continue;
		}
		ret_entry[n].c = entry.c;
		ret_entry[n].apart = entry.apart;
		keep_event_mac(k, &entry, KEEP_EVENT_SIGN, &ret_entry[n].mac);
		n++;
	}
	if (e != OK)
		return keep_end(k, e, false);
	*cursor = at;
	*ret_n = n;
	return OK;
}

enum err keep_lock(struct keep *k, uint64_t slot, enum compartment compartment,
	struct lock *ret_lock)
{
	struct masked_lock masked;
	const struct hmac_key *s;
	struct keep_entry entry;
	enum err e = keep_begin(k, 0);

	if (e == OK &&
		(compartment < COMPARTMENT_IDENTITY ||
			compartment > COMPARTMENT_STANDING))
		return ERR_INVALID;
	if (e == OK)
		e = keep_store_get(&k->store, slot, &entry);
	if (e != OK)
		return e;
	if (entry.state == KEEP_NONE)
		return ERR_NOT_FOUND;
	s = keyring_get(k->ring, entry.petition, PURPOSE_LOCK_MASK);
	if (s == NULL || entry.state == KEEP_DEAD)
		return ERR_GONE;
	e = keep_store_lock(&k->store, slot, compartment, &masked);
	if (e != OK)
		return e;
	return lock_unmask(s, slot, compartment, &masked, ret_lock) ? OK
								    : ERR_GONE;
}

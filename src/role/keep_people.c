#include "role/keep_priv.h"

#include "base/bytes.h"

/* Tags look random, so their first bits are as good a key as any. */
static uint64_t mailbox_key(const struct tag *e2)
{
	return get_u64(e2->byte);
}

/* Slots do not; the constant keeps them apart from other mixed numbers. */
static uint64_t group_key(uint64_t group)
{
	return keep_index_mix(group ^ UINT64_C(0x67726f7570)); /* "group" */
}

struct keep_walk keep_people_mailbox(const struct keep *k, const struct tag *e2)
{
	return keep_index_walk(&k->people, mailbox_key(e2));
}

struct keep_walk keep_people_group(const struct keep *k, uint64_t group)
{
	return keep_index_walk(&k->people, group_key(group));
}

static bool is_indexed(const struct keep_entry *e)
{
	return e->verdict != KEEP_SILENT &&
		(keep_entry_is_pending(e) || keep_entry_is_claimed(e));
}

static bool has_rid(const struct keep_entry *e)
{
	static const struct rid none;

	return memcmp(&e->rid, &none, sizeof(none)) != 0;
}

static enum err add_rid(struct keep *k, const struct keep_entry *e)
{
	if (!has_rid(e) ||
		!keep_rid_is_fresh(&e->rid, clock_hour(k->clock),
			k->settings.form_hours) ||
		keep_rids_has(&k->rids, &e->rid, e->slot))
		return OK;
	return keep_rids_add(&k->rids, &e->rid, e->slot);
}

static enum err add_once(struct keep_index *ix, uint64_t key, uint64_t slot)
{
	return keep_index_has(ix, key, slot) ? OK
					     : keep_index_add(ix, key, slot);
}

enum err keep_people_add(struct keep *k, const struct keep_entry *e)
{
	enum err err = OK;

	if (is_indexed(e)) {
		err = add_once(
			&k->people, mailbox_key(&e->tag[KEEP_E2]), e->slot);
		if (err == OK && e->group != e->slot)
			err = add_once(
				&k->people, group_key(e->group), e->slot);
	}
	if (!keep_entry_is_open(e))
		keep_marks_clear(&k->open, e->slot);
	else if (err == OK)
		err = keep_marks_set(&k->open, e->slot);
	return err == OK ? add_rid(k, e) : err;
}

bool keep_people_has(const struct keep *k, const struct keep_entry *e)
{
	return !is_indexed(e) ||
		(keep_index_has(
			 &k->people, mailbox_key(&e->tag[KEEP_E2]), e->slot) &&
			(e->group == e->slot ||
				keep_index_has(&k->people, group_key(e->group),
					e->slot)));
}

enum err keep_people_kill(struct keep *k, const struct keep_entry *e,
	uint64_t winner, enum keep_rid_after rid)
{
	if (is_indexed(e)) {
		keep_index_remove(
			&k->people, mailbox_key(&e->tag[KEEP_E2]), e->slot);
		if (e->group != e->slot)
			keep_index_remove(
				&k->people, group_key(e->group), e->slot);
	}
	if (rid == KEEP_RID_GOES)
		keep_rids_remove(&k->rids, &e->rid, e->slot);
	if (rid != KEEP_RID_UNSETTLED)
		keep_marks_clear(&k->open, e->slot);
	return keep_store_kill(&k->store, e, winner, rid);
}

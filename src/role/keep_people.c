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

enum err keep_people_add(struct keep *k, const struct keep_entry *e)
{
	enum err err = OK;

	if (is_indexed(e)) {
		err = keep_index_add(
			&k->people, mailbox_key(&e->tag[KEEP_E2]), e->slot);
		if (err == OK && e->group != e->slot)
			err = keep_index_add(
				&k->people, group_key(e->group), e->slot);
	}
	if (err == OK && keep_entry_is_open(e))
		err = keep_marks_set(&k->open, e->slot);
	if (err == OK && has_rid(e) &&
		keep_rid_is_fresh(
			&e->rid, clock_hour(k->clock), k->settings.form_hours))
		err = keep_rids_add(&k->rids, &e->rid, e->slot);
	return err;
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

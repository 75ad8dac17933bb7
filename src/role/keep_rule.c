/*
 * The duplicate rule (keep.h; rule 5 of the design), on tags alone.
 */
#include "role/keep_priv.h"

#include "base/wipe.h"

static bool same_tag(
	const struct keep_entry *a, const struct keep_entry *b, int tag)
{
	return same_bytes(
		a->tag[tag].byte, b->tag[tag].byte, sizeof(a->tag[tag].byte));
}

enum err keep_mailbox_read(struct keep *k, uint64_t petition,
	const struct tag *e2, struct keep_mailbox *ret_box)
{
	struct keep_walk walk = keep_people_mailbox(k, e2);
	uint64_t slot;

	ret_box->n = 0;
	while (keep_walk_next(&walk, &slot)) {
		struct keep_entry e;
		enum err err = keep_store_get(&k->store, slot, &e);

		if (err != OK)
			return err;
		/* The fingerprint may be another mailbox's. */
		if (e.petition != petition ||
			!same_bytes(&e.tag[KEEP_E2], e2, sizeof(*e2)))
			continue;
		if (ret_box->n == KEEP_MAILBOX_MAX)
			return ERR_CORRUPT;
		ret_box->entry[ret_box->n++] = e;
	}
	return OK;
}

enum err keep_mailbox_of(struct keep *k, const struct keep_entry *e,
	struct keep_mailbox *ret_box)
{
	return keep_mailbox_read(k, e->petition, &e->tag[KEEP_E2], ret_box);
}

/* Somebody of e's group was claimed, perhaps from another mailbox. */
static enum err group_is_claimed(
	struct keep *k, const struct keep_entry *e, bool *ret_claimed)
{
	struct keep_entry root = { 0 };
	enum err err = OK;

	if (e->group != e->slot)
		err = keep_store_get(&k->store, e->group, &root);
	*ret_claimed = root.claimed != 0 || e->claimed != 0;
	return err;
}

enum err keep_rule_allows(struct keep *k, const struct keep_entry *e,
	const struct keep_mailbox *box, bool *ret_allowed)
{
	unsigned others = 0;
	bool refused;
	enum err err = group_is_claimed(k, e, &refused);

	for (size_t i = 0; i < box->n && err == OK; i++) {
		const struct keep_entry *other = &box->entry[i];

		if (!keep_entry_is_claimed(other))
			continue;
		others++;
		/* The same person, or another of another household. */
		if (same_tag(other, e, KEEP_N) || !same_tag(other, e, KEEP_Q))
			refused = true;
	}
	*ret_allowed = !refused && others <= 1;
	return err;
}

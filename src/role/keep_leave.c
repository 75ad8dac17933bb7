/*
 * Signers who want to be gone: their proof by a token, and the death of what
 * they leave behind, which waits until log has journaled it (keep.h).
 */
#include "base/wipe.h"
#include "role/keep_priv.h"

/* The signature that holds e back: one of the very same mailbox, of e's own
 * group if there is one, else the only one.  NULL if it cannot be told. */
static const struct keep_entry *in_the_way(
	const struct keep_entry *e, const struct keep_mailbox *box)
{
	const struct keep_entry *found = NULL;
	unsigned others = 0;

	for (size_t i = 0; i < box->n; i++) {
		const struct keep_entry *other = &box->entry[i];

		if (!keep_entry_is_claimed(other) ||
			!same_bytes(&other->tag[KEEP_E1], &e->tag[KEEP_E1],
				sizeof(struct tag)))
			continue;
		if (other->group == e->group)
			return other;
		found = other;
		others++;
	}
	return others == 1 ? found : NULL;
}

/* What a pending slot's token means: *ret_target, or nothing (slot 0). */
static enum err mean(struct keep *k, const struct keep_entry *e,
	struct keep_entry *ret_target)
{
	const struct keep_entry *other;
	struct keep_mailbox box;
	bool allowed = false;
	enum err err = keep_mailbox_of(k, e, &box);

	if (err == OK)
		err = keep_rule_allows(k, e, &box, &allowed);
	if (err != OK)
		return err;
	*ret_target = *e;
	if (allowed)
		return OK;
	other = in_the_way(e, &box);
	if (other == NULL)
		*ret_target = (struct keep_entry){ .slot = 0 };
	else
		*ret_target = *other;
	return OK;
}

static enum err tell_dead(
	struct keep *k, const struct keep_entry *e, struct keep_left *ret_left)
{
	struct keep_entry winner;
	enum err err = keep_winner(k, e, &winner);

	if (err != OK)
		return err;
	if (winner.leaving && winner.state == KEEP_DEAD)
		ret_left->outcome = KEEP_LEAVE_DONE;
	else if (keep_entry_is_claimed(&winner))
		ret_left->outcome = KEEP_LEAVE_OTHER;
	else
		ret_left->outcome = KEEP_LEAVE_GONE;
	return OK;
}

enum err keep_leave_go(struct keep *k, const struct keep_entry *target,
	struct keep_left *ret_left)
{
	if (keep_entry_is_pending(target)) {
		ret_left->outcome = KEEP_LEAVE_FREED;
		return keep_people_kill(k, target, 0, KEEP_RID_GOES);
	}
	ret_left->outcome = KEEP_LEAVES;
	ret_left->c = target->c;
	keep_event_mac(k, target, KEEP_EVENT_WITHDRAW, &ret_left->mac);
	return target->leaving ? OK : keep_store_leave(&k->store, target);
}

static enum err grant(struct keep *k, const struct keep_entry *e,
	enum keep_wish wish, struct keep_left *ret_left)
{
	struct keep_entry target = *e;
	enum err err = OK;

	if (keep_entry_is_pending(e))
		err = mean(k, e, &target);
	if (err != OK)
		return err;
	if (target.slot == 0) {
		ret_left->outcome = KEEP_LEAVE_OTHER;
		return OK;
	}
	ret_left->slot = target.slot;
	if (wish == KEEP_WISH_LEAVE)
		return keep_leave_go(k, &target, ret_left);
	if (wish == KEEP_WISH_SHOW) {
		ret_left->outcome = KEEP_LEAVE_MEANT;
		return OK;
	}
	ret_left->outcome = KEEP_LEAVE_STOPPED;
	return keep_store_stop(&k->store, target.slot);
}

static enum err leave_one(struct keep *k, const struct keep_leave *leave,
	struct keep_left *ret_left)
{
	struct keep_entry e;
	enum err err = keep_shown(k, leave->slot, &leave->token, &e);

	*ret_left = (struct keep_left){
		.outcome = KEEP_LEAVE_WRONG,
		.slot = leave->slot,
	};
	if (err != OK || e.state == KEEP_NONE)
		return err;
	ret_left->petition = e.petition;
	if (leave->wish == KEEP_WISH_LOOK) {
		ret_left->outcome = KEEP_LEAVE_MEANT;
		return OK;
	}
	return e.state == KEEP_DEAD ? tell_dead(k, &e, ret_left)
				    : grant(k, &e, leave->wish, ret_left);
}

enum err keep_leave(struct keep *k, const struct keep_leave leave[], size_t n,
	struct keep_left ret_left[])
{
	enum err e = keep_begin(k, n);

	if (e != OK)
		return e;
	for (size_t i = 0; i < n && e == OK; i++)
		e = leave_one(k, &leave[i], &ret_left[i]);
	return keep_end(k, e, true);
}

/* ---- destroyed ---- */

/* Slots whose search rows go, gathered by week so that each file is read
 * once: leavers of one batch are mostly of one week or two. */
struct forgetting {
	uint64_t week;
	uint64_t slot[KEEP_BATCH_MAX];
	size_t n;
};

static enum err forget(struct keep *k, struct forgetting *f)
{
	enum err e = OK;

	if (f->n > 0)
		e = keep_search_forget(&k->search, f->week, f->slot, f->n);
	f->n = 0;
	return e;
}

static enum err forget_rows(
	struct keep *k, struct forgetting *f, const struct keep_entry *e)
{
	uint64_t week = week_of_hour(e->hour);
	enum err err = f->week != week ? forget(k, f) : OK;

	f->week = week;
	if (err == OK)
		f->slot[f->n++] = e->slot;
	return err;
}

/* Rows first: once the entry is dead nobody would look for them again. */
static enum err destroy_one(
	struct keep *k, const struct keep_entry *e, struct forgetting *f)
{
	struct keep_mailbox box;
	enum err err = forget_rows(k, f, e);

	if (err == OK)
		err = keep_mailbox_of(k, e, &box);
	if (err == OK)
		err = keep_kill_siblings(k, e, &box);
	return err == OK ? keep_people_kill(k, e, 0, KEEP_RID_GOES) : err;
}

enum err keep_destroy(
	struct keep *k, const uint64_t slot[], size_t n, bool ret_gone[])
{
	struct forgetting *f;
	enum err err = keep_begin(k, n);

	if (err != OK)
		return err;
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		err = ERR_MEMORY;
	for (size_t i = 0; i < n && err == OK; i++) {
		struct keep_entry e;

		err = keep_store_get(&k->store, slot[i], &e);
		if (err != OK)
			break;
		ret_gone[i] = e.state == KEEP_DEAD || e.state == KEEP_NONE ||
			(e.leaving && keep_entry_is_claimed(&e));
		if (ret_gone[i] && keep_entry_is_claimed(&e))
			err = destroy_one(k, &e, f);
	}
	if (err == OK)
		err = forget(k, f);
	free(f);
	return keep_end(k, err, true);
}

#include "role/keep_priv.h"

#include "base/wipe.h"

/* Losers of e's claim: pending, of its group or of its mailbox and name. */
static enum err kill_if_sibling(
	struct keep *k, uint64_t slot, const struct keep_entry *e)
{
	struct keep_entry other;
	enum err err = keep_store_get(&k->store, slot, &other);
	bool same_name;

	if (err != OK || slot == e->slot || other.petition != e->petition ||
		!keep_entry_is_pending(&other))
		return err;
	same_name = same_bytes(&other.tag[KEEP_E2], &e->tag[KEEP_E2],
			    sizeof(struct tag)) &&
		same_bytes(&other.tag[KEEP_N], &e->tag[KEEP_N],
			sizeof(struct tag));
	if (other.group != e->group && !same_name)
		return OK;
	return keep_people_kill(k, &other, e->slot,
		other.state == KEEP_SETTLED ? KEEP_RID_STAYS
					    : KEEP_RID_UNSETTLED);
}

/* Killing changes the index, so each round walks anew until nobody dies.
 * Rounds are few: a mailbox has at most KEEP_MAILBOX_MAX entries. */
static enum err kill_group(struct keep *k, const struct keep_entry *e)
{
	for (;;) {
		struct keep_walk walk = keep_people_group(k, e->group);
		size_t before = k->store.dying_count;
		uint64_t slot;

		while (k->store.dying_count == before &&
			keep_walk_next(&walk, &slot)) {
			enum err err = kill_if_sibling(k, slot, e);

			if (err != OK)
				return err;
		}
		if (k->store.dying_count == before)
			return OK;
	}
}

enum err keep_kill_siblings(struct keep *k, const struct keep_entry *e,
	const struct keep_mailbox *box)
{
	enum err err = kill_if_sibling(k, e->group, e);

	if (err == OK)
		err = kill_group(k, e);
	for (size_t i = 0; i < box->n && err == OK; i++)
		err = kill_if_sibling(k, box->entry[i].slot, e);
	return err;
}

static void tell(const struct keep *k, const struct keep_entry *e,
	enum keep_claim_outcome outcome, struct keep_claimed *ret_claimed)
{
	ret_claimed->outcome = outcome;
	ret_claimed->petition = e->petition;
	if (outcome != KEEP_CLAIMED && outcome != KEEP_CLAIMED_AGAIN)
		return;
	ret_claimed->c = e->c;
	ret_claimed->apart = e->apart;
	keep_event_mac(k, e, KEEP_EVENT_SIGN, &ret_claimed->mac);
}

enum err keep_shown(struct keep *k, uint64_t slot, const struct token *token,
	struct keep_entry *ret_entry)
{
	enum err e = keep_store_get(&k->store, slot, ret_entry);

	if (e == OK && ret_entry->state != KEEP_NONE &&
		(ret_entry->verdict == KEEP_SILENT ||
			!token_hash_ok(&ret_entry->token_hash, ret_entry->slot,
				token)))
		*ret_entry = (struct keep_entry){ .state = KEEP_NONE };
	return e;
}

enum err keep_winner(struct keep *k, const struct keep_entry *e,
	struct keep_entry *ret_winner)
{
	*ret_winner = *e;
	if (e->claimed == 0 || e->claimed == e->slot)
		return OK;
	return keep_store_get(&k->store, e->claimed, ret_winner);
}

/* e is pending and its token was shown. */
static enum err win(struct keep *k, const struct keep_entry *e,
	struct keep_claimed *ret_claimed)
{
	struct keep_mailbox box;
	bool allowed = false;
	enum err err = keep_mailbox_of(k, e, &box);

	if (err == OK)
		err = keep_rule_allows(k, e, &box, &allowed);
	if (err != OK)
		return err;
	tell(k, e, allowed ? KEEP_CLAIMED : KEEP_CLAIM_ALREADY, ret_claimed);
	if (!allowed)
		return OK;
	/* Losers first: the claim is written into the root, dead or not. */
	err = keep_kill_siblings(k, e, &box);
	if (err == OK)
		err = keep_store_claim(&k->store, e);
	return err == OK ? keep_marks_set(&k->open, e->slot) : err;
}

/* Who lost against a signature that counts has signed already; who lost
 * against one that was withdrawn has not. */
static enum err tell_dead(struct keep *k, const struct keep_entry *e,
	struct keep_claimed *ret_claimed)
{
	struct keep_entry winner;
	enum err err = keep_winner(k, e, &winner);

	if (err == OK)
		tell(k, e,
			keep_entry_is_claimed(&winner) ? KEEP_CLAIM_ALREADY
						       : KEEP_CLAIM_GONE,
			ret_claimed);
	return err;
}

static enum err claim_one(struct keep *k, const struct keep_claim *claim,
	struct keep_claimed *ret_claimed)
{
	struct keep_entry e;
	enum err err = keep_shown(k, claim->slot, &claim->token, &e);

	*ret_claimed = (struct keep_claimed){
		.outcome = KEEP_CLAIM_WRONG,
		.slot = claim->slot,
	};
	if (err != OK || e.state == KEEP_NONE)
		return err;
	if (keep_entry_is_pending(&e))
		return win(k, &e, ret_claimed);
	if (keep_entry_is_claimed(&e))
		tell(k, &e, KEEP_CLAIMED_AGAIN, ret_claimed);
	else
		return tell_dead(k, &e, ret_claimed);
	return OK;
}

enum err keep_claim(struct keep *k, const struct keep_claim claim[], size_t n,
	struct keep_claimed ret_claimed[])
{
	enum err e = keep_begin(k, n);

	if (e != OK)
		return e;
	for (size_t i = 0; i < n && e == OK; i++)
		e = claim_one(k, &claim[i], &ret_claimed[i]);
	return keep_end(k, e, true);
}

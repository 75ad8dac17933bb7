#include "role/keep_block.h"
#include "role/keep_priv.h"

#include "base/wipe.h"

/* Where an ask stands: refusals go to the answer, failures are returned. */
struct asking {
	struct keep *k;
	const struct keep_ask *ask;
	struct keep_answer *answer;
	const struct keep_keys *keys;
	struct keep_entry entry;
};

static bool is_well_formed(const struct asking *a)
{
	return a->ask->slot > 0 && a->ask->slot < a->k->next_slot &&
		a->ask->petition > 0 && a->ask->lock_given[0];
}

/* web has looked at the form's age: if it is too old or too young for us, one
 * of the clocks is wrong, which is nobody's fault who signs. */
static bool is_of_our_time(const struct asking *a)
{
	const struct keep_settings *set = &a->k->settings;
	uint32_t now = clock_hour(a->k->clock);
	uint32_t hour = a->ask->hour;

	return hour <= now + 1 && hour + set->form_hours >= now &&
		keep_rid_is_fresh(&a->ask->rid, now, set->form_hours);
}

/* The entry that has this rid, or one of state KEEP_NONE. */
static enum err find_rid(const struct asking *a, struct keep_entry *ret_entry)
{
	struct keep_walk walk = keep_rids_walk(&a->k->rids, &a->ask->rid);
	uint64_t slot;

	while (keep_walk_next(&walk, &slot)) {
		enum err e = keep_store_get(&a->k->store, slot, ret_entry);

		if (e != OK)
			return e;
		if (memcmp(&ret_entry->rid, &a->ask->rid,
			    sizeof(ret_entry->rid)) == 0)
			return OK;
	}
	*ret_entry = (struct keep_entry){ 0 };
	return OK;
}

static void answer_with(struct asking *a, const struct keep_entry *e)
{
	*a->answer = (struct keep_answer){
		.slot = e->slot,
		.verdict = e->verdict,
	};
}

/* The rid is settled at another slot: this one is of no use any more. */
static enum err burn(struct asking *a)
{
	struct keep_entry fresh;
	enum err e = keep_store_get(&a->k->store, a->ask->slot, &fresh);

	if (e != OK || fresh.state != KEEP_NONE)
		return e;
	fresh.petition = a->ask->petition;
	return keep_people_kill(a->k, &fresh, 0, KEEP_RID_GOES);
}

/* What this rid came to before.  *ret_done if that is the answer. */
static enum err repeat(struct asking *a, bool *ret_done)
{
	struct keep_entry old;
	enum err e = find_rid(a, &old);

	*ret_done = e == OK && old.state != KEEP_NONE;
	if (!*ret_done)
		return e;
	if (old.petition != a->ask->petition) {
		a->answer->err = ERR_INVALID;
		return OK;
	}
	if (old.slot == a->ask->slot) {
		answer_with(a, &old);
		return OK;
	}
	if (old.state == KEEP_TENTATIVE || old.unsettled) {
		*ret_done = false;
		return keep_people_kill(a->k, &old, 0, KEEP_RID_GOES);
	}
	answer_with(a, &old);
	return burn(a);
}

/* May it count?  Whatever is decided, nobody is told before it is claimed. */
static bool set_apart(const struct asking *a, const struct tag tag[])
{
	struct keep_whence w = { .petition = a->ask->petition,
		.hints = a->ask->hints,
		.domain = tag[5],
		.ip = tag[6],
		.near = tag[7],
		.wide = tag[8] };

	if (keep_is_blocked(a->k, &a->ask->blocked))
		w.hints |= KEEP_HINT_BLOCKED;
	return keep_limit_exceeded(a->k->buckets, &a->k->settings.limits, &w,
		clock_mono_ms(a->k->clock));
}

static enum err make_tags(struct asking *a)
{
	struct tag tag[TAG_PURPOSES];
	const struct hmac_key *weekly[3];
	uint64_t week = week_of_hour(a->ask->hour);
	enum err e = keep_keys_of_week(a->k, week, weekly);

	if (e != OK)
		return e;
	for (int i = 0; i < TAG_PURPOSES; i++)
		tag_finish(i < 6 ? a->keys->k2[i] : weekly[i - 6],
			tag_purposes[i], &a->ask->half[i], &tag[i]);
	memcpy(a->entry.tag, tag, sizeof(a->entry.tag));
	memcpy(a->entry.postcode, tag[4].byte, sizeof(a->entry.postcode));
	memcpy(a->entry.domain, tag[5].byte, sizeof(a->entry.domain));
	a->entry.apart = set_apart(a, tag);
	return keep_search_add(&a->k->search, week, a->entry.uptime_hour,
		a->ask->slot, tag + 6);
}

/* The group that a rightful correction joins, or 0. */
static enum err corrected_group(const struct asking *a, uint64_t *ret_group)
{
	uint64_t slot = a->ask->corrects_slot;
	struct keep_entry old;
	enum err e = OK;

	*ret_group = 0;
	if (slot == 0 || slot >= a->k->next_slot)
		return OK;
	e = keep_store_get(&a->k->store, slot, &old);
	/* A loser of another group's claim belongs to that group now. */
	if (e == OK && old.claimed != 0)
		e = keep_store_get(&a->k->store, old.claimed, &old);
	if (e != OK)
		return e;
	/* Whoever withdrew begins anew. */
	if (old.state == KEEP_NONE || old.verdict == KEEP_SILENT ||
		old.petition != a->ask->petition || old.leaving)
		return OK;
	*ret_group = old.group;
	return OK;
}

/* T of the slot corrected, checked against that very entry. */
static enum err may_correct(const struct asking *a, bool *ret_may)
{
	struct keep_entry old;
	enum err e = OK;

	*ret_may = false;
	if (a->ask->corrects_slot == 0)
		return OK;
	e = keep_store_get(&a->k->store, a->ask->corrects_slot, &old);
	if (e == OK && old.state != KEEP_NONE)
		*ret_may = token_hash_ok(
			&old.token_hash, old.slot, &a->ask->corrects_token);
	return e;
}

static enum err find_group(
	struct asking *a, const struct keep_mailbox *box, bool *ret_corrects)
{
	enum err e = may_correct(a, ret_corrects);

	a->entry.group = 0;
	if (e == OK && *ret_corrects)
		e = corrected_group(a, &a->entry.group);
	for (size_t i = 0; i < box->n && a->entry.group == 0; i++) {
		if (same_bytes(&box->entry[i].tag[KEEP_N],
			    &a->entry.tag[KEEP_N], sizeof(struct tag)))
			a->entry.group = box->entry[i].group;
	}
	*ret_corrects = *ret_corrects && a->entry.group != 0;
	if (a->entry.group == 0)
		a->entry.group = a->entry.slot;
	return e;
}

static enum err judge(struct asking *a)
{
	struct keep_mailbox box;
	uint32_t pending = 0;
	bool corrects, allowed;
	enum err e = keep_mailbox_of(a->k, &a->entry, &box);

	if (e == OK)
		e = find_group(a, &box, &corrects);
	if (e == OK)
		e = keep_rule_allows(a->k, &a->entry, &box, &allowed);
	if (e != OK)
		return e;
	for (size_t i = 0; i < box.n; i++)
		pending += keep_entry_is_pending(&box.entry[i]);
	a->entry.corrects = corrects ? a->ask->corrects_slot : 0;
	a->entry.verdict = allowed ? KEEP_CONFIRM : KEEP_ALREADY;
	if (pending >= a->k->settings.mailbox_max) {
		a->entry.verdict = KEEP_SILENT;
		/* Nobody can claim it, so it is nobody's sibling. */
		a->entry.group = a->entry.slot;
	}
	return OK;
}

static enum err store(struct asking *a)
{
	struct masked_lock masked[KEEP_LOCKS] = { 0 };
	enum err e;

	for (int i = 0; i < KEEP_LOCKS; i++) {
		if (a->ask->lock_given[i])
			lock_mask(a->keys->s, a->ask->slot,
				(enum compartment)(i + 1), &a->ask->lock[i],
				&masked[i]);
	}
	e = keep_store_add(&a->k->store, &a->entry, masked);
	wipe(masked, sizeof(masked));
	if (e == OK)
		e = keep_people_add(a->k, &a->entry);
	answer_with(a, &a->entry);
	a->answer->is_new = true;
	return e;
}

static enum err make_new(struct asking *a)
{
	enum err e = keep_store_get(&a->k->store, a->ask->slot, &a->entry);

	if (e != OK)
		return e;
	if (a->entry.state != KEEP_NONE) {
		a->answer->err =
			a->entry.state == KEEP_DEAD ? ERR_GONE : ERR_EXISTS;
		return OK;
	}
	a->entry = (struct keep_entry){
		.slot = a->ask->slot,
		.petition = a->ask->petition,
		.hour = a->ask->hour,
		.uptime_hour = keep_uptime_hours(&a->k->uptime),
		.rid = a->ask->rid,
		.token_hash = a->ask->token_hash,
		.c = a->ask->c,
		.state = KEEP_TENTATIVE,
	};
	e = make_tags(a);
	if (e == OK)
		e = judge(a);
	return e == OK ? store(a) : e;
}

static enum err ask_one(
	struct keep *k, const struct keep_ask *ask, struct keep_answer *answer)
{
	struct asking a = { .k = k, .ask = ask, .answer = answer };
	bool done;
	enum err e;

	*answer = (struct keep_answer){ .err = OK };
	if (!is_well_formed(&a) || !is_of_our_time(&a)) {
		answer->err = is_well_formed(&a) ? ERR_BUSY : ERR_INVALID;
		return OK;
	}
	e = repeat(&a, &done);
	if (e != OK || done)
		return e;
	e = keep_keys_of(k, ask->petition, &a.keys);
	if (e == ERR_GONE) {
		answer->err = e;
		return OK;
	}
	return e == OK ? make_new(&a) : e;
}

enum err keep_ask(struct keep *k, const struct keep_ask ask[], size_t n,
	struct keep_answer ret_answer[])
{
	enum err e = keep_begin(k, n);

	if (e != OK)
		return e;
	for (size_t i = 0; i < n && e == OK; i++)
		e = ask_one(k, &ask[i], &ret_answer[i]);
	if (e == OK)
		e = keep_search_flush(&k->search);
	return keep_end(k, e, true);
}

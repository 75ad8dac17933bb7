/*
 * keeper's rules.  Cases read as stories: who asks, who claims, and what they
 * are told.
 */
#include "role/keep_story.h"

static void one_person(void)
{
	struct world w = begin();
	uint64_t first = signs(&w, ada, KEEP_CONFIRM);
	struct keep_claim c = { first, fixture_token(first) };
	struct keep_claimed once, again;
	struct hmac_key m;
	struct commitment commitment = { { 0 } };

	put_u64(commitment.byte, first);
	hmac_key_init(&m, w.mac_key.byte, sizeof(w.mac_key.byte));
	CHECK(keep_claim(w.keep, &c, 1, &once) == OK);
	CHECK_INT(once.outcome, KEEP_CLAIMED);
	CHECK_INT(once.petition, PETITION);
	CHECK(memcmp(&once.c, &commitment, sizeof(commitment)) == 0);
	CHECK(event_mac_ok(&m, 2, PETITION, first, &commitment, &once.mac));
	CHECK(world_restart(&w) == OK);
	CHECK(keep_claim(w.keep, &c, 1, &again) == OK);
	CHECK_INT(again.outcome, KEEP_CLAIMED_AGAIN);
	CHECK(memcmp(&once.mac, &again.mac, sizeof(once.mac)) == 0);
	CHECK(lock_of(&w, first) == OK);
	(void)signs(&w, ada, KEEP_ALREADY);
	world_release(&w);
}

static void signs_again_before_confirming(void)
{
	struct world w = begin();
	uint64_t first = signs(&w, ada, KEEP_CONFIRM);
	uint64_t second = signs(&w, ada_plus, KEEP_CONFIRM);
	uint64_t third = signs(&w, ada, KEEP_CONFIRM);

	CHECK_INT(claim(&w, second), KEEP_CLAIMED);
	CHECK(locks_are_zero(&w, first) && locks_are_zero(&w, third));
	CHECK(lock_of(&w, first) == ERR_GONE);
	CHECK(lock_of(&w, second) == OK);
	CHECK_INT(claim(&w, first), KEEP_CLAIM_ALREADY);
	CHECK_INT(claim(&w, third), KEEP_CLAIM_ALREADY);
	CHECK_INT(claim(&w, second), KEEP_CLAIMED_AGAIN);
	world_release(&w);
}

static void confirms_two_at_once(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	uint64_t b = signs(&w, ada, KEEP_CONFIRM);
	struct keep_claim c[3] = { { a, fixture_token(a) },
		{ b, fixture_token(b) }, { a, fixture_token(a) } };
	struct keep_claimed claimed[3];

	CHECK(keep_claim(w.keep, c, 3, claimed) == OK);
	CHECK_INT(claimed[0].outcome, KEEP_CLAIMED);
	CHECK_INT(claimed[1].outcome, KEEP_CLAIM_ALREADY);
	CHECK_INT(claimed[2].outcome, KEEP_CLAIMED_AGAIN);
	world_release(&w);
}

static void household(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	uint64_t c = signs(&w, cy, KEEP_CONFIRM);
	uint64_t b;

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	b = signs(&w, bob, KEEP_CONFIRM);
	CHECK_INT(claim(&w, b), KEEP_CLAIMED);
	/* Cy was told to confirm, but is the third by now. */
	CHECK_INT(claim(&w, c), KEEP_CLAIM_ALREADY);
	(void)signs(&w, cy, KEEP_ALREADY);
	CHECK(lock_of(&w, a) == OK && lock_of(&w, b) == OK);
	world_release(&w);
}

static void second_person_elsewhere(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	uint64_t b = signs(&w, far_bob, KEEP_CONFIRM);

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	CHECK_INT(claim(&w, b), KEEP_CLAIM_ALREADY);
	(void)signs(&w, far_bob, KEEP_ALREADY);
	(void)signs(&w, ada_plus, KEEP_ALREADY);
	world_release(&w);
}

/* Somebody types Ada's address: she is not locked out. */
static void typed_by_a_stranger(void)
{
	struct world w = begin();
	uint64_t stranger = signs(&w, far_bob, KEEP_CONFIRM);
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	CHECK_INT(claim(&w, stranger), KEEP_CLAIM_ALREADY);
	world_release(&w);
}

static void another_petition(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	struct keep_ask other =
		fixture_ask(&w, ada, PETITION + 1, ++w.requests, next_slot(&w));
	struct keep_answer answer;

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	answer = ask(&w, &other);
	CHECK(answer.err == OK && answer.verdict == KEEP_CONFIRM);
	CHECK_INT(claim(&w, other.slot), KEEP_CLAIMED);
	world_release(&w);
}

static void flooded_mailbox(void)
{
	struct world w = begin();
	struct keep_settings defaults = keep_settings_default();
	uint64_t slot[5], silent;

	CHECK_INT(defaults.mailbox_max, 5);
	for (int i = 0; i < 5; i++)
		slot[i] = signs(&w, i % 2 ? far_bob : ada, KEEP_CONFIRM);
	silent = signs(&w, ada, KEEP_SILENT);
	(void)signs(&w, cy, KEEP_SILENT);
	CHECK_INT(claim(&w, silent), KEEP_CLAIM_WRONG);
	CHECK(world_restart(&w) == OK);
	(void)signs(&w, cy, KEEP_SILENT);
	CHECK_INT(claim(&w, slot[0]), KEEP_CLAIMED);
	/* Her siblings are freed, so there is room again. */
	(void)signs(&w, bob, KEEP_CONFIRM);
	CHECK_INT(claim(&w, slot[2]), KEEP_CLAIM_ALREADY);
	world_release(&w);
}

static void presses_twice(void)
{
	struct world w = begin();
	struct keep_ask a =
		fixture_ask(&w, ada, PETITION, ++w.requests, next_slot(&w));
	struct keep_ask b = fixture_ask(&w, ada, PETITION, w.requests, 0);
	struct keep_answer answer;

	CHECK(ask(&w, &a).is_new);
	answer = ask(&w, &a); /* sealer lost the answer */
	CHECK(answer.err == OK && !answer.is_new && answer.slot == a.slot);
	CHECK(world_restart(&w) == OK);
	answer = ask(&w, &a);
	CHECK(answer.err == OK && !answer.is_new && answer.slot == a.slot);

	/* Not settled: another slot takes over. */
	b = fixture_ask(&w, ada, PETITION, w.requests, next_slot(&w));
	answer = ask(&w, &b);
	CHECK(answer.err == OK && answer.is_new && answer.slot == b.slot);
	CHECK_INT(answer.verdict, KEEP_CONFIRM);
	CHECK(locks_are_zero(&w, a.slot));
	CHECK_INT(claim(&w, a.slot), KEEP_CLAIM_GONE);
	CHECK(ask(&w, &a).slot == b.slot || ask(&w, &a).err == ERR_GONE);
	world_release(&w);
}

static void presses_twice_when_settled(void)
{
	struct world w = begin();
	struct keep_ask a =
		fixture_ask(&w, ada, PETITION, ++w.requests, next_slot(&w));
	struct keep_ask b =
		fixture_ask(&w, ada, PETITION, w.requests, next_slot(&w));
	struct keep_ask c;
	struct keep_answer answer;

	CHECK(ask(&w, &a).is_new);
	CHECK(keep_settled(w.keep, &a.slot, 1) == OK);
	for (int i = 0; i < 3; i++) {
		answer = ask(&w, &b);
		CHECK(answer.err == OK && !answer.is_new);
		CHECK_INT(answer.slot, a.slot);
		CHECK_INT(answer.verdict, KEEP_CONFIRM);
		CHECK(world_restart(&w) == OK);
	}
	CHECK(lock_of(&w, b.slot) == ERR_GONE);
	/* The burnt slot serves nobody else. */
	c = fixture_ask(&w, bob, PETITION, ++w.requests, b.slot);
	CHECK(ask(&w, &c).err == ERR_GONE);
	CHECK_INT(claim(&w, a.slot), KEEP_CLAIMED);
	CHECK_INT(ask(&w, &b).slot, a.slot);
	world_release(&w);
}

/* A loser's rid still finds its slot: web has a row of it. */
static void presses_the_losing_form_again(void)
{
	struct world w = begin();
	uint64_t loser = signs(&w, ada, KEEP_CONFIRM);
	struct keep_ask again = fixture_ask(&w, ada, PETITION, w.requests, 0);
	uint64_t winner = signs(&w, ada, KEEP_CONFIRM);

	CHECK_INT(claim(&w, winner), KEEP_CLAIMED);
	again.slot = next_slot(&w);
	CHECK_INT(ask(&w, &again).slot, loser);
	CHECK(world_restart(&w) == OK);
	CHECK_INT(ask(&w, &again).slot, loser);
	world_release(&w);
}

static void refused_asks(void)
{
	struct world w = begin();
	struct keep_ask a =
		fixture_ask(&w, ada, PETITION, ++w.requests, next_slot(&w));
	struct keep_ask bad = a;

	bad.slot = 0;
	CHECK(ask(&w, &bad).err == ERR_INVALID);
	bad.slot = a.slot + 1;
	CHECK(ask(&w, &bad).err == ERR_INVALID);
	bad = a;
	bad.petition = 0;
	CHECK(ask(&w, &bad).err == ERR_INVALID);
	bad = a;
	bad.lock_given[0] = false;
	CHECK(ask(&w, &bad).err == ERR_INVALID);
	bad = a;
	put_u32(bad.rid.byte, (a.hour - 7) * 60); /* an old form */
	CHECK(ask(&w, &bad).err == ERR_BUSY);
	put_u32(bad.rid.byte, (a.hour + 2) * 60); /* tomorrow's */
	CHECK(ask(&w, &bad).err == ERR_BUSY);
	put_u32(bad.rid.byte, (a.hour - 6) * 60);
	CHECK(ask(&w, &bad).err == OK);
	/* That took the slot. */
	CHECK(ask(&w, &a).err == ERR_EXISTS);
	bad.petition++;
	CHECK(ask(&w, &bad).err == ERR_INVALID);
	CHECK(keep_ask(w.keep, &a, KEEP_BATCH_MAX + 1, NULL) == ERR_TOO_LARGE);
	CHECK(ask(&w, &a).err == ERR_EXISTS); /* and that spoilt nothing */
	world_release(&w);
}

static void wrong_claims(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	struct keep_claim c = { a, fixture_token(a + 1) };
	struct keep_claimed claimed;

	CHECK(keep_claim(w.keep, &c, 1, &claimed) == OK);
	CHECK_INT(claimed.outcome, KEEP_CLAIM_WRONG);
	CHECK_INT(claimed.petition, 0);
	CHECK_INT(claim(&w, 0), KEEP_CLAIM_WRONG);
	CHECK_INT(claim(&w, a + 1), KEEP_CLAIM_WRONG);
	CHECK_INT(claim(&w, UINT64_MAX), KEEP_CLAIM_WRONG);
	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	world_release(&w);
}

static uint64_t correct(struct world *w, struct person p, uint64_t slot,
	uint64_t token_of, enum keep_verdict expected)
{
	struct keep_ask a =
		fixture_ask(w, p, PETITION, ++w->requests, next_slot(w));
	struct keep_answer answer;

	a.corrects_slot = slot;
	a.corrects_token = fixture_token(token_of);
	answer = ask(w, &a);
	CHECK(answer.err == OK);
	CHECK_INT(answer.verdict, expected);
	CHECK(keep_settled(w->keep, &a.slot, 1) == OK);
	return a.slot;
}

static void corrects_her_name(void)
{
	struct world w = begin();
	uint64_t typo = signs(&w, ada_typo, KEEP_CONFIRM);
	uint64_t moved = correct(&w, ada_moved, typo, typo, KEEP_CONFIRM);
	uint64_t again = correct(&w, ada, moved, moved, KEEP_CONFIRM);
	uint64_t same = signs(&w, ada_moved, KEEP_CONFIRM);

	CHECK(world_restart(&w) == OK);
	CHECK_INT(claim(&w, again), KEEP_CLAIMED);
	CHECK(locks_are_zero(&w, typo) && locks_are_zero(&w, moved) &&
		locks_are_zero(&w, same));
	CHECK_INT(claim(&w, typo), KEEP_CLAIM_ALREADY);
	CHECK_INT(claim(&w, moved), KEEP_CLAIM_ALREADY);
	CHECK_INT(claim(&w, same), KEEP_CLAIM_ALREADY);
	/* Correcting after confirming is signing again. */
	(void)correct(&w, ada_moved, again, again, KEEP_ALREADY);
	(void)correct(&w, ada_moved, typo, typo, KEEP_ALREADY);
	world_release(&w);
}

/* Without T nobody joins a group, so nobody can free its entries. */
static void corrects_somebody_else(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	uint64_t thief = correct(&w, ada_moved, a, a + 1, KEEP_CONFIRM);

	CHECK_INT(claim(&w, thief), KEEP_CLAIMED);
	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	(void)correct(&w, ada_typo, 0, 0, KEEP_CONFIRM);
	(void)correct(&w, ada_typo, UINT64_MAX, 1, KEEP_CONFIRM);
	world_release(&w);
}

/* A web that was taken over sends a form in somebody's name, never settles it,
 * and asks again and again what is unsettled: that the person confirms another
 * one does not show. */
static void losing_unsettled_looks_alive(void)
{
	struct world w = begin();
	struct keep_ask spy =
		fixture_ask(&w, ada, PETITION, ++w.requests, next_slot(&w));
	struct keep_unsettled before, after;
	enum keep_free_outcome outcome = KEEP_FREED;
	uint64_t cursor = 0, a;
	size_t n = 0;

	CHECK(ask(&w, &spy).err == OK);
	a = signs(&w, ada, KEEP_CONFIRM);
	CHECK(keep_unsettled(w.keep, &cursor, &before, 1, &n) == OK && n == 1);
	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	CHECK(keep_booked(w.keep, &a, 1) == OK);
	CHECK(locks_are_zero(&w, spy.slot));
	for (int i = 0; i < 2; i++) {
		cursor = 0;
		CHECK(keep_unsettled(w.keep, &cursor, &after, 1, &n) == OK);
		CHECK(n == 1 && after.slot == spy.slot &&
			memcmp(&before, &after, sizeof(before)) == 0);
		CHECK(keep_free(w.keep, &spy.slot, 1, false, &outcome) == OK);
		CHECK_INT(outcome, KEEP_FREE_YOUNG);
		CHECK(world_restart(&w) == OK);
	}
	/* The same form again is a new one, as if the first had lived. */
	spy.slot = next_slot(&w);
	CHECK(ask(&w, &spy).slot == spy.slot);
	CHECK(keep_settled(w.keep, &spy.slot, 1) == OK);
	CHECK(world_restart(&w) == OK);
	cursor = 0;
	CHECK(keep_unsettled(w.keep, &cursor, &after, 1, &n) == OK && n == 0);
	world_release(&w);
}

static bool claims_apart(struct world *w, uint64_t slot)
{
	struct keep_claim c = { slot, fixture_token(slot) };
	struct keep_claimed claimed = { .outcome = KEEP_CLAIM_WRONG };

	CHECK(keep_claim(w->keep, &c, 1, &claimed) == OK);
	CHECK(claimed.outcome <= KEEP_CLAIMED_AGAIN);
	return claimed.apart;
}

/* Two of one address in one moment: the second is told the same, and set
 * apart; web hears of it with the claim, also after a restart. */
static void too_many_of_one_address(void)
{
	struct world w = begin();
	struct keep_unsettled open[4];
	uint64_t first, second, later, cursor = 0;
	size_t n = 0;

	w.settings.limits.burst = (struct keep_rate){ 1, 60 };
	CHECK(world_restart(&w) == OK);
	first = signs(&w, ada, KEEP_CONFIRM);
	second = signs(&w, ada_moved, KEEP_CONFIRM);
	clock_fake_advance(w.clock, 60000);
	later = signs(&w, bob, KEEP_CONFIRM);
	CHECK(world_restart(&w) == OK);
	CHECK(!claims_apart(&w, first));
	CHECK(claims_apart(&w, second));
	CHECK(!claims_apart(&w, later));
	CHECK(keep_unsettled(w.keep, &cursor, open, 4, &n) == OK);
	CHECK_INT(n, 3);
	CHECK(!open[0].apart && open[1].apart && !open[2].apart);
	CHECK(claims_apart(&w, second));
	world_release(&w);
}

int main(void)
{
	losing_unsettled_looks_alive();
	too_many_of_one_address();
	one_person();
	signs_again_before_confirming();
	confirms_two_at_once();
	household();
	second_person_elsewhere();
	typed_by_a_stranger();
	another_petition();
	flooded_mailbox();
	presses_twice();
	presses_twice_when_settled();
	presses_the_losing_form_again();
	refused_asks();
	wrong_claims();
	corrects_her_name();
	corrects_somebody_else();
	return tap_done();
}

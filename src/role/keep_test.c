#include "role/keep_fixture.h"

#include "base/file.h"
#include "base/tap.h"

/* Cases read as stories: who asks, who claims, and what they are told. */

#define PETITION 7

static const struct person ada = { "ada@example.org", "ada@example.org",
	"ada lovelace", "SW1A1AA" };
static const struct person ada_plus = { "ada+p@example.org", "ada@example.org",
	"ada lovelace", "SW1A1AA" };
/* Ada's household, by one mailbox. */
static const struct person bob = { "ada@example.org", "ada@example.org",
	"bob lovelace", "SW1A1AA" };
static const struct person cy = { "ada@example.org", "ada@example.org",
	"cy lovelace", "SW1A1AA" };
static const struct person far_bob = { "ada@example.org", "ada@example.org",
	"bob lovelace", "EH991SP" };
static const struct person ada_typo = { "ada@example.org", "ada@example.org",
	"ada lovelaec", "SW1A1AA" };
static const struct person ada_moved = { "countess@example.net",
	"countess@example.net", "ada king", "SW1A1AA" };

static uint64_t requests;

static struct world begin(void)
{
	struct world w;

	CHECK(world_init(&w));
	CHECK(world_open(&w) == OK);
	return w;
}

static uint64_t next_slot(struct world *w)
{
	uint64_t slot = 0;
	enum err e = keep_range(w->keep, 1, &slot);

	if (e != OK)
		CHECK_INT(e, OK);
	return slot;
}

/* Ask, with a failure as an answer that fits nothing. */
static struct keep_answer ask(struct world *w, const struct keep_ask *a)
{
	struct keep_answer answer;

	if (keep_ask(w->keep, a, 1, &answer) != OK)
		answer = (struct keep_answer){ .err = ERR_COUNT };
	return answer;
}

/* A new request by p; its slot, if the verdict is the expected one. */
static uint64_t sign(
	struct world *w, struct person p, enum keep_verdict expected)
{
	struct keep_ask a =
		fixture_ask(w, p, PETITION, ++requests, next_slot(w));
	struct keep_answer answer = ask(w, &a);

	CHECK(answer.err == OK && answer.is_new && answer.slot == a.slot);
	CHECK_INT(answer.verdict, expected);
	CHECK(keep_settled(w->keep, &a.slot, 1) == OK);
	return a.slot;
}

static enum keep_claim_outcome claim(struct world *w, uint64_t slot)
{
	struct keep_claim c = { .slot = slot, .token = fixture_token(slot) };
	struct keep_claimed claimed = { .outcome = KEEP_CLAIM_WRONG };
	enum err e = keep_claim(w->keep, &c, 1, &claimed);

	if (e != OK)
		CHECK_INT(e, OK);
	return claimed.outcome;
}

static enum keep_free_outcome release(
	struct world *w, uint64_t slot, bool force)
{
	enum keep_free_outcome outcome = KEEP_FREE_UNKNOWN;
	enum err e = keep_free(w->keep, &slot, 1, force, &outcome);

	if (e != OK)
		CHECK_INT(e, OK);
	return outcome;
}

static enum err lock_of(struct world *w, uint64_t slot)
{
	struct lock want = fixture_lock(slot, COMPARTMENT_IDENTITY), got;
	enum err e = keep_lock(w->keep, slot, COMPARTMENT_IDENTITY, &got);

	if (e == OK && memcmp(&got, &want, sizeof(got)) != 0)
		return ERR_CORRUPT;
	return e;
}

/* 96 bytes of the file `locks`, all zero? */
static bool locks_are_zero(struct world *w, uint64_t slot)
{
	static const uint8_t zero[96];
	uint8_t bytes[96];
	int fd = openat(w->dir_fd, "locks", O_RDONLY | O_CLOEXEC);
	bool same = fd >= 0 &&
		file_pread(fd, bytes, sizeof(bytes), slot * 96) == OK &&
		memcmp(bytes, zero, sizeof(zero)) == 0;

	(void)close(fd);
	return same;
}

static void ranges(void)
{
	struct world w = begin();
	uint64_t a = 0, b = 0;

	CHECK(keep_range(w.keep, 100, &a) == OK);
	CHECK_INT(a, 1);
	CHECK(keep_range(w.keep, 1, &b) == OK);
	CHECK_INT(b, 101);
	CHECK(keep_range(w.keep, 0, &b) == ERR_TOO_LARGE);
	CHECK(world_restart(&w) == OK);
	CHECK(keep_range(w.keep, 5, &b) == OK);
	CHECK_INT(b, 102);
	world_release(&w);
}

/* An older range file, as a careless restore leaves it. */
static void range_from_a_backup(void)
{
	struct world w = begin();
	uint64_t slot = sign(&w, ada, KEEP_CONFIRM);

	keep_close(w.keep);
	w.keep = NULL;
	world_unlink(&w, "range", NULL);
	CHECK(world_open(&w) == OK);
	CHECK_INT(next_slot(&w), slot + 1);
	world_release(&w);
}

static void one_person(void)
{
	struct world w = begin();
	uint64_t first = sign(&w, ada, KEEP_CONFIRM);
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
	(void)sign(&w, ada, KEEP_ALREADY);
	world_release(&w);
}

static void signs_again_before_confirming(void)
{
	struct world w = begin();
	uint64_t first = sign(&w, ada, KEEP_CONFIRM);
	uint64_t second = sign(&w, ada_plus, KEEP_CONFIRM);
	uint64_t third = sign(&w, ada, KEEP_CONFIRM);

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
	uint64_t a = sign(&w, ada, KEEP_CONFIRM);
	uint64_t b = sign(&w, ada, KEEP_CONFIRM);
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
	uint64_t a = sign(&w, ada, KEEP_CONFIRM);
	uint64_t c = sign(&w, cy, KEEP_CONFIRM);
	uint64_t b;

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	b = sign(&w, bob, KEEP_CONFIRM);
	CHECK_INT(claim(&w, b), KEEP_CLAIMED);
	/* Cy was told to confirm, but is the third by now. */
	CHECK_INT(claim(&w, c), KEEP_CLAIM_ALREADY);
	(void)sign(&w, cy, KEEP_ALREADY);
	CHECK(lock_of(&w, a) == OK && lock_of(&w, b) == OK);
	world_release(&w);
}

static void second_person_elsewhere(void)
{
	struct world w = begin();
	uint64_t a = sign(&w, ada, KEEP_CONFIRM);
	uint64_t b = sign(&w, far_bob, KEEP_CONFIRM);

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	CHECK_INT(claim(&w, b), KEEP_CLAIM_ALREADY);
	(void)sign(&w, far_bob, KEEP_ALREADY);
	(void)sign(&w, ada_plus, KEEP_ALREADY);
	world_release(&w);
}

/* Somebody types Ada's address: she is not locked out. */
static void typed_by_a_stranger(void)
{
	struct world w = begin();
	uint64_t stranger = sign(&w, far_bob, KEEP_CONFIRM);
	uint64_t a = sign(&w, ada, KEEP_CONFIRM);

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	CHECK_INT(claim(&w, stranger), KEEP_CLAIM_ALREADY);
	world_release(&w);
}

static void another_petition(void)
{
	struct world w = begin();
	uint64_t a = sign(&w, ada, KEEP_CONFIRM);
	struct keep_ask other =
		fixture_ask(&w, ada, PETITION + 1, ++requests, next_slot(&w));
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
		slot[i] = sign(&w, i % 2 ? far_bob : ada, KEEP_CONFIRM);
	silent = sign(&w, ada, KEEP_SILENT);
	(void)sign(&w, cy, KEEP_SILENT);
	CHECK_INT(claim(&w, silent), KEEP_CLAIM_WRONG);
	CHECK(world_restart(&w) == OK);
	(void)sign(&w, cy, KEEP_SILENT);
	CHECK_INT(claim(&w, slot[0]), KEEP_CLAIMED);
	/* Her siblings are freed, so there is room again. */
	(void)sign(&w, bob, KEEP_CONFIRM);
	CHECK_INT(claim(&w, slot[2]), KEEP_CLAIM_ALREADY);
	world_release(&w);
}

static void presses_twice(void)
{
	struct world w = begin();
	struct keep_ask a =
		fixture_ask(&w, ada, PETITION, ++requests, next_slot(&w));
	struct keep_ask b = fixture_ask(&w, ada, PETITION, requests, 0);
	struct keep_answer answer;

	CHECK(ask(&w, &a).is_new);
	answer = ask(&w, &a); /* sealer lost the answer */
	CHECK(answer.err == OK && !answer.is_new && answer.slot == a.slot);
	CHECK(world_restart(&w) == OK);
	answer = ask(&w, &a);
	CHECK(answer.err == OK && !answer.is_new && answer.slot == a.slot);

	/* Not settled: another slot takes over. */
	b = fixture_ask(&w, ada, PETITION, requests, next_slot(&w));
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
		fixture_ask(&w, ada, PETITION, ++requests, next_slot(&w));
	struct keep_ask b =
		fixture_ask(&w, ada, PETITION, requests, next_slot(&w));
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
	c = fixture_ask(&w, bob, PETITION, ++requests, b.slot);
	CHECK(ask(&w, &c).err == ERR_GONE);
	CHECK_INT(claim(&w, a.slot), KEEP_CLAIMED);
	CHECK_INT(ask(&w, &b).slot, a.slot);
	world_release(&w);
}

/* A loser's rid still finds its slot: web has a row of it. */
static void presses_the_losing_form_again(void)
{
	struct world w = begin();
	uint64_t loser = sign(&w, ada, KEEP_CONFIRM);
	struct keep_ask again = fixture_ask(&w, ada, PETITION, requests, 0);
	uint64_t winner = sign(&w, ada, KEEP_CONFIRM);

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
		fixture_ask(&w, ada, PETITION, ++requests, next_slot(&w));
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
	CHECK(ask(&w, &bad).err == ERR_INVALID);
	put_u32(bad.rid.byte, (a.hour + 2) * 60); /* tomorrow's */
	CHECK(ask(&w, &bad).err == ERR_INVALID);
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
	uint64_t a = sign(&w, ada, KEEP_CONFIRM);
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
		fixture_ask(w, p, PETITION, ++requests, next_slot(w));
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
	uint64_t typo = sign(&w, ada_typo, KEEP_CONFIRM);
	uint64_t moved = correct(&w, ada_moved, typo, typo, KEEP_CONFIRM);
	uint64_t again = correct(&w, ada, moved, moved, KEEP_CONFIRM);
	uint64_t same = sign(&w, ada_moved, KEEP_CONFIRM);

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
	uint64_t a = sign(&w, ada, KEEP_CONFIRM);
	uint64_t thief = correct(&w, ada_moved, a, a + 1, KEEP_CONFIRM);

	CHECK_INT(claim(&w, thief), KEEP_CLAIMED);
	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	(void)correct(&w, ada_typo, 0, 0, KEEP_CONFIRM);
	(void)correct(&w, ada_typo, UINT64_MAX, 1, KEEP_CONFIRM);
	world_release(&w);
}

static void pass(struct world *w, int64_t hours)
{
	clock_fake_advance(w->clock, hours * 3600000);
}

static void expires_by_both_clocks(void)
{
	struct world w = begin();
	uint64_t a = sign(&w, ada, KEEP_CONFIRM);
	uint64_t b = sign(&w, ada_moved, KEEP_CONFIRM);

	CHECK_INT(claim(&w, b), KEEP_CLAIMED);
	CHECK_INT(release(&w, a, false), KEEP_FREE_YOUNG);
	/* The wall clock jumps: nothing dies by its word alone. */
	w.clock->wall_now_ms += INT64_C(1000) * 3600000;
	CHECK_INT(release(&w, a, false), KEEP_FREE_YOUNG);
	pass(&w, 20);
	CHECK(keep_tick(w.keep) == OK);
	CHECK(world_restart(&w) == OK);
	CHECK_INT(release(&w, a, false), KEEP_FREE_YOUNG);
	pass(&w, 5);
	CHECK_INT(release(&w, a, false), KEEP_FREED);
	CHECK(locks_are_zero(&w, a));
	CHECK_INT(release(&w, a, false), KEEP_FREED);
	CHECK_INT(release(&w, b, false), KEEP_FREE_REFUSED);
	CHECK_INT(release(&w, b, true), KEEP_FREE_REFUSED);
	CHECK_INT(release(&w, b + 1, true), KEEP_FREE_UNKNOWN);
	CHECK_INT(claim(&w, a), KEEP_CLAIM_GONE);
	world_release(&w);
}

static void lives_for_three_days(void)
{
	struct world w = begin();
	uint64_t a = sign(&w, ada, KEEP_CONFIRM);

	pass(&w, 72);
	CHECK_INT(release(&w, a, false), KEEP_FREE_YOUNG);
	pass(&w, 1);
	CHECK_INT(release(&w, a, false), KEEP_FREED);
	(void)sign(&w, ada, KEEP_CONFIRM);
	world_release(&w);
}

static void reconciles(void)
{
	struct world w = begin();
	uint64_t first = 0, cursor = 0;
	struct keep_ask a[4];
	struct keep_answer answer[4];
	struct keep_unsettled open[3];
	size_t n = 9;

	CHECK(keep_range(w.keep, 4, &first) == OK);
	for (uint64_t i = 0; i < 4; i++)
		a[i] = fixture_ask(
			&w, ada, PETITION + i, ++requests, first + i);
	CHECK(keep_ask(w.keep, a, 4, answer) == OK);
	CHECK(keep_settled(w.keep, &a[1].slot, 1) == OK);
	CHECK(keep_settled(w.keep, &a[2].slot, 1) == OK);
	CHECK_INT(claim(&w, a[2].slot), KEEP_CLAIMED);
	CHECK_INT(claim(&w, a[3].slot), KEEP_CLAIMED);
	CHECK(keep_booked(w.keep, &a[3].slot, 1) == OK);
	for (int i = 0; i < 2; i++, cursor = 0) {
		CHECK(keep_unsettled(w.keep, &cursor, open, 1, &n) == OK);
		CHECK(n == 1 && open[0].slot == a[0].slot);
		CHECK(!open[0].is_claimed);
		CHECK(memcmp(&open[0].rid, &a[0].rid, 16) == 0);
		CHECK(keep_unsettled(w.keep, &cursor, open, 3, &n) == OK);
		CHECK(n == 1 && open[0].slot == a[2].slot);
		CHECK(open[0].is_claimed);
		CHECK(memcmp(&open[0].c, &a[2].c, 32) == 0);
		CHECK(keep_unsettled(w.keep, &cursor, open, 3, &n) == OK);
		CHECK_INT(n, 0);
		CHECK(world_restart(&w) == OK);
	}
	CHECK_INT(release(&w, a[0].slot, true), KEEP_FREED);
	CHECK(locks_are_zero(&w, a[0].slot));
	CHECK(keep_booked(w.keep, &a[2].slot, 1) == OK);
	CHECK(keep_unsettled(w.keep, &cursor, open, 3, &n) == OK);
	CHECK_INT(n, 0);
	world_release(&w);
}

static void destroys_a_petition(void)
{
	struct world w = begin();
	uint64_t a = sign(&w, ada, KEEP_CONFIRM);
	struct keep_ask late =
		fixture_ask(&w, bob, PETITION, ++requests, next_slot(&w));

	CHECK(lock_of(&w, a) == OK);
	CHECK(keep_destroy_petition(w.keep, PETITION) == OK);
	CHECK(keep_destroy_petition(w.keep, PETITION) == OK);
	for (int i = 0; i < 2; i++) {
		CHECK(lock_of(&w, a) == ERR_GONE);
		CHECK(ask(&w, &late).err == ERR_GONE);
		CHECK(world_restart(&w) == OK);
	}
	late.petition++;
	CHECK(ask(&w, &late).err == OK);
	world_release(&w);
}

static void locks_by_compartment(void)
{
	struct world w = begin();
	uint64_t a = sign(&w, ada, KEEP_CONFIRM);
	struct lock want = fixture_lock(a, COMPARTMENT_CONTACT), got;

	CHECK(keep_lock(w.keep, a, COMPARTMENT_CONTACT, &got) == OK);
	CHECK(memcmp(&got, &want, sizeof(got)) == 0);
	CHECK(keep_lock(w.keep, a, COMPARTMENT_STANDING, &got) == ERR_GONE);
	CHECK(keep_lock(w.keep, a, COMPARTMENT_MAIL, &got) == ERR_INVALID);
	CHECK(keep_lock(w.keep, a + 1, COMPARTMENT_CONTACT, &got) ==
		ERR_NOT_FOUND);
	world_release(&w);
}

struct prefixed {
	struct str prefix;
	unsigned count;
	char last[300];
};

static void count_file(struct world *w, const char *name, void *context)
{
	struct prefixed *p = context;

	(void)w;
	if (!str_starts(str_c(name), p->prefix))
		return;
	p->count++;
	(void)snprintf(p->last, sizeof(p->last), "%s", name);
}

/* The folder's files of this prefix; last is the name of one of them. */
static struct prefixed files_of(struct world *w, struct str prefix)
{
	struct prefixed p = { .prefix = prefix };

	world_files(w, count_file, &p);
	return p;
}

static void search_files_go(void)
{
	struct world w = begin();

	for (int week = 0; week < 5; week++) {
		(void)sign(&w, ada, KEEP_CONFIRM);
		CHECK(keep_tick(w.keep) == OK);
		pass(&w, 168);
	}
	CHECK(keep_tick(w.keep) == OK);
	CHECK_INT(files_of(&w, STR("search-")).count, 1);
	/* The wall clock alone takes nothing. */
	(void)sign(&w, bob, KEEP_SILENT);
	w.clock->wall_now_ms += INT64_C(5000) * 3600000;
	CHECK(keep_tick(w.keep) == OK);
	CHECK(files_of(&w, STR("search-")).count >= 1);
	world_release(&w);
}

static bool contains(struct world *w, const char *name, struct str needle)
{
	struct buf b;
	bool found;

	buf_init(&b, 1 << 20);
	CHECK(file_read(w->dir_fd, name, &b) == OK);
	found = b.len > 0 && memmem(b.at, b.len, needle.at, needle.len) != NULL;
	buf_release(&b);
	return found;
}

struct search {
	struct str needle;
	bool found;
};

static void look_for(struct world *w, const char *name, void *context)
{
	struct search *s = context;

	s->found = s->found || contains(w, name, s->needle);
}

static bool folder_has(struct world *w, struct str needle)
{
	struct search s = { .needle = needle };

	world_files(w, look_for, &s);
	return s.found;
}

/* C stands for the tags: nothing of a killed entry outlives the journal. */
static void journal_forgets(void)
{
	struct world w = begin();
	struct keep_ask a =
		fixture_ask(&w, ada, PETITION, ++requests, next_slot(&w));
	struct str c = { (const char *)a.c.byte, sizeof(a.c) };

	memset(&a.c, 0xa7, sizeof(a.c));
	CHECK(ask(&w, &a).err == OK);
	CHECK_INT(release(&w, a.slot, true), KEEP_FREED);
	CHECK(folder_has(&w, c));
	pass(&w, 25);
	CHECK(keep_tick(w.keep) == OK);
	CHECK(!folder_has(&w, c));
	CHECK_INT(files_of(&w, STR("journal-")).count, 1);
	world_release(&w);
}

static void journal_rotates_by_size(void)
{
	struct world w;
	uint64_t slot[20];

	CHECK(world_init(&w));
	w.settings.journal_bytes = 1000;
	CHECK(world_open(&w) == OK);
	for (int i = 0; i < 20; i++) {
		char name[32];
		struct person p = { name, name, "x", "y" };

		(void)snprintf(name, sizeof(name), "p%d@example.org", i);
		slot[i] = sign(&w, p, KEEP_CONFIRM);
	}
	CHECK_INT(files_of(&w, STR("journal-")).count, 1);
	CHECK(world_restart(&w) == OK);
	for (int i = 0; i < 20; i++)
		CHECK_INT(claim(&w, slot[i]), KEEP_CLAIMED);
	world_release(&w);
}

static void write_file(struct world *w, const char *name, struct str bytes)
{
	CHECK(file_swap(w->dir_fd, name, bytes.at, bytes.len, 0600) == OK);
}

/* The folder as power failed it: nothing written to slots since it was last
 * synced, and the journal cut after `len` bytes. */
static void fail_power(
	struct world *w, struct str slots, struct str journal, size_t len)
{
	keep_close(w->keep);
	w->keep = NULL;
	world_unlink(w, files_of(w, STR("journal-")).last, NULL);
	write_file(w, "slots", slots);
	write_file(w, "journal-00000000000000ff", str_slice(journal, 0, len));
	CHECK(world_open(w) == OK);
}

static void read_whole(struct world *w, const char *name, struct buf *b)
{
	buf_init(b, 1 << 20);
	CHECK(file_read(w->dir_fd, name, b) == OK);
}

/* Cut the journal at every byte: each batch is there whole or not at all. */
static void torn_journal(void)
{
	struct world w = begin();
	struct buf slots, journal;
	size_t asked, claimed_at;
	uint64_t a, b;

	(void)sign(&w, far_bob, KEEP_CONFIRM);
	CHECK(world_restart(&w) == OK);
	read_whole(&w, "slots", &slots);
	a = sign(&w, ada, KEEP_CONFIRM);
	b = sign(&w, ada, KEEP_CONFIRM);
	read_whole(&w, files_of(&w, STR("journal-")).last, &journal);
	asked = journal.len;
	buf_release(&journal);
	CHECK_INT(claim(&w, b), KEEP_CLAIMED);
	read_whole(&w, files_of(&w, STR("journal-")).last, &journal);
	claimed_at = journal.len;
	for (size_t len = 0; len <= claimed_at; len += 7) {
		fail_power(&w, buf_view(&slots), buf_view(&journal), len);
		if (len >= asked)
			CHECK_INT(claim(&w, b), KEEP_CLAIMED);
		else if (claim(&w, b) != KEEP_CLAIMED)
			CHECK(len < asked);
		if (len >= asked)
			CHECK_INT(claim(&w, a), KEEP_CLAIM_ALREADY);
	}
	fail_power(&w, buf_view(&slots), buf_view(&journal), claimed_at);
	CHECK_INT(claim(&w, b), KEEP_CLAIMED_AGAIN);
	CHECK(locks_are_zero(&w, a));
	buf_release(&slots);
	buf_release(&journal);
	world_release(&w);
}

static void refuses_strange_files(void)
{
	struct world w = begin();
	struct world other = w;

	other.keep = NULL;
	CHECK(world_open(&other) == ERR_BUSY);
	(void)sign(&w, ada, KEEP_CONFIRM);
	keep_close(w.keep);
	w.keep = NULL;
	w.credential.byte[0] ^= 1;
	CHECK(world_open(&w) == ERR_CRYPTO);
	w.credential.byte[0] ^= 1;
	write_file(&w, "uptime", STR("short"));
	CHECK(world_open(&w) == ERR_CORRUPT);
	world_unlink(&w, "uptime", NULL);
	CHECK(world_open(&w) == OK);
	keep_close(w.keep);
	w.keep = NULL;
	w.settings.form_hours = 100;
	CHECK(world_open(&w) == ERR_INVALID);
	world_release(&w);
}

int main(void)
{
	ranges();
	range_from_a_backup();
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
	expires_by_both_clocks();
	lives_for_three_days();
	reconciles();
	destroys_a_petition();
	locks_by_compartment();
	search_files_go();
	journal_forgets();
	journal_rotates_by_size();
	torn_journal();
	refuses_strange_files();
	return tap_done();
}

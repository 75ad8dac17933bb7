/*
 * keep_sample.c - a keeper's folder with something of everything in it, for
 * keeper_reader.py, which reads it from docs/formats.md alone.
 *
 *     keep_sample story DIR   people sign, confirm, correct, leave; a desk
 *     keep_sample rest DIR    open that, empty the journal, close
 *
 * Prints the credential and a line a slot: slot, petition, and what its signer
 * typed, between tabs.
 */
#include "base/enc.h"
#include "role/keep_block.h"
#include "role/keep_find.h"
#include "role/keep_fixture.h"

enum { PEOPLE = 6 };

static const struct {
	struct person person;
	uint64_t petition;
} signers[PEOPLE] = {
	{ { "ada@example.org", "ada@example.org", "ada", "SW1A1AA" }, 7 },
	{ { "ada+x@example.org", "ada@example.org", "ada", "SW1A1AA" }, 7 },
	{ { "bob@example.org", "bob@example.org", "bob", "EH991SP" }, 7 },
	{ { "eve@example.org", "eve@example.org", "eve", "CF991NA" }, 8 },
	{ { "cy@example.org", "cy@example.org", "cy", "BT43XX" }, 8 },
	{ { "cy@example.org", "cy@example.org", "cyrus", "BT43XX" }, 8 },
};

static void need(enum err e, const char *what)
{
	if (e == OK)
		return;
	(void)fprintf(stderr, "%s: %s\n", what, err_name(e));
	exit(1);
}

/* The last one corrects the one before. */
static void sign_all(struct world *w, uint64_t first)
{
	struct keep_answer answer[PEOPLE];
	struct keep_ask ask[PEOPLE];
	uint64_t slot[PEOPLE];

	for (size_t i = 0; i < PEOPLE; i++) {
		slot[i] = first + i;
		ask[i] = fixture_ask(w, signers[i].person, signers[i].petition,
			++w->requests, slot[i]);
	}
	ask[PEOPLE - 1].corrects_slot = slot[PEOPLE - 2];
	ask[PEOPLE - 1].corrects_token = fixture_token(slot[PEOPLE - 2]);
	need(keep_ask(w->keep, ask, PEOPLE, answer), "asks");
	for (size_t i = 0; i < PEOPLE; i++)
		need(answer[i].err, "an ask");
	/* Web knows all but two. */
	need(keep_settled(w->keep, slot, 1), "settled");
	need(keep_settled(w->keep, slot + 2, PEOPLE - 3), "settled");
}

static void confirm(struct world *w, uint64_t slot, bool booked)
{
	struct keep_claim c = { slot, fixture_token(slot) };
	struct keep_claimed claimed;

	need(keep_claim(w->keep, &c, 1, &claimed), "claim");
	if (booked)
		need(keep_booked(w->keep, &slot, 1), "booked");
}

static void wish(struct world *w, uint64_t slot, enum keep_wish wish)
{
	struct keep_leave l = { wish, slot, fixture_token(slot) };
	struct keep_left left;
	bool gone = false;

	need(keep_leave(w->keep, &l, 1, &left), "leave");
	if (wish == KEEP_WISH_LEAVE)
		need(keep_destroy(w->keep, &slot, 1, &gone), "destroy");
}

static void tell_story(struct world *w)
{
	const struct sign_public desk = { { 0x44 } };
	struct half_tag troll;
	uint64_t first = 0, petition;
	struct lock lock;
	bool changed;

	need(keep_range(w->keep, 100, &first), "range");
	sign_all(w, first);
	confirm(w, first, true); /* the second one of ada's dies */
	confirm(w, first + 2, true);
	confirm(w, first + 3, false); /* web has not heard of it */
	wish(w, first, KEEP_WISH_STOP);
	wish(w, first + 2, KEEP_WISH_LEAVE);
	fixture_half(33, "troll@example.org", "", &troll);
	need(keep_block(w->keep, &troll, true, &changed), "block");
	need(keep_open_record(w->keep, &desk, first, DESK_REASON_AUDIT, 1,
		     &petition, &lock),
		"open");
	need(keep_shred(w->keep, 8, KEEP_SHRED_ALL, &changed), "shred");
	for (size_t i = 0; i < PEOPLE; i++)
		printf("%llu\t%llu\t%s\t%s\t%s\t%s\n",
			(unsigned long long)(first + i),
			(unsigned long long)signers[i].petition,
			signers[i].person.email, signers[i].person.mailbox,
			signers[i].person.name, signers[i].person.postcode);
}

int main(int argc, char **argv)
{
	struct clock_fake clock;
	struct rng_fake rng;
	struct world w = { .settings = keep_settings_default(),
		.clock = &clock,
		.rng = &rng };
	struct buf b;

	if (argc != 3)
		return 2;
	need(crypto_init(), "crypto");
	clock_fake_init(&clock, INT64_C(1795500000000));
	rng_fake_init(&rng, 1);
	rng_fill(&rng.rng, &w.credential, sizeof(w.credential));
	rng_fill(&rng.rng, &w.mac_key, sizeof(w.mac_key));
	w.dir_fd = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	need(world_open(&w), "keeper");
	buf_init(&b, 100);
	enc_hex(&b, w.credential.byte, sizeof(w.credential.byte));
	printf("%.*s\n", STR_ARG(buf_view(&b)));
	buf_release(&b);
	if (strcmp(argv[1], "story") == 0)
		tell_story(&w);
	else
		need(keep_rest(w.keep), "rest");
	keep_close(w.keep);
	(void)close(w.dir_fd);
	return 0;
}

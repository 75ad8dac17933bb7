/* Run below valgrind (crypto/poison.h): how roles compare what comes from
 * outside with what they keep, and where nothing else may depend on it. */
#include "crypto/poison.h"

#include "role/bounce.h"
#include "role/keep_fixture.h"

static const struct person ada = { "ada@example.org", "ada@example.org", "ada",
	"SW1A1AA" };

/* A slot that waits for its confirmation. */
static uint64_t sign_up(struct world *w)
{
	struct keep_ask ask;
	struct keep_answer answer;
	uint64_t slot = 0;

	CHECK(keep_range(w->keep, 1, &slot) == OK);
	ask = fixture_ask(w, ada, 7, ++w->requests, slot);
	CHECK(keep_ask(w->keep, &ask, 1, &answer) == OK && answer.err == OK);
	CHECK(keep_settled(w->keep, &slot, 1) == OK);
	return slot;
}

static struct token poisoned_token(uint64_t slot, uint8_t flip)
{
	struct token t = fixture_token(slot);

	t.byte[3] ^= flip;
	poison(&t, sizeof(t));
	return t;
}

static enum keep_claim_outcome claim(
	struct world *w, uint64_t slot, uint8_t flip)
{
	struct keep_claim c = { slot, poisoned_token(slot, flip) };
	struct keep_claimed claimed;

	CHECK(keep_claim(w->keep, &c, 1, &claimed) == OK);
	return claimed.outcome;
}

static enum keep_leave_outcome leave(
	struct world *w, enum keep_wish wish, uint64_t slot, uint8_t flip)
{
	struct keep_leave l = { wish, slot, poisoned_token(slot, flip) };
	struct keep_left left;

	CHECK(keep_leave(w->keep, &l, 1, &left) == OK);
	return left.outcome;
}

/* Tokens that confirm, look, stop and leave. */
static void test_tokens(void)
{
	struct world w;
	uint64_t slot;
	unsigned before;

	CHECK(world_init(&w));
	CHECK(world_open(&w) == OK);
	slot = sign_up(&w);
	before = reports();
	CHECK_INT(claim(&w, slot, 1), KEEP_CLAIM_WRONG);
	CHECK_INT(claim(&w, slot, 0), KEEP_CLAIMED);
	CHECK_INT(leave(&w, KEEP_WISH_SHOW, slot, 1), KEEP_LEAVE_WRONG);
	CHECK_INT(leave(&w, KEEP_WISH_SHOW, slot, 0), KEEP_LEAVE_MEANT);
	CHECK_INT(leave(&w, KEEP_WISH_STOP, slot, 0), KEEP_LEAVE_STOPPED);
	CHECK_INT(leave(&w, KEEP_WISH_LEAVE, slot, 1), KEEP_LEAVE_WRONG);
	CHECK_INT(leave(&w, KEEP_WISH_LEAVE, slot, 0), KEEP_LEAVES);
	CHECK_INT(reports(), before);
	world_release(&w);
}

/* The token of a form that corrects an earlier one. */
static void test_correcting(void)
{
	struct world w;
	struct keep_ask ask;
	struct keep_answer answer;
	uint64_t slot, second = 0;
	unsigned before;

	CHECK(world_init(&w));
	CHECK(world_open(&w) == OK);
	slot = sign_up(&w);
	for (uint8_t flip = 0; flip < 2; flip++) {
		CHECK(keep_range(w.keep, 1, &second) == OK);
		ask = fixture_ask(&w, ada, 7, ++w.requests, second);
		ask.corrects_slot = slot;
		ask.corrects_token = poisoned_token(slot, flip);
		before = reports();
		CHECK(keep_ask(w.keep, &ask, 1, &answer) == OK &&
			answer.err == OK);
		CHECK_INT(reports(), before);
	}
	world_release(&w);
}

/* A key whose every byte is poisoned from the start. */
static void poisoned_fill(struct rng *r, void *at, size_t len)
{
	(void)r;
	memset(at, 0x5b, len);
	poison(at, len);
}

/* The sender of a mail that comes back, forged: what a right one holds is the
 * slot, which is then known. */
static void test_envelopes(void)
{
	static const struct str forged =
		STR_INIT("bounces+ABCDEFGHIJKLMNOPQRSTUVWXYZ234@example.org");
	struct rng poisoned = { poisoned_fill };
	struct bounces *s;
	struct world w;
	uint64_t slot;
	unsigned before;

	CHECK(world_init(&w));
	printf("# reports of writing the key down are meant\n");
	CHECK(bounces_open(w.dir_fd, STR("bounces@example.org"), &poisoned,
		      &s) == OK);
	before = reports();
	CHECK(!bounce_slot(s, forged, &slot));
	CHECK_INT(reports(), before);
	bounces_close(s);
	world_release(&w);
}

int main(void)
{
	if (RUNNING_ON_VALGRIND == 0) {
		tap_skip("only below valgrind");
		return tap_done();
	}
	test_tokens();
	test_correcting();
	test_envelopes();
	return tap_done();
}

/*
 * Signers who withdraw, erase or stop updates, told as stories (keep.h,
 * keep_leave and keep_destroy).
 */
#include "role/keep_story.h"

/* Does `bytes` stand anywhere in this file of the keeper? */
static bool file_has(
	struct world *w, const char *name, const void *bytes, size_t len)
{
	struct buf b;
	bool found;

	buf_init(&b, 1 << 24);
	CHECK(file_read(w->dir_fd, name, &b) == OK);
	found = b.len >= len && memmem(b.at, b.len, bytes, len) != NULL;
	buf_release(&b);
	return found;
}

static bool search_has_slot(struct world *w, uint64_t slot)
{
	char name[40];
	uint8_t key[8];

	put_u64(key, slot);
	(void)snprintf(name, sizeof(name), "search-%llu",
		(unsigned long long)week_of_hour(clock_hour(&w->clock->clock)));
	return file_has(w, name, key, sizeof(key));
}

static void withdraws(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	struct commitment c = { { 0 } };
	struct keep_left left, again;
	struct hmac_key m;

	put_u64(c.byte, a);
	hmac_key_init(&m, w.mac_key.byte, sizeof(w.mac_key.byte));
	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	/* Web cannot destroy what nobody asked it to. */
	CHECK(!destroy(&w, a));
	CHECK(lock_of(&w, a) == OK);
	left = leave(&w, a, KEEP_WISH_LEAVE);
	CHECK_INT(left.outcome, KEEP_LEAVES);
	CHECK(left.slot == a && left.petition == PETITION);
	CHECK(event_mac_ok(&m, 4, PETITION, a, &c, &left.mac));
	CHECK(!event_mac_ok(&m, 2, PETITION, a, &c, &left.mac));
	/* Until log has it, everything is there, also after a crash. */
	CHECK(lock_of(&w, a) == OK && search_has_slot(&w, a));
	CHECK(world_restart(&w) == OK);
	again = leave(&w, a, KEEP_WISH_LEAVE);
	CHECK(again.outcome == KEEP_LEAVES &&
		memcmp(&again.mac, &left.mac, sizeof(left.mac)) == 0);
	CHECK(destroy(&w, a) && destroy(&w, a));
	CHECK(locks_are_zero(&w, a) && !search_has_slot(&w, a));
	CHECK_INT(leave(&w, a, KEEP_WISH_LEAVE).outcome, KEEP_LEAVE_DONE);
	CHECK_INT(leave(&w, a, KEEP_WISH_STOP).outcome, KEEP_LEAVE_DONE);
	CHECK_INT(claim(&w, a), KEEP_CLAIM_GONE);
	CHECK(world_restart(&w) == OK);
	CHECK_INT(leave(&w, a, KEEP_WISH_LEAVE).outcome, KEEP_LEAVE_DONE);
	world_release(&w);
}

/* Whoever withdrew may sign again, also by correcting the old form. */
static void signs_again(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM), b;
	struct keep_ask form;

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	b = signs(&w, ada, KEEP_ALREADY);
	(void)leave(&w, a, KEEP_WISH_LEAVE);
	(void)signs(&w, ada, KEEP_ALREADY); /* it still counts */
	CHECK(destroy(&w, a));
	/* What was typed in between died with it. */
	CHECK(locks_are_zero(&w, b));
	CHECK_INT(claim(&w, b), KEEP_CLAIM_GONE);
	form = fixture_ask(&w, ada, PETITION, ++w.requests, next_slot(&w));
	form.corrects_slot = a;
	form.corrects_token = fixture_token(a);
	CHECK_INT(ask(&w, &form).verdict, KEEP_CONFIRM);
	CHECK(keep_settled(w.keep, &form.slot, 1) == OK);
	CHECK_INT(claim(&w, form.slot), KEEP_CLAIMED);
	world_release(&w);
}

static void wrong_token(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	uint64_t e = signs(&w, eve, KEEP_CONFIRM);
	struct keep_leave l[3] = {
		{ KEEP_WISH_LEAVE, a, fixture_token(e) },
		{ KEEP_WISH_STOP, a, fixture_token(e) },
		{ KEEP_WISH_LEAVE, 12345, fixture_token(12345) },
	};
	struct keep_left left[3];

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	CHECK(keep_leave(w.keep, l, 3, left) == OK);
	for (int i = 0; i < 3; i++) {
		CHECK_INT(left[i].outcome, KEEP_LEAVE_WRONG);
		CHECK_INT(left[i].petition, 0);
	}
	CHECK(!destroy(&w, a) && lock_of(&w, a) == OK);
	CHECK(destroy(&w, 12345)); /* nothing there: nothing left */
	world_release(&w);
}

/* The page behind a link asks whether it may be shown, and learns no more. */
static void looks(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	uint64_t b = signs(&w, ada, KEEP_CONFIRM);
	struct keep_leave wrong = { KEEP_WISH_LOOK, a, fixture_token(b) };
	struct keep_left left;

	for (int step = 0; step < 3; step++) {
		left = leave(&w, b, KEEP_WISH_LOOK);
		CHECK_INT(left.outcome, KEEP_LEAVE_MEANT);
		CHECK(left.slot == b && left.petition == PETITION);
		CHECK(keep_leave(w.keep, &wrong, 1, &left) == OK);
		CHECK_INT(left.outcome, KEEP_LEAVE_WRONG);
		CHECK_INT(left.petition, 0);
		if (step == 0)
			CHECK_INT(claim(&w, a), KEEP_CLAIMED);
		else
			CHECK(world_restart(&w) == OK);
	}
	CHECK(lock_of(&w, a) == OK);
	world_release(&w);
}

/* "This was not me": a mail that nobody asked for. */
static void never_confirmed(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	uint64_t b = signs(&w, bob, KEEP_CONFIRM);

	CHECK_INT(leave(&w, a, KEEP_WISH_LEAVE).outcome, KEEP_LEAVE_FREED);
	CHECK(locks_are_zero(&w, a) && lock_of(&w, b) == OK);
	CHECK_INT(leave(&w, a, KEEP_WISH_LEAVE).outcome, KEEP_LEAVE_GONE);
	CHECK_INT(claim(&w, a), KEEP_CLAIM_GONE);
	CHECK_INT(claim(&w, b), KEEP_CLAIMED);
	world_release(&w);
}

/* By the token of "you have already signed". */
static void by_the_second_mail(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM), b;
	struct keep_left left;

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	b = signs(&w, ada, KEEP_ALREADY);
	left = leave(&w, b, KEEP_WISH_STOP);
	CHECK(left.outcome == KEEP_LEAVE_STOPPED && left.slot == a);
	left = leave(&w, b, KEEP_WISH_LEAVE);
	CHECK(left.outcome == KEEP_LEAVES && left.slot == a);
	CHECK(destroy(&w, left.slot));
	CHECK_INT(leave(&w, b, KEEP_WISH_LEAVE).outcome, KEEP_LEAVE_DONE);
	world_release(&w);
}

/* Who lost against a confirmation is told to take that mail. */
static void by_the_mail_that_lost(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	uint64_t b = signs(&w, ada_plus, KEEP_CONFIRM);

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	CHECK_INT(leave(&w, b, KEEP_WISH_LEAVE).outcome, KEEP_LEAVE_OTHER);
	CHECK(lock_of(&w, a) == OK);
	world_release(&w);
}

/* Two may share a canonical address and not the mailbox. */
static void another_mailbox(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM), b;

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	b = signs(&w, ada_plus, KEEP_ALREADY);
	CHECK_INT(leave(&w, b, KEEP_WISH_LEAVE).outcome, KEEP_LEAVE_OTHER);
	CHECK_INT(leave(&w, b, KEEP_WISH_STOP).outcome, KEEP_LEAVE_OTHER);
	CHECK(!destroy(&w, a));
	world_release(&w);
}

static void household(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	uint64_t b = signs(&w, bob, KEEP_CONFIRM), c, far;
	struct keep_left left;

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	far = signs(&w, far_bob, KEEP_ALREADY); /* of Bob's group */
	/* Bob may still confirm, so his token is about himself. */
	left = leave(&w, b, KEEP_WISH_STOP);
	CHECK(left.outcome == KEEP_LEAVE_STOPPED && left.slot == b);
	CHECK_INT(claim(&w, b), KEEP_CLAIMED);
	CHECK_INT(leave(&w, far, KEEP_WISH_LEAVE).outcome, KEEP_LEAVE_OTHER);
	/* A third of this mailbox: two are in the way. */
	c = signs(&w, cy, KEEP_ALREADY);
	CHECK_INT(leave(&w, c, KEEP_WISH_LEAVE).outcome, KEEP_LEAVE_OTHER);
	/* One's own group comes first. */
	c = signs(&w, bob, KEEP_ALREADY);
	left = leave(&w, c, KEEP_WISH_LEAVE);
	CHECK(left.outcome == KEEP_LEAVES && left.slot == b);
	CHECK(destroy(&w, b) && lock_of(&w, a) == OK);
	/* There is room for a second again. */
	(void)signs(&w, cy, KEEP_CONFIRM);
	world_release(&w);
}

static void stops_updates(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	struct lock lock;

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	CHECK(keep_lock(w.keep, a, COMPARTMENT_CONTACT, &lock) == OK);
	CHECK_INT(leave(&w, a, KEEP_WISH_STOP).outcome, KEEP_LEAVE_STOPPED);
	CHECK(keep_lock(w.keep, a, COMPARTMENT_CONTACT, &lock) == ERR_GONE);
	CHECK(lock_of(&w, a) == OK);
	CHECK(world_restart(&w) == OK);
	CHECK(keep_lock(w.keep, a, COMPARTMENT_CONTACT, &lock) == ERR_GONE);
	CHECK(lock_of(&w, a) == OK);
	CHECK_INT(leave(&w, a, KEEP_WISH_STOP).outcome, KEEP_LEAVE_STOPPED);
	CHECK_INT(claim(&w, a), KEEP_CLAIMED_AGAIN);
	world_release(&w);
}

/* Tags go from the file of entries, and with the journal from everywhere. */
static void leaves_no_tag(void)
{
	struct world w = begin();
	struct keep_ask form =
		fixture_ask(&w, ada, PETITION, ++w.requests, next_slot(&w));
	uint8_t entry[192];
	int fd;

	CHECK_INT(ask(&w, &form).verdict, KEEP_CONFIRM);
	CHECK(keep_settled(w.keep, &form.slot, 1) == OK);
	CHECK_INT(claim(&w, form.slot), KEEP_CLAIMED);
	fd = openat(w.dir_fd, "slots", O_RDONLY | O_CLOEXEC);
	CHECK(file_pread(fd, entry, 192, form.slot * 192) == OK);
	(void)close(fd);
	CHECK(file_has(&w, "slots", entry + 104, 16));
	(void)leave(&w, form.slot, KEEP_WISH_LEAVE);
	CHECK(destroy(&w, form.slot));
	for (int i = 0; i < 4; i++)
		CHECK(!file_has(&w, "slots", entry + 104 + 16 * i, 16));
	CHECK(!file_has(&w, "slots", entry + 72, 32)); /* C */
	CHECK(world_restart(&w) == OK); /* a new journal */
	CHECK(!file_has(&w, "journal-0000000000000002", entry + 104, 16));
	world_release(&w);
}

int main(void)
{
	withdraws();
	signs_again();
	wrong_token();
	looks();
	never_confirmed();
	by_the_second_mail();
	by_the_mail_that_lost();
	another_mailbox();
	household();
	stops_updates();
	leaves_no_tag();
	return tap_done();
}

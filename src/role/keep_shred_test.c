/*
 * Petitions whose time is over: two clocks, and what is dead afterwards.
 */
#include "role/keep_find.h"
#include "role/keep_story.h"

static bool shred(struct world *w, enum keep_shred what)
{
	bool done = false;

	CHECK(keep_shred(w->keep, PETITION, what, &done) == OK);
	return done;
}

static void pass_hours(struct world *w, int64_t hours)
{
	clock_fake_advance(w->clock, hours * 3600000);
	CHECK(keep_tick(w->keep) == OK);
}

/* The wall clock jumps by a year; the uptime does not. */
static void jump(struct world *w)
{
	w->clock->wall_now_ms += INT64_C(365) * 86400000;
}

static void two_clocks(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	CHECK(!shred(&w, KEEP_SHRED_ALL));
	jump(&w);
	CHECK(!shred(&w, KEEP_SHRED_ALL));
	CHECK(lock_of(&w, a) == OK);
	pass_hours(&w, 13);
	CHECK(world_restart(&w) == OK);
	pass_hours(&w, 13);
	CHECK(shred(&w, KEEP_SHRED_ALL));
	CHECK(lock_of(&w, a) == ERR_GONE);
	CHECK(world_restart(&w) == OK);
	CHECK(lock_of(&w, a) == ERR_GONE);
	CHECK(shred(&w, KEEP_SHRED_ALL));
	CHECK(shred(&w, KEEP_SHRED_TAGS));
	world_release(&w);
}

static const struct person other_bob = { "bob@example.net", "bob@example.net",
	"bob", "EH991SP" };

static size_t found(struct world *w, struct person p)
{
	struct keep_target t = { .petition = PETITION };
	const struct keep_question q = { .op = DESK_SEARCH,
		.purpose = PURPOSE_EMAIL_CANONICAL,
		.petition = PETITION,
		.target = &t,
		.n_targets = 1 };
	struct keep_find *f;
	bool done = false;
	size_t n = 0;

	fixture_half(2, p.mailbox, "", &t.half);
	fixture_half(1, p.email, "", &t.exact);
	CHECK(keep_find_begin(w->keep, &q, &f) == OK);
	while (!done && CHECK(keep_find_step(w->keep, f, &done) == OK))
		;
	(void)keep_find_rows(f, &n);
	keep_find_free(f);
	return n;
}

static void tags_first(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	struct keep_ask late;
	struct keep_answer answer;

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	CHECK_INT(found(&w, ada), 1);
	CHECK(!shred(&w, KEEP_SHRED_TAGS));
	pass_hours(&w, 26);
	CHECK(shred(&w, KEEP_SHRED_TAGS));
	for (int i = 0; i < 2; i++) {
		/* Nobody is found any more; the record may still be opened. */
		CHECK_INT(found(&w, ada), 0);
		CHECK(lock_of(&w, a) == OK);
		late = fixture_ask(
			&w, ada, PETITION, ++w.requests, next_slot(&w));
		answer = ask(&w, &late);
		CHECK_INT(answer.err, ERR_GONE);
		CHECK(world_restart(&w) == OK);
	}
	CHECK(!shred(&w, KEEP_SHRED_ALL));
	pass_hours(&w, 26);
	CHECK(shred(&w, KEEP_SHRED_ALL));
	CHECK(lock_of(&w, a) == ERR_GONE);
	world_release(&w);
}

/* Openings: a reason, a row, a cap a day and desk. */
static void openings(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM), petition = 0;
	const struct sign_public one = { { 1 } }, two = { { 2 } };
	struct lock want = fixture_lock(a, COMPARTMENT_IDENTITY), got;
	uint8_t rows[96];

	for (int i = 0; i < 2; i++) {
		CHECK(keep_open_record(
			      w.keep, &one, a, 2, 2, &petition, &got) == OK);
		CHECK(petition == PETITION &&
			memcmp(&want, &got, sizeof(got)) == 0);
	}
	CHECK(world_restart(&w) == OK);
	CHECK(keep_open_record(w.keep, &one, a, 2, 2, &petition, &got) ==
		ERR_BUSY);
	CHECK(keep_open_record(w.keep, &two, a, 1, 2, &petition, &got) == OK);
	CHECK(keep_open_record(w.keep, &two, a + 1, 1, 2, &petition, &got) ==
		ERR_NOT_FOUND);
	CHECK(file_read_exact(w.dir_fd, "openings", rows, sizeof(rows)) == OK);
	CHECK(memcmp(rows, "PKO1", 4) == 0 && rows[5] == 2 && rows[69] == 1 &&
		get_u64(rows + 16) == a && rows[24] == 1 && rows[88] == 2);
	w.clock->wall_now_ms += 86400000;
	CHECK(keep_open_record(w.keep, &one, a, 2, 2, &petition, &got) == OK);
	world_release(&w);
}

static uint64_t openings_noted(struct world *w)
{
	struct buf b;
	uint64_t n;

	buf_init(&b, 4096);
	CHECK(file_read(w->dir_fd, "openings", &b) == OK);
	n = b.len / 32;
	buf_release(&b);
	return n;
}

/* What a crash leaves that came before the lock was handed out. */
static void unmark_last_opening(struct world *w)
{
	int fd = openat(w->dir_fd, "openings", O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0 &&
		file_pwrite(fd, "", 1, 32 * openings_noted(w) - 25) == OK);
	(void)close(fd);
}

/* It is noted once, by whoever hands it out in the end. */
static void opening_that_died(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM), petition = 0;
	uint64_t b = signs(&w, eve, KEEP_CONFIRM);
	const struct sign_public one = { { 1 } }, two = { { 2 } };
	struct lock got;

	CHECK(keep_open_record(w.keep, &one, a, 2, 9, &petition, &got) == OK);
	unmark_last_opening(&w);
	CHECK(world_restart(&w) == OK);
	CHECK(keep_open_record(w.keep, &one, a, 2, 1, &petition, &got) == OK);
	CHECK_INT(openings_noted(&w), 1);
	CHECK(keep_open_record(w.keep, &one, a, 2, 9, &petition, &got) == OK);
	CHECK_INT(openings_noted(&w), 2);
	unmark_last_opening(&w);
	CHECK(keep_open_record(w.keep, &two, a, 2, 9, &petition, &got) == OK);
	unmark_last_opening(&w);
	CHECK(keep_open_record(w.keep, &two, b, 2, 9, &petition, &got) == OK);
	unmark_last_opening(&w);
	CHECK(keep_open_record(w.keep, &two, b, 3, 9, &petition, &got) == OK);
	unmark_last_opening(&w);
	w.clock->wall_now_ms += 86400000;
	CHECK(keep_open_record(w.keep, &two, b, 3, 9, &petition, &got) == OK);
	CHECK_INT(openings_noted(&w), 6);
	world_release(&w);
}

static enum keep_leave_outcome erase(struct world *w, uint64_t slot,
	uint32_t per_day, enum err want, struct keep_left *ret_left)
{
	const struct sign_public desk = { { 7 } };

	*ret_left = (struct keep_left){ .outcome = KEEP_LEAVE_WRONG };
	CHECK_INT(keep_erase(w->keep, &desk, slot, 4, per_day, ret_left), want);
	return ret_left->outcome;
}

/* A desk erases: one confirmed, one not; noted once, capped, as a leaver. */
static void erasures(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	uint64_t b = signs(&w, other_bob, KEEP_CONFIRM);
	struct keep_left left, again;
	uint8_t rows[64];

	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	CHECK_INT(erase(&w, a, 0, ERR_BUSY, &left), KEEP_LEAVE_WRONG);
	CHECK(!destroy(&w, a));
	CHECK_INT(erase(&w, a, 2, OK, &left), KEEP_LEAVES);
	CHECK(left.slot == a && left.petition == PETITION);
	CHECK(lock_of(&w, a) == OK);
	CHECK(world_restart(&w) == OK);
	CHECK_INT(erase(&w, a, 2, OK, &again), KEEP_LEAVES);
	CHECK(memcmp(&left.mac, &again.mac, sizeof(left.mac)) == 0);
	CHECK(destroy(&w, a));
	CHECK_INT(lock_of(&w, a), ERR_GONE);
	CHECK_INT(erase(&w, a, 2, OK, &left), KEEP_LEAVE_DONE);
	CHECK_INT(erase(&w, b, 2, OK, &left), KEEP_LEAVE_FREED);
	CHECK_INT(lock_of(&w, b), ERR_GONE);
	CHECK_INT(erase(&w, b, 2, OK, &left), KEEP_LEAVE_GONE);
	CHECK_INT(erase(&w, 1u << 30, 2, OK, &left), KEEP_LEAVE_GONE);
	CHECK(file_read_exact(
		      w.dir_fd, KEEP_ERASURES_FILE, rows, sizeof(rows)) == OK);
	CHECK(memcmp(rows, "PKE1", 4) == 0 && rows[5] == 4 && rows[6] == 0 &&
		get_u64(rows + 16) == a && rows[24] == 7 && rows[38] == 1 &&
		get_u64(rows + 48) == b);
	/* Who was erased may sign again. */
	a = signs(&w, ada, KEEP_CONFIRM);
	CHECK_INT(claim(&w, a), KEEP_CLAIMED);
	world_release(&w);
}

/* Keys of a week go with its file, by both clocks; without a file, by one. */
static void weeks(void)
{
	struct world w = begin();
	uint64_t week = week_of_hour(clock_hour(&w.clock->clock));
	char name[40];

	CHECK(keep_first_week(w.keep) == 0);
	(void)signs(&w, ada, KEEP_CONFIRM);
	CHECK(keep_first_week(w.keep) == week);
	jump(&w);
	pass_hours(&w, 1);
	CHECK(keep_first_week(w.keep) == week);
	pass_hours(&w, 26);
	CHECK(keep_first_week(w.keep) == 0);

	week = week_of_hour(clock_hour(&w.clock->clock));
	(void)signs(&w, other_bob, KEEP_CONFIRM);
	(void)snprintf(
		name, sizeof(name), "search-%llu", (unsigned long long)week);
	CHECK(unlinkat(w.dir_fd, name, 0) == 0);
	pass_hours(&w, 1);
	CHECK(keep_first_week(w.keep) == week);
	jump(&w);
	pass_hours(&w, 1);
	CHECK(keep_first_week(w.keep) == 0);
	world_release(&w);
}

int main(void)
{
	two_clocks();
	tags_first();
	openings();
	opening_that_died();
	erasures();
	weeks();
	return tap_done();
}

#include "role/logbook.h"

#include "role/logbook_fixture.h"

static void test_empty(void)
{
	struct fixture f;
	struct stat st;
	struct buf b;

	fixture_start(&f);
	CHECK_INT(logbook_next_seq(f.l), 1);
	CHECK_INT(logbook_next_due_ms(f.l), INT64_MAX);
	fixture_check_public(&f, 0);
	CHECK_INT(fstatat(f.log_fd, "promise.key", &st, 0), 0);
	CHECK_INT(st.st_mode & 0777, 0600);
	buf_init(&b, 4096);
	CHECK_INT(file_read(f.public_fd, "log/keys", &b), OK);
	CHECK(str_starts(
		buf_view(&b), STR("checkpoint " FIXTURE_HOST "/log+")));
	buf_release(&b);
	CHECK_INT(logbook_init(f.log_fd, &f.rng.rng), ERR_EXISTS);
	fixture_release(&f);
}

static void test_lock(void)
{
	struct fixture f;
	struct logbook *first;

	fixture_start(&f);
	first = f.l;
	CHECK_INT(fixture_open(&f), ERR_BUSY);
	f.l = first;
	fixture_release(&f);
}

/* Eight at once, or the oldest after a quarter of an hour. */
static void test_ripeness(void)
{
	struct fixture f;
	uint64_t seq = 1;

	fixture_start(&f);
	CHECK_INT(fixture_accept(&f, fixture_petition(&f, seq++, 7)),
		LOGBOOK_ACCEPTED);
	CHECK(logbook_next_due_ms(f.l) <= clock_mono_ms(&f.clock.clock));
	CHECK_INT(fixture_checkpoint(&f), 1);
	CHECK_INT(logbook_next_due_ms(f.l), INT64_MAX);
	for (uint64_t i = 0; i < 7; i++)
		CHECK_INT(
			fixture_accept(&f, fixture_sign(&f, seq++, 7, 100 + i)),
			LOGBOOK_ACCEPTED);
	CHECK_INT(logbook_next_due_ms(f.l),
		clock_mono_ms(&f.clock.clock) + 15 * MINUTE);
	CHECK_INT(fixture_checkpoint(&f), 0);
	CHECK_INT(logbook_waiting(f.l), 7);
	CHECK_INT(fixture_accept(&f, fixture_sign(&f, seq++, 7, 107)),
		LOGBOOK_ACCEPTED);
	CHECK(logbook_next_due_ms(f.l) <
		clock_mono_ms(&f.clock.clock) + MINUTE);
	CHECK_INT(fixture_checkpoint(&f), 8);
	/* One alone; another petition's do not ripen it. */
	CHECK_INT(fixture_accept(&f, fixture_sign(&f, seq++, 7, 108)),
		LOGBOOK_ACCEPTED);
	CHECK_INT(fixture_accept(&f, fixture_petition(&f, seq++, 8)),
		LOGBOOK_ACCEPTED);
	for (uint64_t i = 0; i < 8; i++)
		CHECK_INT(
			fixture_accept(&f, fixture_sign(&f, seq++, 8, 200 + i)),
			LOGBOOK_ACCEPTED);
	CHECK_INT(fixture_checkpoint(&f), 9);
	CHECK_INT(logbook_waiting(f.l), 1);
	clock_fake_advance(&f.clock, 14 * MINUTE);
	CHECK_INT(fixture_checkpoint(&f), 0);
	clock_fake_advance(&f.clock, 2 * MINUTE);
	CHECK_INT(fixture_checkpoint(&f), 1);
	fixture_check_public(&f, 19);
	fixture_release(&f);
}

/* SIGNs of one checkpoint do not stand in the order they came. */
static void test_shuffle(void)
{
	struct fixture f;
	struct logbook_batch b;
	unsigned in_order = 0;

	fixture_start(&f);
	CHECK_INT(fixture_accept(&f, fixture_petition(&f, 1, 7)),
		LOGBOOK_ACCEPTED);
	for (uint64_t i = 0; i < 64; i++)
		(void)fixture_accept(&f, fixture_sign(&f, 2 + i, 7, i));
	CHECK_INT(logbook_checkpoint(f.l, &b), OK);
	CHECK_INT(b.count, 65);
	CHECK_INT(b.placed[0].ev_seq, 1);
	for (size_t i = 1; i < b.count; i++)
		in_order += b.placed[i].ev_seq == i + 1;
	CHECK(in_order < 16);
	fixture_release(&f);
}

static void test_idempotency(void)
{
	struct fixture f;
	struct logbook_event ev[2];
	struct logbook_result r[2], again[2];

	fixture_start(&f);
	ev[0] = fixture_petition(&f, 1, 7);
	ev[1] = fixture_sign(&f, 2, 7, 9);
	CHECK_INT(logbook_accept(f.l, ev, 2, r), OK);
	CHECK_INT(r[1].outcome, LOGBOOK_ACCEPTED);
	CHECK(r[1].promised);
	CHECK(!r[0].promised);
	clock_fake_advance(&f.clock, 3 * 60 * MINUTE);
	CHECK_INT(logbook_accept(f.l, ev, 2, again), OK);
	CHECK(memcmp(r, again, sizeof(r)) == 0);
	fixture_reopen(&f);
	CHECK_INT(logbook_next_seq(f.l), 3);
	CHECK_INT(logbook_accept(f.l, ev, 2, again), OK);
	CHECK(memcmp(r, again, sizeof(r)) == 0);
	/* Another event under the same number is not promised. */
	ev[1] = fixture_sign(&f, 2, 7, 10);
	CHECK_INT(logbook_accept(f.l, ev, 2, again), OK);
	CHECK_INT(again[1].outcome, LOGBOOK_REFUSED_CHANGED);
	CHECK(!again[1].promised);
	CHECK_INT(logbook_waiting(f.l), 2);
	fixture_release(&f);
}

static void test_gap(void)
{
	struct fixture f;
	struct logbook_event ev[2];
	struct logbook_result r[2];

	fixture_start(&f);
	ev[0] = fixture_sign(&f, 2, 7, 9);
	CHECK_INT(logbook_accept(f.l, ev, 1, r), ERR_INVALID);
	ev[0] = fixture_sign(&f, 1, 7, 9);
	ev[1] = fixture_sign(&f, 3, 7, 10);
	CHECK_INT(logbook_accept(f.l, ev, 2, r), ERR_INVALID);
	ev[0].ev_seq = 0;
	CHECK_INT(logbook_accept(f.l, ev, 1, r), ERR_INVALID);
	CHECK_INT(logbook_next_seq(f.l), 1);
	CHECK_INT(logbook_accept(f.l, ev, LOGBOOK_BATCH_MAX + 1, r),
		ERR_TOO_LARGE);
	/* The logbook is not spent by that. */
	CHECK_INT(fixture_accept(&f, fixture_sign(&f, 1, 7, 9)),
		LOGBOOK_ACCEPTED);
	fixture_release(&f);
}

static void test_mac_and_slots(void)
{
	struct fixture f;
	struct logbook_event ev, both[2];
	struct logbook_result r[2];

	fixture_start(&f);
	CHECK_INT(fixture_accept(&f, fixture_petition(&f, 1, 7)),
		LOGBOOK_ACCEPTED);
	ev = fixture_sign(&f, 2, 7, 9);
	ev.mac.byte[31] ^= 1;
	CHECK_INT(fixture_accept(&f, ev), LOGBOOK_REFUSED_MAC);
	/* The refused one is journaled: its number is used up. */
	CHECK_INT(logbook_next_seq(f.l), 3);
	CHECK_INT(fixture_accept(&f, fixture_sign(&f, 3, 7, 9)),
		LOGBOOK_ACCEPTED);
	CHECK_INT(fixture_accept(&f, fixture_sign(&f, 4, 7, 9)),
		LOGBOOK_REFUSED_TWICE);
	both[0] = fixture_sign(&f, 5, 7, 10);
	both[1] = fixture_sign(&f, 6, 7, 10);
	CHECK_INT(logbook_accept(f.l, both, 2, r), OK);
	CHECK_INT(r[0].outcome, LOGBOOK_ACCEPTED);
	CHECK_INT(r[1].outcome, LOGBOOK_REFUSED_TWICE);
	CHECK_INT(fixture_accept(&f, fixture_sign(&f, 7, 7, LOGBOOK_SLOT_MAX)),
		LOGBOOK_REFUSED_FORM);
	/* Keeper's word for another type, petition, slot or C is none. */
	ev = fixture_sign(&f, 8, 7, 11);
	ev.type = LEAF_WITHDRAW;
	CHECK_INT(fixture_accept(&f, ev), LOGBOOK_REFUSED_MAC);
	ev = fixture_sign(&f, 9, 7, 11);
	ev.petition = 8;
	CHECK_INT(fixture_accept(&f, ev), LOGBOOK_REFUSED_MAC);
	fixture_reopen(&f);
	CHECK_INT(fixture_accept(&f, fixture_sign(&f, 10, 7, 9)),
		LOGBOOK_REFUSED_TWICE);
	clock_fake_advance(&f.clock, 16 * MINUTE);
	CHECK_INT(fixture_checkpoint(&f), 3);
	fixture_check_public(&f, 3);
	fixture_release(&f);
}

static void test_withdraw(void)
{
	struct fixture f;
	struct logbook_event ev;

	fixture_start(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	(void)fixture_accept(&f, fixture_petition(&f, 2, 8));
	(void)fixture_accept(&f, fixture_sign(&f, 3, 7, 9));
	(void)fixture_accept(&f, fixture_sign(&f, 4, 7, 10));
	CHECK_INT(fixture_accept(&f, fixture_withdraw(&f, 5, 7, 11)),
		LOGBOOK_REFUSED_TARGET);
	CHECK_INT(fixture_accept(&f, fixture_withdraw(&f, 6, 8, 9)),
		LOGBOOK_REFUSED_TARGET);
	/* One signer's word does not take back another's signature. */
	ev = fixture_withdraw(&f, 7, 7, 9);
	ev.target_ev_seq = 4;
	CHECK_INT(fixture_accept(&f, ev), LOGBOOK_REFUSED_TARGET);
	CHECK_INT(fixture_accept(&f, fixture_withdraw(&f, 8, 7, 9)),
		LOGBOOK_ACCEPTED);
	CHECK_INT(fixture_accept(&f, fixture_withdraw(&f, 9, 7, 9)),
		LOGBOOK_REFUSED_TWICE);
	/* It waits for its SIGN and follows it. */
	CHECK_INT(fixture_checkpoint(&f), 2);
	CHECK_INT(logbook_waiting(f.l), 3);
	clock_fake_advance(&f.clock, 16 * MINUTE);
	CHECK_INT(fixture_checkpoint(&f), 3);
	fixture_check_public(&f, 5);
	fixture_release(&f);
}

static void test_targets(void)
{
	struct fixture f;
	struct logbook_event ev;

	fixture_start(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	(void)fixture_accept(&f, fixture_sign(&f, 2, 7, 9));
	CHECK_INT(fixture_accept(&f, fixture_about(LEAF_INVALIDATE, 3, 7, 1)),
		LOGBOOK_REFUSED_TARGET);
	CHECK_INT(fixture_accept(&f, fixture_about(LEAF_INVALIDATE, 4, 8, 2)),
		LOGBOOK_REFUSED_TARGET);
	CHECK_INT(fixture_accept(&f, fixture_about(LEAF_INVALIDATE, 5, 7, 5)),
		LOGBOOK_REFUSED_TARGET);
	CHECK_INT(fixture_accept(&f, fixture_about(LEAF_INVALIDATE, 6, 7, 99)),
		LOGBOOK_REFUSED_TARGET);
	CHECK_INT(fixture_accept(&f, fixture_about(LEAF_RESTORE, 7, 7, 0)),
		LOGBOOK_REFUSED_TARGET);
	ev = fixture_about(LEAF_INVALIDATE, 8, 7, 2);
	ev.reason = 9;
	CHECK_INT(fixture_accept(&f, ev), LOGBOOK_REFUSED_FORM);
	CHECK_INT(fixture_accept(&f, fixture_about(LEAF_INVALIDATE, 9, 7, 2)),
		LOGBOOK_ACCEPTED);
	CHECK_INT(fixture_accept(&f, fixture_about(LEAF_RESTORE, 10, 7, 2)),
		LOGBOOK_ACCEPTED);
	/* CLOSE sums up and waits for what came before it. */
	ev = fixture_about(LEAF_CLOSE, 11, 7, 0);
	ev.count = 1;
	CHECK_INT(fixture_accept(&f, ev), LOGBOOK_ACCEPTED);
	CHECK_INT(fixture_checkpoint(&f), 1);
	CHECK_INT(fixture_checkpoint(&f), 0);
	clock_fake_advance(&f.clock, 16 * MINUTE);
	CHECK_INT(fixture_checkpoint(&f), 4);
	CHECK_INT(fixture_accept(&f, fixture_about(LEAF_INVALIDATE, 12, 7, 2)),
		LOGBOOK_ACCEPTED);
	CHECK_INT(fixture_checkpoint(&f), 1);
	fixture_check_public(&f, 6);
	fixture_release(&f);
}

/* Sponsors wait for their petition, with a promise that has no date. */
static void test_sponsors(void)
{
	struct fixture f;
	struct logbook_event ev;
	struct logbook_result r;
	struct promise p;
	struct buf b;

	fixture_start(&f);
	for (uint64_t i = 1; i <= 20; i++) {
		ev = fixture_sign(&f, i, 7, i);
		CHECK_INT(logbook_accept(f.l, &ev, 1, &r), OK);
		CHECK_INT(r.deadline_s, 0);
	}
	p = (struct promise){ .petition = 7 };
	memcpy(p.c, ev.c.byte, sizeof(p.c));
	buf_init(&b, 4096);
	promise_note(&b, STR(FIXTURE_HOST), &p, logbook_promise_key(f.l),
		&r.signature);
	CHECK_INT(promise_open(buf_view(&b), STR(FIXTURE_HOST),
			  logbook_promise_key(f.l), &p),
		OK);
	buf_release(&b);
	clock_fake_advance(&f.clock, 60 * MINUTE);
	CHECK_INT(fixture_checkpoint(&f), 0);
	CHECK_INT(logbook_next_due_ms(f.l), INT64_MAX);
	fixture_reopen(&f);
	CHECK_INT(logbook_waiting(f.l), 20);
	(void)fixture_accept(&f, fixture_petition(&f, 21, 7));
	ev = fixture_sign(&f, 22, 7, 22);
	CHECK_INT(logbook_accept(f.l, &ev, 1, &r), OK);
	CHECK_INT(r.deadline_s, (FIXTURE_NOW_MS / 3600000 + 1 + 25) * 3600);
	CHECK_INT(fixture_checkpoint(&f), 22);
	fixture_check_public(&f, 22);
	fixture_release(&f);
}

static void test_document(void)
{
	struct fixture f;
	struct logbook_event ev = { .ev_seq = 1, .type = LEAF_KEY };
	struct logbook_result r;
	struct sha256 hash;

	fixture_start(&f);
	sha256("a key", 5, &hash);
	memcpy(ev.c.byte, hash.byte, sizeof(hash));
	CHECK_INT(logbook_accept(f.l, &ev, 1, &r), ERR_NOT_FOUND);
	CHECK_INT(logbook_next_seq(f.l), 1);
	CHECK_INT(logbook_document(f.l, STR("a key"), &hash), OK);
	CHECK_INT(logbook_document(f.l, STR("a key"), &hash), OK);
	CHECK_INT(logbook_accept(f.l, &ev, 1, &r), OK);
	CHECK_INT(r.outcome, LOGBOOK_ACCEPTED);
	CHECK_INT(fixture_checkpoint(&f), 1);
	fixture_check_public(&f, 1);
	fixture_release(&f);
}

static uint64_t promised(struct fixture *f, struct logbook_event ev)
{
	struct logbook_result r = { 0 };

	CHECK_INT(logbook_accept(f->l, &ev, 1, &r), OK);
	CHECK_INT(r.outcome, LOGBOOK_ACCEPTED);
	return r.deadline_s;
}

/* Neither back nor ahead may a clock make a promise that the log's own leaves
 * say is broken. */
static void test_wrong_clock(void)
{
	const int64_t two_days = INT64_C(48) * 60 * MINUTE;
	struct fixture f;
	uint64_t due;

	fixture_start(&f);
	CHECK_INT(fixture_accept(&f, fixture_petition(&f, 1, 7)),
		LOGBOOK_ACCEPTED);
	CHECK_INT(fixture_checkpoint(&f), 1);
	due = promised(&f, fixture_sign(&f, 2, 7, 100));
	f.clock.wall_now_ms -= two_days;
	CHECK_INT(promised(&f, fixture_sign(&f, 3, 7, 101)), due);
	fixture_reopen(&f);
	CHECK_INT(promised(&f, fixture_sign(&f, 4, 7, 102)), due);
	CHECK_INT(fixture_checkpoint(&f), 0);
	f.clock.wall_now_ms += 2 * two_days;
	CHECK_INT(fixture_accept(&f, fixture_petition(&f, 5, 8)),
		LOGBOOK_ACCEPTED);
	CHECK_INT(fixture_checkpoint(&f), 4);
	fixture_check_public(&f, 5);
	fixture_release(&f);
}

int main(void)
{
	CHECK_INT(crypto_init(), OK);
	test_empty();
	test_lock();
	test_ripeness();
	test_shuffle();
	test_idempotency();
	test_gap();
	test_mac_and_slots();
	test_withdraw();
	test_targets();
	test_sponsors();
	test_document();
	test_wrong_clock();
	return tap_done();
}

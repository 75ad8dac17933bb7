#include "role/logbook.h"

#include <errno.h>

#include "role/logbook_fixture.h"

enum { SECOND = 1000, MINUTE = 60000 };

/* Checkpoint now; how many leaves it took. */
static size_t checkpoint(struct fixture *f)
{
	struct logbook_batch b = { 0 };

	clock_fake_advance(&f->clock, 10 * SECOND);
	CHECK_INT(logbook_checkpoint(f->l, &b), OK);
	return b.count;
}

static void check_public(struct fixture *f, uint64_t size)
{
	struct audit a;

	CHECK_INT(audit_open(&a, f, logbook_checkpoint_key(f->l), 2026), OK);
	CHECK_INT(a.size, size);
	CHECK_INT(audit_faults(&a), 0);
	audit_release(&a);
}

static void reopen(struct fixture *f)
{
	fixture_close(f);
	CHECK_INT(fixture_open(f), OK);
}

static void start(struct fixture *f)
{
	fixture_init(f);
	CHECK_INT(fixture_open(f), OK);
}

static void test_empty(void)
{
	struct fixture f;
	struct stat st;
	struct buf b;

	start(&f);
	CHECK_INT(logbook_next_seq(f.l), 1);
	CHECK_INT(logbook_next_due_ms(f.l), INT64_MAX);
	check_public(&f, 0);
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

	start(&f);
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

	start(&f);
	CHECK_INT(fixture_accept(&f, fixture_petition(&f, seq++, 7)),
		LOGBOOK_ACCEPTED);
	CHECK(logbook_next_due_ms(f.l) <= clock_mono_ms(&f.clock.clock));
	CHECK_INT(checkpoint(&f), 1);
	CHECK_INT(logbook_next_due_ms(f.l), INT64_MAX);
	for (uint64_t i = 0; i < 7; i++)
		CHECK_INT(
			fixture_accept(&f, fixture_sign(&f, seq++, 7, 100 + i)),
			LOGBOOK_ACCEPTED);
	CHECK_INT(logbook_next_due_ms(f.l),
		clock_mono_ms(&f.clock.clock) + 15 * MINUTE);
	CHECK_INT(checkpoint(&f), 0);
	CHECK_INT(logbook_waiting(f.l), 7);
	CHECK_INT(fixture_accept(&f, fixture_sign(&f, seq++, 7, 107)),
		LOGBOOK_ACCEPTED);
	CHECK(logbook_next_due_ms(f.l) <
		clock_mono_ms(&f.clock.clock) + MINUTE);
	CHECK_INT(checkpoint(&f), 8);
	/* One alone; another petition's do not ripen it. */
	CHECK_INT(fixture_accept(&f, fixture_sign(&f, seq++, 7, 108)),
		LOGBOOK_ACCEPTED);
	CHECK_INT(fixture_accept(&f, fixture_petition(&f, seq++, 8)),
		LOGBOOK_ACCEPTED);
	for (uint64_t i = 0; i < 8; i++)
		CHECK_INT(
			fixture_accept(&f, fixture_sign(&f, seq++, 8, 200 + i)),
			LOGBOOK_ACCEPTED);
	CHECK_INT(checkpoint(&f), 9);
	CHECK_INT(logbook_waiting(f.l), 1);
	clock_fake_advance(&f.clock, 14 * MINUTE);
	CHECK_INT(checkpoint(&f), 0);
	clock_fake_advance(&f.clock, 2 * MINUTE);
	CHECK_INT(checkpoint(&f), 1);
	check_public(&f, 19);
	fixture_release(&f);
}

/* SIGNs of one checkpoint do not stand in the order they came. */
static void test_shuffle(void)
{
	struct fixture f;
	struct logbook_batch b;
	unsigned in_order = 0;

	start(&f);
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

	start(&f);
	ev[0] = fixture_petition(&f, 1, 7);
	ev[1] = fixture_sign(&f, 2, 7, 9);
	CHECK_INT(logbook_accept(f.l, ev, 2, r), OK);
	CHECK_INT(r[1].outcome, LOGBOOK_ACCEPTED);
	CHECK(r[1].promised);
	CHECK(!r[0].promised);
	clock_fake_advance(&f.clock, 3 * 60 * MINUTE);
	CHECK_INT(logbook_accept(f.l, ev, 2, again), OK);
	CHECK(memcmp(r, again, sizeof(r)) == 0);
	reopen(&f);
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

	start(&f);
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

	start(&f);
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
	reopen(&f);
	CHECK_INT(fixture_accept(&f, fixture_sign(&f, 10, 7, 9)),
		LOGBOOK_REFUSED_TWICE);
	clock_fake_advance(&f.clock, 16 * MINUTE);
	CHECK_INT(checkpoint(&f), 3);
	check_public(&f, 3);
	fixture_release(&f);
}

static void test_withdraw(void)
{
	struct fixture f;
	struct logbook_event ev;

	start(&f);
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
	CHECK_INT(checkpoint(&f), 2);
	CHECK_INT(logbook_waiting(f.l), 3);
	clock_fake_advance(&f.clock, 16 * MINUTE);
	CHECK_INT(checkpoint(&f), 3);
	check_public(&f, 5);
	fixture_release(&f);
}

static void test_targets(void)
{
	struct fixture f;
	struct logbook_event ev;

	start(&f);
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
	CHECK_INT(checkpoint(&f), 1);
	CHECK_INT(checkpoint(&f), 0);
	clock_fake_advance(&f.clock, 16 * MINUTE);
	CHECK_INT(checkpoint(&f), 4);
	CHECK_INT(fixture_accept(&f, fixture_about(LEAF_INVALIDATE, 12, 7, 2)),
		LOGBOOK_ACCEPTED);
	CHECK_INT(checkpoint(&f), 1);
	check_public(&f, 6);
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

	start(&f);
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
	CHECK_INT(checkpoint(&f), 0);
	CHECK_INT(logbook_next_due_ms(f.l), INT64_MAX);
	reopen(&f);
	CHECK_INT(logbook_waiting(f.l), 20);
	(void)fixture_accept(&f, fixture_petition(&f, 21, 7));
	ev = fixture_sign(&f, 22, 7, 22);
	CHECK_INT(logbook_accept(f.l, &ev, 1, &r), OK);
	CHECK_INT(r.deadline_s, (FIXTURE_NOW_MS / 3600000 + 1 + 25) * 3600);
	CHECK_INT(checkpoint(&f), 22);
	check_public(&f, 22);
	fixture_release(&f);
}

static void test_document(void)
{
	struct fixture f;
	struct logbook_event ev = { .ev_seq = 1, .type = LEAF_KEY };
	struct logbook_result r;
	struct sha256 hash;

	start(&f);
	sha256("a key", 5, &hash);
	memcpy(ev.c.byte, hash.byte, sizeof(hash));
	CHECK_INT(logbook_accept(f.l, &ev, 1, &r), ERR_NOT_FOUND);
	CHECK_INT(logbook_next_seq(f.l), 1);
	CHECK_INT(logbook_document(f.l, STR("a key"), &hash), OK);
	CHECK_INT(logbook_document(f.l, STR("a key"), &hash), OK);
	CHECK_INT(logbook_accept(f.l, &ev, 1, &r), OK);
	CHECK_INT(r.outcome, LOGBOOK_ACCEPTED);
	CHECK_INT(checkpoint(&f), 1);
	check_public(&f, 1);
	fixture_release(&f);
}

/* ---- many leaves: tiles, rotation, reopening ---- */

/* Batches of up to 300 until n events are in; leaves of each checkpoint. */
static void grow(struct fixture *f, uint64_t upto)
{
	static struct logbook_event ev[300];
	static struct logbook_result r[300];
	struct logbook_batch b;
	unsigned failed = 0;

	while (logbook_next_seq(f->l) <= upto) {
		size_t n = 1 + logbook_next_seq(f->l) % 300;

		for (size_t i = 0; i < n; i++)
			ev[i] = fixture_sign(f, logbook_next_seq(f->l) + i, 7,
				logbook_next_seq(f->l) + i);
		failed += logbook_accept(f->l, ev, n, r) != OK;
		clock_fake_advance(&f->clock, 10 * SECOND);
		failed += logbook_checkpoint(f->l, &b) != OK;
		failed += b.note.len == 0;
	}
	CHECK_INT(failed, 0);
}

static void test_growth(void)
{
	struct fixture f;
	struct logbook_batch b;
	struct stat st;
	uint64_t size, seen = 0;

	start(&f);
	f.settings.segment_bytes = 100000;
	reopen(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	grow(&f, 4000);
	/* Segments before the newest are gone. */
	CHECK(fstatat(f.log_fd, "journal-0000000000000001", &st, 0) != 0);
	CHECK_INT(logbook_since(f.l, 0, 0, 1000000, &b), OK);
	size = b.size;
	CHECK_INT(b.count, size);
	CHECK(!b.more);
	check_public(&f, size);
	/* In pieces; each event once. */
	do {
		CHECK_INT(logbook_since(f.l, 2026, seen, 700, &b), OK);
		seen += b.count;
	} while (b.more);
	CHECK_INT(seen, size);
	CHECK_INT(logbook_since(f.l, 2026, size, 700, &b), OK);
	CHECK_INT(b.count, 0);
	CHECK_INT(logbook_since(f.l, 2026, size + 1, 700, &b), ERR_INVALID);
	CHECK_INT(logbook_since(f.l, 2027, 0, 700, &b), ERR_INVALID);
	reopen(&f);
	check_public(&f, size);
	grow(&f, 6000);
	CHECK_INT(logbook_since(f.l, 0, 0, 0, &b), OK);
	check_public(&f, b.size);
	fixture_release(&f);
}

/* Partial tiles go when the full one is there. */
static void test_partials(void)
{
	struct fixture f;
	struct stat st;

	start(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	CHECK_INT(checkpoint(&f), 1);
	CHECK_INT(fstatat(f.public_fd, "log/2026/tile/0/000.p/1", &st, 0), 0);
	grow(&f, 600);
	CHECK_INT(fstatat(f.public_fd, "log/2026/tile/0/000", &st, 0), 0);
	CHECK_INT(st.st_size, 256 * 32);
	CHECK_INT(st.st_mode & 0777, 0644);
	CHECK(fstatat(f.public_fd, "log/2026/tile/0/000.p", &st, 0) != 0);
	CHECK(fstatat(f.public_fd, "log/2026/tile/entries/000.p", &st, 0) != 0);
	fixture_release(&f);
}

static void test_deleted_tiles(void)
{
	struct fixture f;
	struct logbook_batch b;

	start(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	grow(&f, 1000);
	CHECK_INT(logbook_since(f.l, 0, 0, 0, &b), OK);
	fixture_close(&f);
	CHECK_INT(unlinkat(f.public_fd, "log/2026/tile/0/001", 0), 0);
	CHECK_INT(file_swap(f.public_fd, "log/2026/tile/entries/000", "torn", 4,
			  0644),
		OK);
	CHECK_INT(unlinkat(f.public_fd, "log/2026/checkpoint", 0), 0);
	CHECK_INT(fixture_open(&f), OK);
	CHECK_INT(logbook_since(f.l, 0, 0, 0, &b), OK);
	check_public(&f, b.size);
	fixture_release(&f);
}

/* ---- the journal's end, and forks ---- */

static int open_journal(const struct fixture *f)
{
	return openat(
		f->log_fd, "journal-0000000000000001", O_RDWR | O_CLOEXEC);
}

static void test_torn_tail(void)
{
	struct fixture f;
	uint64_t size;
	int fd;

	start(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	(void)fixture_accept(&f, fixture_sign(&f, 2, 7, 9));
	fixture_close(&f);
	fd = open_journal(&f);
	CHECK_INT(file_size(fd, &size), OK);
	CHECK_INT(ftruncate(fd, (off_t)size - 5), 0);
	CHECK_INT(fixture_open(&f), OK);
	CHECK_INT(logbook_next_seq(f.l), 2);
	CHECK_INT(fixture_accept(&f, fixture_sign(&f, 2, 7, 9)),
		LOGBOOK_ACCEPTED);
	fixture_close(&f);
	/* Rubbish behind the end is no entry. */
	CHECK_INT(file_pwrite(fd, "rubbish", 7, size), OK);
	CHECK_INT(fixture_open(&f), OK);
	CHECK_INT(logbook_next_seq(f.l), 3);
	fixture_close(&f);
	/* Damage before the end is not a torn tail. */
	CHECK_INT(file_pwrite(fd, "X", 1, 100), OK);
	CHECK_INT(fixture_open(&f), ERR_CORRUPT);
	(void)close(fd);
	fixture_release(&f);
}

static void test_lost_state(void)
{
	struct fixture f;

	start(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	fixture_close(&f);
	CHECK_INT(unlinkat(f.log_fd, "state", 0), 0);
	CHECK_INT(fixture_open(&f), ERR_CORRUPT);
	fixture_release(&f);
}

/* An older journal under a newer checkpoint would sign a second history. */
static void test_fork(void)
{
	struct fixture f;
	uint64_t size;
	int fd;

	start(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	fd = open_journal(&f);
	CHECK_INT(file_size(fd, &size), OK);
	CHECK_INT(checkpoint(&f), 1);
	fixture_close(&f);
	CHECK_INT(ftruncate(fd, (off_t)size), 0);
	CHECK_INT(fixture_open(&f), ERR_CORRUPT);
	(void)close(fd);
	fixture_release(&f);
}

/* The same size, another root; and a note that we did not sign. */
static void test_foreign_checkpoint(void)
{
	struct checkpoint c = { STR(FIXTURE_HOST "/log/2026"), 1, { { 5 } } };
	struct fixture f;
	struct secret_key seed;
	struct sign_key key;
	struct buf b;

	start(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	CHECK_INT(checkpoint(&f), 1);
	CHECK_INT(
		file_read_exact(f.log_fd, "checkpoint.key", seed.byte, 32), OK);
	sign_key_of_seed(&seed, &key);
	buf_init(&b, 4096);
	checkpoint_sign(&b, &c, logbook_checkpoint_key(f.l), &key);
	fixture_close(&f);
	CHECK_INT(file_replace(f.public_fd, "log/2026/checkpoint", b.at, b.len,
			  0644),
		OK);
	CHECK_INT(fixture_open(&f), ERR_CORRUPT);
	b.at[0] ^= 1;
	CHECK_INT(file_replace(f.public_fd, "log/2026/checkpoint", b.at, b.len,
			  0644),
		OK);
	CHECK_INT(fixture_open(&f), ERR_CORRUPT);
	buf_release(&b);
	fixture_release(&f);
}

/* ---- a new year ---- */

static void test_year(void)
{
	struct fixture f;
	struct logbook_batch b;
	struct audit a;

	start(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	grow(&f, 300);
	CHECK_INT(logbook_since(f.l, 0, 0, 0, &b), OK);
	check_public(&f, b.size);
	/* The last SIGN of the old year. */
	(void)fixture_accept(&f,
		fixture_about(LEAF_INVALIDATE, logbook_next_seq(f.l), 7, 5));
	clock_fake_advance(&f.clock, (int64_t)60 * 24 * 60 * MINUTE);
	(void)fixture_accept(
		&f, fixture_sign(&f, logbook_next_seq(f.l), 7, 90000));
	clock_fake_advance(&f.clock, 16 * MINUTE);
	CHECK_INT(logbook_checkpoint(f.l, &b), OK);
	CHECK_INT(b.year, 2027);
	CHECK_INT(b.count, 2);
	CHECK_INT(b.placed[0].leaf_index, 0);
	CHECK_INT(b.placed[0].year, 2027);
	for (int pass = 0; pass < 2; pass++) {
		CHECK_INT(audit_open(&a, &f, logbook_checkpoint_key(f.l), 2027),
			OK);
		CHECK_INT(a.size, 2);
		CHECK_INT(a.leaf[0].type, LEAF_INVALIDATE);
		CHECK_INT(a.leaf[0].aux, 2026);
		CHECK_INT(a.leaf[1].type, LEAF_SIGN);
		audit_release(&a);
		CHECK_INT(logbook_since(f.l, 0, 0, 100000, &b), OK);
		CHECK_INT(b.placed[b.count - 1].year, 2027);
		CHECK_INT(b.count, logbook_next_seq(f.l) - 1);
		reopen(&f);
	}
	check_public(&f, b.count - 2);
	/* A clock set back does not reopen the old one. */
	clock_fake_advance(&f.clock, -(int64_t)60 * 24 * 60 * MINUTE);
	(void)fixture_accept(
		&f, fixture_petition(&f, logbook_next_seq(f.l), 8));
	CHECK_INT(logbook_checkpoint(f.l, &b), OK);
	CHECK_INT(b.year, 2027);
	CHECK_INT(b.size, 3);
	fixture_release(&f);
}

/* Every event in a checkpoint of its own, a restart before and after each. */
static void test_restart_at_every_step(void)
{
	struct fixture f;
	unsigned wrong = 0;

	start(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	for (uint64_t seq = 2; seq < 60; seq++) {
		struct logbook_batch b;

		fixture_close(&f);
		wrong += fixture_open(&f) != OK;
		wrong += logbook_next_seq(f.l) != seq;
		wrong += fixture_accept(&f, fixture_sign(&f, seq, 7, seq)) !=
			LOGBOOK_ACCEPTED;
		fixture_close(&f);
		wrong += fixture_open(&f) != OK;
		clock_fake_advance(&f.clock, 16 * MINUTE);
		wrong += logbook_checkpoint(f.l, &b) != OK;
		wrong += b.size != seq;
	}
	CHECK_INT(wrong, 0);
	check_public(&f, 59);
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
	test_growth();
	test_partials();
	test_deleted_tiles();
	test_torn_tail();
	test_lost_state();
	test_fork();
	test_foreign_checkpoint();
	test_year();
	test_restart_at_every_step();
	return tap_done();
}

/*
 * What the log leaves on the disk, and what it finds there at its next start.
 */
#include "role/logbook_fixture.h"

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

	fixture_start(&f);
	f.settings.segment_bytes = 100000;
	fixture_reopen(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	grow(&f, 4000);
	/* Segments before the newest are gone. */
	CHECK(fstatat(f.log_fd, "journal-0000000000000001", &st, 0) != 0);
	CHECK_INT(logbook_since(f.l, 0, 0, 1000000, &b), OK);
	size = b.size;
	CHECK_INT(b.count, size);
	CHECK(!b.more);
	fixture_check_public(&f, size);
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
	fixture_reopen(&f);
	fixture_check_public(&f, size);
	grow(&f, 6000);
	CHECK_INT(logbook_since(f.l, 0, 0, 0, &b), OK);
	fixture_check_public(&f, b.size);
	fixture_release(&f);
}

/* Partial tiles go when the full one is there. */
static void test_partials(void)
{
	struct fixture f;
	struct stat st;

	fixture_start(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	CHECK_INT(fixture_checkpoint(&f), 1);
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

	fixture_start(&f);
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
	fixture_check_public(&f, b.size);
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

	fixture_start(&f);
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

	fixture_start(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	fixture_close(&f);
	CHECK_INT(unlinkat(f.log_fd, "state", 0), 0);
	CHECK_INT(fixture_open(&f), ERR_CORRUPT);
	fixture_release(&f);
}

/* An older journal under a newer checkpoint would sign a second history: it
 * signs nothing until it is told the rest (logbook_rebuild_test.c). */
static void test_fork(void)
{
	struct logbook_batch b;
	struct fixture f;
	uint64_t size;
	int fd;

	fixture_start(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	fd = open_journal(&f);
	CHECK_INT(file_size(fd, &size), OK);
	CHECK_INT(fixture_checkpoint(&f), 1);
	fixture_close(&f);
	CHECK_INT(ftruncate(fd, (off_t)size), 0);
	CHECK_INT(fixture_open(&f), OK);
	CHECK(logbook_is_behind(f.l));
	clock_fake_advance(&f.clock, 16 * MINUTE);
	CHECK_INT(logbook_checkpoint(f.l, &b), OK);
	CHECK_INT(b.count, 0);
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

	fixture_start(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	CHECK_INT(fixture_checkpoint(&f), 1);
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

static void check_years(struct fixture *f, const char *want)
{
	struct buf b;

	buf_init(&b, 4096);
	CHECK_INT(file_read(f->public_fd, "log/years", &b), OK);
	CHECK_STR(buf_view(&b), str_c(want));
	buf_release(&b);
}

static void test_year(void)
{
	struct fixture f;
	struct logbook_batch b;
	struct audit a;

	fixture_start(&f);
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	grow(&f, 300);
	CHECK_INT(logbook_since(f.l, 0, 0, 0, &b), OK);
	fixture_check_public(&f, b.size);
	check_years(&f, "2026\n");
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
		check_years(&f, "2026\n2027\n");
		CHECK_INT(unlinkat(f.public_fd, "log/years", 0), 0);
		fixture_reopen(&f);
		check_years(&f, "2026\n2027\n");
	}
	fixture_check_public(&f, b.count - 2);
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

	fixture_start(&f);
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
	fixture_check_public(&f, 59);
	fixture_release(&f);
}

int main(void)
{
	CHECK_INT(crypto_init(), OK);
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

/*
 * A log whose folder was lost, or came back from an older copy, and what the
 * database tells it.
 */
#include "role/logbook_fixture.h"

enum { EVENTS = 900 };

/* What the database keeps: events, places, checkpoints. */
struct database {
	struct logbook_event event[EVENTS + 1]; /* by ev_seq less 1 */
	size_t n_events;
	struct logbook_placed placed[EVENTS + 1];
	size_t n_placed;
	struct buf note[2]; /* of 2026 and 2027 */
};

static void add(struct fixture *f, struct database *d, struct logbook_event ev)
{
	bool twice = ev.ev_seq > 100 && ev.slot == 3;

	d->event[d->n_events++] = ev;
	CHECK_INT(fixture_accept(f, ev),
		twice ? LOGBOOK_REFUSED_TWICE : LOGBOOK_ACCEPTED);
}

static void keep_note(struct database *d, const struct logbook_batch *b)
{
	struct buf *note = &d->note[b->year - 2026];

	buf_clear(note);
	buf_str(note, b->note);
}

static void checkpoint(struct fixture *f, struct database *d)
{
	struct logbook_batch b;

	clock_fake_advance(&f->clock, 16 * MINUTE);
	CHECK_INT(logbook_checkpoint(f->l, &b), OK);
	keep_note(d, &b);
}

/* Two years, with all kinds of leaves, an event that was refused, and some
 * that wait. */
static void live(struct fixture *f, struct database *d)
{
	uint64_t seq = 1;

	add(f, d, fixture_petition(f, seq++, 7));
	for (uint64_t slot = 1; slot <= 300; slot++)
		add(f, d, fixture_sign(f, seq++, 7, slot));
	add(f, d, fixture_sign(f, seq++, 7, 3));
	checkpoint(f, d);
	add(f, d, fixture_about(LEAF_INVALIDATE, seq++, 7, 20));
	add(f, d, fixture_withdraw(f, seq++, 7, 40));
	checkpoint(f, d);
	clock_fake_advance(&f->clock, (int64_t)60 * 24 * 60 * MINUTE);
	add(f, d, fixture_about(LEAF_RESTORE, seq++, 7, 20));
	for (uint64_t slot = 1000; slot < 1300; slot++)
		add(f, d, fixture_sign(f, seq++, 7, slot));
	checkpoint(f, d);
	add(f, d, fixture_petition(f, seq++, 9));
	checkpoint(f, d);
	add(f, d, fixture_sign(f, seq++, 9, 5000));
}

static void see_places(struct fixture *f, struct database *d)
{
	struct logbook_batch b;

	CHECK_INT(logbook_since(f->l, 0, 0, EVENTS, &b), OK);
	memcpy(d->placed, b.placed, b.count * sizeof(*b.placed));
	d->n_placed = b.count;
}

static int by_ev_seq(const void *a, const void *b)
{
	const struct logbook_placed *x = a, *y = b;

	return (x->ev_seq > y->ev_seq) - (x->ev_seq < y->ev_seq);
}

static void begin(struct fixture *f, struct database *d)
{
	memset(d, 0, sizeof(*d));
	buf_init(&d->note[0], NOTE_MAX_BYTES);
	buf_init(&d->note[1], NOTE_MAX_BYTES);
	fixture_start(f);
	live(f, d);
	see_places(f, d);
	qsort(d->placed, d->n_placed, sizeof(d->placed[0]), by_ev_seq);
	fixture_close(f);
}

static void end(struct fixture *f, struct database *d)
{
	buf_release(&d->note[0]);
	buf_release(&d->note[1]);
	fixture_release(f);
}

/* Nothing of SITE/log stays but the keys. */
static void lose(struct fixture *f, bool public_too)
{
	char command[256];

	(void)snprintf(command, sizeof(command),
		"cd %s && find log -type f ! -name '*.key' -delete", f->folder);
	CHECK_INT(system(command), 0);
	if (!public_too)
		return;
	(void)snprintf(
		command, sizeof(command), "rm -r %s/public/log", f->folder);
	CHECK_INT(system(command), 0);
}

static void copy(struct fixture *f, const char *from, const char *to)
{
	char command[256];

	(void)snprintf(command, sizeof(command),
		"cd %s && rm -rf %s/* && cp -a %s/. %s", f->folder, to, from,
		to);
	CHECK_INT(system(command), 0);
}

static enum err tell_events(struct fixture *f, const struct database *d)
{
	static struct logbook_result r[EVENTS];
	uint64_t next = logbook_next_seq(f->l);

	if (next > d->n_events)
		return OK;
	return logbook_accept(
		f->l, &d->event[next - 1], d->n_events - (next - 1), r);
}

static enum err catch_up(struct fixture *f, const struct database *d)
{
	struct logbook_signed notes[] = { { 2026, buf_view(&d->note[0]) },
		{ 2027, buf_view(&d->note[1]) } };
	enum err e = tell_events(f, d);

	if (e == OK)
		e = logbook_place(f->l, d->placed, d->n_placed);
	return e == OK ? logbook_catch_up(f->l, notes, 2) : e;
}

/* As it was, byte for byte, and going on. */
static void check_whole(struct fixture *f, const struct database *d)
{
	struct logbook_batch b;
	struct audit a;

	CHECK_INT(logbook_since(f->l, 0, 0, EVENTS, &b), OK);
	CHECK_STR(b.note, buf_view(&d->note[1]));
	CHECK_INT(b.count, d->n_placed);
	for (unsigned year = 2026; year <= 2027; year++) {
		CHECK_INT(audit_open(&a, f, logbook_checkpoint_key(f->l), year),
			OK);
		audit_release(&a);
	}
	CHECK(!logbook_is_behind(f->l));
	/* What waited waits; what was refused stays so. */
	CHECK_INT(logbook_waiting(f->l), 1);
	CHECK_INT(fixture_accept(f, fixture_sign(f, d->n_events + 1, 7, 3)),
		LOGBOOK_REFUSED_TWICE);
	clock_fake_advance(&f->clock, 16 * MINUTE);
	CHECK_INT(logbook_checkpoint(f->l, &b), OK);
	CHECK_INT(b.count, 1);
	fixture_reopen(f);
	CHECK_INT(audit_open(&a, f, logbook_checkpoint_key(f->l), 2027), OK);
	CHECK_INT(a.size, b.size);
	audit_release(&a);
}

static void test_lost_folder(bool public_too)
{
	static struct database d;
	struct logbook_batch b;
	struct fixture f;

	begin(&f, &d);
	lose(&f, public_too);
	CHECK_INT(fixture_open(&f), OK);
	CHECK(logbook_is_behind(f.l) == !public_too);
	CHECK_INT(logbook_hear_of(f.l, 2027, buf_view(&d.note[1])), OK);
	CHECK(logbook_is_behind(f.l));
	/* Nothing is signed meanwhile. */
	CHECK_INT(tell_events(&f, &d), OK);
	CHECK_INT(logbook_next_due_ms(f.l), INT64_MAX);
	CHECK_INT(logbook_checkpoint(f.l, &b), OK);
	CHECK_INT(b.count, 0);
	CHECK_INT(catch_up(&f, &d), OK);
	check_whole(&f, &d);
	end(&f, &d);
}

/* A copy of SITE/log from somewhere in its life. */
static void test_old_copy(uint64_t upto)
{
	static struct database d;
	struct fixture f;

	begin(&f, &d);
	/* Live again up to there, with the same keys, as the copy. */
	copy(&f, "public", "new-public");
	lose(&f, true);
	CHECK_INT(fixture_open(&f), OK);
	clock_fake_init(&f.clock, FIXTURE_NOW_MS);
	for (uint64_t i = 0; i < upto; i++)
		(void)fixture_accept(&f, d.event[i]);
	fixture_close(&f);
	copy(&f, "new-public", "public");
	clock_fake_init(
		&f.clock, FIXTURE_NOW_MS + (int64_t)61 * 24 * 60 * MINUTE);
	CHECK_INT(fixture_open(&f), OK);
	CHECK(logbook_is_behind(f.l));
	CHECK_INT(catch_up(&f, &d), OK);
	check_whole(&f, &d);
	end(&f, &d);
}

static void swap_places(struct database *d)
{
	uint64_t leaf = d->placed[10].leaf_index;

	d->placed[10].leaf_index = d->placed[11].leaf_index;
	d->placed[11].leaf_index = leaf;
}

static void forget_one(struct database *d)
{
	d->placed[30] = d->placed[31];
}

static void wrong_hour(struct database *d)
{
	d->placed[12].hour++;
}

static void other_commitment(struct database *d)
{
	d->event[12].c.byte[31] ^= 1;
}

static void unknown_event(struct database *d)
{
	d->placed[13].ev_seq = d->n_events + 1;
}

/* Whatever is not as it was is found before anything is signed. */
static void test_wrong(void (*change)(struct database *d))
{
	static struct database d;
	struct fixture f;
	struct stat st;
	enum err e;

	begin(&f, &d);
	lose(&f, true);
	CHECK_INT(fixture_open(&f), OK);
	CHECK_INT(logbook_hear_of(f.l, 2027, buf_view(&d.note[1])), OK);
	change(&d);
	e = catch_up(&f, &d);
	CHECK(e == ERR_CORRUPT || e == ERR_INVALID);
	CHECK(fstatat(f.public_fd, "log/2026/checkpoint", &st, 0) != 0);
	fixture_close(&f);
	end(&f, &d);
}

/* The database is older than what is published: all of it is from a backup. */
static void test_all_old(void)
{
	static struct database d;
	struct fixture f;

	begin(&f, &d);
	lose(&f, false);
	CHECK_INT(fixture_open(&f), OK);
	CHECK_INT(tell_events(&f, &d), OK);
	CHECK_INT(logbook_place(f.l, d.placed, d.n_placed), OK);
	CHECK_INT(
		logbook_catch_up(f.l,
			&(struct logbook_signed){ 2026, buf_view(&d.note[0]) },
			1),
		ERR_DENIED);
	fixture_close(&f);
	end(&f, &d);
}

static void test_foreign_note(void)
{
	static struct database d;
	struct fixture f;

	begin(&f, &d);
	CHECK_INT(fixture_open(&f), OK);
	d.note[1].at[d.note[1].len - 10] ^= 1;
	CHECK_INT(logbook_hear_of(f.l, 2027, buf_view(&d.note[1])), ERR_CRYPTO);
	CHECK_INT(logbook_hear_of(f.l, 2027, buf_view(&d.note[0])), ERR_CRYPTO);
	CHECK_INT(logbook_hear_of(f.l, 2026, buf_view(&d.note[0])), OK);
	CHECK(!logbook_is_behind(f.l));
	fixture_close(&f);
	end(&f, &d);
}

/* ---- an old database ---- */

static bool same_event(const struct logbook_event *a,
	const struct logbook_event *b, uint64_t target)
{
	return a->ev_seq == b->ev_seq && a->type == b->type &&
		a->reason == b->reason && a->petition == b->petition &&
		a->slot == b->slot && a->target_ev_seq == target &&
		a->count == b->count &&
		memcmp(&a->c, &b->c, sizeof(a->c)) == 0 &&
		memcmp(&a->mac, &b->mac, sizeof(a->mac)) == 0;
}

static void test_recall(void)
{
	static struct logbook_recalled got[EVENTS];
	static struct database d;
	struct fixture f;
	unsigned wrong = 0;
	size_t n = 0;

	begin(&f, &d);
	CHECK_INT(fixture_open(&f), OK);
	CHECK_INT(logbook_recall(f.l, 1, EVENTS, got, &n), OK);
	CHECK_INT(n, d.n_events);
	for (size_t i = 0; i < n; i++) {
		const struct logbook_event *ev = &d.event[i];
		uint64_t target = ev->type == LEAF_WITHDRAW ? ev->slot + 1
							    : ev->target_ev_seq;

		if (got[i].outcome == LOGBOOK_ACCEPTED)
			wrong += !same_event(&got[i].event, ev, target);
		else
			wrong += got[i].event.type != ev->type ||
				got[i].event.slot != 0;
	}
	CHECK_INT(wrong, 0);
	CHECK_INT(logbook_recall(f.l, d.n_events + 1, 5, got, &n), OK);
	CHECK_INT(n, 0);
	CHECK_INT(logbook_recall(f.l, d.n_events + 2, 5, got, &n), ERR_INVALID);
	fixture_close(&f);
	/* A leaf that somebody changed is not believed. */
	CHECK_INT(fixture_open(&f), OK);
	CHECK_INT(file_swap(f.public_fd, "log/2026/tile/entries/000", "x", 1,
			  0644),
		OK);
	CHECK_INT(logbook_recall(f.l, 5, 5, got, &n), ERR_CORRUPT);
	fixture_close(&f);
	end(&f, &d);
}

int main(void)
{
	CHECK_INT(crypto_init(), OK);
	test_lost_folder(false);
	test_lost_folder(true);
	test_old_copy(1);
	test_old_copy(150);
	test_old_copy(304);
	test_wrong(swap_places);
	test_wrong(forget_one);
	test_wrong(wrong_hour);
	test_wrong(other_commitment);
	test_wrong(unknown_event);
	test_all_old();
	test_foreign_note();
	test_recall();
	return tap_done();
}

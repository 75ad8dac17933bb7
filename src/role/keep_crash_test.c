/*
 * Kills a keeper at every FAULT of its store, in the middle of random work,
 * and compares what the next one finds with a ledger kept outside of it
 * (protocol, "What must hold after any crash"):
 *
 *     no slot handed out twice; no acknowledged ask or claim missing; what a
 *     claim or an expiry frees, or who left, has zero locks on disk; nobody
 *     counted twice, nobody locked out.
 *
 * The child tells the ledger through a pipe what it is about to do and what
 * it was told; the parent plays web at the reconcile.
 */
#include "role/keep_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/tap.h"

#ifdef PETITIOND_FAULTS

static const char *const faults[] = {
	"keeper-destroy-after-sync",
	"keeper-destroy-before-write",
	"keeper-destroy-one",
	"keeper-journal-after-create",
	"keeper-journal-after-delete",
	"keeper-journal-after-sync",
	"keeper-journal-after-write",
	"keeper-journal-before-write",
	"keeper-journal-half-written",
	"keeper-keys-after-draw",
	"keeper-keys-before-draw",
	"keeper-locks-after-sync",
	"keeper-locks-after-write",
	"keeper-locks-before-sync",
	"keeper-locks-before-write",
	"keeper-range-after-write",
	"keeper-range-before-write",
	"keeper-replay-before-sync",
	"keeper-rotate-after-sync",
	"keeper-rotate-before-forget",
	"keeper-rotate-before-sync",
	"keeper-search-after-delete",
	"keeper-search-after-write",
	"keeper-search-before-delete",
	"keeper-search-before-forget",
	"keeper-search-before-write",
	"keeper-slots-before-write",
	"keeper-slots-one-written",
	"keeper-uptime-after-write",
	"keeper-uptime-before-write",
	"keeper-zero-after-sync",
	"keeper-zero-before-write",
	"keeper-zero-one-written",
	"keyring-append-before-sync",
	"keeper-index-after-rename",
	"keeper-index-before-rename",
	"keeper-index-before-write",
	"keeper-index-half-written",
};

enum {
	ROUNDS = 4, /* a fault: at its first pass and at later ones */
	ROUNDS_MAX = 40, /* a place that chance has not come by */
	POWER_ROUND = 3, /* loses what slots was not synced with, too */
	BATCHES = 60, /* a round, if it lives so long */
	BATCH = 6,
	SLOTS = 100000,
	MAILBOXES = 4,
	NAMES = 3 /* the third lives elsewhere */
};

/* What the ledger knows of a slot.  "tried" was begun, and maybe done. */
struct known {
	uint64_t petition;
	uint32_t number; /* of the rid */
	uint32_t hour;
	uint8_t mailbox, name;
	bool asked; /* acknowledged */
	bool has_row; /* web committed it */
	bool claim_tried, claimed;
	bool free_tried, freed;
	bool leave_tried, left; /* withdrew, and was destroyed */
	bool silent;
};

struct ledger {
	struct known slot[SLOTS];
	uint64_t first_free; /* no range reached this slot */
	uint32_t numbers;
	uint64_t destroyed_tried, destroyed; /* petitions up to these */
	int64_t wall_ms, mono_ms;
	uint64_t round; /* its petitions are round * 2 and the next */
	bool twice; /* a slot was handed out twice */
};

enum event {
	ASK,
	ASKED,
	ROW,
	CLAIM,
	CLAIMED,
	FREE,
	FREED,
	LEAVE,
	LEFT,
	RANGE,
	TIME,
	DIE,
	DIED
};

struct message {
	enum event event;
	uint64_t slot;
	struct known known;
	int64_t a, b;
};

static void note(struct ledger *l, const struct message *m)
{
	struct known *s = &l->slot[m->slot % SLOTS];

	switch (m->event) {
	case ASK:
		*s = m->known;
		if (m->known.number >= l->numbers)
			l->numbers = m->known.number + 1;
		break;
	case ASKED:
		s->asked = true;
		s->silent = m->a == KEEP_SILENT;
		break;
	case ROW:
		s->has_row = true;
		break;
	case CLAIM:
		s->claim_tried = true;
		break;
	case CLAIMED:
		s->claimed = true;
		break;
	case FREE:
		s->free_tried = true;
		break;
	case FREED:
		s->freed = true;
		break;
	case LEAVE:
		s->leave_tried = true;
		break;
	case LEFT:
		s->left = true;
		break;
	case RANGE:
		if (m->slot < l->first_free)
			l->twice = true;
		l->first_free = m->slot + (uint64_t)m->a;
		break;
	case TIME:
		l->wall_ms = m->a;
		l->mono_ms = m->b;
		break;
	case DIE:
		l->destroyed_tried = m->slot;
		break;
	case DIED:
		l->destroyed = m->slot;
		break;
	}
}

/* ---- the child ---- */

struct child {
	struct world *w;
	struct ledger *l; /* its own copy */
	int pipe;
	struct rng *rng;
	uint64_t left, next; /* of its range */
};

static void tell(struct child *c, const struct message *m)
{
	note(c->l, m);
	if (write(c->pipe, m, sizeof(*m)) != sizeof(*m))
		_exit(3);
}

static void tell_slot(struct child *c, enum event event, uint64_t slot)
{
	tell(c, &(struct message){ .event = event, .slot = slot });
}

/* Failures are told by the exit status. */
static void must(enum err e)
{
	if (e != OK)
		_exit(10 + (int)e);
}

static uint64_t fresh_slot(struct child *c)
{
	if (c->left == 0) {
		c->left = 8;
		must(keep_range(c->w->keep, 8, &c->next));
		tell(c,
			&(struct message){
				.event = RANGE, .slot = c->next, .a = 8 });
	}
	c->left--;
	return c->next++;
}

static struct keep_ask ask_of(
	struct world *w, const struct known *s, uint64_t slot)
{
	static const char *const mailbox[MAILBOXES] = { "a@a", "b@b", "c@c",
		"d@d" };
	static const char *const name[NAMES] = { "x", "y", "z" };
	struct person p = { mailbox[s->mailbox], mailbox[s->mailbox],
		name[s->name], s->name == 2 ? "far" : "near" };
	struct keep_ask ask = fixture_ask(w, p, s->petition, s->number, slot);

	ask.hour = s->hour;
	put_u32(ask.rid.byte, s->hour * 60);
	return ask;
}

/* A recent slot that was asked for, or 0. */
static uint64_t any_slot(struct child *c)
{
	uint64_t span = c->l->first_free < 60 ? c->l->first_free : 60;

	for (int i = 0; i < 20; i++) {
		uint64_t slot = c->l->first_free - 1 - rng_below(c->rng, span);

		if (slot > 0 && c->l->slot[slot].asked)
			return slot;
	}
	return 0;
}

static struct known somebody(struct child *c)
{
	return (struct known){
		.petition = c->l->round * 2 + rng_below(c->rng, 2),
		.number = c->l->numbers,
		.hour = clock_hour(&c->w->clock->clock),
		.mailbox = (uint8_t)rng_below(c->rng, MAILBOXES),
		.name = (uint8_t)rng_below(c->rng, NAMES),
	};
}

/* Mostly new requests; now and then an old one with a new slot, as after a
 * restart of sealer. */
static void do_asks(struct child *c)
{
	struct keep_ask ask[BATCH];
	struct keep_answer answer[BATCH];
	size_t n = 1 + rng_below(c->rng, BATCH);

	for (size_t i = 0; i < n; i++) {
		uint64_t old = rng_below(c->rng, 5) == 0 ? any_slot(c) : 0;
		uint64_t slot = fresh_slot(c);
		struct known s = somebody(c);

		if (old != 0 && s.hour - c->l->slot[old].hour < 5) {
			struct known *o = &c->l->slot[old];

			s = (struct known){ .petition = o->petition,
				.number = o->number,
				.hour = o->hour,
				.mailbox = o->mailbox,
				.name = o->name };
			/* If that had no row yet, it dies of this. */
			if (!o->has_row)
				tell_slot(c, FREE, old);
		}
		tell(c,
			&(struct message){
				.event = ASK, .slot = slot, .known = s });
		ask[i] = ask_of(c->w, &s, slot);
	}
	must(keep_ask(c->w->keep, ask, n, answer));
	for (size_t i = 0; i < n; i++) {
		if (answer[i].err == OK && answer[i].slot == ask[i].slot)
			tell(c,
				&(struct message){ .event = ASKED,
					.slot = ask[i].slot,
					.a = answer[i].verdict });
		else
			tell_slot(c, FREE, ask[i].slot);
		/* Web may die before its row; such asks stay tentative. */
		if (answer[i].err == OK && rng_below(c->rng, 8) != 0) {
			tell_slot(c, ROW, answer[i].slot);
			must(keep_settled(c->w->keep, &answer[i].slot, 1));
		}
	}
}

static void do_claims(struct child *c)
{
	struct keep_claim claim[BATCH];
	struct keep_claimed claimed[BATCH];
	size_t n = 0;

	for (int i = 0; i < BATCH; i++) {
		uint64_t slot = any_slot(c);

		if (slot == 0 || !c->l->slot[slot].has_row)
			continue;
		tell_slot(c, CLAIM, slot);
		claim[n++] = (struct keep_claim){ slot, fixture_token(slot) };
	}
	must(keep_claim(c->w->keep, claim, n, claimed));
	for (size_t i = 0; i < n; i++) {
		if (claimed[i].outcome > KEEP_CLAIMED_AGAIN)
			continue;
		tell_slot(c, CLAIMED, claim[i].slot);
		if (rng_below(c->rng, 3) != 0)
			must(keep_booked(c->w->keep, &claim[i].slot, 1));
	}
}

static void do_free(struct child *c)
{
	uint64_t slot = any_slot(c);
	enum keep_free_outcome outcome;

	if (slot == 0)
		return;
	tell_slot(c, FREE, slot);
	must(keep_free(
		c->w->keep, &slot, 1, rng_below(c->rng, 2) == 0, &outcome));
	if (outcome == KEEP_FREED)
		tell_slot(c, FREED, slot);
}

/* Somebody withdraws; log is quick, or has not journaled it when we die. */
static void do_leave(struct child *c)
{
	uint64_t slot = any_slot(c);
	struct keep_leave l = { KEEP_WISH_LEAVE, slot, fixture_token(slot) };
	struct keep_left left;
	bool gone = false;

	if (slot == 0 || !c->l->slot[slot].claimed)
		return;
	tell_slot(c, LEAVE, slot);
	must(keep_leave(c->w->keep, &l, 1, &left));
	if (rng_below(c->rng, 4) == 0)
		return;
	must(keep_destroy(c->w->keep, &slot, 1, &gone));
	if (gone)
		tell_slot(c, LEFT, slot);
}

static void do_time(struct child *c)
{
	int64_t hours = (int64_t)rng_below(c->rng, 4);

	if (rng_below(c->rng, 12) == 0)
		hours = 400; /* weeks pass: search files go */
	clock_fake_advance(c->w->clock, hours * 3600000);
	tell(c,
		&(struct message){ .event = TIME,
			.a = c->w->clock->wall_now_ms,
			.b = c->w->clock->mono_now_ms });
	must(keep_tick(c->w->keep));
}

static void do_destroy(struct child *c)
{
	uint64_t petition = c->l->destroyed + 1;

	/* Only petitions that nobody signs any more. */
	if (petition + 4 >= c->l->round * 2)
		return;
	tell_slot(c, DIE, petition);
	must(keep_destroy_petition(c->w->keep, petition));
	tell_slot(c, DIED, petition);
}

static void child_main(struct child *c, const char *fault)
{
	(void)setenv("PETITIOND_FAULT", fault, 1);
	must(world_open(c->w));
	for (int i = 0; i < BATCHES; i++) {
		uint64_t what = rng_below(c->rng, 18);

		if (what < 8)
			do_asks(c);
		else if (what < 12)
			do_claims(c);
		else if (what < 13)
			do_free(c);
		else if (what < 15)
			do_time(c);
		else if (what < 17)
			do_leave(c);
		else
			do_destroy(c);
	}
	_exit(0);
}

/* Run one round; true if the fault killed it. */
static bool run(struct world *w, struct ledger *l, const char *fault)
{
	struct message m;
	int ends[2], status = 0;
	pid_t pid;

	if (pipe(ends) != 0)
		return CHECK(ends[0] < 0);
	pid = fork();
	if (pid == 0) {
		struct rng_fake rng;
		struct child c = {
			.w = w, .l = l, .pipe = ends[1], .rng = &rng.rng
		};

		rng_fake_init(&rng, l->round);
		(void)close(ends[0]);
		child_main(&c, fault);
	}
	(void)close(ends[1]);
	while (read(ends[0], &m, sizeof(m)) == sizeof(m))
		note(l, &m);
	(void)close(ends[0]);
	CHECK(waitpid(pid, &status, 0) == pid);
	w->clock->wall_now_ms = l->wall_ms;
	w->clock->mono_now_ms = l->mono_ms;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return true;
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 0);
	return false;
}

/* ---- the parent: reconcile, then the oracle ---- */

static void play_web(struct world *w, struct ledger *l)
{
	struct keep_unsettled open[16];
	uint64_t cursor = 0;
	size_t n = 0;
	bool strange = false;

	do {
		CHECK(keep_unsettled(w->keep, &cursor, open, 16, &n) == OK);
		for (size_t i = 0; i < n; i++) {
			struct known *s = &l->slot[open[i].slot];
			enum keep_free_outcome outcome;

			if (open[i].is_claimed) {
				/* Claimed by nobody, or without a row. */
				strange = strange || !s->claim_tried ||
					!s->has_row;
				s->claimed = true;
				if (keep_booked(w->keep, &open[i].slot, 1) !=
					OK)
					strange = true;
			} else if (s->has_row) {
				if (keep_settled(w->keep, &open[i].slot, 1) !=
					OK)
					strange = true;
			} else {
				if (keep_free(w->keep, &open[i].slot, 1, true,
					    &outcome) != OK ||
					outcome != KEEP_FREED)
					strange = true;
				s->free_tried = s->freed = true;
			}
		}
	} while (n > 0);
	CHECK(!strange);
}

static bool same_mailbox(const struct known *a, const struct known *b)
{
	return a->petition == b->petition && a->mailbox == b->mailbox;
}

/* Somebody of this very person was claimed, or may have been. */
static bool lost(const struct ledger *l, uint64_t slot)
{
	for (uint64_t i = 1; i < l->first_free; i++) {
		if (i != slot && l->slot[i].claim_tried &&
			same_mailbox(&l->slot[i], &l->slot[slot]) &&
			l->slot[i].name == l->slot[slot].name)
			return true;
	}
	return false;
}

static bool locks_are_zero(int fd, uint64_t slot)
{
	static const uint8_t zero[96];
	uint8_t bytes[96];

	return file_pread(fd, bytes, sizeof(bytes), slot * 96) == OK &&
		memcmp(bytes, zero, sizeof(zero)) == 0;
}

/* An acknowledged ask's lock is there, or there is a reason that it is not,
 * and then it is nowhere. */
static bool slot_is_right(
	struct world *w, const struct ledger *l, int locks_fd, uint64_t slot)
{
	const struct known *s = &l->slot[slot];
	struct lock want = fixture_lock(slot, COMPARTMENT_IDENTITY), got;
	enum err e = keep_lock(w->keep, slot, COMPARTMENT_IDENTITY, &got);

	if (s->petition <= l->destroyed)
		return e == ERR_GONE;
	if (s->petition <= l->destroyed_tried)
		return true;
	if (e == OK)
		return !s->freed && !s->left &&
			memcmp(&want, &got, sizeof(got)) == 0;
	if (e != ERR_GONE || !locks_are_zero(locks_fd, slot))
		return false;
	if (s->claimed)
		return s->leave_tried;
	return s->free_tried || lost(l, slot);
}

static void check_slots(struct world *w, const struct ledger *l)
{
	int fd = openat(w->dir_fd, "locks", O_RDONLY | O_CLOEXEC);
	uint64_t wrong = 0;

	for (uint64_t i = 1; i < l->first_free && wrong == 0; i++) {
		if (l->slot[i].asked && !slot_is_right(w, l, fd, i))
			wrong = i;
	}
	CHECK_INT(wrong, 0);
	(void)close(fd);
}

/* Claims that were acknowledged are there; those that were only begun are
 * done now or are not; nobody is there twice. */
static void check_claims(struct world *w, struct ledger *l)
{
	uint64_t missing = 0;

	for (uint64_t i = 1; i < l->first_free; i++) {
		struct keep_claim c = { i, fixture_token(i) };
		struct keep_claimed done;

		if (!l->slot[i].claimed || l->slot[i].leave_tried)
			continue;
		if (keep_claim(w->keep, &c, 1, &done) != OK ||
			done.outcome != KEEP_CLAIMED_AGAIN ||
			done.petition != l->slot[i].petition)
			missing = i;
	}
	CHECK_INT(missing, 0);
}

static void check_persons(const struct ledger *l)
{
	uint64_t doubled = 0;

	for (uint64_t i = 1; i < l->first_free; i++) {
		unsigned others = 0;

		for (uint64_t j = 1; l->slot[i].claimed &&
			!l->slot[i].leave_tried && j < l->first_free;
			j++) {
			if (j == i || !l->slot[j].claimed ||
				l->slot[j].leave_tried ||
				!same_mailbox(&l->slot[i], &l->slot[j]))
				continue;
			others++;
			if (l->slot[i].name == l->slot[j].name ||
				(l->slot[i].name == 2) !=
					(l->slot[j].name == 2))
				doubled = i;
		}
		if (others > 1)
			doubled = i;
	}
	CHECK_INT(doubled, 0);
}

static bool mailbox_is_claimed(const struct ledger *l, uint64_t slot)
{
	for (uint64_t i = 1; i < l->first_free; i++) {
		if (l->slot[i].claim_tried &&
			same_mailbox(&l->slot[i], &l->slot[slot]))
			return true;
	}
	return false;
}

/* Whoever got a mail and is the first of the mailbox can confirm; so can
 * whoever begins now. */
static void check_nobody_locked_out(struct world *w, struct ledger *l)
{
	uint64_t out = 0;
	unsigned tried = 0;

	for (uint64_t i = l->first_free - 1; i > 0 && tried < 2; i--) {
		struct known *s = &l->slot[i];
		struct keep_claim c = { i, fixture_token(i) };
		struct keep_claimed done;

		if (!s->asked || !s->has_row || s->silent || s->free_tried ||
			mailbox_is_claimed(l, i))
			continue;
		tried++;
		s->claim_tried = s->claimed = true;
		if (keep_claim(w->keep, &c, 1, &done) != OK ||
			done.outcome != KEEP_CLAIMED)
			out = i;
	}
	CHECK_INT(out, 0);
}

static void check_range(struct world *w, struct ledger *l)
{
	uint64_t first = 0;

	CHECK(keep_range(w->keep, 1, &first) == OK);
	note(l, &(struct message){ .event = RANGE, .slot = first, .a = 1 });
	CHECK(!l->twice);
	CHECK(l->first_free < SLOTS);
}

/* As run, but power fails: slots is as it was last synced, at the opening of
 * a keeper that never rotates its journal. */
static bool run_without_power(
	struct world *w, struct ledger *l, const char *fault)
{
	struct keep_settings usual = w->settings;
	struct buf slots;
	bool killed;

	buf_init(&slots, SLOTS * 192);
	w->settings.journal_bytes = UINT64_MAX;
	w->settings.journal_hours = UINT32_MAX;
	CHECK(world_open(w) == OK);
	keep_close(w->keep);
	w->keep = NULL;
	CHECK(file_read(w->dir_fd, "slots", &slots) == OK);
	killed = run(w, l, fault);
	CHECK(file_swap(w->dir_fd, "slots", slots.at, slots.len, 0600) == OK);
	buf_release(&slots);
	w->settings = usual;
	return killed;
}

static bool round_of(
	struct world *w, struct ledger *l, const char *fault, int number)
{
	bool killed;

	l->round++;
	killed = number == POWER_ROUND ? run_without_power(w, l, fault)
				       : run(w, l, fault);
	if (!CHECK(world_open(w) == OK))
		return killed;
	play_web(w, l);
	check_range(w, l);
	check_slots(w, l);
	check_claims(w, l);
	check_persons(l);
	check_nobody_locked_out(w, l);
	keep_close(w->keep);
	w->keep = NULL;
	return killed;
}

int main(void)
{
	static const unsigned nth[ROUNDS] = { 1, 2, 5, 7 };
	struct ledger *l = calloc(1, sizeof(*l));
	struct world w;

	if (!CHECK(l != NULL && world_init(&w)))
		return tap_done();
	w.settings.journal_bytes = 20000;
	l->first_free = 1;
	l->round = 10;
	l->wall_ms = w.clock->wall_now_ms;
	l->mono_ms = w.clock->mono_now_ms;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		bool killed = false;

		for (int r = 0; r < ROUNDS || (!killed && r < ROUNDS_MAX);
			r++) {
			char fault[64];

			(void)snprintf(fault, sizeof(fault), "%s:%u", faults[i],
				nth[r % ROUNDS]);
			killed = round_of(&w, l, fault, r) || killed;
		}
		printf("# %s\n", faults[i]);
		CHECK(killed);
	}
	world_release(&w);
	free(l);
	return tap_done();
}

#else

int main(void)
{
	tap_skip("needs a build with -Dfaults=true");
	return tap_done();
}

#endif

/*
 * A child dies of SIGKILL at each place that FAULT names, at several passes
 * over it and several times in a row; the log that is then opened must hold
 * all that was acknowledged, once, and have published one history only.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "role/logbook_fixture.h"

enum { EVENTS = 240, BATCH = 17, NEW_YEAR_AT = 150, DEATHS = 3 };

/* What the child told the world before it died. */
struct world {
	uint64_t acknowledged; /* the highest ev_seq answered */
	enum logbook_outcome outcome[EVENTS + 1];
	size_t published;
	struct {
		uint16_t year;
		uint64_t size;
		struct tree_hash root;
	} checkpoint[4096];
};

static struct logbook_event event_of(struct fixture *f, uint64_t seq)
{
	struct logbook_event ev;

	if (seq == 1)
		return fixture_petition(f, seq, 7);
	if (seq % 50 == 0)
		return fixture_about(LEAF_INVALIDATE, seq, 7, seq - 1);
	if (seq % 60 == 0)
		return fixture_withdraw(f, seq, 7, seq - 2);
	ev = fixture_sign(f, seq, 7, seq);
	if (seq % 23 == 0)
		ev.mac.byte[0] ^= 1;
	return ev;
}

/* Time goes with the events, over New Year. */
static void set_clock(struct fixture *f, uint64_t seq)
{
	f->clock.wall_now_ms = FIXTURE_NOW_MS + (int64_t)seq * 60000;
	if (seq >= NEW_YEAR_AT)
		f->clock.wall_now_ms += (int64_t)60 * 24 * 3600000;
	f->clock.mono_now_ms += (int64_t)1000 * 1000;
}

static enum err send_batch(struct fixture *f, struct world *w, uint64_t first)
{
	struct logbook_event ev[BATCH] = { 0 };
	struct logbook_result r[BATCH];
	size_t n = 0;
	enum err e;

	for (; n < BATCH && first + n <= EVENTS; n++)
		ev[n] = event_of(f, first + n);
	e = logbook_accept(f->l, ev, n, r);
	if (e != OK)
		return e;
	for (size_t i = 0; i < n; i++) {
		enum logbook_outcome *had = &w->outcome[first + i];

		if (*had != 0 && *had != r[i].outcome)
			return ERR_INTERNAL;
		*had = r[i].outcome;
	}
	if (first + n - 1 > w->acknowledged)
		w->acknowledged = first + n - 1;
	return OK;
}

static enum err publish(struct fixture *f, struct world *w)
{
	struct logbook_batch b;
	enum err e = logbook_checkpoint(f->l, &b);

	if (e != OK || w->published == 4096)
		return e;
	w->checkpoint[w->published].year = b.year;
	w->checkpoint[w->published].size = b.size;
	w->checkpoint[w->published].root = b.root;
	w->published++;
	return OK;
}

/* As web does: go on above what was answered, which log may have. */
static enum err live(struct fixture *f, struct world *w)
{
	enum err e = fixture_open(f);

	if (e != OK)
		return e;
	if (logbook_next_seq(f->l) <= w->acknowledged)
		return ERR_CORRUPT;
	while (e == OK && w->acknowledged < EVENTS) {
		set_clock(f, w->acknowledged + 1);
		e = send_batch(f, w, w->acknowledged + 1);
		if (e == OK)
			e = publish(f, w);
	}
	for (int i = 0; e == OK && i < 2; i++) {
		set_clock(f, EVENTS);
		e = publish(f, w);
	}
	return e;
}

/* True if the child died of the fault, false if it lived; aborts the test
 * run on anything else. */
static bool child_dies(struct fixture *f, struct world *w, const char *fault)
{
	int status;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid < 0)
		abort();
	if (pid == 0) {
		if (setenv("PETITIOND_FAULT", fault, 1) != 0)
			_exit(2);
		_exit(live(f, w) == OK ? 0 : 1);
	}
	if (waitpid(pid, &status, 0) != pid)
		abort();
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return true;
	if (!CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0))
		printf("# %s\n", fault);
	return false;
}

/* Every checkpoint ever shown is a beginning of the log as it is now. */
static unsigned forks(const struct world *w, const struct audit *a)
{
	unsigned n = 0;

	for (size_t i = 0; i < w->published; i++) {
		struct tree_hash root;

		if (w->checkpoint[i].year != a->year)
			continue;
		if (w->checkpoint[i].size > a->size) {
			n++;
			continue;
		}
		root = audit_mth(a->hash, w->checkpoint[i].size);
		n += !tree_hash_eq(&root, &w->checkpoint[i].root);
	}
	return n;
}

/* SIGNs that are missing, doubled, or there without being accepted. */
static unsigned wrong_signs(
	struct fixture *f, const struct world *w, const struct audit year[2])
{
	unsigned wrong = 0;

	for (uint64_t seq = 1; seq <= EVENTS; seq++) {
		struct logbook_event ev = event_of(f, seq);
		unsigned found = 0;

		if (ev.type != LEAF_SIGN)
			continue;
		for (int y = 0; y < 2; y++)
			found += audit_find(&year[y], &ev.c) != UINT64_MAX;
		wrong += found != (w->outcome[seq] == LOGBOOK_ACCEPTED);
	}
	return wrong;
}

/* Send all of it again: the answers are those that were given. */
static unsigned changed_answers(struct fixture *f, struct world *w)
{
	unsigned changed = 0;

	for (uint64_t seq = 1; seq <= EVENTS; seq++)
		changed +=
			fixture_accept(f, event_of(f, seq)) != w->outcome[seq];
	return changed;
}

static uint64_t accepted(const struct world *w)
{
	uint64_t n = 0;

	for (uint64_t seq = 1; seq <= EVENTS; seq++)
		n += w->outcome[seq] == LOGBOOK_ACCEPTED;
	return n;
}

static bool survivor_is_right(struct fixture *f, struct world *w)
{
	const struct vkey *key = logbook_checkpoint_key(f->l);
	struct audit year[2];
	bool right;

	right = audit_open(&year[0], f, key, 2026) == OK;
	right = audit_open(&year[1], f, key, 2027) == OK && right;
	right = right && logbook_waiting(f->l) == 0 &&
		year[0].size + year[1].size == accepted(w) &&
		forks(w, &year[0]) + forks(w, &year[1]) == 0 &&
		wrong_signs(f, w, year) == 0 && changed_answers(f, w) == 0 &&
		audit_faults(&year[0]) == 0;
	audit_release(&year[0]);
	audit_release(&year[1]);
	return right;
}

/* Returns how often it died. */
static unsigned test_fault(struct world *w, const char *name, unsigned pass)
{
	struct fixture f;
	unsigned deaths = 0;
	char fault[64];

	(void)snprintf(fault, sizeof(fault), "%s:%u", name, pass);
	memset(w, 0, sizeof(*w));
	fixture_init(&f);
	f.settings.segment_bytes = 4000;
	while (deaths < DEATHS && child_dies(&f, w, fault)) {
		deaths++;
		/* The next one shuffles in another way. */
		rng_fake_init(&f.rng, 1000 * pass + deaths);
	}
	if (!CHECK(live(&f, w) == OK && survivor_is_right(&f, w)))
		printf("# after %s\n", fault);
	fixture_release(&f);
	return deaths;
}

int main(void)
{
#ifdef PETITIOND_FAULTS
	static const char *const names[] = { "log-begun", "log-segment-made",
		"log-document-before", "log-document-written",
		"log-journal-before", "log-journal-half", "log-journal-written",
		"log-journal-durable", "log-accept-applied",
		"log-order-applied", "log-tile-before", "log-tile-written",
		"log-tiles-written", "log-checkpoint-before",
		"log-checkpoint-written", "log-checkpoint-published",
		"log-rotate-before", "log-rotate-synced", "log-rotate-begun",
		"log-rotate-saved", "log-years-before", "log-years-written",
		"log-open-replayed" };
	static const unsigned passes[] = { 1, 2, 5, 12 };
	struct world *w = mmap(NULL, sizeof(*w), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (w == MAP_FAILED || crypto_init() != OK)
		abort();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		unsigned deaths = 0;

		for (size_t k = 0; k < sizeof(passes) / sizeof(passes[0]); k++)
			deaths += test_fault(w, names[i], passes[k]);
		/* A name that nothing passes tests nothing. */
		if (!CHECK(deaths > 0))
			printf("# %s\n", names[i]);
	}
	(void)munmap(w, sizeof(*w));
#else
	(void)test_fault;
	tap_skip("needs a build with -Dfaults=true");
#endif
	return tap_done();
}

/*
 * log_bench - the log's core: acknowledged events a second at several batch
 * sizes, with and without promises, checkpoints included, and the start
 * behind them.
 *
 *     log_bench [EVENTS]                 200000 for each line; below /tmp
 *
 * Every batch waits for the disk (one fdatasync), as in service; a checkpoint
 * is made whenever ten seconds' worth of the fastest batch have come in.  The
 * last line opens a logbook of all these events again.
 */
#include "role/logbook_fixture.h"

enum { CHECKPOINT_EVERY = 50000, BATCH_MAX = 20000 };

static void must(enum err e, const char *what)
{
	if (e == OK)
		return;
	(void)fprintf(stderr, "%s: %s\n", what, err_text(e));
	exit(1);
}

static double seconds(clockid_t id)
{
	struct timespec t;

	(void)clock_gettime(id, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Resident memory, in MiB. */
static double resident_mib(void)
{
	struct buf b;
	struct str rest, part;
	uint64_t pages = 0;

	buf_init(&b, 256);
	must(file_read(AT_FDCWD, "/proc/self/statm", &b), "statm");
	rest = buf_view(&b);
	(void)str_split(&rest, ' ', &part);
	(void)str_split(&rest, ' ', &part);
	must(str_u64(part, &pages), "statm");
	buf_release(&b);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576;
}

static void publish(struct fixture *f, double *took_s)
{
	double start = seconds(CLOCK_MONOTONIC);
	struct logbook_batch b;

	clock_fake_advance(&f->clock, 10000);
	must(logbook_checkpoint(f->l, &b), "checkpoint");
	*took_s += seconds(CLOCK_MONOTONIC) - start;
}

static void make_batch(
	struct fixture *f, struct logbook_event *ev, size_t n, bool promises)
{
	uint64_t seq = logbook_next_seq(f->l);

	for (size_t i = 0; i < n; i++) {
		/* Slots come in no order, near one another. */
		ev[i] = fixture_sign(f, seq + i, 7, (seq + i) ^ 0x155);
		ev[i].wants_promise = promises;
	}
}

static void run(struct fixture *f, size_t batch, bool promises, uint64_t events)
{
	static struct logbook_event ev[BATCH_MAX];
	static struct logbook_result r[BATCH_MAX];
	double wall = 0, cpu = 0, checkpoint = 0;
	uint64_t pending = 0, done = 0;
	size_t batches = 0;

	while (done < events) {
		double w, c;

		make_batch(f, ev, batch, promises);
		w = seconds(CLOCK_MONOTONIC);
		c = seconds(CLOCK_PROCESS_CPUTIME_ID);
		must(logbook_accept(f->l, ev, batch, r), "accept");
		wall += seconds(CLOCK_MONOTONIC) - w;
		cpu += seconds(CLOCK_PROCESS_CPUTIME_ID) - c;
		done += batch;
		pending += batch;
		batches++;
		if (pending >= CHECKPOINT_EVERY) {
			publish(f, &checkpoint);
			pending = 0;
		}
	}
	publish(f, &checkpoint);
	(void)printf("batch %5zu %s  %8.0f/s accepted  %8.0f/s with "
		     "checkpoints  %5.1f us CPU each  %6.2f ms a batch\n",
		batch, promises ? "promises" : "        ", (double)done / wall,
		(double)done / (wall + checkpoint), cpu / (double)done * 1e6,
		wall / (double)batches * 1e3);
}

int main(int argc, char **argv)
{
	static const size_t batches[] = { 256, 5000, 20000 };
	uint64_t events = 200000;
	struct fixture f;
	double start;

	must(crypto_init(), "libsodium");
	if (argc > 1)
		must(str_u64(str_c(argv[1]), &events), argv[1]);
	fixture_init(&f);
	must(fixture_open(&f), "open");
	(void)fixture_accept(&f, fixture_petition(&f, 1, 7));
	for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++) {
		run(&f, batches[i], false, events);
		run(&f, batches[i], true, events);
	}
	fixture_close(&f);
	start = seconds(CLOCK_MONOTONIC);
	must(fixture_open(&f), "open");
	(void)printf("start with %llu events: %.3f s, %.1f MiB resident\n",
		(unsigned long long)logbook_next_seq(f.l) - 1,
		seconds(CLOCK_MONOTONIC) - start, resident_mib());
	fixture_release(&f);
	return 0;
}

/*
 * keep_bench - keeper's store with N entries present: start-up, asks and
 * claims a second (each batch waits for the disk, as in service), memory.
 *
 *     keep_bench [N [BATCH [ASKS]]]      1000000 512 40960
 *
 * The N entries are written straight into the file, as booked signatures of
 * random tags, and read from the page cache afterwards; below TMPDIR.
 */
#include "role/keep_fixture.h"

#include "base/file.h"
#include "role/keep_entry.h"

enum { CHUNK = 4096, PETITIONS = 8 };

static void must(enum err e, const char *what)
{
	if (e == OK)
		return;
	(void)fprintf(stderr, "%s: %s\n", what, err_text(e));
	exit(1);
}

static double seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Resident memory, in MiB. */
static double resident_mib(void)
{
	char text[64] = "";
	struct buf b;
	struct str rest, part;
	uint64_t pages = 0;

	buf_init(&b, sizeof(text));
	must(file_read(AT_FDCWD, "/proc/self/statm", &b), "statm");
	rest = buf_view(&b);
	(void)str_split(&rest, ' ', &part);
	(void)str_split(&rest, ' ', &part);
	must(str_u64(part, &pages), "statm");
	buf_release(&b);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576;
}

static void fill_entry(struct world *w, uint64_t slot, uint8_t *ret_bytes)
{
	struct keep_entry e = {
		.slot = slot,
		.petition = 1 + slot % PETITIONS,
		.group = slot,
		.claimed = slot,
		.state = KEEP_BOOKED,
	};

	rng_fill(&w->rng->rng, e.tag, sizeof(e.tag));
	rng_fill(&w->rng->rng, &e.c, sizeof(e.c));
	keep_entry_write(&e, ret_bytes);
}

/* N entries with locks, without waiting for the disk. */
static void preload(struct world *w, uint64_t n)
{
	static uint8_t bytes[CHUNK * KEEP_ENTRY_LEN];
	int slots = openat(w->dir_fd, "slots", O_WRONLY | O_CLOEXEC);
	int locks = openat(w->dir_fd, "locks", O_WRONLY | O_CLOEXEC);

	if (slots < 0 || locks < 0)
		must(ERR_IO, "preload");
	for (uint64_t at = 1; at <= n; at += CHUNK) {
		uint64_t some = n + 1 - at < CHUNK ? n + 1 - at : CHUNK;

		for (uint64_t i = 0; i < some; i++)
			fill_entry(w, at + i, bytes + i * KEEP_ENTRY_LEN);
		must(file_pwrite(slots, bytes, some * KEEP_ENTRY_LEN,
			     at * KEEP_ENTRY_LEN),
			"slots");
		must(file_pwrite(locks, bytes, some * 96, at * 96), "locks");
	}
	(void)close(slots);
	(void)close(locks);
}

/* count asks of as many people; returns the first slot. */
static uint64_t bench_asks(struct world *w, uint32_t count, uint32_t batch)
{
	struct keep_ask *ask = calloc(batch, sizeof(*ask));
	struct keep_answer *answer = calloc(batch, sizeof(*answer));
	double spent = 0;
	uint64_t first;

	if (ask == NULL || answer == NULL)
		must(ERR_MEMORY, "asks");
	must(keep_range(w->keep, count, &first), "range");
	for (uint32_t done = 0; done < count; done += batch) {
		double from;

		for (uint32_t i = 0; i < batch; i++) {
			uint64_t slot = first + done + i;
			char mail[40];
			struct person p = { mail, mail, "n", "p" };

			(void)snprintf(mail, sizeof(mail), "%llu@example.org",
				(unsigned long long)slot);
			ask[i] = fixture_ask(
				w, p, 1 + slot % PETITIONS, slot, slot);
		}
		from = seconds();
		must(keep_ask(w->keep, ask, batch, answer), "ask");
		spent += seconds() - from;
		for (uint32_t i = 0; i < batch; i++)
			must(answer[i].verdict == KEEP_CONFIRM ? answer[i].err
							       : ERR_INTERNAL,
				"verdict");
	}
	printf("asks     %9.0f a second, batches of %u\n", count / spent,
		batch);
	free(ask);
	free(answer);
	return first;
}

static void bench_claims(
	struct world *w, uint64_t first, uint32_t count, uint32_t batch)
{
	struct keep_claim *claim = calloc(batch, sizeof(*claim));
	struct keep_claimed *claimed = calloc(batch, sizeof(*claimed));
	double from = seconds();

	if (claim == NULL || claimed == NULL)
		must(ERR_MEMORY, "claims");
	for (uint32_t done = 0; done < count; done += batch) {
		for (uint32_t i = 0; i < batch; i++) {
			uint64_t slot = first + done + i;

			claim[i] = (struct keep_claim){ slot,
				fixture_token(slot) };
		}
		must(keep_claim(w->keep, claim, batch, claimed), "claim");
		for (uint32_t i = 0; i < batch; i++)
			must(claimed[i].outcome == KEEP_CLAIMED ? OK
								: ERR_INTERNAL,
				"outcome");
	}
	printf("claims   %9.0f a second, batches of %u\n",
		count / (seconds() - from), batch);
	free(claim);
	free(claimed);
}

static uint32_t argument(int argc, char **argv, int i, uint32_t usual)
{
	uint64_t value = usual;

	if (i < argc)
		must(str_u64(str_c(argv[i]), &value), argv[i]);
	return (uint32_t)value;
}

int main(int argc, char **argv)
{
	uint32_t n = argument(argc, argv, 1, 1000000);
	uint32_t batch = argument(argc, argv, 2, 512);
	uint32_t asks = argument(argc, argv, 3, 40960);
	struct world w;
	double before_mib, from;
	uint64_t first;

	if (batch == 0 || batch > KEEP_BATCH_MAX || !world_init(&w))
		must(ERR_INVALID, "arguments");
	asks -= asks % batch;
	must(world_open(&w), "open");
	keep_close(w.keep);
	w.keep = NULL;
	preload(&w, n);
	before_mib = resident_mib();
	from = seconds();
	must(world_open(&w), "open");
	printf("entries  %9u\nstart    %9.2f s (files in the page cache)\n", n,
		seconds() - from);
	printf("memory   %9.1f MiB more, %.1f MiB in all\n",
		resident_mib() - before_mib, resident_mib());
	first = bench_asks(&w, asks, batch);
	bench_claims(&w, first, asks, batch);
	printf("memory   %9.1f MiB in all\n", resident_mib());
	world_release(&w);
	return 0;
}

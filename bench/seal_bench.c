/*
 * seal_bench.c - complete seals a second on one core.
 *
 *     seal_bench [forms] [updates-per-cent]
 *
 * A complete seal is what sealer does for one signature: the identity record
 * (and a contact record for those who ask for updates), commitment, H(T), nine
 * half-tags, and the mail job; epochs roll as in service, with two recipients
 * each; all is wiped.  No socket and no keeper in between.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "role/seal.h"

enum { BATCH = 128, PETITIONS = 50 };

static void need(enum err e, const char *what)
{
	if (e == OK)
		return;
	(void)fprintf(stderr, "%s: %s\n", what, err_name(e));
	exit(1);
}

static double cpu_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct sealer_form form_of(uint64_t i, uint64_t updates_percent)
{
	return (struct sealer_form){ .petition = 300000 + i % PETITIONS,
		.slot = 1 + i,
		.hour = 498739,
		.name = STR("Margaret Example-Smith"),
		.email_mailed = STR("Margaret.Example@Mail.example.org"),
		.email_lower = STR("margaret.example@mail.example.org"),
		.email_canonical = STR("margaret.example@mail.example.org"),
		.name_slug = STR("margaretexamplesmith"),
		.postcode = STR("SW1A1AA"),
		.country = STR("GB"),
		.ip_text = STR("192.0.2.7"),
		.ip = { 192, 0, 2, (uint8_t)i },
		.ip_len = 4,
		.wants_updates = i % 100 < updates_percent };
}

static void run(struct sealer *s, uint64_t forms, uint64_t updates_percent)
{
	static struct sealer_form form[BATCH];
	static struct sealed sealed[BATCH];
	static struct psr1_record job;

	for (uint64_t done = 0; done < forms; done += BATCH) {
		for (uint64_t i = 0; i < BATCH; i++)
			form[i] = form_of(done + i, updates_percent);
		need(seal_forms(s, form, BATCH, sealed), "seal");
		for (size_t i = 0; i < BATCH; i++) {
			need(seal_job(s, &form[i], &sealed[i], JOB_CONFIRM,
				     &job),
				"job");
			sealed_wipe(&sealed[i]);
		}
	}
}

static struct sealer *sealer_ready(struct keyring *ring)
{
	struct sealer *s;

	need(sealer_new(clock_system(), rng_system(), ring, &s), "sealer");
	for (int c = COMPARTMENT_IDENTITY; c <= COMPARTMENT_MAIL; c++) {
		struct age_identity who[2];
		struct age_recipient r[2];

		for (int i = 0; i < 2; i++) {
			age_identity_generate(rng_system(), &who[i]);
			age_recipient_of(&who[i], &r[i]);
		}
		need(sealer_recipients(s, (enum compartment)c, r, 2), "line");
	}
	return s;
}

static uint64_t argument(int argc, char **argv, int i, uint64_t otherwise)
{
	uint64_t value = otherwise;

	if (argc > i)
		need(str_u64(str_c(argv[i]), &value), "argument");
	return value;
}

int main(int argc, char **argv)
{
	uint64_t forms = argument(argc, argv, 1, 200000) / BATCH * BATCH;
	uint64_t updates_percent = argument(argc, argv, 2, 0);
	char path[] = "seal_bench.XXXXXX";
	struct secret_key credential = { { 1 } };
	struct keyring *ring;
	struct sealer *s;
	double from_s;
	double took_s;
	int dir_fd;

	need(crypto_init(), "crypto");
	need(mkdtemp(path) == NULL ? ERR_IO : OK, "folder");
	need(file_open_dir(AT_FDCWD, path, &dir_fd), "folder");
	need(keyring_open(dir_fd, "k1", &credential, rng_system(), &ring),
		"ring");
	s = sealer_ready(ring);
	run(s, BATCH, updates_percent); /* draws the keys */
	from_s = cpu_s();
	run(s, forms, updates_percent);
	took_s = cpu_s() - from_s;
	printf("%llu seals, %llu%% with a contact record: %.0f a second and "
	       "core, %.2f us each\n",
		(unsigned long long)forms, (unsigned long long)updates_percent,
		(double)forms / took_s, took_s * 1e6 / (double)forms);
	sealer_free(s);
	keyring_close(ring);
	(void)unlinkat(dir_fd, "k1", 0);
	(void)close(dir_fd);
	(void)rmdir(path);
	return 0;
}

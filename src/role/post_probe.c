/*
 * post_probe.c - sends a fixed set of jobs, for post_test.py to look at.
 *
 *     post_probe FOLDER RELAY [CA-FILE [USER PASSWORD]]
 *
 * FOLDER is as the mailer's.  With a CA file, TLS is required.  Prints "report SLOT AGAIN" for each job as
 * it is done and ends when all are, or with 1 when the relay was away three
 * times.
 */
#include "role/post.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/secret.h"

#define TITLE                                                                   \
	"Plant trees & hedges \xe2\x80\x94 in <every> street, \xf0\x9f\x8c\xb3" \
	" please, and water them"

enum { FIRST = 6 };

static struct post_job job_of(uint64_t slot, enum post_verdict verdict,
	const char *email, const char *name, const char *token)
{
	struct post_job job = {
		.slot = slot,
		.verdict = verdict,
		.email = str_c(email),
		.name = str_c(name),
		.token = str_c(token),
		.petition = 200001,
		.title = STR(TITLE),
	};

	memset(job.o, 0xfb, sizeof(job.o));
	memset(job.record_hash, 0xef, sizeof(job.record_hash));
	return job;
}

static bool wait_for(struct post *p, size_t n)
{
	struct post_report reports[8];
	struct pollfd fd = { post_fd(p), POLLIN, 0 };

	while (n > 0) {
		size_t got;

		if (post_stats(p).relay_failures >= 3)
			return false;
		(void)poll(&fd, 1, 5);
		got = post_done(p, reports, 8);
		for (size_t i = 0; i < got; i++) {
			printf("report %llu %d\n",
				(unsigned long long)reports[i].slot,
				reports[i].again);
		}
		n -= got;
	}
	return true;
}

static bool send_all(struct post *p)
{
	struct post_job jobs[FIRST] = {
		job_of(1, POST_CONFIRM, "ada@example.org",
			"Zo\xc3\xab O'Brien-\xc5\x81ukasz <b>&amp;",
			"B-ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
		job_of(2, POST_ALREADY, "bob@example.org", "Bob",
			"C-ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
		job_of(3, POST_SILENT, "cyd@example.org", "Cyd",
			"D-ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
		job_of(4, POST_CONFIRM, "dan@example.org",
			"Dan\r\nBcc: eve@example.org",
			"E-ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
		job_of(5, POST_CONFIRM, "ada@example.org", "Ada",
			"F-ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
		job_of(6, POST_CONFIRM, "gone@example.org", "Gil",
			"G-ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
	};

	struct post_job again[3] = { jobs[0], jobs[1], jobs[5] };

	/* Who can still confirm is reminded, who signed before is not. */
	for (size_t i = 0; i < 3; i++)
		again[i].is_reminder = true;
	/* The second handing over of a held slot is no second mail; after it
	 * is done it is one, with the same Message-ID. */
	return post_submit(p, jobs, FIRST) == FIRST &&
		post_submit(p, jobs, 1) == 1 && wait_for(p, FIRST) &&
		post_submit(p, jobs, 1) == 1 && wait_for(p, 1) &&
		post_submit(p, again, 3) == 3 && wait_for(p, 3);
}

int main(int argc, char **argv)
{
	struct post_settings settings = {
		.base_url = "https://petitions.example.org",
		.site_title = "P\xc3\xa9titions",
		.from = "P\xc3\xa9titions, all <no-reply@petitions.example.org>",
		.mail = {
			.relay = argc > 2 ? argv[2] : "",
			.ca_file = argc > 3 ? argv[3] : NULL,
			.user = argc > 5 ? argv[4] : NULL,
			.password = argc > 5 ? argv[5] : NULL,
			.tls = argc > 3 ? MAIL_TLS_REQUIRED : MAIL_TLS_AUTO,
			.connections = 1,
			.retry_first_ms = 5,
			.retry_max_ms = 5,
		},
	};
	struct language english = { .tag = STR("en"),
		.words = catalogue_english() };
	struct post *p;
	bool good;
	int fd;

	settings.languages = &english;
	settings.languages_count = 1;
	if (argc < 2 || crypto_init() != OK ||
		file_open_dir(AT_FDCWD, argv[1], &fd) != OK ||
		bounces_open(fd, STR("bounces@petitions.example.org"),
			rng_system(), &settings.bounces) != OK ||
		bounce_look(settings.bounces, "bounces") != OK)
		return 2;
	if (post_open(&settings, clock_system(), rng_system(), &p) != OK)
		return 2;
	good = send_all(p);
	post_close(p);
	bounces_close(settings.bounces);
	(void)close(fd);
	return good ? 0 : 1;
}

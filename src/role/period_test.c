#include "role/period.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tap.h"
#include "crypto/secret.h"

static unsigned count_keys(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	unsigned n = 0;

	while (dir != NULL && (d = readdir(dir)) != NULL)
		n += str_starts(str_c(d->d_name), STR("key-"));
	(void)closedir(dir);
	return n;
}

static void seal_to(struct period *p, struct rng *rng, struct buf *ret_file)
{
	struct age_recipient recipient;
	struct buf text;

	buf_init(&text, 100);
	period_recipient(p, &text);
	CHECK(age_recipient_parse(buf_view(&text), &recipient) == OK);
	CHECK(age_seal(rng, &recipient, 1, STR("seed"), ret_file) == OK);
	buf_release(&text);
}

static bool opens(struct period *p, const struct buf *file)
{
	struct buf plain;
	enum err e;

	buf_init(&plain, 100);
	e = period_open_header(p, buf_view(file), &plain);
	buf_release(&plain);
	return e == OK;
}

/* Days of hours and minutes pass; the mailer is up for some of them. */
static bool pass_hours(
	struct period *p, struct clock_fake *clock, int hours, bool up)
{
	bool any = false;

	for (int i = 0; i < hours * 60; i++) {
		bool changed = false;

		clock_fake_advance(clock, 60000);
		if (up && period_tick(p, &changed) != OK)
			return false;
		any = any || changed;
	}
	return any;
}

int main(void)
{
	char dir[] = "/tmp/period_testXXXXXX";
	struct clock_fake clock;
	struct rng_fake rng;
	struct period *p = NULL;
	struct buf first;
	struct buf second;
	bool changed;
	int fd;

	clock_fake_init(&clock, 1700000000000);
	rng_fake_init(&rng, 1);
	buf_init(&first, 4096);
	buf_init(&second, 4096);
	if (!CHECK(crypto_init() == OK) || !CHECK(mkdtemp(dir) != NULL))
		return tap_done();
	CHECK(file_open_dir(AT_FDCWD, dir, &fd) == OK);
	if (!CHECK(period_open(fd, &clock.clock, &rng.rng, &p) == OK))
		return tap_done();
	seal_to(p, &rng.rng, &first);
	CHECK(opens(p, &first));
	CHECK(!pass_hours(p, &clock, 23, true));
	CHECK(pass_hours(p, &clock, 2, true)); /* a new key after a day */
	seal_to(p, &rng.rng, &second);
	CHECK(opens(p, &first) && opens(p, &second));
	CHECK_INT(count_keys(dir), 2);

	period_close(p); /* both live through a restart */
	CHECK(period_open(fd, &clock.clock, &rng.rng, &p) == OK);
	CHECK(opens(p, &first) && opens(p, &second));

	/* The clock says 300 hours later; the mailer was up for 25 only. */
	(void)pass_hours(p, &clock, 300, false);
	CHECK(opens(p, &second));
	CHECK(period_tick(p, &changed) == OK && changed);
	CHECK(!opens(p, &first)); /* 25 hours of uptime: dead by both */
	CHECK(opens(p, &second)); /* by the clock alone: alive */
	(void)pass_hours(p, &clock, 25, true);
	CHECK(!opens(p, &second));
	period_close(p);

	/* Nothing but a number is taken for an uptime. */
	CHECK(file_swap(fd, "uptime", "", 0, 0600) == OK);
	CHECK(period_open(fd, &clock.clock, &rng.rng, &p) == ERR_CORRUPT);

	DIR *d = opendir(dir);
	struct dirent *entry;
	while (d != NULL && (entry = readdir(d)) != NULL)
		(void)unlinkat(fd, entry->d_name, 0);
	(void)closedir(d);
	(void)close(fd);
	CHECK(rmdir(dir) == 0);
	buf_release(&first);
	buf_release(&second);
	return tap_done();
}

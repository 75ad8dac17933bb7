#include "role/bounce.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tap.h"
#include "crypto/secret.h"

static const struct str ADDRESS = STR_INIT("bounces@petitions.example.org");

struct world {
	char path[64];
	int fd;
	struct rng_fake rng;
	struct bounces *s;
};

static void open_again(struct world *w)
{
	bounces_close(w->s);
	w->s = NULL;
	CHECK_INT(bounces_open(w->fd, ADDRESS, &w->rng.rng, &w->s), OK);
}

static bool world_open(struct world *w)
{
	*w = (struct world){ .path = "/tmp/bounce_testXXXXXX", .fd = -1 };
	rng_fake_init(&w->rng, 1);
	if (!CHECK(mkdtemp(w->path) != NULL) ||
		!CHECK(file_open_dir(AT_FDCWD, w->path, &w->fd) == OK))
		return false;
	CHECK(file_mkdir(w->fd, "bounces", 0700) == OK);
	CHECK(file_mkdir(w->fd, "bounces/new", 0700) == OK);
	open_again(w);
	return w->s != NULL;
}

static void world_close(struct world *w)
{
	bounces_close(w->s);
	(void)unlinkat(w->fd, "bounce.key", 0);
	(void)unlinkat(w->fd, "undeliverable", 0);
	(void)unlinkat(w->fd, "bounces/new", AT_REMOVEDIR);
	(void)unlinkat(w->fd, "bounces/cur", AT_REMOVEDIR);
	CHECK(unlinkat(w->fd, "bounces", AT_REMOVEDIR) == 0);
	(void)close(w->fd);
	CHECK(rmdir(w->path) == 0);
}

/* A report about the mail of slot (0: of none). */
static void arrive(
	struct world *w, const char *name, uint64_t slot, const char *status)
{
	char path[64];
	struct buf b;

	(void)snprintf(path, sizeof(path), "bounces/new/%s", name);
	buf_init(&b, 4096);
	buf_c(&b, "From: MAILER-DAEMON@mx.example\r\nTo: <");
	if (slot != 0)
		bounce_sender(w->s, slot, &b);
	buf_printf(&b,
		">\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
		"Content-Type: message/delivery-status\r\n\r\n"
		"Reporting-MTA: dns; mx.example\r\n\r\n"
		"Action: failed\r\nStatus: %s\r\n--b--\r\n",
		status);
	CHECK_INT(file_create(w->fd, path, b.at, b.len, 0600), OK);
	buf_release(&b);
}

static bool is_there(const struct world *w, const char *path)
{
	return faccessat(w->fd, path, F_OK, 0) == 0;
}

static void test_tokens(struct world *w)
{
	struct buf b;
	uint64_t slot = 0;
	size_t wrong = 0;

	buf_init(&b, 256);
	bounce_sender(w->s, 7001, &b);
	CHECK(str_starts(buf_view(&b), STR("bounces+")));
	CHECK(str_ends(buf_view(&b), STR("@petitions.example.org")));
	CHECK_INT(b.len, ADDRESS.len + 1 + BOUNCE_TOKEN_LEN);
	CHECK(bounce_slot(w->s, buf_view(&b), &slot));
	CHECK_INT(slot, 7001);

	/* Not one character may differ. */
	for (size_t i = 8; i < 8 + BOUNCE_TOKEN_LEN; i++) {
		char was = b.at[i];

		b.at[i] = was == 'A' ? 'C' : 'A';
		wrong += bounce_slot(w->s, buf_view(&b), &slot);
		b.at[i] = was;
	}
	CHECK_INT(wrong, 0);
	for (size_t i = 0; i < b.len; i++) /* some servers write so */
		b.at[i] |= 0x20 * (b.at[i] >= 'A' && b.at[i] <= 'Z');
	slot = 0;
	CHECK(bounce_slot(w->s, buf_view(&b), &slot) && slot == 7001);
	CHECK(!bounce_slot(w->s, STR("a+b@c +@ + "), &slot));
	CHECK(!bounce_slot(w->s, STR(""), &slot));
	open_again(w); /* with the same key */
	CHECK(bounce_slot(w->s, buf_view(&b), &slot));
	buf_release(&b);
}

static void test_reports(struct world *w)
{
	arrive(w, "1.hard", 11, "5.1.1");
	arrive(w, "2.full", 12, "5.2.2");
	arrive(w, "3.stranger", 0, "5.1.1");
	arrive(w, ".hidden", 14, "5.1.1");
	CHECK_INT(bounce_look(w->s, "bounces"), OK);
	CHECK(bounce_is_marked(w->s, 11));
	CHECK(!bounce_is_marked(w->s, 10) && !bounce_is_marked(w->s, 12));
	CHECK(!bounce_is_marked(w->s, 14));
	CHECK_INT(bounce_counts(w->s).hard, 1);
	CHECK_INT(bounce_counts(w->s).soft, 1);
	CHECK_INT(bounce_counts(w->s).other, 1);
	CHECK_INT(bounce_counts(w->s).marked, 1);
	/* What was understood is gone, what was not is kept for people. */
	CHECK(!is_there(w, "bounces/new/1.hard"));
	CHECK(!is_there(w, "bounces/new/2.full"));
	CHECK(!is_there(w, "bounces/new/3.stranger"));
	CHECK(is_there(w, "bounces/cur/3.stranger:2,S"));
	CHECK(is_there(w, "bounces/new/.hidden"));
	CHECK(unlinkat(w->fd, "bounces/cur/3.stranger:2,S", 0) == 0);
	CHECK(unlinkat(w->fd, "bounces/new/.hidden", 0) == 0);
	CHECK_INT(bounce_look(w->s, "no-such-folder"), OK);
}

static void test_marks_last(struct world *w)
{
	int fd;

	bounce_mark(w->s, 21);
	bounce_mark(w->s, 21);
	CHECK_INT(bounce_counts(w->s).marked, 2);
	fd = openat(w->fd, "undeliverable", O_WRONLY | O_APPEND | O_CLOEXEC);
	CHECK(fd >= 0 && file_write(fd, "torn", 4) == OK);
	(void)close(fd);
	open_again(w);
	CHECK(bounce_is_marked(w->s, 11) && bounce_is_marked(w->s, 21));
	CHECK_INT(bounce_counts(w->s).marked, 2);
	bounce_mark(w->s, 22); /* in the torn one's place */
	open_again(w);
	CHECK(bounce_is_marked(w->s, 22));
	CHECK_INT(bounce_counts(w->s).marked, 3);
}

/* An operator takes some away, and later all of them. */
static void test_lifted(struct world *w)
{
	static const uint8_t left[8] = { [7] = 22 };

	CHECK_INT(bounce_look(w->s, "bounces"), OK);
	CHECK_INT(bounce_counts(w->s).marked, 3);
	CHECK_INT(file_replace(w->fd, BOUNCE_MARKS_FILE, left, 8, 0600), OK);
	CHECK_INT(bounce_look(w->s, "bounces"), OK);
	CHECK(bounce_is_marked(w->s, 22) && !bounce_is_marked(w->s, 11));
	CHECK_INT(bounce_counts(w->s).marked, 1);
	bounce_mark(w->s, 11);
	open_again(w);
	CHECK(bounce_is_marked(w->s, 22) && bounce_is_marked(w->s, 11));
	CHECK(unlinkat(w->fd, BOUNCE_MARKS_FILE, 0) == 0);
	CHECK_INT(bounce_look(w->s, "bounces"), OK);
	CHECK(!bounce_is_marked(w->s, 22));
	bounce_mark(w->s, 11);
	CHECK_INT(bounce_counts(w->s).marked, 1);
}

/* Nobody reports to us, but marks hold. */
static void test_without_address(struct world *w)
{
	struct buf b;

	buf_init(&b, 256);
	bounces_close(w->s);
	w->s = NULL;
	CHECK_INT(bounces_open(w->fd, STR("no address"), &w->rng.rng, &w->s),
		ERR_INVALID);
	CHECK_INT(bounces_open(w->fd, STR(""), &w->rng.rng, &w->s), OK);
	bounce_sender(w->s, 11, &b);
	CHECK_INT(b.len, 0);
	CHECK(bounce_is_marked(w->s, 11));
	buf_release(&b);
}

int main(void)
{
	struct world w;

	if (!CHECK(crypto_init() == OK) || !world_open(&w))
		return tap_done();
	test_tokens(&w);
	test_reports(&w);
	test_marks_last(&w);
	test_lifted(&w);
	test_without_address(&w);
	world_close(&w);
	return tap_done();
}

/*
 * mails.c - petitiond mails: signatures whose mails cannot arrive, and lifting
 * that.
 *
 * The list is the mailer's file (role/bounce.h).  Another one takes its place,
 * and a running mailer reads it within a minute.  What mailer marks in the very
 * moment is lost, and costs one more mail to nobody.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "cmd/admit.h"
#include "cmd/cmd.h"
#include "role/bounce.h"
#include "role/site.h"

static const char HELP[] =
	"usage: petitiond mails SITE\n"
	"       petitiond mails SITE lift SLOT ...\n"
	"       petitiond mails SITE lift all\n"
	"\n"
	"Says how many signatures' mails cannot arrive, by reports and refusals\n"
	"of other servers: they get no further mail.  lift takes that back, of\n"
	"signatures that `petition-desk search` found, or of all, after a relay\n"
	"that refused everything.  Works beside a running server, within\n"
	"a minute.\n";

enum { MARKS_MAX_BYTES = 1 << 28, MARK_BYTES = 8 };

/* Which ones to lift, as typed: at least one. */
struct lift {
	char **slot;
	int n;
};

static bool is_all(const struct lift *l)
{
	return l->n == 1 && str_eq(str_c(l->slot[0]), STR("all"));
}

static bool is_good(const struct lift *l)
{
	uint64_t slot;

	for (int i = 0; i < l->n; i++)
		if (str_u64(str_c(l->slot[i]), &slot) != OK || slot == 0)
			return is_all(l);
	return l->n > 0;
}

static bool lifts(const struct lift *l, uint64_t slot)
{
	uint64_t typed;

	for (int i = 0; i < l->n; i++)
		if (str_u64(str_c(l->slot[i]), &typed) == OK && typed == slot)
			return true;
	return is_all(l);
}

/* What stays of marks; ret_n: how many do not. */
static void take_out(
	const struct lift *l, struct str marks, struct buf *out, size_t *ret_n)
{
	size_t n = 0;

	for (; marks.len >= MARK_BYTES;
		marks = str_slice(marks, MARK_BYTES, marks.len)) {
		uint64_t slot = get_u64((const uint8_t *)marks.at);

		if (lifts(l, slot))
			n++;
		else
			buf_put(out, marks.at, MARK_BYTES);
	}
	*ret_n = n;
}

static enum err read_marks(int dir_fd, struct buf *b)
{
	enum err e = file_read(dir_fd, BOUNCE_MARKS_FILE, b);

	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err lift(int dir_fd, const struct lift *l)
{
	struct buf marks, left;
	size_t n = 0;
	enum err e;

	buf_init(&marks, MARKS_MAX_BYTES);
	buf_init(&left, MARKS_MAX_BYTES);
	e = read_marks(dir_fd, &marks);
	if (e == OK)
		take_out(l, buf_view(&marks), &left, &n);
	if (e == OK && n > 0)
		e = replace_owned(dir_fd, BOUNCE_MARKS_FILE, &left);
	if (e == OK)
		printf("%zu lifted, %zu left\n", n, left.len / MARK_BYTES);
	buf_release(&marks);
	buf_release(&left);
	return e;
}

static enum err count(int dir_fd)
{
	struct buf marks;
	enum err e;

	buf_init(&marks, MARKS_MAX_BYTES);
	e = read_marks(dir_fd, &marks);
	if (e == OK)
		printf("%zu cannot be reached\n", marks.len / MARK_BYTES);
	buf_release(&marks);
	return e;
}

static int run(const char *path, const struct lift *l)
{
	struct site site;
	int fd = -1;
	enum err e = site_open(path, SITE_LOOK, &site);

	if (e != OK)
		return 1;
	e = file_open_dir(site.dir_fd, "mailer", &fd);
	if (e == OK)
		e = l->n > 0 ? lift(fd, l) : count(fd);
	if (e != OK)
		complain("%s/mailer/" BOUNCE_MARKS_FILE ": %s", path,
			err_text(e));
	if (fd >= 0)
		(void)close(fd);
	site_close(&site);
	return e == OK ? 0 : 1;
}

int cmd_mails(int argc, char **argv)
{
	struct lift l = { .n = 0 };
	int done = cmd_no_options(argc, argv, HELP);

	if (done >= 0)
		return done;
	if (argc == 2)
		return run(argv[1], &l);
	if (argc < 3 || !str_eq(str_c(argv[2]), STR("lift")))
		return cmd_usage(HELP, NULL);
	l = (struct lift){ .slot = argv + 3, .n = argc - 3 };
	if (!is_good(&l))
		return cmd_usage(HELP,
			"lift takes numbers of signatures, or the word all");
	return run(argv[1], &l);
}

/*
 * backup.c - petitiond backup: what a site needs to live on, in one file,
 * beside a running server too.
 *
 * The database is copied as of one moment, without what was deleted.  The log
 * needs no copy but its keys, for it is made again from the database
 * (role/logbook.h).  What keeper and mailer hold never goes into a backup:
 * locks, masks and tags, and keys of mails; so an erased record stays erased
 * (docs/operating.md, "Backups").
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cmd/archive.h"
#include "cmd/cmd.h"
#include "domain/store.h"
#include "role/site.h"

static const char HELP[] =
	"usage: petitiond backup SITE FILE\n"
	"\n"
	"Writes configuration, database, recipients, keys of the log and own\n"
	"pages into FILE, a tar archive that must not be there yet.  Works\n"
	"beside a running server.  keeper's and mailer's folders and\n"
	"credential.key never go into it, so what was erased stays erased; the\n"
	"log's files are made again from the database.\n"
	"\n"
	"FILE holds sealed records and the keys that sign the log: keep it as\n"
	"you would keep SITE/web, and not beside a copy of SITE/keeper.\n";

struct backup {
	const char *path;
	char part[4200]; /* FILE.part until it is whole */
	char copy[4200]; /* FILE.db: the database's copy */
	struct site site;
	int fd;
	int64_t now_s;
};

/* Those that may be missing are for the start to make or do without. */
static const struct {
	const char *name;
	bool may_be_missing;
} files[] = {
	{ "petitiond.conf", false },
	{ "web/form.key", false },
	{ "sealer/recipients", false },
	{ "sealer/k1.ring", true },
	{ "log/checkpoint.key", false },
	{ "log/promise.key", false },
	{ "log/event.key", false },
};

static enum err put_file(struct backup *b, const char *name, int dir_fd,
	const char *path, bool may_be_missing)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	enum err e;

	if (fd < 0 && errno == ENOENT && may_be_missing)
		return OK;
	if (fd < 0) {
		e = err_from_errno(errno);
		complain("%s/%s: %s", b->site.path, name, err_text(e));
		return e;
	}
	e = archive_put_file(b->fd, name, fd, b->now_s);
	(void)close(fd);
	return e;
}

static enum err put_database(struct backup *b)
{
	char path[4200];
	struct store *s;
	enum err e;

	(void)snprintf(path, sizeof(path), "%s/web/site.db", b->site.path);
	e = store_open(path, STORE_READER, &s);
	if (e == OK) {
		e = store_copy(s, b->copy);
		store_close(s);
	}
	if (e != OK) {
		complain("%s could not be copied to %s: %s", path, b->copy,
			err_text(e));
		return e;
	}
	return put_file(b, "web/site.db", AT_FDCWD, b->copy, false);
}

/* The operator's own words, PAGES/NAME.md. */
static enum err put_pages(struct backup *b)
{
	struct dirent *entry;
	enum err e = OK;
	DIR *dir;
	int fd;

	if (file_open_dir(b->site.dir_fd, "pages", &fd) != OK)
		return OK;
	dir = fdopendir(fd);
	if (dir == NULL) {
		(void)close(fd);
		return err_from_errno(errno);
	}
	while (e == OK && (entry = readdir(dir)) != NULL) {
		char name[6 + 256];

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "pages/%s", entry->d_name);
		e = put_file(b, name, b->site.dir_fd, name, false);
	}
	(void)closedir(dir);
	return e;
}

static enum err put_all(struct backup *b)
{
	enum err e = archive_put(
		b->fd, ARCHIVE_FIRST, STR(ARCHIVE_VERSION), b->now_s);

	for (size_t i = 0; e == OK && i < sizeof(files) / sizeof(files[0]); i++)
		e = put_file(b, files[i].name, b->site.dir_fd, files[i].name,
			files[i].may_be_missing);
	if (e == OK)
		e = put_pages(b);
	if (e == OK)
		e = put_database(b);
	return e == OK ? archive_end(b->fd) : e;
}

/* Under its own name only when it is whole and durable. */
static enum err finish(struct backup *b)
{
	enum err e = file_sync(b->fd);

	if (e == OK && link(b->part, b->path) != 0)
		e = err_from_errno(errno);
	return e;
}

static enum err run(struct backup *b)
{
	mode_t old = umask(077);
	enum err e = OK;

	(void)snprintf(b->part, sizeof(b->part), "%s.part", b->path);
	(void)snprintf(b->copy, sizeof(b->copy), "%s.db", b->path);
	if (access(b->path, F_OK) == 0 || access(b->copy, F_OK) == 0)
		e = ERR_EXISTS;
	b->fd = e == OK
		? open(b->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
		: -1;
	if (e == OK && b->fd < 0)
		e = err_from_errno(errno);
	if (e != OK) {
		complain("%s: %s: name a new file, in a folder that can be "
			 "written",
			b->path, err_text(e));
	} else {
		e = put_all(b);
		if (e == OK)
			e = finish(b);
		if (e != OK)
			complain(
				"%s was not written: %s", b->path, err_text(e));
		(void)close(b->fd);
		(void)unlink(b->part);
		(void)unlink(b->copy);
	}
	(void)umask(old);
	return e;
}

int cmd_backup(int argc, char **argv)
{
	static struct backup b;
	enum err e;
	int status = cmd_no_options(argc, argv, HELP);

	if (status >= 0)
		return status;
	if (argc - optind != 2)
		return cmd_usage(HELP, "backup needs a SITE and a FILE");
	b = (struct backup){ .path = argv[optind + 1],
		.now_s = clock_wall_ms(clock_system()) / 1000 };
	e = site_open(argv[optind], SITE_LOOK, &b.site);
	if (e != OK)
		return 1;
	e = run(&b);
	site_close(&b.site);
	if (e == OK)
		printf("%s holds all but keeper's and mailer's folders and "
		       "credential.key\n",
			b.path);
	return e == OK ? 0 : 1;
}

/*
 * restore.c - petitiond restore: a site from a backup, and petitions that a
 * restore paused.
 *
 * What is in SITE and newer than the backup stays: log and keeper tell the old
 * database what it lacks when the site is served again (docs/protocol.md,
 * "After a restore").  What is missing is made anew, and that is said.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/rng.h"
#include "base/wipe.h"
#include "cmd/archive.h"
#include "cmd/cmd.h"
#include "domain/store.h"
#include "role/control.h"
#include "role/site.h"

static const char HELP[] =
	"usage: petitiond restore FILE SITE [--newest CHECKPOINT | "
	"--nothing-newer]\n"
	"       petitiond restore --resume PETITION|all SITE\n"
	"\n"
	"Puts the database of a backup into SITE, which must not be served.\n"
	"SITE's own keeper, mailer and log stay, and tell the database what it\n"
	"lacks at the next start.  If SITE is not there, it is made: keeper is\n"
	"empty then, so records sealed before stay unreadable, and petitions\n"
	"with signatures are paused, for people could sign them twice.\n"
	"\n"
	"  --newest FILE      the newest checkpoint that anybody outside has of\n"
	"                     this log, for a SITE without public/: the log\n"
	"                     never goes back behind it\n"
	"  --nothing-newer    nobody outside has one newer than the backup\n"
	"  --resume PETITION  take signatures for a paused petition again\n";

struct restore {
	const char *file;
	const char *path;
	const char *newest;
	bool nothing_newer;
	bool made; /* SITE is new */
	int fd; /* of the archive */
	int dir_fd;
	int lock_fd;
	bool has_database;
};

/* ---- the folder ---- */

static const char *const folders[] = { "web", "sealer", "keeper", "log",
	"mailer", "public", "pages" };

static enum err make_folders(struct restore *r)
{
	enum err e = OK;

	if (mkdir(r->path, 0711) == 0)
		r->made = true;
	else if (errno != EEXIST)
		e = err_from_errno(errno);
	if (e == OK)
		e = file_open_dir(AT_FDCWD, r->path, &r->dir_fd);
	for (size_t i = 0; e == OK && i < sizeof(folders) / sizeof(*folders);
		i++)
		e = file_mkdir(r->dir_fd, folders[i],
			strcmp(folders[i], "public") == 0 ? 0755 : 0700);
	if (e != OK)
		complain("%s: %s", r->path, err_text(e));
	return e;
}

/* As site_open does, but a configuration need not be there yet. */
static enum err lock(struct restore *r)
{
	r->lock_fd = site_lock(r->dir_fd);
	if (r->lock_fd >= 0)
		return OK;
	complain("%s is being served, or used by another command: stop that "
		 "first",
		r->path);
	return ERR_BUSY;
}

static bool has(const struct restore *r, const char *name)
{
	return faccessat(r->dir_fd, name, F_OK, 0) == 0;
}

/* ---- members ---- */

static bool is_page(const char *name)
{
	return strncmp(name, "pages/", 6) == 0 && name[6] != '.' &&
		name[6] != '\0' && strchr(name + 6, '/') == NULL;
}

/* Keys that may not differ: those of another site would fork its log. */
static bool is_key(const char *name)
{
	return strcmp(name, "log/checkpoint.key") == 0 ||
		strcmp(name, "log/promise.key") == 0 ||
		strcmp(name, "log/event.key") == 0;
}

/* SITE's own, if it is there: it is what runs. */
static bool stays_if_there(const char *name)
{
	return strcmp(name, "petitiond.conf") == 0 ||
		strcmp(name, "web/form.key") == 0 ||
		strcmp(name, "sealer/recipients") == 0 ||
		strcmp(name, "sealer/k1.ring") == 0 || is_page(name);
}

static enum err take_to(
	struct restore *r, const struct archive_member *m, const char *name)
{
	mode_t mode = strcmp(name, "petitiond.conf") == 0 ? 0644 : 0600;
	int fd = openat(
		r->dir_fd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	enum err e;

	if (fd < 0)
		return err_from_errno(errno);
	e = archive_take(r->fd, m, fd);
	if (e == OK && fsync(fd) != 0)
		e = err_from_errno(errno);
	(void)close(fd);
	return e;
}

static enum err compare_key(struct restore *r, const char *name)
{
	uint8_t here[32], there[32];
	enum err e = file_read_exact(r->dir_fd, name, here, sizeof(here));

	if (e == OK)
		e = file_read_exact(
			r->dir_fd, "restore.key", there, sizeof(there));
	if (e == OK && memcmp(here, there, sizeof(here)) != 0) {
		complain("%s is a backup of another site than %s: %s differs",
			r->file, r->path, name);
		e = ERR_DENIED;
	}
	wipe(here, sizeof(here));
	wipe(there, sizeof(there));
	return e;
}

static enum err take_key(struct restore *r, const struct archive_member *m)
{
	enum err e;

	if (!has(r, m->name))
		return take_to(r, m, m->name);
	e = take_to(r, m, "restore.key");
	if (e == OK)
		e = compare_key(r, m->name);
	(void)unlinkat(r->dir_fd, "restore.key", 0);
	return e;
}

static enum err take_member(struct restore *r, const struct archive_member *m)
{
	if (is_key(m->name))
		return take_key(r, m);
	if (strcmp(m->name, "web/site.db") == 0) {
		r->has_database = true;
		return take_to(r, m, "web/restored.db");
	}
	if (strcmp(m->name, "sealer/k1.ring") == 0 && !has(r, "credential.key"))
		return archive_take(r->fd, m, -1); /* nothing unwraps them */
	if (stays_if_there(m->name))
		return has(r, m->name) ? archive_take(r->fd, m, -1)
				       : take_to(r, m, m->name);
	complain("%s holds %s, which no backup has", r->file, m->name);
	return ERR_CORRUPT;
}

static enum err take_first(struct restore *r)
{
	char text[sizeof(ARCHIVE_VERSION)] = "";
	struct archive_member m;
	bool found = false;
	uint8_t rest[512];
	enum err e = archive_next(r->fd, &m, &found);

	if (e == OK &&
		(!found || strcmp(m.name, ARCHIVE_FIRST) != 0 ||
			m.bytes != sizeof(text) - 1))
		e = ERR_CORRUPT;
	if (e == OK && read(r->fd, rest, sizeof(rest)) != sizeof(rest))
		e = ERR_CORRUPT;
	if (e == OK && memcmp(rest, ARCHIVE_VERSION, sizeof(text) - 1) != 0)
		e = ERR_INVALID;
	return e;
}

static enum err take_all(struct restore *r)
{
	struct archive_member m;
	bool found = true;
	enum err e = OK;

	while (e == OK) {
		e = archive_next(r->fd, &m, &found);
		if (e != OK || !found)
			break;
		e = take_member(r, &m);
	}
	if (e == OK && !r->has_database)
		e = ERR_CORRUPT;
	return e;
}

/* ---- the rest of a site ---- */

static enum err use_database(struct restore *r)
{
	char path[4200];
	struct store *s = NULL;
	enum err e;

	(void)snprintf(path, sizeof(path), "%s/web/restored.db", r->path);
	e = store_open(path, STORE_WRITER, &s);
	if (e == OK)
		e = store_begin(s);
	if (e == OK)
		e = store_meta_put(s, STR(STORE_TELL_ALL), STR("yes"));
	if (e == OK)
		e = store_hold_mail(s);
	if (e == OK)
		e = store_commit(s);
	store_close(s);
	if (e != OK)
		return e;
	/* The old one's journal belongs to it alone. */
	if ((unlinkat(r->dir_fd, "web/site.db-wal", 0) != 0 ||
		    unlinkat(r->dir_fd, "web/site.db-shm", 0) != 0) &&
		errno != ENOENT)
		return err_from_errno(errno);
	(void)unlinkat(r->dir_fd, "web/restored.db-wal", 0);
	(void)unlinkat(r->dir_fd, "web/restored.db-shm", 0);
	if (renameat(r->dir_fd, "web/restored.db", r->dir_fd, "web/site.db") !=
		0)
		return err_from_errno(errno);
	return OK;
}

static enum err copy_key(struct restore *r, const char *from, const char *to)
{
	uint8_t key[32];
	enum err e;

	if (has(r, to))
		return OK;
	e = file_read_exact(r->dir_fd, from, key, sizeof(key));
	if (e == OK)
		e = file_create(r->dir_fd, to, key, sizeof(key), 0600);
	wipe(key, sizeof(key));
	return e;
}

static enum err draw_credential(struct restore *r)
{
	uint8_t key[32];
	enum err e;

	if (has(r, "credential.key"))
		return OK;
	rng_fill(rng_system(), key, sizeof(key));
	e = file_create(r->dir_fd, "credential.key", key, sizeof(key), 0600);
	wipe(key, sizeof(key));
	return e;
}

/* What somebody outside has stands for what we published and lost: the log
 * never signs anything that contradicts it. */
static enum err put_newest(struct restore *r)
{
	struct str text, line, year;
	char path[64];
	struct buf b;
	enum err e;

	if (r->newest == NULL)
		return OK;
	buf_init(&b, 1 << 16);
	e = file_read(AT_FDCWD, r->newest, &b);
	text = buf_view(&b);
	line = STR("");
	if (e == OK)
		(void)str_split(&text, '\n', &line);
	year = str_slice(line, line.len < 4 ? 0 : line.len - 4, line.len);
	(void)snprintf(path, sizeof(path), "public/log/%.*s/checkpoint",
		STR_ARG(year));
	if (e == OK && (line.len < 9 || str_u64(year, &(uint64_t){ 0 }) != OK))
		e = ERR_INVALID;
	if (e == OK && !has(r, path)) {
		e = file_mkdirs(r->dir_fd, path, 0755);
		if (e == OK)
			e = file_replace(r->dir_fd, path, b.at, b.len, 0644);
	}
	if (e != OK)
		complain("%s: %s: give the file that was served as "
			 "/log/YEAR/checkpoint",
			r->newest, err_text(e));
	buf_release(&b);
	return e;
}

static void say(const struct restore *r, bool had_keeper, bool had_log)
{
	printf("%s has the database of %s.\n", r->path, r->file);
	puts(had_log ? "Its log is kept: at the next start it tells the "
		       "database what that lacks."
		     : "Its log is made again from the database at the next "
		       "start.");
	puts(had_keeper ? "Its keeper is kept, and tells of every entry it has."
			: "There was no keeper: records sealed before cannot "
			  "be read any more, forms that were not confirmed "
			  "are lost, and petitions with signatures are paused "
			  "until `petitiond restore --resume`.");
	puts("Mails that waited in the backup are not sent again.");
}

static enum err put_back(struct restore *r)
{
	bool had_keeper = has(r, "keeper/slots");
	bool had_log = has(r, "log/state");
	enum err e = take_first(r);

	if (e == ERR_CORRUPT || e == ERR_INVALID)
		complain("%s is no backup that this petitiond reads", r->file);
	if (e != OK)
		return e;
	e = take_all(r);
	if (e == OK)
		e = copy_key(r, "log/event.key", "keeper/event.key");
	if (e == OK)
		e = draw_credential(r);
	if (e == OK)
		e = put_newest(r);
	if (e == OK)
		e = use_database(r);
	if (e != OK)
		complain("%s was not put into %s: %s", r->file, r->path,
			err_text(e));
	else
		say(r, had_keeper, had_log);
	return e;
}

/* Without public/ nobody here knows how far the log was seen outside. */
static enum err ask_newest(struct restore *r)
{
	if (has(r, "public/log/keys") || r->newest != NULL || r->nothing_newer)
		return OK;
	complain("%s has no public log: get the newest checkpoint from "
		 "somebody who verifies it and give it with --newest, or say "
		 "--nothing-newer if nobody has one newer than this backup",
		r->path);
	return ERR_INVALID;
}

static enum err run(struct restore *r)
{
	enum err e;

	r->fd = open(r->file, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0) {
		complain("%s: %s", r->file, strerror(errno));
		return err_from_errno(errno);
	}
	e = make_folders(r);
	if (e == OK)
		e = lock(r);
	if (e == OK)
		e = ask_newest(r);
	if (e == OK)
		e = put_back(r);
	(void)close(r->fd);
	if (r->lock_fd >= 0)
		(void)close(r->lock_fd);
	if (r->dir_fd >= 0)
		(void)close(r->dir_fd);
	return e;
}

/* ---- paused petitions ---- */

static enum err resume(const char *which, const char *path)
{
	char database[4200];
	struct store *s = NULL;
	uint64_t petition = 0;
	struct site site;
	size_t n = 0;
	enum err e = strcmp(which, "all") == 0
		? OK
		: str_u64(str_c(which), &petition);

	if (e != OK) {
		complain("\"%s\" is no petition's number", which);
		return e;
	}
	e = site_open(path, SITE_COMMAND, &site);
	if (e == ERR_BUSY)
		complain("%s is being served: stop it first", path);
	if (e != OK)
		return e;
	(void)snprintf(database, sizeof(database), "%s/web/site.db", path);
	e = store_open(database, STORE_WRITER, &s);
	if (e == OK)
		e = store_begin(s);
	if (e == OK)
		e = store_resume(s, petition, &n);
	if (e == OK)
		e = store_commit(s);
	store_close(s);
	site_close(&site);
	if (e != OK)
		complain("%s: %s", database, err_text(e));
	else
		printf("%zu %s signatures again; who had signed can do so "
		       "once more\n",
			n, n == 1 ? "petition takes" : "petitions take");
	return e;
}

int cmd_restore(int argc, char **argv)
{
	static const struct option options[] = {
		{ "newest", required_argument, NULL, 'n' },
		{ "nothing-newer", no_argument, NULL, 'o' },
		{ "resume", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct restore r = { .fd = -1, .dir_fd = -1, .lock_fd = -1 };
	const char *which = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'n') {
			r.newest = optarg;
		} else if (c == 'o') {
			r.nothing_newer = true;
		} else if (c == 'r') {
			which = optarg;
		} else {
			(void)fputs(HELP, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 2;
		}
	}
	if (argc - optind != (which != NULL ? 1 : 2))
		return cmd_usage(HELP, "restore needs a FILE and a SITE");
	if (which != NULL)
		return resume(which, argv[optind]) == OK ? 0 : 1;
	r.file = argv[optind];
	r.path = argv[optind + 1];
	return run(&r) == OK ? 0 : 1;
}

/*
 * tick.c - petitiond tick: what the clock brings about, now.
 *
 * A running server does it by itself every ten seconds, and is asked to do it
 * at once; on a stopped site petitions are closed here, and what belongs into
 * the log follows when the site is served.
 */
#include <getopt.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "cmd/served.h"
#include "domain/store.h"
#include "role/command.h"
#include "role/site.h"

/* Links in mails work for a day after closing (web/committer.c). */
static const int64_t GRACE_MS = (int64_t)24 * 3600 * 1000;

static const char HELP[] =
	"usage: petitiond tick SITE\n"
	"\n"
	"Runs what is due now: petitions close at their deadline, a day later\n"
	"the log gets their count, unconfirmed signatures are reminded.  A\n"
	"running server does this by itself every ten seconds; this asks it\n"
	"to do it at once.  Prints how many petitions have closed.\n";

static enum err tick_stopped(const char *path)
{
	struct store *s = NULL;
	char file[4200];
	size_t closed = 0, events = 0;
	enum err e;

	(void)snprintf(file, sizeof(file), "%s/web/site.db", path);
	e = store_open(file, STORE_WRITER, &s);
	if (e == OK)
		e = store_begin(s);
	if (e == OK)
		e = store_close_due(s, clock_wall_ms(clock_system()), GRACE_MS,
			&closed, &events);
	if (e == OK)
		e = store_commit(s);
	store_close(s);
	if (e != OK)
		complain("%s: %s: nothing was changed", file, err_text(e));
	else
		printf("%zu closed\n", closed);
	return e;
}

static enum err tick_served(const char *path)
{
	uint8_t type = 0;
	struct view v;
	struct link l;
	int fd;
	enum err e = site_connect_commands(path, &fd);

	if (e != OK) {
		complain("%s is locked by another command: try again when it "
			 "is done",
			path);
		return e;
	}
	link_init(&l);
	link_attach(&l, fd);
	(void)link_begin(&l, COMMAND_TICK);
	e = link_end(&l);
	if (e == OK)
		e = served_wait(&l, &type, &v);
	if (e != OK)
		complain("%s: the server went away: try again", path);
	else if (type == COMMAND_DONE)
		printf("%.*s closed\n", (int)v.len, (const char *)v.at);
	else
		complain("%.*s", (int)v.len, (const char *)v.at);
	link_close(&l);
	return e == OK && type != COMMAND_DONE ? ERR_INVALID : e;
}

static enum err tick(const char *path)
{
	struct site site;
	enum err e = site_open(path, SITE_COMMAND, &site);

	if (e == ERR_BUSY)
		return tick_served(path);
	if (e != OK)
		return e;
	e = tick_stopped(path);
	site_close(&site);
	return e;
}

int cmd_tick(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h') {
			(void)fputs(HELP, stdout);
			return 0;
		}
		(void)fputs(HELP, stderr);
		return 2;
	}
	if (argc - optind != 1) {
		complain("tick needs one SITE");
		(void)fputs(HELP, stderr);
		return 2;
	}
	return tick(argv[optind]) == OK ? 0 : 1;
}

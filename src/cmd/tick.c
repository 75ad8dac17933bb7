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
	int64_t now_ms = clock_wall_ms(clock_system());
	size_t closed = 0, events = 0;
	enum err e;

	(void)snprintf(file, sizeof(file), "%s/web/site.db", path);
	e = store_open(file, STORE_WRITER, &s);
	if (e == OK)
		e = store_begin(s);
	if (e == OK)
		/* No CLOSE event: keeper may know of confirmations. */
		e = store_close_due(s, now_ms, now_ms, &closed, &events);
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
	struct str answer;
	struct link l;
	enum err e = served_connect(path, &l);

	if (e != OK)
		return e;
	(void)link_begin(&l, COMMAND_TICK);
	e = served_ask(&l, path, "try again", &answer);
	if (e == OK)
		printf("%.*s closed\n", STR_ARG(answer));
	link_close(&l);
	return e;
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
	int status = cmd_no_options(argc, argv, HELP);

	if (status >= 0)
		return status;
	if (argc - optind != 1)
		return cmd_usage(HELP, "tick needs one SITE");
	return tick(argv[optind]) == OK ? 0 : 1;
}

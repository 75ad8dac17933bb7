/*
 * petition_desk.c - petition-desk: a moderator's own program, on a moderator's
 * own machine.  Searches open nothing; opening shows one record, needs a
 * reason, and is entered in the public log before the site hands its lock out.
 */
#include <curl/curl.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "cmd/petition_desk_ask.h"
#include "cmd/petition_desk_file.h"
#include "cmd/petition_desk_tool.h"
#include "crypto/psr1.h"
#include "role/sandbox.h"

static const char HELP[] =
	"petition-desk: what moderators may look for and open\n"
	"\n"
	"usage: petition-desk init FILE NAME\n"
	"       petition-desk join FILE URL RECIPIENT\n"
	"       petition-desk search FILE PETITION WHAT VALUE\n"
	"       petition-desk waves FILE PETITION\n"
	"       petition-desk cluster FILE PETITION WHAT TAG\n"
	"       petition-desk open FILE SLOT REASON\n"
	"       petition-desk set-aside FILE REASON SLOT...\n"
	"       petition-desk sign FILE REQUEST\n"
	"       petition-desk requests FILE\n"
	"       petition-desk answer FILE SLOT|EMAIL letter|json\n"
	"       petition-desk answered FILE SLOT\n"
	"       petition-desk erase FILE SLOT|EMAIL REASON\n"
	"       petition-desk block|unblock FILE EMAIL\n"
	"       petition-desk blocked FILE\n"
	"\n"
	"FILE holds your keys, as an age file under a passphrase, which `age`\n"
	"asks for.  init makes it and prints the line that the site's operator\n"
	"needs; join notes down what the operator answers.\n"
	"\n"
	"  search    slots by WHAT: email, postcode, domain, ip, ip-narrow (/24,\n"
	"            /64) or ip-wide (/16, /48).  PETITION is an id, or all (email\n"
	"            and ip).  Nothing is opened.\n"
	"  waves     which domains, postcodes and addresses come often in the\n"
	"            last two days, as tags that tell nothing else\n"
	"  cluster   the slots behind one such tag\n"
	"  open      one record.  REASON: fraud, complaint, request, order, audit.\n"
	"            It is entered in the public log and counts towards what a\n"
	"            desk may open a day.\n"
	"  set-aside takes signatures out of the count.  REASON: limit, fraud,\n"
	"            duplicate, staff.  More than 50 take two desks: the first\n"
	"            gets a REQUEST printed, the other one sends it with sign.\n"
	"  requests  who asked to see what is held about them, by slot\n"
	"  answer    what is held, opened, as a letter that begins with To:, or\n"
	"            as JSON.  A SLOT of requests gives that signature's record\n"
	"            to its own mailbox; an EMAIL all that its address finds:\n"
	"            make sure first that it is the owner who asks.\n"
	"  answered  notes that the answer of a SLOT was sent\n"
	"  erase     destroys one signature's records, or all that an EMAIL finds;\n"
	"            on an open petition they are withdrawn.  Nothing brings them\n"
	"            back.  REASON as of open; the public log tells it.\n"
	"  block     from now on, what is signed from this mailbox does not count;\n"
	"            its owner is not told.  blocked says how many there are: the\n"
	"            site does not know which.\n";

/* ---- the program ---- */

static int usage(const char *what)
{
	if (what != NULL)
		desk_complain("%s", what);
	(void)fputs(HELP, stderr);
	return 2;
}

typedef enum err command_fn(struct desk_tool *t, char **word);

static const struct {
	const char *name;
	int words; /* behind FILE */
	command_fn *run;
} commands[] = {
	{ "search", 3, desk_search },
	{ "waves", 1, desk_waves },
	{ "cluster", 3, desk_cluster },
	{ "open", 2, desk_open },
	{ "sign", 1, desk_sign_set },
	{ "requests", 0, desk_requests },
	{ "answer", 2, desk_answer },
	{ "answered", 1, desk_answered },
	{ "erase", 2, desk_erase },
	{ "block", 1, desk_block },
	{ "unblock", 1, desk_unblock },
	{ "blocked", 0, desk_blocked },
};

enum { N_COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static enum err with_desk(const char *path, command_fn *run, char **word, int n)
{
	struct desk_tool t = { .file = NULL };
	enum err e = desk_site_read(path, &t.site);

	arena_init(&t.arena, 1 << 24);
	if (e == OK)
		e = desk_file_open(path, &t.file);
	if (e == OK)
		e = run != NULL ? run(&t, word) : desk_put_aside(&t, word, n);
	desk_file_free(t.file);
	arena_release(&t.arena);
	return e;
}

int main(int argc, char **argv)
{
	struct str name = str_c(argc > 1 ? argv[1] : "");

	if (str_eq(name, STR("--help"))) {
		(void)fputs(HELP, stdout);
		return 0;
	}
	if (str_eq(name, STR("--version"))) {
		(void)puts("petition-desk " PETITIOND_VERSION);
		return 0;
	}
	/* Keys and records are in memory: no core file has them. */
	if (sandbox_prepare() != OK || crypto_init() != OK ||
		curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 1;
	if (str_eq(name, STR("init")))
		return argc != 4 ? usage("desk_init needs FILE and NAME")
				 : desk_init(argv[2], argv[3]) != OK;
	if (str_eq(name, STR("join")))
		return argc != 5 ? usage("join needs FILE, URL and RECIPIENT")
				 : desk_site_write(argv[2], str_c(argv[3]),
					   str_c(argv[4])) != OK;
	if (str_eq(name, STR("set-aside")))
		return argc < 5
			? usage("set-aside needs FILE, REASON, SLOT")
			: with_desk(argv[2], NULL, argv + 3, argc - 3) != OK;
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (str_eq(name, str_c(commands[i].name)))
			return argc != commands[i].words + 3
				? usage("that many words do not fit")
				: with_desk(argv[2], commands[i].run, argv + 3,
					  argc - 3) != OK;
	return usage(argc > 1 ? "there is no such command" : NULL);
}

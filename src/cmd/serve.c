#include <getopt.h>

#include "cmd/cmd.h"
#include "role/site.h"
#include "role/supervisor.h"

static const char HELP[] =
	"usage: petitiond serve SITE [--listen ADDRESS:PORT]\n"
	"\n"
	"Runs the site until SIGTERM or SIGINT: web, sealer, keeper, log and\n"
	"mailer, each a process of its own that the supervisor starts again\n"
	"if it dies.  Log lines go to standard error.\n"
	"\n"
	"  --listen ADDRESS:PORT  instead of [http] listen, e.g. [::]:8080\n";

int cmd_serve(int argc, char **argv)
{
	static const struct option options[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct str listen = STR_NULL;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h') {
			(void)fputs(HELP, stdout);
			return 0;
		}
		if (c != 'l') {
			(void)fputs(HELP, stderr);
			return 2;
		}
		listen = str_c(optarg);
	}
	if (argc - optind != 1)
		return cmd_usage(HELP, "serve needs one SITE");
	return supervisor_run(argv[optind], listen);
}

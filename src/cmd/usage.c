#include "cmd/cmd.h"

#include <getopt.h>
#include <stdio.h>

#include "role/site.h"

int cmd_usage(const char *help, const char *what)
{
	if (what != NULL)
		complain("%s", what);
	(void)fputs(help, stderr);
	return 2;
}

int cmd_no_options(int argc, char **argv, const char *help)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c = getopt_long(argc, argv, "", options, NULL);

	if (c == -1)
		return -1;
	(void)fputs(help, c == 'h' ? stdout : stderr);
	return c == 'h' ? 0 : 2;
}

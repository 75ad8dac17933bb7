/*
 * petitiond.c - the one binary: picks the subcommand.
 */
#include <stdbool.h>

#include "base/str.h"
#include "cmd/apply.h"
#include "cmd/cmd.h"
#include "role/control.h"
#include "role/runtime.h"
#include "role/site.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{ "init", cmd_init, "make a site; --demo fills it with samples" },
	{ "serve", cmd_serve, "run it" },
	{ "import", cmd_import, "take petitions from JSON documents" },
	{ "load", cmd_load, "take lists: periods, departments, areas" },
	{ "keys", cmd_keys, "who can open what, and changing it" },
	{ "mails", cmd_mails, "whose mails cannot arrive, and lifting that" },
	{ "backup", cmd_backup, "copy all that may be copied into one file" },
	{ "restore", cmd_restore, "put a backup back" },
	{ "tick", cmd_tick, "do what is due now: close, remind" },
	{ "check", cmd_check, "hold all parts of a site against each other" },
};

static const size_t N_COMMANDS = sizeof(commands) / sizeof(commands[0]);

static void print_help(FILE *to)
{
	(void)fputs("petitiond: petitions with a count that anyone can check "
		    "and names that nobody can quietly read\n\n"
		    "usage: petitiond COMMAND [ARGUMENT ...]\n\n",
		to);
	for (size_t i = 0; i < N_COMMANDS; i++)
		(void)fprintf(to, "  %-8s %s\n", commands[i].name,
			commands[i].summary);
	(void)fputs("\n`petitiond COMMAND --help` says more.\n", to);
}

/* How the supervisor starts a role: petitiond --role NAME. */
static int run_role(const char *name)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (str_eq(str_c(name),
			    str_c(role_name_text((enum role_name)i))))
			return role_run((enum role_name)i, apply_import);
	return 2;
}

int main(int argc, char **argv)
{
	struct str name = str_c(argc > 1 ? argv[1] : "");

	if (argc == 3 && str_eq(name, STR("--role")))
		return run_role(argv[2]);
	if (str_eq(name, STR("--help")) || str_eq(name, STR("help"))) {
		print_help(stdout);
		return 0;
	}
	if (str_eq(name, STR("--version"))) {
		(void)puts("petitiond " PETITIOND_VERSION);
		return 0;
	}
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (str_eq(name, str_c(commands[i].name)))
			return commands[i].run(argc - 1, argv + 1);
	if (argc > 1)
		complain("there is no command \"%s\"", argv[1]);
	print_help(stderr);
	return 2;
}

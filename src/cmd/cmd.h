/*
 * cmd.h - petitiond's subcommands.
 *
 * Each takes its own arguments (argv[0] is its name) and returns the exit
 * status: 0, 1 with a sentence on standard error, 2 for wrong usage.
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

int cmd_init(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_load(int argc, char **argv);
int cmd_keys(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_mails(int argc, char **argv);
int cmd_tick(int argc, char **argv);
int cmd_check(int argc, char **argv);

/* ---- what they share ---- */

/* Wrong usage: what is wrong (NULL: nothing to add) and the help, on standard
 * error.  Returns 2. */
int cmd_usage(const char *help, const char *what);
/* Step over the options of a command that has none but --help.  -1, or the
 * exit status if there were any. */
int cmd_no_options(int argc, char **argv, const char *help);

#endif

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
int cmd_tick(int argc, char **argv);
int cmd_check(int argc, char **argv);

#endif

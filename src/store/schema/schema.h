/*
 * schema.h - the numbered migrations, embedded by the build from the .sql
 * files beside this one.
 *
 * A step once released never changes; a new step gets the next number.  Step
 * n takes a database of user_version n - 1 to n.
 */
#ifndef STORE_SCHEMA_SCHEMA_H
#define STORE_SCHEMA_SCHEMA_H

#include <stddef.h>

struct schema_step {
	int number;
	const char *sql;
};

extern const struct schema_step schema_steps[];
extern const size_t schema_steps_count;

#endif

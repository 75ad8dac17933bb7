/*
 * petition_verify_report.h - the recount as a table for people, or as JSON
 * (one object) for machines.
 */
#ifndef CMD_PETITION_VERIFY_REPORT_H
#define CMD_PETITION_VERIFY_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cmd/petition_verify_verdict.h"
#include "cmd/petition_verify_history.h"

struct report {
	const struct history *history;
	uint64_t only; /* this petition alone; 0 for all */
	bool json;
};

/* Write the table and, as its last line, the verdict. */
void report_write(FILE *to, const struct report *r, const struct verdict *v);
/* The verdict's line alone. */
void report_verdict(FILE *to, const struct verdict *v);

#endif

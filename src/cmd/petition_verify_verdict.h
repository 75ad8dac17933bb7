/*
 * petition_verify_verdict.h - what petition-verify found, in plain words.
 *
 * Two things may go wrong: the log breaks a rule of docs/log.md (a fault),
 * or this machine could not look (trouble: network, disk, permission), which
 * says nothing about the log.  The first of each is kept in words, faults
 * are also counted.  Nothing here allocates.
 */
#ifndef CMD_PETITION_VERIFY_VERDICT_H
#define CMD_PETITION_VERIFY_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

enum verdict_exit {
	VERDICT_GOOD = 0,
	VERDICT_FAULTY = 1,
	VERDICT_USAGE = 2,
	VERDICT_UNKNOWN = 3,
	VERDICT_NOT_COUNTED = 4 /* a receipt's signature was taken out */
};

struct verdict {
	char fault[512]; /* the first, empty if there is none */
	char trouble[512]; /* the first, empty if there is none */
	uint64_t faults;
	uint64_t proven; /* those of them that signed bytes alone show */
};

/* Note a broken rule.  All but printable ASCII is replaced: what is said
 * may quote the log, and ends on a terminal. */
void verdict_fault(struct verdict *v, const char *format, ...)
	PRINTF_LIKE(2, 3);
/* The same for one that whoever holds the signed bytes can show to others. */
void verdict_proven(struct verdict *v, const char *format, ...)
	PRINTF_LIKE(2, 3);
/* Note that this machine could not look. */
void verdict_trouble(struct verdict *v, const char *format, ...)
	PRINTF_LIKE(2, 3);
/* True while nothing went wrong. */
bool verdict_good(const struct verdict *v);
/* A proven fault weighs more than trouble. */
enum verdict_exit verdict_exit(const struct verdict *v);

#endif

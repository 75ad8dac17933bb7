/*
 * petition_verify_look.h - one look at a site: which keys, which years, what
 * was seen before.  All of petition-verify's commands are such a look.
 */
#ifndef CMD_PETITION_VERIFY_LOOK_H
#define CMD_PETITION_VERIFY_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/petition_verify_history.h"

/* What the command line asks for; strings are borrowed. */
struct options {
	const char *where; /* folder or URL; NULL only for a promise */
	const char *promise; /* file with a note; NULL for a recount */
	const char *receipt; /* file; NULL for a recount */
	const char *evidence; /* file to judge; NULL for a recount */
	const char *evidence_to; /* file to write; NULL for none */
	const char *state;
	const char *cache;
	struct keyring checkpoint_keys; /* given by hand */
	struct keyring promise_keys;
	unsigned year; /* the last one to read; 0: all there are */
	uint64_t petition; /* 0: all */
	bool progress; /* say how far we are, not only on a terminal */
	bool tiles; /* look at the hash tiles, too */
	bool pages; /* compare what the petitions' pages say */
	bool json;
	bool partial; /* documents need not be there */
};

/* Open the source; words on stderr and the exit code when that fails. */
MUST_USE enum verdict_exit look_open(
	const struct options *o, struct source **ret_source);
/* The keys of a use: those given by hand, else the site's.  False after
 * saying in v why there are none. */
MUST_USE bool look_keys(struct source *s, struct str use,
	const struct keyring *given, struct verdict *v,
	struct keyring *ret_ring);
/* Verify the history, up to the year asked for.  The caller releases with
 * history_release; ret_history must not be moved. */
void look_history(struct source *s, const struct options *o,
	const struct promise *promise, struct verdict *v,
	struct history *ret_history);

/* The commands; each gives the exit code. */
enum verdict_exit look_recount(const struct options *o);
enum verdict_exit look_promise(const struct options *o);
enum verdict_exit look_receipt(const struct options *o);
enum verdict_exit look_evidence(const struct options *o);

/* Read a promise, and the host that made it.  False after saying in v why it
 * is none of the site's. */
MUST_USE bool promise_open(struct str note, const struct keyring *keys,
	struct verdict *v, char ret_host[256], struct promise *ret_promise);
/* A log of another site says nothing about a promise. */
bool promise_of_site(const char *host, const struct history *h);

/* A promise whose SIGN is in no log: broken and overdue are faults, else
 * ret_words says what it waits for.  note is the promise, for evidence. */
void look_judge(struct source *s, const struct options *o, struct str note,
	const struct promise *p, const struct history *h, struct verdict *v,
	const char **ret_words);

#endif

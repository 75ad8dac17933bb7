/*
 * check_overdue.h - petitiond check's last part: nothing that should be dead
 * is alive, and every opening is in the log.
 */
#ifndef CMD_CHECK_OVERDUE_H
#define CMD_CHECK_OVERDUE_H

#include "base/attr.h"
#include "base/err.h"
#include "domain/store.h"
#include "role/site.h"

enum {
	/* Two clocks have to agree, and a server may stand still for a while. */
	CHECK_GRACE_HOURS = 48,
	CHECK_SEARCH_WEEKS = 2
};

typedef void check_found(void *context, struct str sentence);

/* Tell found of each thing that is a day and more over its time: closed
 * petitions whose keys live, unconfirmed forms, search files; and of openings
 * that keeper noted and the log does not have, and of requests to see what is
 * held that wait too long. */
MUST_USE enum err check_overdue(const struct site *site, struct store *s,
	check_found *found, void *context);

/* check_keys.c: its part about keys and locks. */
MUST_USE enum err check_keys(const struct site *site, struct store *s,
	int keeper_fd, check_found *found, void *context);

#endif

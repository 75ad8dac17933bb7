/*
 * keep_uptime.h - how long keeper has been running in all its lives: the
 * second clock that expiry asks (docs/protocol.md; rule 15 of the design).
 *
 * The file `uptime` is "PKU1" ‖ zero[4] ‖ seconds u64, written at most once a
 * minute.  What was not yet written when the process ends is lost, so this
 * clock is late, never early.
 */
#ifndef ROLE_KEEP_UPTIME_H
#define ROLE_KEEP_UPTIME_H

#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"

struct keep_uptime {
	int dir_fd;
	struct clock *clock;
	int64_t since_ms; /* monotonic, at opening */
	uint64_t before_s; /* the file's seconds at opening */
	uint64_t written_s;
};

/* ERR_CORRUPT if the file is not ours. */
MUST_USE enum err keep_uptime_open(
	int dir_fd, struct clock *clock, struct keep_uptime *ret_uptime);
/* Write it down unless that was done within a minute. */
MUST_USE enum err keep_uptime_save(struct keep_uptime *u);
uint32_t keep_uptime_hours(const struct keep_uptime *u);

#endif

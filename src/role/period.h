/*
 * period.h - the mailer's keys: one a day, each kept while its jobs may live.
 *
 * A job is sealed to the newest key.  A key seals for PERIOD_SEALS_H hours and
 * is destroyed PERIOD_LIVES_H hours after it was made, when every job sealed
 * to it has been sent, confirmed or has expired (docs/protocol.md).  Nothing
 * dies on the clock's word alone: the mailer must also have been up for
 * PERIOD_UPTIME_H hours since then, by a counter that it keeps on disk.
 *
 * Files in the mailer's folder, mode 0600: key-HOUR-UPTIME holds an age
 * identity's text, uptime holds whole minutes in decimal.
 */
#ifndef ROLE_PERIOD_H
#define ROLE_PERIOD_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/rng.h"
#include "crypto/age.h"

enum {
	PERIOD_SEALS_H = 24,
	PERIOD_LIVES_H = PERIOD_SEALS_H + 72 + 24, /* grace after closing */
	PERIOD_UPTIME_H = 24,
	PERIOD_KEYS_MAX = 16
};

struct period;

/* Read the keys of dir_fd (borrowed); draw the first if there is none. */
MUST_USE enum err period_open(int dir_fd, struct clock *clock, struct rng *rng,
	struct period **ret_period);
void period_close(struct period *p); /* NULL is allowed */

/* Once a minute: count uptime, draw a new key when its day is over, destroy
 * the dead ones.  *ret_changed: there is a new recipient to announce. */
MUST_USE enum err period_tick(struct period *p, bool *ret_changed);

/* Whom jobs are sealed to now: the text of an age recipient. */
void period_recipient(const struct period *p, struct buf *b);

/* Open an age file with whichever key fits, newest first.  ERR_NOT_FOUND when
 * none does: its key is destroyed, or it was never ours. */
MUST_USE enum err period_open_header(
	const struct period *p, struct str header, struct buf *ret_plain);

#endif

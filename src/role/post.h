/*
 * post.h - the mailer's core: opened jobs in, mails out, reports back.
 *
 * It knows neither sockets to web nor keys: the role's loop opens the sealed
 * jobs, hands them over, and polls post_fd.
 *
 *     taken = post_submit(p, jobs, n);    the rest when there is room again
 *     poll(post_fd(p)) ...
 *     n = post_done(p, reports, max);     tell web
 *
 * At most `window` jobs are held, so a dead relay makes post_submit take
 * nothing, and web keeps what it has.  A job whose slot is still held counts
 * as taken and is not sent twice.  Repeating a job repeats its Message-ID.
 *
 * A silent job takes its turn and its time like any other (mail/sender.h), and
 * a report does not tell a refused address from a served one, so that web
 * learns nothing of a job's verdict.
 *
 * Who has no such mailbox (role/bounce.h) gets no further mail: their jobs are
 * silent from then on.
 *
 * Nothing here keeps a job's views; copies are wiped once it is done.
 */
#ifndef ROLE_POST_H
#define ROLE_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/rng.h"
#include "base/str.h"
#include "mail/sender.h"
#include "page/language.h"
#include "role/bounce.h"

/* As in the mail job's body (docs/formats.md section 2). */
enum post_verdict {
	POST_CONFIRM = 0,
	POST_ALREADY = 1,
	POST_SILENT = 2,
};

struct post_job {
	uint64_t slot;
	enum post_verdict verdict;
	struct str email; /* as mailed */
	struct str name; /* as mailed */
	struct str token; /* SLOT-TTTT…, formats.md section 6 */
	uint8_t o[32];
	uint8_t record_hash[32];
	uint64_t petition;
	struct str title;
	struct str lang; /* a tag; any other means the first language */
	bool is_reminder; /* of the mail that went out before */
};

struct post_report {
	uint64_t slot;
	/* Put off by the recipient's server: not done, hand the job over
	 * again in some minutes.  Otherwise it is done with for good. */
	bool again;
};

struct post_settings {
	const char *base_url; /* http(s)://HOST[:PORT], no slash behind */
	const char *site_title;
	const char *from; /* "ADDRESS" or "NAME <ADDRESS>" */
	struct mail_settings mail; /* hello NULL: the host of from */
	struct bounces *bounces; /* borrowed */
	const struct language *languages; /* borrowed, at least one */
	size_t languages_count;
};

struct post;

/* ERR_INVALID for an unfit from, base_url or relay.  Settings are copied. */
MUST_USE enum err post_open(const struct post_settings *settings,
	struct clock *clock, struct rng *rng, struct post **ret_post);
/* Forget what is not done; NULL is allowed. */
void post_close(struct post *p);

/* Readable when post_done has something. */
int post_fd(const struct post *p);
/* Jobs that post_submit would take now. */
size_t post_room(struct post *p);
/* Take the first so many of n jobs; returns how many. */
MUST_USE size_t post_submit(
	struct post *p, const struct post_job *jobs, size_t n);
size_t post_done(struct post *p, struct post_report *ret_reports, size_t max);
/* Counts for log lines; no person can be told from them. */
struct mail_stats post_stats(struct post *p);

#endif

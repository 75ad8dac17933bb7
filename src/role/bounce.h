/*
 * bounce.h - which signatures' mails can never arrive.
 *
 * Each mail has an envelope sender of its own, ADDRESS with a token behind a
 * plus sign (docs/formats.md section 6): who has the key reads the slot out of
 * it, nobody else learns anything from it or could make one.  A server that
 * cannot deliver reports to that address; the operator's delivery agent puts
 * the reports into a Maildir in the mailer's folder, and bounce_look reads
 * them.
 *
 * What is remembered is slots, in the file `undeliverable` (u64 each, appended;
 * a torn end is cut off at the next start; one that takes its place, as
 * `petitiond mails` makes it, is read at the next look).  The mailer alone knows them: it
 * turns further mails of such a slot into pretences, so web learns nothing of
 * a job's verdict (role/post.h).
 *
 * Reports that name a mail of ours are deleted once read; what else lies in
 * the folder is left to the operator, in cur/.
 */
#ifndef ROLE_BOUNCE_H
#define ROLE_BOUNCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/rng.h"
#include "base/str.h"

/* Of the mailer's folder. */
#define BOUNCE_MARKS_FILE "undeliverable"

enum { BOUNCE_TOKEN_LEN = 29 };

struct bounces;

struct bounce_counts {
	uint64_t marked; /* slots */
	uint64_t hard, soft; /* reports read since the start */
	uint64_t other; /* messages that were none of ours */
};

/*
 * dir_fd is the mailer's folder, borrowed: the key and the marks are there,
 * made if they are not.  address is the one to report to, as in ADDR@HOST;
 * empty: mails keep the usual sender, and nothing is read.  ERR_INVALID if it
 * is no address or its local part is longer than 32.
 */
MUST_USE enum err bounces_open(int dir_fd, struct str address, struct rng *rng,
	struct bounces **ret_bounces);
void bounces_close(struct bounces *s); /* NULL is allowed */

/* The envelope's sender for mails of slot; nothing if there is no address. */
void bounce_sender(const struct bounces *s, uint64_t slot, struct buf *b);
/* The slot of a sender of ours that stands somewhere in text; false if there
 * is none, or one that is forged. */
bool bounce_slot(const struct bounces *s, struct str text, uint64_t *ret_slot);

/* Remember slot, as well as the disk allows. */
void bounce_mark(struct bounces *s, uint64_t slot);
bool bounce_is_marked(const struct bounces *s, uint64_t slot);

/* Read the marks again if their file was replaced, then some hundred messages
 * of the Maildir dir_fd/folder; one that is not there is an empty one. */
MUST_USE enum err bounce_look(struct bounces *s, const char *folder);

struct bounce_counts bounce_counts(const struct bounces *s);

#endif

/*
 * dsn.h - what a mail server says of a mail it could not deliver: reports of
 * RFC 3464 (in RFC 6522's multipart/report) and the status codes of RFC 3463.
 *
 * The input is a whole message as a delivery agent leaves it in a Maildir:
 * from anybody, of any form.  Nothing here fails or believes an address; all
 * views are of the input.  The status part may be encoded (RFC 2045, which RFC
 * 6533 allows); without memory for it there is no report.
 */
#ifndef MAIL_DSN_H
#define MAIL_DSN_H

#include <stdbool.h>

#include "base/str.h"

enum dsn_kind {
	DSN_NONE, /* no report of a delivery */
	DSN_SOFT, /* delivered, delayed, or refused for a passing reason */
	DSN_HARD, /* this mailbox will never take a mail */
};

struct dsn {
	enum dsn_kind kind;
	struct str head; /* the message's header */
};

struct dsn dsn_read(struct str message);

/*
 * Is there no such mailbox, by a status code "5.1.1" at the front of text?
 * Class 5 and: subject 1 (address), 2.0 and 2.1 (mailbox, disabled), 4.4 (no
 * such domain), or 0.0 (nothing said).  A full mailbox (2.2), a mail too large
 * (3.4) and a policy (7.x) are about something else.
 */
bool dsn_status_is_hard(struct str text);

/* The same of an SMTP reply to RCPT, "550 5.1.1 no such user"; one without a
 * status code counts if it is 550, 551 or 553 (RFC 5321 section 4.2.3). */
bool dsn_reply_is_hard(struct str line);

#endif

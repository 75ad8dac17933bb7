/*
 * smtp.h - one connection to the relay: a libcurl handle, and one mail after
 * the other through it (RFC 5321, RFC 2045).  For sender.c only.
 *
 * Blocking; one thread a connection.  The connection stays open between
 * mails and is made anew when it broke.
 */
#ifndef MAIL_SMTP_H
#define MAIL_SMTP_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "mail/message.h"
#include "mail/sender.h"

/* A message made ready to send, owning its bytes. */
struct smtp_mail {
	struct buf from; /* the envelope's, with a NUL behind */
	struct buf to;
	struct buf fields; /* header fields, a NUL behind each */
	struct buf text; /* lines end in CRLF */
	struct buf html;
};

/* What the relay made of a mail. */
enum smtp_answer {
	SMTP_TAKEN,
	SMTP_REFUSED, /* for good: 5xx to recipient or data */
	SMTP_PUT_OFF, /* this mail only: 4xx to recipient or data */
	SMTP_LOST, /* the connection ended amid the data */
	SMTP_AWAY, /* the relay, not the mail: unreachable, not let in */
};

/* ERR_INVALID unless mail_message_check is content.  Out of memory or over
 * size (a mebibyte) is ERR_TOO_LARGE. */
MUST_USE enum err smtp_mail_make(
	const struct mail_message *m, struct smtp_mail *ret_mail);
/* Wipe and give back. */
void smtp_mail_release(struct smtp_mail *mail);

struct smtp;

/* ERR_INVALID for settings that are not fit.  Settings and stop are borrowed;
 * when stop becomes true, smtp_send ends within a second or so. */
MUST_USE enum err smtp_open(const struct mail_settings *settings,
	const atomic_bool *stop, struct smtp **ret_smtp);
void smtp_close(struct smtp *s);

/* ret_code is the relay's last reply code, or 0. */
enum smtp_answer smtp_send(
	struct smtp *s, const struct smtp_mail *mail, int *ret_code);
/* Of the last mail, if it was refused: there is no such mailbox (dsn.h). */
bool smtp_no_mailbox(const struct smtp *s);

#endif

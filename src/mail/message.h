/*
 * message.h - one mail, as plain data.
 *
 * All texts are UTF-8 and borrowed.  A message is fit to send only if
 * mail_message_check says so; the sender asks it, so nobody can forget.
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

struct mail_message {
	struct str from; /* address: header From */
	struct str sender; /* address: the envelope's; empty: from */
	struct str from_name; /* shown beside it; may be empty */
	struct str to; /* address: header To and the one recipient */
	struct str subject;
	struct str lang; /* BCP 47, of the texts; may be empty */
	struct str message_id; /* local@domain, without < > */
	struct str text; /* the plain part; lines end in \n */
	struct str html; /* the same in HTML */
	int64_t date_ms; /* wall time */
	/* For mailings that somebody asked for (RFC 2369, RFC 8058); an https:
	 * address, or empty for mails that one action caused. */
	struct str list_unsubscribe;
	bool can_wait; /* goes when nothing else waits */
};

/* ERR_INVALID if anything in it is not what its field may hold. */
MUST_USE enum err mail_message_check(const struct mail_message *m);

#endif

/*
 * sender.h - a small pool of SMTP connections to one relay.
 *
 * Each connection is a thread with a libcurl handle that keeps its connection
 * open from mail to mail.  Mails wait in a window of fixed size: when the
 * relay is away the window fills, submit says ERR_BUSY, and nothing grows.
 *
 * What becomes of a mail:
 *   MAIL_SENT     the relay answered 250 behind the data;
 *   MAIL_REFUSED  the relay will never take it (5xx to the recipient or the
 *                 data), or it was malformed;
 *   MAIL_LATER    this one recipient was put off (4xx) too often in a row, or
 *                 its domain rests for longer (pace.h): it left the window,
 *                 so that others have room; submit it again in some minutes.
 * A relay that cannot be reached, or does not let us in, is no outcome of a
 * mail: all wait, one tries, and the pause doubles from retry_first_ms to
 * retry_max_ms, give or take a quarter.
 *
 * A mail that can wait goes when no other is ready.
 *
 * A mail may arrive twice when the connection dies between the relay's taking
 * it and its saying so; the Message-ID is then the same.
 *
 * Silent mails.  mail_sender_pretend submits nothing that takes as long as
 * something: it holds a connection's turn for as long as a recent real mail
 * took, waits in the same queue, is paced as one to its recipient would be, and
 * is held with the others while the relay is away, so when its outcome comes tells nobody that it was nothing.
 *
 * Memory: the window holds copies, wiped as soon as a mail leaves it.  libcurl
 * and the TLS library have buffers of their own, which we cannot wipe.
 *
 * One thread may use a sender at a time.  The fd is readable (poll it) when
 * outcomes wait; signals are not delivered to the pool's threads.
 */
#ifndef MAIL_SENDER_H
#define MAIL_SENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/rng.h"
#include "mail/message.h"

enum mail_tls {
	/* smtps:// always; smtp:// to another host when STARTTLS is offered,
	 * and always when there is a password; smtp:// to this one never. */
	MAIL_TLS_AUTO,
	MAIL_TLS_REQUIRED, /* no mail without TLS */
};

struct mail_settings {
	const char *relay; /* smtp://HOST:PORT or smtps://HOST:PORT */
	const char *hello; /* our name in EHLO: the site's host */
	const char *user; /* NULL: no AUTH */
	const char *password;
	const char *ca_file; /* NULL: the system's */
	enum mail_tls tls;
	unsigned connections; /* 0: 8 */
	unsigned window; /* mails held at most; 0: 256 */
	unsigned tries; /* of one put-off mail before MAIL_LATER; 0: 4 */
	uint32_t retry_first_ms; /* 0: 1,000 */
	uint32_t retry_max_ms; /* 0: 300,000 */
	unsigned domain_at_once; /* mails to one domain; 0: no limit */
	unsigned domain_per_second; /* 0: no limit */
};

/* Every number at its default, no AUTH, the system's CAs; relay and hello are
 * still to be set. */
static inline struct mail_settings mail_settings_default(void)
{
	return (struct mail_settings){ .tls = MAIL_TLS_AUTO };
}

enum mail_outcome {
	MAIL_SENT,
	MAIL_REFUSED,
	MAIL_LATER,
};

struct mail_report {
	uint64_t tag;
	enum mail_outcome outcome;
	bool no_mailbox; /* refused, and so will every other mail (dsn.h) */
};

/* Since the sender was opened. */
struct mail_stats {
	uint64_t sent; /* real ones */
	uint64_t refused;
	uint64_t later;
	uint64_t relay_failures; /* pauses begun */
	int relay_code; /* what the relay last answered to a failure, or 0 */
	bool relay_down; /* pausing now */
};

struct mail_sender;

/* ERR_INVALID for a relay that is not such a URL, or a user without a
 * password.  Settings are copied.  clock and rng are borrowed. */
MUST_USE enum err mail_sender_open(const struct mail_settings *settings,
	struct clock *clock, struct rng *rng, struct mail_sender **ret_sender);
/* Ends mails in mid-air, wipes all; what had no outcome is gone.  NULL is
 * allowed. */
void mail_sender_close(struct mail_sender *s);

/* Readable when mail_sender_done has something; owned by the sender. */
int mail_sender_fd(const struct mail_sender *s);
/* How many more mails the window takes now. */
size_t mail_sender_room(struct mail_sender *s);

/*
 * Copy m into the window under the caller's tag.  ERR_BUSY when it is full,
 * ERR_EXISTS when a mail with this tag is in it, ERR_INVALID if
 * mail_message_check refuses m.
 */
MUST_USE enum err mail_sender_submit(
	struct mail_sender *s, uint64_t tag, const struct mail_message *m);
/* Submit nothing, to be reported as outcome; of m only `to` and can_wait are
 * looked at, and `to` need be no address.  ERR_BUSY, ERR_EXISTS. */
MUST_USE enum err mail_sender_pretend(struct mail_sender *s, uint64_t tag,
	const struct mail_message *m, enum mail_outcome outcome);

/* Take up to max outcomes, oldest first, out of the window. */
size_t mail_sender_done(
	struct mail_sender *s, struct mail_report *ret_reports, size_t max);

struct mail_stats mail_sender_stats(struct mail_sender *s);

/* The pause before try number `tries` (from 1): first_ms doubled tries - 1
 * times, max_ms at most, give or take a quarter. */
uint32_t mail_backoff_ms(
	unsigned tries, uint32_t first_ms, uint32_t max_ms, struct rng *rng);

#endif

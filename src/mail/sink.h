/*
 * sink.h - an SMTP server for tests: takes mails on 127.0.0.1 and obeys the
 * recipient's name.
 *
 *   refused@…   550 to RCPT            spam@…   554 behind the data
 *   nobody@…    550 5.1.1 to RCPT      policy@… 550 5.7.1 to RCPT
 *   later@…     450 to RCPT, always    once@…   450 to RCPT, the first time
 *   drop@…      hangs up amid the data
 *
 * Linked into tests and benchmarks only.
 */
#ifndef MAIL_SINK_H
#define MAIL_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

struct sink;

/* Listen on a free port and serve in threads of its own. */
MUST_USE enum err sink_open(struct sink **ret_sink);
/* Hang up on everybody and end. */
void sink_close(struct sink *s);
uint16_t sink_port(const struct sink *s);
/* While away, every connection and every RCPT is answered with 421. */
void sink_away(struct sink *s, bool away);
/* Mails taken, connections accepted. */
unsigned sink_taken(struct sink *s);
unsigned sink_connections(struct sink *s);
/* The data of the newest mail taken, appended to b. */
void sink_last(struct sink *s, struct buf *b);

#endif

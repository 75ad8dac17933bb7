/*
 * served.h - what commands share that hand a file to a running server through
 * SITE/control.sock.
 */
#ifndef CMD_SERVED_H
#define CMD_SERVED_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "role/link.h"

/* Read path into b, which is initialised here; complains of a failure, and b
 * is released then. */
MUST_USE enum err served_read(const char *path, struct buf *b);

/* Connect to the server of site; complains of a failure.  link_close ends
 * it. */
MUST_USE enum err served_connect(const char *site, struct link *ret_link);

/* End the message begun and wait for its answer, which lives until the link is
 * used again.  Complains of a refusal (ERR_INVALID) in the server's words; and
 * if the server went away, with what (the file, or NULL) before that, and what
 * to do behind it. */
MUST_USE enum err served_ask(struct link *l, const char *what, const char *then,
	struct str *ret_answer);

#endif

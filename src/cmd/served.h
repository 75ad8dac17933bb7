/*
 * served.h - what commands share that hand a file to a running server through
 * SITE/control.sock.
 */
#ifndef CMD_SERVED_H
#define CMD_SERVED_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"
#include "role/link.h"

/* Read path into b, which is initialised here; complains of a failure, and b
 * is released then. */
MUST_USE enum err served_read(const char *path, struct buf *b);

/* Wait for the server's answer, enum command_answer.  ret_body lives until the
 * link is used again. */
MUST_USE enum err served_wait(
	struct link *l, uint8_t *ret_type, struct view *ret_body);

#endif

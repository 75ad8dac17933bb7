/*
 * err.h - the one list of errors, OK being zero.
 *
 * Every fallible function returns one of these and marks itself MUST_USE.  An
 * expected refusal (petition closed, already signed) is not an error but an
 * answer, and has an enum of its own where it belongs.  Lower layers return;
 * only web, role and cmd log.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/attr.h"

enum err {
	OK = 0,
	ERR_INVALID, /* malformed input: a form, a file, a message */
	ERR_NOT_FOUND, /* no such thing */
	ERR_GONE, /* it was here, and is no more */
	ERR_EXISTS, /* it is here already */
	ERR_DENIED, /* the caller may not do this */
	ERR_TOO_LARGE, /* beyond a stated ceiling */
	ERR_BUSY, /* a queue is full or a role is away: try again */
	ERR_IO, /* the operating system said no; errno has it */
	ERR_FULL, /* no space left on the device */
	ERR_MEMORY, /* no memory */
	ERR_CORRUPT, /* a stored thing fails its own check */
	ERR_CRYPTO, /* authentication or key failure */
	ERR_INTERNAL, /* our bug, caught */
	ERR_COUNT
};

enum err_level { ERR_QUIET, ERR_NOTICE, ERR_ALARM };

/* A short lower-case name ("not-found"); for log lines, never for pages. */
const char *err_name(enum err e);

/* What a person who sees only this word needs: "no space left on device". */
const char *err_text(enum err e);

/* The HTTP status (RFC 9110) that an unexpected e becomes. */
int err_http_status(enum err e);

/* How loudly e is logged when it reaches the top unexpected. */
enum err_level err_level(enum err e);

/* ERR_FULL for ENOSPC and EDQUOT, ERR_MEMORY for ENOMEM, ERR_NOT_FOUND for
 * ENOENT, ERR_EXISTS for EEXIST, ERR_DENIED for EACCES and EPERM, else
 * ERR_IO. */
enum err err_from_errno(int errnum);

#endif

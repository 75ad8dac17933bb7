#include "base/err.h"

#include <errno.h>

static const struct {
	const char *name;
	const char *text;
	int status;
	enum err_level level;
} table[ERR_COUNT] = {
	/* clang-format off */
	[OK]            = { "ok",        "no error",                        200, ERR_QUIET },
	[ERR_INVALID]   = { "invalid",   "not well formed",                 400, ERR_QUIET },
	[ERR_NOT_FOUND] = { "not-found", "no such thing",                   404, ERR_QUIET },
	[ERR_GONE]      = { "gone",      "no longer here",                  410, ERR_QUIET },
	[ERR_EXISTS]    = { "exists",    "exists already",                  409, ERR_QUIET },
	[ERR_DENIED]    = { "denied",    "not allowed",                     403, ERR_NOTICE },
	[ERR_TOO_LARGE] = { "too-large", "too large",                       413, ERR_QUIET },
	[ERR_BUSY]      = { "busy",      "busy, try again shortly",         503, ERR_NOTICE },
	[ERR_IO]        = { "io",        "the system could not read or write", 503, ERR_ALARM },
	[ERR_FULL]      = { "full",      "no space left on the device",     503, ERR_ALARM },
	[ERR_MEMORY]    = { "memory",    "out of memory",                   503, ERR_ALARM },
	[ERR_CORRUPT]   = { "corrupt",   "stored data fails its own check", 500, ERR_ALARM },
	[ERR_CRYPTO]    = { "crypto",    "authentication failed",           500, ERR_ALARM },
	[ERR_INTERNAL]  = { "internal",  "a bug in petitiond",              500, ERR_ALARM },
	/* clang-format on */
};

static enum err known(enum err e)
{
	return (unsigned)e < ERR_COUNT ? e : ERR_INTERNAL;
}

const char *err_name(enum err e)
{
	return table[known(e)].name;
}

const char *err_text(enum err e)
{
	return table[known(e)].text;
}

int err_http_status(enum err e)
{
	return table[known(e)].status;
}

enum err_level err_level(enum err e)
{
	return table[known(e)].level;
}

enum err err_from_errno(int errnum)
{
	switch (errnum) {
	case ENOSPC:
	case EDQUOT:
		return ERR_FULL;
	case ENOMEM:
		return ERR_MEMORY;
	case ENOENT:
		return ERR_NOT_FOUND;
	case EEXIST:
		return ERR_EXISTS;
	case EACCES:
	case EPERM:
		return ERR_DENIED;
	default:
		return ERR_IO;
	}
}

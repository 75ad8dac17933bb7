/*
 * target.h - the request target (RFC 9112 section 3.2), taken apart.
 *
 * origin-form ("/path?query") and absolute-form ("https://host/path?query")
 * lead to the same path.  The path is percent-decoded once and then must be
 * unambiguous: it starts with '/', is well-formed UTF-8, and holds no control
 * character, no backslash, no encoded '/', no empty segment but the last, and
 * no "." or ".." segment.  So a path names one thing, and may be compared.
 */
#ifndef HTTP_TARGET_H
#define HTTP_TARGET_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

struct http_target {
	struct str path; /* decoded; in the arena unless nothing was encoded */
	struct str query; /* raw, without '?'; STR_NULL when there is none */
};

/* ERR_INVALID for anything else.  Results may borrow from raw. */
MUST_USE enum err http_target_parse(
	struct arena *a, struct str raw, struct http_target *ret_target);

#endif

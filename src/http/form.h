/*
 * form.h - names and values of a query or a submitted form.
 *
 * Reads application/x-www-form-urlencoded (WHATWG URL standard, section 5),
 * strictly: each % is followed by two hexadecimal digits, no byte is a raw
 * control character or space, and what comes out is well-formed UTF-8
 * without NUL.  Pairs are split at '&', empty ones are skipped, a pair
 * without '=' has an empty value.  Beyond FORM_MAX_FIELDS is ERR_TOO_LARGE.
 *
 * Everything returned lives in the arena.
 */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

enum { FORM_MAX_FIELDS = 64 };

/* Whether a name may come twice; if so, its first value is the one. */
enum form_twice { FORM_TWICE_FIRST, FORM_TWICE_REFUSED };

struct form_field {
	struct str name;
	struct str value;
};

struct form {
	struct form_field *field;
	size_t n;
};

/* ERR_INVALID for anything malformed (and for a name that comes twice, if
 * refused), ERR_TOO_LARGE beyond the arena or the number of fields. */
MUST_USE enum err form_parse(struct arena *a, struct str text,
	enum form_twice twice, struct form *ret_form);

/* The first value of this name, STR_NULL if it is not there at all. */
struct str form_get(const struct form *f, struct str name);

/* Decode %XX, and + as a space if plus_is_space.  The rules above. */
MUST_USE enum err form_decode(struct arena *a, struct str text,
	bool plus_is_space, struct str *ret_text);

#endif

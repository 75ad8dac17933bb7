/*
 * str.h - bounded views of text, passed by value.
 *
 * A str borrows: it owns nothing, need not end in NUL, and may hold any byte.
 * at is NULL only in STR_NULL, which means "no text" as opposed to "empty
 * text" where a function says so.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct str {
	const char *at;
	size_t len;
};

#define STR_NULL ((struct str){ NULL, 0 })

/* A literal as a view; the compiler refuses anything else. */
#define STR(s) ((struct str){ "" s "", sizeof(s) - 1 })
/* The same, for static initialisers. */
#define STR_INIT(s)                                                            \
	{                                                                      \
		"" s "", sizeof(s) - 1                                         \
	}
/* For printf's %.*s. */
#define STR_ARG(s) (int)(s).len, (s).at

/* A view of NUL-terminated text; NULL gives STR_NULL. */
struct str str_c(const char *s);
bool str_eq(struct str a, struct str b);
/* ASCII letters compared without case. */
bool str_eq_nocase(struct str a, struct str b);
/* Less than, equal to or greater than zero, by bytes. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Bytes [from, to), clamped to s. */
struct str str_slice(struct str s, size_t from, size_t to);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);
/* Index of the first c, or s.len. */
size_t str_find(struct str s, char c);
/* Take the part before the first c and step s behind it; false when s is
 * spent (s.at NULL).  "a,,b" gives "a", "", "b". */
bool str_split(struct str *s, char c, struct str *ret_part);
/* Decimal digits only, no sign, no space.  ERR_INVALID also on overflow. */
MUST_USE enum err str_u64(struct str s, uint64_t *ret_value);
/* True if s is well-formed UTF-8 (RFC 3629). */
bool str_is_utf8(struct str s);
/* Number of code points of well-formed UTF-8. */
size_t str_utf8_count(struct str s);

#endif

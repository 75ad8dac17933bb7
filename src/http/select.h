/*
 * select.h - what a request's fields ask of a finished reply: which encoding
 * (RFC 9110 section 12.5.3), and whether it has changed (section 13.1.2).
 *
 * Private to src/http.
 */
#ifndef HTTP_SELECT_H
#define HTTP_SELECT_H

#include <stdbool.h>

#include "base/str.h"

/* True if Accept-Encoding takes gzip: named, or by "*", and not with q=0. */
bool select_gzip(struct str accept_encoding);

/* True if If-None-Match names this entity tag (with its quotes), or "*".
 * Compared weakly: W/ before a tag does not count. */
bool select_matches(struct str if_none_match, struct str etag);

#endif

/*
 * csrf.h - is this POST from one of our own pages?
 *
 * Decided by what browsers state themselves, without cookies or hidden
 * fields.  Sec-Fetch-Site (W3C Fetch Metadata) must be "same-origin", or
 * "none" (typed or bookmarked), when it is there.  Origin (RFC 6454) must be
 * ours when it is there, or "null": our pages send Referrer-Policy:
 * no-referrer, because links in mails carry tokens, and with it browsers say
 * "null" even to ourselves (Fetch standard, "append a request Origin
 * header").  What says neither is no browser of the last years, and has no
 * visitor's rights to abuse.
 */
#ifndef HTTP_CSRF_H
#define HTTP_CSRF_H

#include <stdbool.h>

#include "base/str.h"

/* The values of the two fields, STR_NULL when absent; own_origin as in
 * "https://petitions.example.org", without a slash behind. */
bool http_csrf_ok(
	struct str sec_fetch_site, struct str origin, struct str own_origin);

#endif

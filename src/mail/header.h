/*
 * header.h - the fields at the top of a mail (RFC 5322), written so that no
 * value can break out of its line.
 *
 * Every text that goes into a field or an envelope passes one of the two
 * checks here first; what they let through holds no control character, so
 * header injection has nothing to work with.  Writers append to a buf and
 * never write the line's end.
 */
#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * True for local@domain where local is a dot-atom (RFC 5322 section 3.2.3;
 * bytes above ASCII are allowed, RFC 6532) of at most 64 bytes and domain is
 * labels of letters, digits and hyphens, at most 255 bytes.  Quoted local
 * parts and address literals, which no mailbox of a person has, are refused.
 */
bool mail_address_ok(struct str address);
/* The domain of an address that is ok. */
struct str mail_address_domain(struct str address);

/* True for well-formed UTF-8 of one line: no C0 or C1 control, no DEL, no
 * line or paragraph separator (U+2028, U+2029), no bidirectional override. */
bool mail_line_ok(struct str s);
/* The same, but \n may end lines: a body. */
bool mail_body_ok(struct str s);

/*
 * "Name: value" with the value as it is if it is printable ASCII that fits a
 * line of 78, and as encoded-words (RFC 2047, UTF-8, B) folded over as many
 * lines as it takes otherwise.  name_len bytes (40 at most) and
 * ": " are already on the first line.
 */
void mail_unstructured(struct buf *b, size_t name_len, struct str value);
/* A mailbox: "name <address>", or the address alone if name is empty. */
void mail_mailbox(
	struct buf *b, size_t name_len, struct str name, struct str address);
/* RFC 5322 section 3.3, in UTC: "Mon, 23 Nov 2026 18:24:21 +0000". */
void mail_date(struct buf *b, int64_t wall_ms);

#endif

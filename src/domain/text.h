/*
 * text.h - what people type into a form, checked and brought into one shape.
 *
 * The shapes are those of docs/protocol.md ("Addresses"); formats.md section
 * 4 hangs the duplicate rule on them, so they never change while a petition
 * is open.  A check answers with a fault that a page turns into a sentence;
 * its outputs stay untouched unless the fault is zero.  Plain ASCII takes a
 * short way; everything else goes through libunistring and libidn2.
 *
 * Results live as long as the arena.  They are personal data: never log them.
 * An arena that is full gives the fault TOO_LONG.
 */
#ifndef DOMAIN_TEXT_H
#define DOMAIN_TEXT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/str.h"

enum {
	EMAIL_MAX_BYTES = 254, /* RFC 5321 section 4.5.3.1.3, less < and > */
	EMAIL_LOCAL_MAX_BYTES = 64, /* RFC 5321 section 4.5.3.1.1 */
	DOMAIN_MAX_BYTES = 253, /* RFC 1035 section 2.3.4, as text */
	NAME_MAX_POINTS = 255,
	POSTCODE_MAX_POINTS = 255
};

enum email_fault {
	EMAIL_FINE = 0,
	EMAIL_MISSING, /* nothing was typed */
	EMAIL_TOO_LONG, /* more than EMAIL_MAX_BYTES as mailed */
	EMAIL_NO_AT, /* no @, or more than one */
	EMAIL_LOCAL, /* the part before the @ is not a dot-atom */
	EMAIL_DOMAIN /* the part behind it is no host name */
};

struct email {
	struct str mailed; /* as typed, domain in lower-case A-labels */
	struct str lower; /* E1: mailed, lower-cased */
	struct str canonical; /* E2: one text for one mailbox */
	struct str domain; /* the part of canonical behind the @ */
};

/*
 * RFC 5321 Mailbox with a Dot-string local part and a Domain of at least two
 * labels, the last of them no number; internationalised domains by IDNA 2008
 * (RFC 5891).  No quoted local parts, no address literals.
 */
MUST_USE enum email_fault email_parse(
	struct arena *a, struct str typed, struct email *ret_email);

enum name_fault {
	NAME_FINE = 0,
	NAME_MISSING, /* nothing was typed, or no letter in it */
	NAME_TOO_LONG, /* more than NAME_MAX_POINTS code points */
	NAME_UNREADABLE, /* not UTF-8, or control characters in it */
	NAME_FIRST, /* begins with - = + or @, as a formula does */
	NAME_LINK /* holds :// or @, or begins with www. */
};

/* A person's name of any script, trimmed, in NFC.  One word is enough. */
MUST_USE enum name_fault name_check(
	struct arena *a, struct str typed, struct str *ret_name);

/*
 * What two spellings of one name have in common: NFKD without marks, case
 * folded, letters and digits only.  name is well-formed UTF-8.  at is NULL
 * when the arena is full.
 */
MUST_USE struct str name_slug(struct arena *a, struct str name);

enum postcode_fault {
	POSTCODE_FINE = 0,
	POSTCODE_MISSING, /* required at home */
	POSTCODE_TOO_LONG, /* more than POSTCODE_MAX_POINTS code points */
	POSTCODE_SHAPE /* no postcode at home looks so */
};

/* Who is asked for a postcode, and what it looks like. */
struct postcode_rule {
	struct str country; /* the site's own: an ISO code */
	/* Shapes that a postcode may have, separated by spaces: A is a letter,
	 * 9 a digit, X either.  Empty for GB: those of Royal Mail; empty for
	 * another country: nobody has to give one. */
	struct str shapes;
};

/* True if canonical has one of the shapes. */
bool postcode_has_shape(struct str canonical, struct str shapes);

/*
 * The postcode of a signer in country (an ISO code): letters and digits only,
 * upper case; empty if none was typed where none is asked for.  For the home
 * country the shape must be one of the rule's, for GB those of Royal Mail, BFPO
 * numbers and GIR 0AA included; whether the postcode exists is not asked.
 */
MUST_USE enum postcode_fault postcode_parse(struct arena *a,
	const struct postcode_rule *home, struct str country, struct str typed,
	struct str *ret_postcode);

/* Letters and digits only, upper case.  at is NULL when typed is not UTF-8 or
 * the arena is full. */
MUST_USE struct str postcode_canonical(struct arena *a, struct str typed);

/* True if canonical has the shape of a postcode of the United Kingdom. */
bool postcode_is_uk(struct str canonical);

/* A name for what has only a code: "race-and-equality" is "Race and equality".
 * The code itself if the arena is full. */
struct str text_of_code(struct arena *a, struct str code);

#endif

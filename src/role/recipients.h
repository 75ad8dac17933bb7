/*
 * recipients.h - who may open what: the file SITE/sealer/recipients, and the
 * declaration of it that the public log names (docs/log.md section 6).
 *
 * The file has a line each, COMPARTMENT RECIPIENT WHO; empty lines and those
 * that begin with # are passed over.  Compartments are identity, contact and
 * standing; mail's recipient is mailer's own and stands in no file.  The
 * operator writes the file (petitiond keys), sealer reads it every few
 * seconds; web has no hand in it.
 */
#ifndef ROLE_RECIPIENTS_H
#define ROLE_RECIPIENTS_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/age.h"
#include "crypto/psr1.h"

#define RECIPIENTS_FILE "recipients"

enum {
	RECIPIENTS_MAX = 32,
	RECIPIENTS_BYTES_MAX = 64 << 10,
	RECIPIENT_WHO_MAX = 95
};

struct recipient_line {
	enum compartment compartment;
	struct age_recipient recipient;
	char text[AGE_RECIPIENT_TEXT_LEN + 1];
	char who[RECIPIENT_WHO_MAX + 1];
};

struct recipients {
	struct recipient_line line[RECIPIENTS_MAX];
	size_t n;
};

/* "identity", "contact", "standing", "mail". */
const char *compartment_name(enum compartment c);
/* 0 if no compartment of the file is called that. */
enum compartment compartment_of_name(struct str name);

/* Read the file's text.  ERR_INVALID for a line that is none or stands there
 * twice, ERR_TOO_LARGE. */
MUST_USE enum err recipients_read(
	struct str text, struct recipients *ret_recipients);
/* Append the file. */
void recipients_write(struct buf *b, const struct recipients *r);

/* ERR_INVALID: no such recipient, or who is empty, too long or has control
 * characters.  ERR_EXISTS: it may open that already.  ERR_TOO_LARGE. */
MUST_USE enum err recipients_add(struct recipients *r,
	enum compartment compartment, struct str text, struct str who);
/* ERR_NOT_FOUND; ERR_DENIED: the compartment would have nobody left. */
MUST_USE enum err recipients_remove(
	struct recipients *r, enum compartment compartment, struct str text);

/* Those of one compartment; their number. */
size_t recipients_of(const struct recipients *r, enum compartment compartment,
	struct age_recipient ret_list[RECIPIENTS_MAX]);

/* Append the declaration: mailer's recipient (may be empty) and all lines,
 * sorted by bytes. */
void recipients_declare(
	struct buf *b, const struct recipients *r, struct str mailer);

#endif

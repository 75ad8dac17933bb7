/*
 * body.h - what is inside sealed records: the CBOR bodies of docs/formats.md
 * section 2, written by sealer, read by mailer and desk.
 *
 * Reading borrows: texts point into the body, which holds a person's data and
 * is the reader's to wipe.  Reading is strict (crypto/cbor.h): ERR_INVALID
 * for anything that sealer would not have written.
 */
#ifndef ROLE_BODY_H
#define ROLE_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "crypto/tag.h"
#include "crypto/token.h"

struct body_identity {
	struct str name;
	struct str email; /* as mailed */
	struct str postcode;
	struct str country;
	struct str ip;
	struct receipt_secret o;
	bool wants_updates;
};

struct body_contact {
	struct str name;
	struct str email;
};

enum standing_part {
	STANDING_NONE,
	STANDING_CREATOR = 1,
	STANDING_SPONSOR = 2
};

struct body_standing {
	struct str name;
	struct str email;
	enum standing_part part;
};

/* The numbers are keeper's (role/keep.h). */
enum job_verdict { JOB_CONFIRM = 0, JOB_ALREADY = 1, JOB_SILENT = 2 };

struct body_mail {
	enum job_verdict verdict;
	struct str email;
	struct str name;
	struct token token;
	struct receipt_secret o;
	struct sha256 identity_record;
	uint64_t petition;
	uint64_t slot;
};

/* A mail job is always of this class, which sets this bound on its two texts
 * together. */
enum { JOB_CLASS = 2, JOB_TEXT_MAX = 900 };

void body_identity_put(struct buf *b, const struct body_identity *body);
void body_contact_put(struct buf *b, const struct body_contact *body);
void body_standing_put(struct buf *b, const struct body_standing *body);
void body_mail_put(struct buf *b, const struct body_mail *body);

MUST_USE enum err body_identity_read(
	struct str bytes, struct body_identity *ret_body);
MUST_USE enum err body_contact_read(
	struct str bytes, struct body_contact *ret_body);
MUST_USE enum err body_standing_read(
	struct str bytes, struct body_standing *ret_body);
MUST_USE enum err body_mail_read(struct str bytes, struct body_mail *ret_body);

#endif

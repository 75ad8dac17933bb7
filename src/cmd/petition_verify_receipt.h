/*
 * petition_verify_receipt.h - the file a signer keeps (docs/log.md, section
 * 7): everything that shows one signature to be theirs.  Views point into
 * the text; nothing allocates.
 */
#ifndef CMD_PETITION_VERIFY_RECEIPT_H
#define CMD_PETITION_VERIFY_RECEIPT_H

#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

enum { RECEIPT_SITE_MAX = 1024 };

struct receipt {
	struct str site;
	uint64_t petition;
	uint8_t c[32];
	uint8_t o[32];
	uint8_t h[32];
	struct str name, email; /* as mailed */
	struct str promise; /* a note, or empty */
};

/* ERR_INVALID unless text is exactly one receipt. */
MUST_USE enum err receipt_parse(struct str text, struct receipt *ret_receipt);

/* C, from all but the receipt's own c (docs/formats.md, section 3). */
void receipt_commitment(const struct receipt *r, uint8_t ret_c[32]);

#endif

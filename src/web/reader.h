/*
 * reader.h - the store as http threads read it: a handle that they share.
 *
 * For short look-ups of a single row (a slot's signature); pages come from
 * the shelf.
 */
#ifndef WEB_READER_H
#define WEB_READER_H

#include "base/attr.h"
#include "base/err.h"
#include "domain/store.h"

struct reader;

MUST_USE enum err reader_open(const char *store_path, struct reader **ret_r);
void reader_close(struct reader *r); /* NULL is allowed */

/* As store_signature. */
MUST_USE enum err reader_signature(
	struct reader *r, uint64_t slot, struct store_signature *ret_signature);

/* As store_receipt. */
MUST_USE enum err reader_receipt(struct arena *a, struct reader *r,
	uint64_t slot, struct store_receipt *ret_receipt);

/* How many mails wait for the relay. */
MUST_USE enum err reader_mails(struct reader *r, uint64_t *ret_n);

#endif

/*
 * psr1.h - sealed records and the epochs they belong to (docs/formats.md
 * sections 1 and 2).
 *
 * Sealing is forward secure: the key of each record is wiped with it, so who
 * seizes the sealer opens nothing sealed before.  A record opens only with
 * its epoch's seed (from the epoch's header, an age file) and its lock.
 *
 * An epoch and an opener live in guarded memory.  Not for several threads;
 * never fork with an epoch alive.
 */
#ifndef CRYPTO_PSR1_H
#define CRYPTO_PSR1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/rng.h"
#include "base/str.h"
#include "crypto/age.h"

enum compartment {
	COMPARTMENT_IDENTITY = 1,
	COMPARTMENT_CONTACT = 2,
	COMPARTMENT_STANDING = 3,
	COMPARTMENT_MAIL = 4
};

enum {
	PSR1_HEAD_LEN = 88,
	PSR1_CLASS_BYTES = 512,
	PSR1_RECORD_MAX = PSR1_HEAD_LEN + 4 * PSR1_CLASS_BYTES + 16,
	PSR1_BODY_MAX = 4 * PSR1_CLASS_BYTES - 1,
	EPOCH_RECORDS = 1024, /* records in an epoch, at most */
	EPOCH_SECONDS = 60, /* and its life; the caller has the clock */
	EPOCH_PLAIN_LEN = 48 /* id and seed, inside the header */
};

/* The second key of a record, held by keeper: 32 random bytes. */
struct lock {
	uint8_t byte[32];
};

struct epoch_id {
	uint8_t byte[16];
};

/* What a record says in the clear. */
struct psr1_head {
	enum compartment compartment;
	uint8_t class; /* 1, 2 or 4 */
	struct epoch_id epoch;
	uint32_t seq;
	uint64_t petition;
	uint64_t slot;
	uint64_t hour;
};

struct psr1_record {
	uint8_t byte[PSR1_RECORD_MAX];
	size_t len;
};

struct epoch;

/* Draw an epoch and append its header, which must be durable no later than
 * the epoch's first record.  Errors as age_seal; ERR_MEMORY. */
MUST_USE enum err epoch_start(struct rng *rng, enum compartment compartment,
	const struct age_recipient *recipients, size_t n,
	struct buf *ret_header, struct epoch **ret_epoch);
/* Wipe and give back; NULL is allowed. */
void epoch_free(struct epoch *epoch);
const struct epoch_id *epoch_id(const struct epoch *epoch);
/* Records that it still takes. */
uint32_t epoch_room(const struct epoch *epoch);

/*
 * Seal body as the epoch's next record, of the smallest class that holds it
 * and is not below min_class (1, 2 or 4).  lock is NULL for COMPARTMENT_MAIL
 * and only there.  ERR_TOO_LARGE: body is above PSR1_BODY_MAX bytes (the
 * epoch has not moved).  The epoch must have room (our bug if not).
 */
MUST_USE enum err psr1_seal(struct epoch *epoch, uint64_t petition,
	uint64_t slot, uint64_t hour, const struct lock *lock, struct str body,
	uint8_t min_class, struct psr1_record *ret_record);

/* Read what stands in the clear.  ERR_INVALID for another length, unknown
 * compartment or class, nonzero reserved bytes, or a seq out of range. */
MUST_USE enum err psr1_parse(struct str record, struct psr1_head *ret_head);

struct opener;

/* Ready to open one epoch's records; plain is what the header held.
 * ERR_INVALID unless it is EPOCH_PLAIN_LEN bytes; ERR_MEMORY. */
MUST_USE enum err opener_new(struct str plain, enum compartment compartment,
	struct opener **ret_opener);
/* The same from the header itself.  Errors as age_open besides. */
MUST_USE enum err opener_of_header(const struct age_identity *identity,
	struct str header, enum compartment compartment,
	struct opener **ret_opener);
void opener_free(struct opener *opener);
const struct epoch_id *opener_id(const struct opener *opener);

/*
 * Append the record's body.  Rising order costs one step of the chain each,
 * falling order starts from the front.  ERR_INVALID: malformed (psr1_parse, or
 * the padding).  ERR_NOT_FOUND: of another epoch or compartment.  ERR_CRYPTO:
 * the wrong lock, or a changed byte anywhere.
 */
MUST_USE enum err psr1_open(struct opener *opener, struct str record,
	const struct lock *lock, struct buf *ret_body);

#endif

/*
 * tag.h - what petitiond computes under keys of its own so that stored bytes
 * tell nothing: the blind index, locks at rest, commitments and the event mac
 * (docs/formats.md sections 3, 4, 5 and 7).  Tokens are in token.h.
 *
 * Distinct types, so that a half-tag is never stored and a tag never sent.
 * All comparing is in constant time.  Nothing here allocates or fails.
 */
#ifndef CRYPTO_TAG_H
#define CRYPTO_TAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "crypto/hash.h"
#include "crypto/psr1.h"

/* What a key of a ring is for; the numbers are stored. */
enum purpose {
	PURPOSE_EMAIL_EXACT = 1,
	PURPOSE_EMAIL_CANONICAL = 2,
	PURPOSE_NAME = 3,
	PURPOSE_MAILBOX_POSTCODE = 4,
	PURPOSE_POSTCODE = 5,
	PURPOSE_MAIL_DOMAIN = 6,
	PURPOSE_IP = 16, /* from here a week stands for the petition */
	PURPOSE_IP_NARROW = 17, /* /24 or /64 */
	PURPOSE_IP_WIDE = 18, /* /16 or /48 */
	PURPOSE_LOCK_MASK = 32, /* S: keeper's, no tag */
	PURPOSE_BLOCKED = 33 /* one key for the site, filed under TAG_SITE */
};
#define TAG_SITE UINT64_MAX

/* Tag purposes in the order of an array of half-tags. */
enum { TAG_PURPOSES = 9 };
extern const uint32_t tag_purposes[TAG_PURPOSES];

/* True for the purposes whose keys live a week. */
bool purpose_is_weekly(uint32_t purpose);
/* What stands for the petition there. */
static inline uint64_t week_of_hour(uint64_t hour)
{
	return hour / 168;
}

/* sealer's half: 32 bytes that cross to keeper and are never stored. */
struct half_tag {
	uint8_t byte[32];
};

/* keeper's whole: the first tag_bits(purpose) bits, the rest zero. */
struct tag {
	uint8_t byte[16];
};

/* 128, 64, 24 or 20; 0 for what is no tag's purpose. */
unsigned tag_bits(uint32_t purpose);
/* The bytes to store: 16, 8 or 3. */
size_t tag_len(uint32_t purpose);

/* t1: the parts joined are the canonical value of section 4. */
void half_tag(const struct hmac_key *k1, const struct str *parts, size_t n,
	struct half_tag *ret_half);
void tag_finish(const struct hmac_key *k2, uint32_t purpose,
	const struct half_tag *half, struct tag *ret_tag);

/* A lock as keeper stores it. */
struct masked_lock {
	uint8_t byte[32];
};

void lock_mask(const struct hmac_key *s, uint64_t slot,
	enum compartment compartment, const struct lock *lock,
	struct masked_lock *ret_masked);
/* False, and nothing returned, if the lock was destroyed (all zero). */
bool lock_unmask(const struct hmac_key *s, uint64_t slot,
	enum compartment compartment, const struct masked_lock *masked,
	struct lock *ret_lock);

/* o: 32 random bytes, in the identity record and in the signer's mail. */
struct receipt_secret {
	uint8_t byte[32];
};

/* C: 32 bytes of a SIGN leaf. */
struct commitment {
	uint8_t byte[32];
};

void commit(const struct receipt_secret *o, uint64_t petition,
	struct str email_mailed, struct str name_mailed,
	const struct sha256 *identity_record, struct commitment *ret_c);

/* keeper's word to log that an event is genuine. */
struct event_mac {
	uint8_t byte[32];
};

void event_mac(const struct hmac_key *m, uint8_t type, uint64_t petition,
	uint64_t slot, const struct commitment *c, struct event_mac *ret_mac);
bool event_mac_ok(const struct hmac_key *m, uint8_t type, uint64_t petition,
	uint64_t slot, const struct commitment *c, const struct event_mac *mac);

#endif

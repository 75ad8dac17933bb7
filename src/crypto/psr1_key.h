/*
 * psr1_key.h - the chain of an epoch and the keys of one record, shared by
 * the sealing and the opening half of psr1.h.
 */
#ifndef CRYPTO_PSR1_KEY_H
#define CRYPTO_PSR1_KEY_H

#include <stdint.h>

#include "crypto/hash.h"
#include "crypto/psr1.h"

/* Offsets in a record. */
enum {
	PSR1_AT_COMPARTMENT = 4,
	PSR1_AT_CLASS = 5,
	PSR1_AT_ZERO16 = 6,
	PSR1_AT_EPOCH = 8,
	PSR1_AT_SEQ = 24,
	PSR1_AT_ZERO32 = 28,
	PSR1_AT_PETITION = 32,
	PSR1_AT_SLOT = 40,
	PSR1_AT_HOUR = 48,
	PSR1_AT_COMMITMENT = 56
};

struct chain_key {
	uint8_t byte[32];
};

/* K, then KC. */
struct record_keys {
	uint8_t key[32];
	uint8_t commitment[32];
};

/* From an epoch header's plaintext. */
void chain_start(
	const uint8_t plain[EPOCH_PLAIN_LEN], struct chain_key *ret_ck);
/* mk of the record at hand; ck moves on. */
void chain_step(struct chain_key *ck, struct sha256 *ret_mk);
/* head is the first PSR1_AT_COMMITMENT bytes; lock NULL means zeros. */
void record_keys(const struct sha256 *mk, const struct lock *lock,
	const uint8_t *head, struct record_keys *ret_keys);

#endif

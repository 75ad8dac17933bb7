/*
 * wrap.h - one 32-byte key at rest under a credential: XChaCha20-Poly1305,
 * in entries of 88 bytes (docs/formats.md section 8).
 *
 * Petition and purpose are authenticated, so entries cannot change places.
 */
#ifndef CRYPTO_WRAP_H
#define CRYPTO_WRAP_H

#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/rng.h"
#include "crypto/secret.h"

enum { WRAP_ENTRY_LEN = 88 };

struct wrap_entry {
	uint8_t byte[WRAP_ENTRY_LEN];
};

/* Wrap key for (petition, purpose) under a fresh random nonce. */
void wrap_key(const struct secret_key *credential, struct rng *rng,
	uint64_t petition, uint32_t purpose, const struct secret_key *key,
	struct wrap_entry *ret_entry);

/* ERR_GONE for a destroyed entry, ERR_CRYPTO for another credential or a
 * changed byte, ERR_INVALID for nonzero reserved bytes. */
MUST_USE enum err wrap_open(const struct secret_key *credential,
	const struct wrap_entry *entry, struct secret_key *ret_key);

uint64_t wrap_petition(const struct wrap_entry *entry);
uint32_t wrap_purpose(const struct wrap_entry *entry);

#endif

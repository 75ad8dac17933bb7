/*
 * sign.h - Ed25519 signatures (RFC 8032).
 *
 * The secret key is the 32-byte seed of RFC 8032 with its public key behind
 * it; keep it in guarded memory (secret.h).  Two types, so that nobody
 * publishes the wrong one.
 */
#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/rng.h"
#include "base/str.h"
#include "crypto/secret.h"

struct sign_key {
	uint8_t byte[64];
};

struct sign_public {
	uint8_t byte[32];
};

struct signature {
	uint8_t byte[64];
};

/* Draw a key. */
void sign_keygen(struct rng *rng, struct sign_key *ret_key);
/* The key of a seed kept elsewhere; the same seed gives the same key. */
void sign_key_of_seed(const struct secret_key *seed, struct sign_key *ret_key);
void sign_public_of(const struct sign_key *key, struct sign_public *ret_public);

void sign(const struct sign_key *key, struct str message,
	struct signature *ret_signature);
/* True if it is this key's signature of this message. */
MUST_USE bool sign_verify(const struct sign_public *key, struct str message,
	const struct signature *signature);

#endif

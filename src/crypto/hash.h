/*
 * hash.h - SHA-256 (FIPS 180-4), HMAC (RFC 2104) and HKDF (RFC 5869).
 *
 * Nothing here allocates or fails.  Working copies of keys are wiped.
 */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct sha256 {
	uint8_t byte[32];
};

void sha256(const void *at, size_t len, struct sha256 *ret_hash);

/* The same in pieces: begin, add any number of times, end.  end wipes the
 * stream; begin makes it usable again. */
struct sha256_stream {
	_Alignas(8) uint8_t state[112];
};

void sha256_begin(struct sha256_stream *s);
void sha256_add(struct sha256_stream *s, const void *at, size_t len);
void sha256_end(struct sha256_stream *s, struct sha256 *ret_hash);

/*
 * An HMAC key made ready: the two hash states behind its padded blocks, which
 * halves the work for short messages.  It is as secret as the key itself:
 * place it in guarded memory (secret.h) or wipe it.
 */
struct hmac_key {
	uint32_t inner[8];
	uint32_t outer[8];
};

void hmac_key_init(struct hmac_key *k, const void *key, size_t key_len);
/* HMAC of the n parts joined. */
void hmac_key_mac(const struct hmac_key *k, const struct str *parts, size_t n,
	struct sha256 *ret_mac);

/* HMAC of the n parts joined, under a key that is used once. */
void hmac_sha256(const void *key, size_t key_len, const struct str *parts,
	size_t n, struct sha256 *ret_mac);

/* Extract and expand; out_len is at most 255 * 32 bytes (our bug if not). */
void hkdf_sha256(struct str salt, struct str ikm, struct str info,
	void *ret_bytes, size_t out_len);

/* Bytes as one part of a message. */
static inline struct str part_of(const void *at, size_t len)
{
	return (struct str){ at, len };
}

#endif

/*
 * aead.h - ChaCha20-Poly1305 (RFC 8439) for the formats in this folder; not
 * for other modules, which have no nonce to choose.
 */
#ifndef CRYPTO_AEAD_H
#define CRYPTO_AEAD_H

#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

enum { AEAD_TAG_LEN = 16 };

struct aead_nonce {
	uint8_t byte[12];
};

/* plain.len + 16 bytes to ret_sealed, the tag behind; may be in place. */
void aead_seal(const uint8_t key[32], const struct aead_nonce *nonce,
	struct str aad, struct str plain, uint8_t *ret_sealed);
/* sealed.len - 16 bytes to ret_plain; may be in place.  ERR_CRYPTO if it does
 * not authenticate: ret_plain is then zeros. */
MUST_USE enum err aead_open(const uint8_t key[32],
	const struct aead_nonce *nonce, struct str aad, struct str sealed,
	uint8_t *ret_plain);

#endif

/*
 * age_stream.h - what both halves of age.h share: the keys that a file key
 * gives, and the payload's chunks (STREAM, 64 KiB each).
 */
#ifndef CRYPTO_AGE_STREAM_H
#define CRYPTO_AGE_STREAM_H

#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/rng.h"
#include "base/str.h"
#include "crypto/hash.h"

enum { AGE_FILE_KEY_LEN = 16, AGE_NONCE_LEN = 16 };

struct age_file_key {
	uint8_t byte[AGE_FILE_KEY_LEN];
};

/* The key that an X25519 stanza's body is sealed under.  share and point are
 * the ephemeral and the recipient's public key. */
void age_wrap_key(const uint8_t share[32], const uint8_t point[32],
	const uint8_t shared_secret[32], uint8_t ret_key[32]);
/* The header's mac, over its text up to and with "---". */
void age_header_mac(const struct age_file_key *key, struct str header,
	struct sha256 *ret_mac);

/* Append nonce and chunks. */
void age_stream_seal(const struct age_file_key *key, struct rng *rng,
	struct str plaintext, struct buf *ret_file);
/* Append the plaintext.  ERR_INVALID without a nonce, ERR_CRYPTO for anything
 * behind it; a failure leaves ret_plaintext as it was. */
MUST_USE enum err age_stream_open(const struct age_file_key *key,
	struct str payload, struct buf *ret_plaintext);

#endif

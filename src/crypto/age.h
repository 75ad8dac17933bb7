/*
 * age.h - files in the age v1 format (https://age-encryption.org/v1), binary
 * form: X25519 recipients, and a passphrase (scrypt) for sealing only.
 *
 * What is sealed here opens with Debian's `age -d`, and the other way round.
 * Reading is strict: one way to write each header, nothing behind the end.
 * An identity is a secret: place it in guarded memory (secret.h).
 */
#ifndef CRYPTO_AGE_H
#define CRYPTO_AGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/rng.h"
#include "base/str.h"

struct age_identity {
	uint8_t byte[32];
};

struct age_recipient {
	uint8_t byte[32];
};

enum {
	AGE_IDENTITY_TEXT_LEN = 74, /* AGE-SECRET-KEY-1... */
	AGE_RECIPIENT_TEXT_LEN = 62, /* age1... */
	AGE_RECIPIENTS_MAX = 64
};

void age_identity_generate(struct rng *rng, struct age_identity *ret_identity);
void age_recipient_of(const struct age_identity *identity,
	struct age_recipient *ret_recipient);

/* Append the text forms (bech32, BIP 173). */
void age_identity_text(const struct age_identity *identity, struct buf *b);
void age_recipient_text(const struct age_recipient *recipient, struct buf *b);
/* The whole text, without white space around it; ERR_INVALID for any other. */
MUST_USE enum err age_identity_parse(
	struct str text, struct age_identity *ret_identity);
MUST_USE enum err age_recipient_parse(
	struct str text, struct age_recipient *ret_recipient);

/* Append plaintext sealed to 1 to AGE_RECIPIENTS_MAX recipients.  ERR_INVALID
 * for a recipient that is no point of use; else only ret's own failures. */
MUST_USE enum err age_seal(struct rng *rng,
	const struct age_recipient *recipients, size_t n, struct str plaintext,
	struct buf *ret_file);
/* Append plaintext sealed under a passphrase; 2^log_n rounds (1 to 22; age
 * itself uses 18, which takes about a second and 256 MB). */
MUST_USE enum err age_seal_passphrase(struct rng *rng, struct str passphrase,
	int log_n, struct str plaintext, struct buf *ret_file);

/*
 * Append the plaintext of file.  ERR_NOT_FOUND: whole and well-formed, but
 * not for this identity.  ERR_INVALID: no such file.  ERR_CRYPTO: changed or
 * cut; then ret_plaintext is as it was.
 */
MUST_USE enum err age_open(const struct age_identity *identity, struct str file,
	struct buf *ret_plaintext);

#endif

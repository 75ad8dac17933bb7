#include "crypto/sign.h"

#include <sodium.h>

#include "base/wipe.h"

_Static_assert(crypto_sign_SECRETKEYBYTES == sizeof(struct sign_key), "");
_Static_assert(crypto_sign_PUBLICKEYBYTES == sizeof(struct sign_public), "");
_Static_assert(crypto_sign_BYTES == sizeof(struct signature), "");

void sign_key_of_seed(const struct secret_key *seed, struct sign_key *ret_key)
{
	struct sign_public public;

	(void)crypto_sign_seed_keypair(public.byte, ret_key->byte, seed->byte);
}

void sign_keygen(struct rng *rng, struct sign_key *ret_key)
{
	struct secret_key seed;

	rng_fill(rng, &seed, sizeof(seed));
	sign_key_of_seed(&seed, ret_key);
	wipe(&seed, sizeof(seed));
}

void sign_public_of(const struct sign_key *key, struct sign_public *ret_public)
{
	memcpy(ret_public->byte, key->byte + 32, 32);
}

void sign(const struct sign_key *key, struct str message,
	struct signature *ret_signature)
{
	(void)crypto_sign_detached(ret_signature->byte, NULL,
		(const uint8_t *)message.at, message.len, key->byte);
}

bool sign_verify(const struct sign_public *key, struct str message,
	const struct signature *signature)
{
	return crypto_sign_verify_detached(signature->byte,
		       (const uint8_t *)message.at, message.len,
		       key->byte) == 0;
}

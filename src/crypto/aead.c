#include "crypto/aead.h"

#include <sodium.h>

void aead_seal(const uint8_t key[32], const struct aead_nonce *nonce,
	struct str aad, struct str plain, uint8_t *ret_sealed)
{
	(void)crypto_aead_chacha20poly1305_ietf_encrypt(ret_sealed, NULL,
		(const uint8_t *)plain.at, plain.len, (const uint8_t *)aad.at,
		aad.len, NULL, nonce->byte, key);
}

enum err aead_open(const uint8_t key[32], const struct aead_nonce *nonce,
	struct str aad, struct str sealed, uint8_t *ret_plain)
{
	if (sealed.len < AEAD_TAG_LEN)
		return ERR_CRYPTO;
	return crypto_aead_chacha20poly1305_ietf_decrypt(ret_plain, NULL, NULL,
		       (const uint8_t *)sealed.at, sealed.len,
		       (const uint8_t *)aad.at, aad.len, nonce->byte, key) == 0
		? OK
		: ERR_CRYPTO;
}

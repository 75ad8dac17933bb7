#include "crypto/wrap.h"

#include <sodium.h>

#include "base/bytes.h"

enum { AT_PURPOSE = 8, AT_ZERO = 12, AT_NONCE = 16, AT_SEALED = 40 };

_Static_assert(AT_SEALED + 32 + 16 == WRAP_ENTRY_LEN, "an entry's layout");

uint64_t wrap_petition(const struct wrap_entry *entry)
{
	return get_u64(entry->byte);
}

uint32_t wrap_purpose(const struct wrap_entry *entry)
{
	return get_u32(entry->byte + AT_PURPOSE);
}

void wrap_key(const struct secret_key *credential, struct rng *rng,
	uint64_t petition, uint32_t purpose, const struct secret_key *key,
	struct wrap_entry *ret_entry)
{
	uint8_t *at = ret_entry->byte;

	put_u64(at, petition);
	put_u32(at + AT_PURPOSE, purpose);
	put_u32(at + AT_ZERO, 0);
	rng_fill(rng, at + AT_NONCE, AT_SEALED - AT_NONCE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(at + AT_SEALED, NULL,
		key->byte, sizeof(key->byte), at, AT_NONCE, NULL, at + AT_NONCE,
		credential->byte);
}

enum err wrap_open(const struct secret_key *credential,
	const struct wrap_entry *entry, struct secret_key *ret_key)
{
	const uint8_t *at = entry->byte;
	struct secret_key key;

	if (sodium_is_zero(at, WRAP_ENTRY_LEN))
		return ERR_GONE;
	if (get_u32(at + AT_ZERO) != 0)
		return ERR_INVALID;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(key.byte, NULL, NULL,
		    at + AT_SEALED, WRAP_ENTRY_LEN - AT_SEALED, at, AT_NONCE,
		    at + AT_NONCE, credential->byte) != 0)
		return ERR_CRYPTO;
	*ret_key = key;
	sodium_memzero(&key, sizeof(key));
	return OK;
}

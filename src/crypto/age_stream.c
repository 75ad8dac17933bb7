#include "crypto/age_stream.h"

#include "base/bytes.h"
#include "base/wipe.h"
#include "crypto/aead.h"

enum { CHUNK = 65536, SEALED_CHUNK = CHUNK + AEAD_TAG_LEN };

void age_wrap_key(const uint8_t share[32], const uint8_t point[32],
	const uint8_t shared_secret[32], uint8_t ret_key[32])
{
	uint8_t salt[64];

	memcpy(salt, share, 32);
	memcpy(salt + 32, point, 32);
	hkdf_sha256(part_of(salt, sizeof(salt)), part_of(shared_secret, 32),
		STR("age-encryption.org/v1/X25519"), ret_key, 32);
}

void age_header_mac(const struct age_file_key *key, struct str header,
	struct sha256 *ret_mac)
{
	uint8_t mac_key[32];

	hkdf_sha256(STR(""), part_of(key->byte, sizeof(key->byte)),
		STR("header"), mac_key, sizeof(mac_key));
	hmac_sha256(mac_key, sizeof(mac_key), &header, 1, ret_mac);
	wipe(mac_key, sizeof(mac_key));
}

static void payload_key(const struct age_file_key *key, const uint8_t *nonce,
	uint8_t ret_key[32])
{
	hkdf_sha256(part_of(nonce, AGE_NONCE_LEN),
		part_of(key->byte, sizeof(key->byte)), STR("payload"), ret_key,
		32);
}

/* Eleven bytes of counter (three stay zero), then 1 on the last chunk. */
static struct aead_nonce chunk_nonce(uint64_t i, bool last)
{
	struct aead_nonce n = { { 0 } };

	put_u64(n.byte + 3, i);
	n.byte[11] = last ? 1 : 0;
	return n;
}

void age_stream_seal(const struct age_file_key *key, struct rng *rng,
	struct str plaintext, struct buf *ret_file)
{
	uint8_t nonce[AGE_NONCE_LEN];
	uint8_t stream_key[32];
	bool last = false;

	rng_fill(rng, nonce, sizeof(nonce));
	buf_put(ret_file, nonce, sizeof(nonce));
	payload_key(key, nonce, stream_key);
	for (uint64_t i = 0; !last; i++) {
		struct str chunk = str_slice(plaintext, 0, CHUNK);
		struct aead_nonce n;
		uint8_t *to;

		plaintext = str_slice(plaintext, chunk.len, plaintext.len);
		last = plaintext.len == 0;
		n = chunk_nonce(i, last);
		to = buf_space(ret_file, chunk.len + AEAD_TAG_LEN);
		if (to == NULL)
			break;
		aead_seal(stream_key, &n, STR(""), chunk, to);
	}
	wipe(stream_key, sizeof(stream_key));
}

static enum err open_chunks(
	const uint8_t key[32], struct str sealed, struct buf *ret_plaintext)
{
	bool last = false;

	for (uint64_t i = 0; !last; i++) {
		struct str chunk = str_slice(sealed, 0, SEALED_CHUNK);
		struct aead_nonce n;
		uint8_t *to;
		enum err e;

		sealed = str_slice(sealed, chunk.len, sealed.len);
		last = sealed.len == 0;
		/* Only an empty file has an empty chunk. */
		if (chunk.len < AEAD_TAG_LEN ||
			(chunk.len == AEAD_TAG_LEN && i > 0))
			return ERR_CRYPTO;
		n = chunk_nonce(i, last);
		to = buf_space(ret_plaintext, chunk.len - AEAD_TAG_LEN);
		if (to == NULL)
			return buf_err(ret_plaintext);
		e = aead_open(key, &n, STR(""), chunk, to);
		if (e != OK)
			return e;
	}
	return OK;
}

enum err age_stream_open(const struct age_file_key *key, struct str payload,
	struct buf *ret_plaintext)
{
	size_t before = ret_plaintext->len;
	uint8_t stream_key[32];
	enum err e;

	if (payload.len < AGE_NONCE_LEN)
		return ERR_INVALID;
	payload_key(key, (const uint8_t *)payload.at, stream_key);
	e = open_chunks(stream_key,
		str_slice(payload, AGE_NONCE_LEN, payload.len), ret_plaintext);
	wipe(stream_key, sizeof(stream_key));
	if (e != OK && ret_plaintext->len > before) {
		wipe(ret_plaintext->at + before, ret_plaintext->len - before);
		ret_plaintext->len = before;
	}
	return e;
}

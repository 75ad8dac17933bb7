#include "crypto/age.h"

#include <assert.h>
#include <sodium.h>

#include "base/enc.h"
#include "base/wipe.h"
#include "crypto/aead.h"
#include "crypto/age_stream.h"
#include "crypto/bech32.h"

static const struct aead_nonce zero_nonce;

void age_identity_generate(struct rng *rng, struct age_identity *ret_identity)
{
	rng_fill(rng, ret_identity->byte, sizeof(ret_identity->byte));
}

void age_recipient_of(const struct age_identity *identity,
	struct age_recipient *ret_recipient)
{
	(void)crypto_scalarmult_base(ret_recipient->byte, identity->byte);
}

void age_identity_text(const struct age_identity *identity, struct buf *b)
{
	bech32_put(b, STR("age-secret-key-"), true, identity->byte);
}

void age_recipient_text(const struct age_recipient *recipient, struct buf *b)
{
	bech32_put(b, STR("age"), false, recipient->byte);
}

enum err age_identity_parse(struct str text, struct age_identity *ret_identity)
{
	return bech32_read(
		text, STR("age-secret-key-"), true, ret_identity->byte);
}

enum err age_recipient_parse(
	struct str text, struct age_recipient *ret_recipient)
{
	return bech32_read(text, STR("age"), false, ret_recipient->byte);
}

/* A stanza's body: the file key under a key of the stanza's own. */
static void put_body(
	const uint8_t wrap[32], const struct age_file_key *key, struct buf *b)
{
	uint8_t body[AGE_FILE_KEY_LEN + AEAD_TAG_LEN];

	aead_seal(wrap, &zero_nonce, STR(""),
		part_of(key->byte, sizeof(key->byte)), body);
	enc_base64_raw(b, body, sizeof(body));
	buf_c(b, "\n");
}

static enum err put_x25519(struct rng *rng, const struct age_recipient *to,
	const struct age_file_key *key, struct buf *b)
{
	uint8_t ephemeral[32];
	uint8_t share[32];
	uint8_t shared[32];
	uint8_t wrap[32];
	enum err e = ERR_INVALID; /* a point of small order */

	rng_fill(rng, ephemeral, sizeof(ephemeral));
	(void)crypto_scalarmult_base(share, ephemeral);
	if (crypto_scalarmult(shared, ephemeral, to->byte) == 0) {
		age_wrap_key(share, to->byte, shared, wrap);
		buf_c(b, "-> X25519 ");
		enc_base64_raw(b, share, sizeof(share));
		buf_c(b, "\n");
		put_body(wrap, key, b);
		wipe(wrap, sizeof(wrap));
		e = OK;
	}
	wipe(ephemeral, sizeof(ephemeral));
	wipe(shared, sizeof(shared));
	return e;
}

/* The mac's line and the payload, behind the stanzas that begin at from. */
static enum err finish(struct rng *rng, const struct age_file_key *key,
	size_t from, struct str plaintext, struct buf *b)
{
	struct sha256 mac;

	buf_c(b, "---");
	if (buf_err(b) != OK)
		return buf_err(b);
	age_header_mac(key, str_slice(buf_view(b), from, b->len), &mac);
	buf_c(b, " ");
	enc_base64_raw(b, mac.byte, sizeof(mac.byte));
	buf_c(b, "\n");
	age_stream_seal(key, rng, plaintext, b);
	return buf_err(b);
}

enum err age_seal(struct rng *rng, const struct age_recipient *recipients,
	size_t n, struct str plaintext, struct buf *ret_file)
{
	struct age_file_key key;
	size_t from = ret_file->len;
	enum err e = OK;

	assert(n >= 1 && n <= AGE_RECIPIENTS_MAX);
	rng_fill(rng, &key, sizeof(key));
	buf_c(ret_file, "age-encryption.org/v1\n");
	for (size_t i = 0; i < n && e == OK; i++)
		e = put_x25519(rng, &recipients[i], &key, ret_file);
	if (e == OK)
		e = finish(rng, &key, from, plaintext, ret_file);
	wipe(&key, sizeof(key));
	if (e != OK && ret_file->len > from)
		ret_file->len = from;
	return e;
}

static enum err put_scrypt(struct rng *rng, struct str passphrase, int log_n,
	const struct age_file_key *key, struct buf *b)
{
	static const char label[] = "age-encryption.org/v1/scrypt";
	uint8_t salt[sizeof(label) - 1 + 16];
	uint8_t *drawn = salt + sizeof(label) - 1;
	uint8_t wrap[32];

	memcpy(salt, label, sizeof(label) - 1);
	rng_fill(rng, drawn, 16);
	if (crypto_pwhash_scryptsalsa208sha256_ll(
		    (const uint8_t *)passphrase.at, passphrase.len, salt,
		    sizeof(salt), (uint64_t)1 << log_n, 8, 1, wrap,
		    sizeof(wrap)) != 0)
		return ERR_MEMORY;
	buf_c(b, "-> scrypt ");
	enc_base64_raw(b, drawn, 16);
	buf_printf(b, " %d\n", log_n);
	put_body(wrap, key, b);
	wipe(wrap, sizeof(wrap));
	return OK;
}

enum err age_seal_passphrase(struct rng *rng, struct str passphrase, int log_n,
	struct str plaintext, struct buf *ret_file)
{
	struct age_file_key key;
	size_t from = ret_file->len;
	enum err e;

	assert(log_n >= 1 && log_n <= 22);
	rng_fill(rng, &key, sizeof(key));
	buf_c(ret_file, "age-encryption.org/v1\n");
	e = put_scrypt(rng, passphrase, log_n, &key, ret_file);
	if (e == OK)
		e = finish(rng, &key, from, plaintext, ret_file);
	wipe(&key, sizeof(key));
	if (e != OK && ret_file->len > from)
		ret_file->len = from;
	return e;
}

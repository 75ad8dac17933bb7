#include "crypto/hash.h"

#include <assert.h>
#include <nettle/sha2.h>

#include "base/wipe.h"

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct sha256_stream),
	"a stream holds nettle's context");
_Static_assert(_Alignof(struct sha256_ctx) <= 8, "and is aligned for it");

enum { BLOCK = 64, DIGEST = 32 };

void sha256(const void *at, size_t len, struct sha256 *ret_hash)
{
	struct sha256_ctx c;

	nettle_sha256_init(&c);
	if (len > 0)
		nettle_sha256_update(&c, len, at);
	nettle_sha256_digest(&c, DIGEST, ret_hash->byte);
	wipe(&c, sizeof(c));
}

static struct sha256_ctx *context(struct sha256_stream *s)
{
	return (struct sha256_ctx *)(void *)s->state;
}

void sha256_begin(struct sha256_stream *s)
{
	nettle_sha256_init(context(s));
}

void sha256_add(struct sha256_stream *s, const void *at, size_t len)
{
	if (len > 0)
		nettle_sha256_update(context(s), len, at);
}

void sha256_end(struct sha256_stream *s, struct sha256 *ret_hash)
{
	nettle_sha256_digest(context(s), DIGEST, ret_hash->byte);
	wipe(s, sizeof(*s));
}

/* The hash state behind one block: the key, padded, each byte xored. */
static void pad_state(
	struct sha256_ctx *c, const uint8_t *key, uint8_t pad, uint32_t *ret)
{
	uint8_t block[BLOCK];

	for (size_t i = 0; i < BLOCK; i++)
		block[i] = key[i] ^ pad;
	nettle_sha256_init(c);
	nettle_sha256_update(c, BLOCK, block);
	memcpy(ret, c->state, sizeof(c->state));
	wipe(block, sizeof(block));
}

void hmac_key_init(struct hmac_key *k, const void *key, size_t key_len)
{
	uint8_t padded[BLOCK] = { 0 };
	struct sha256_ctx c;

	if (key_len > BLOCK) {
		nettle_sha256_init(&c);
		nettle_sha256_update(&c, key_len, key);
		nettle_sha256_digest(&c, DIGEST, padded);
	} else if (key_len > 0) {
		memcpy(padded, key, key_len);
	}
	pad_state(&c, padded, 0x36, k->inner);
	pad_state(&c, padded, 0x5c, k->outer);
	wipe(padded, sizeof(padded));
	wipe(&c, sizeof(c));
}

/* Go on behind one block whose state is known.  count and index are public
 * members of nettle's context: whole blocks done, bytes waiting. */
static void resume(struct sha256_ctx *c, const uint32_t *state)
{
	memcpy(c->state, state, sizeof(c->state));
	c->count = 1;
	c->index = 0;
}

void hmac_key_mac(const struct hmac_key *k, const struct str *parts, size_t n,
	struct sha256 *ret_mac)
{
	struct sha256_ctx c;
	uint8_t inner[DIGEST];

	resume(&c, k->inner);
	for (size_t i = 0; i < n; i++)
		if (parts[i].len > 0)
			nettle_sha256_update(
				&c, parts[i].len, (const uint8_t *)parts[i].at);
	nettle_sha256_digest(&c, DIGEST, inner);
	resume(&c, k->outer);
	nettle_sha256_update(&c, DIGEST, inner);
	nettle_sha256_digest(&c, DIGEST, ret_mac->byte);
	wipe(&c, sizeof(c));
	wipe(inner, sizeof(inner));
}

void hmac_sha256(const void *key, size_t key_len, const struct str *parts,
	size_t n, struct sha256 *ret_mac)
{
	struct hmac_key k;

	hmac_key_init(&k, key, key_len);
	hmac_key_mac(&k, parts, n, ret_mac);
	wipe(&k, sizeof(k));
}

void hkdf_sha256(struct str salt, struct str ikm, struct str info,
	void *ret_bytes, size_t out_len)
{
	uint8_t *out = ret_bytes;
	struct sha256 t; /* first the extracted key, then T(i) */
	struct hmac_key k;
	size_t t_len = 0;

	assert(out_len <= (size_t)255 * DIGEST);
	hmac_sha256(salt.at, salt.len, &ikm, 1, &t);
	hmac_key_init(&k, t.byte, sizeof(t.byte));
	for (uint8_t i = 1; out_len > 0; i++) {
		struct str parts[] = { part_of(t.byte, t_len), info,
			part_of(&i, 1) };
		size_t n = out_len < DIGEST ? out_len : DIGEST;

		hmac_key_mac(&k, parts, 3, &t);
		memcpy(out, t.byte, n);
		out += n;
		out_len -= n;
		t_len = DIGEST;
	}
	wipe(&t, sizeof(t));
	wipe(&k, sizeof(k));
}

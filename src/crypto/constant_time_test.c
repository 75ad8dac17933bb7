/*
 * Run below valgrind (poison.h).  A loop that stops early shows that it would
 * be noticed.
 */
#include "crypto/poison.h"

#include "crypto/aead.h"
#include "crypto/psr1_key.h"
#include "crypto/secret.h"
#include "crypto/sign.h"
#include "crypto/tag.h"
#include "crypto/token.h"
#include "crypto/wrap.h"

/* What must be noticed. */
static bool same_bytes_leaky(
	const volatile uint8_t *a, const volatile uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static void test_comparing(void)
{
	uint8_t a[32] = { 1 };
	uint8_t b[32] = { 1 };
	unsigned before = reports();
	bool same;

	poison(a, sizeof(a));
	same = same_bytes(a, b, sizeof(a));
	CHECK_INT(reports(), before);
	CHECK(same);
	printf("# the next report is meant\n");
	same = same_bytes_leaky(a, b, sizeof(a));
	CHECK(reports() > before);
	before = reports();
	same = memcmp(a, b, sizeof(a)) == 0;
	cleanse(&same, sizeof(same));
	CHECK(reports() > before && same);
}

static void test_macs(void)
{
	uint8_t secret[32] = { 2 };
	struct str part = STR("message");
	struct half_tag half;
	struct masked_lock masked;
	struct lock lock = { { 3 } };
	struct hmac_key k;
	unsigned before = reports();

	poison(secret, sizeof(secret));
	poison(&lock, sizeof(lock));
	hmac_key_init(&k, secret, sizeof(secret));
	half_tag(&k, &part, 1, &half);
	lock_mask(&k, 7, COMPARTMENT_IDENTITY, &lock, &masked);
	CHECK_INT(reports(), before);
}

/* All that a record's secrets go through, the body included. */
static void test_record(void)
{
	static const struct aead_nonce nonce;
	uint8_t plain[EPOCH_PLAIN_LEN] = { 4 };
	uint8_t body[512] = { 5 };
	uint8_t sealed[512 + AEAD_TAG_LEN];
	uint8_t head[PSR1_HEAD_LEN] = { 6 };
	struct lock lock = { { 7 } };
	struct record_keys keys;
	struct chain_key ck;
	struct sha256 mk;
	unsigned before = reports();

	poison(plain, sizeof(plain));
	poison(&lock, sizeof(lock));
	poison(body, sizeof(body));
	chain_start(plain, &ck);
	chain_step(&ck, &mk);
	record_keys(&mk, &lock, head, &keys);
	aead_seal(keys.key, &nonce, part_of(head, sizeof(head)),
		part_of(body, sizeof(body)), sealed);
	CHECK_INT(reports(), before);
}

/* libsodium says whether the tag is right, and acts on it; that is the one
 * branch, wherever the tags differ. */
static unsigned reports_of_opening(size_t flip)
{
	static const struct aead_nonce nonce;
	uint8_t key[32] = { 8 };
	uint8_t sealed[64 + AEAD_TAG_LEN];
	uint8_t plain[64] = { 9 };
	unsigned before;
	enum err e;

	aead_seal(key, &nonce, STR("head"), part_of(plain, sizeof(plain)),
		sealed);
	sealed[sizeof(plain) + flip] ^= 1;
	poison(key, sizeof(key));
	before = reports();
	e = aead_open(key, &nonce, STR("head"), part_of(sealed, sizeof(sealed)),
		plain);
	before = reports() - before;
	cleanse(&e, sizeof(e));
	CHECK(e == ERR_CRYPTO);
	return before;
}

static void test_aead_tag(void)
{
	unsigned first = reports_of_opening(0);

	CHECK(first > 0 && first < 8);
	CHECK_INT(reports_of_opening(7), first);
	CHECK_INT(reports_of_opening(15), first);
}

/* Compares of what somebody outside sends with what a key of ours says. */
static void test_form_tokens(void)
{
	struct hmac_key key;
	struct rng_fake rng;
	struct buf token, shown;
	struct rid rid;
	uint32_t second;
	unsigned before = reports();

	rng_fake_init(&rng, 1);
	hmac_key_init(&key, "k", 1);
	buf_init(&token, 64);
	buf_init(&shown, 64);
	form_token_make(&token, &key, &rng.rng, 5, 29924321);
	form_shown_make(&shown, &key, buf_view(&token), 1795459200);
	poison(&key, sizeof(key));
	CHECK(form_token_check(&key, 5, buf_view(&token), &rid) == OK);
	CHECK(form_token_check(&key, 6, buf_view(&token), &rid) == ERR_INVALID);
	CHECK(form_shown_check(
		      &key, buf_view(&token), buf_view(&shown), &second) == OK);
	CHECK(form_shown_check(&key, STR("another"), buf_view(&shown),
		      &second) == ERR_INVALID);
	CHECK_INT(reports(), before);
	buf_release(&token);
	buf_release(&shown);
}

/* Tokens that confirm, correct and leave; keeper's word to log. */
static void test_tokens_and_macs(void)
{
	struct token token = { { 10 } };
	struct token_hash hash, other;
	struct commitment c = { { 11 } };
	struct event_mac mac, forged;
	struct hmac_key key;
	unsigned before = reports();

	token_hash(7, &token, &hash);
	other = hash;
	other.byte[0] ^= 1;
	hmac_key_init(&key, "m", 1);
	event_mac(&key, 2, 7, 8, &c, &mac);
	forged = mac;
	forged.byte[31] ^= 1;
	poison(&token, sizeof(token));
	poison(&key, sizeof(key));
	CHECK(token_hash_ok(&hash, 7, &token));
	CHECK(!token_hash_ok(&other, 7, &token));
	CHECK(event_mac_ok(&key, 2, 7, 8, &c, &mac));
	CHECK(!event_mac_ok(&key, 2, 7, 8, &c, &forged));
	CHECK_INT(reports(), before);
}

/* A lock on its way back, and keys on their way to the disk. */
static void test_locks_and_keys(void)
{
	struct secret_key credential = { { 12 } };
	struct secret_key key = { { 13 } };
	struct lock lock = { { 14 } };
	struct masked_lock masked;
	struct wrap_entry entry;
	struct rng_fake rng;
	struct hmac_key s;
	unsigned before = reports();

	rng_fake_init(&rng, 1);
	hmac_key_init(&s, "s", 1);
	poison(&s, sizeof(s));
	poison(&lock, sizeof(lock));
	poison(&credential, sizeof(credential));
	poison(&key, sizeof(key));
	lock_mask(&s, 7, COMPARTMENT_CONTACT, &lock, &masked);
	CHECK(lock_unmask(&s, 7, COMPARTMENT_CONTACT, &masked, &lock));
	wrap_key(&credential, &rng.rng, 7, 2, &key, &entry);
	CHECK_INT(reports(), before);
}

static void test_signing(void)
{
	struct secret_key seed = { { 15 } };
	struct sign_key key;
	struct signature signature;
	unsigned before = reports();

	poison(&seed, sizeof(seed));
	sign_key_of_seed(&seed, &key);
	sign(&key, STR("a checkpoint"), &signature);
	CHECK_INT(reports(), before);
}

int main(void)
{
	if (RUNNING_ON_VALGRIND == 0) {
		tap_skip("only below valgrind");
		return tap_done();
	}
	CHECK(crypto_init() == OK);
	test_macs();
	test_record();
	test_form_tokens();
	test_tokens_and_macs();
	test_locks_and_keys();
	test_signing();
	test_aead_tag();
	test_comparing();
	return tap_done();
}

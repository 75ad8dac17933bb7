/*
 * Run below valgrind: keys are marked as undefined, and memcheck reports any
 * branch or address that depends on them.  A loop that stops early shows
 * that it would.
 */
#include <valgrind/memcheck.h>

#include "base/tap.h"
#include "base/wipe.h"
#include "crypto/aead.h"
#include "crypto/psr1_key.h"
#include "crypto/secret.h"
#include "crypto/tag.h"

static void poison(const void *at, size_t len)
{
	(void)VALGRIND_MAKE_MEM_UNDEFINED(at, len);
}

static void cleanse(const void *at, size_t len)
{
	(void)VALGRIND_MAKE_MEM_DEFINED(at, len);
}

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
	unsigned before = VALGRIND_COUNT_ERRORS;
	bool same;

	poison(a, sizeof(a));
	same = same_bytes(a, b, sizeof(a));
	CHECK_INT(VALGRIND_COUNT_ERRORS, before);
	cleanse(&same, sizeof(same));
	CHECK(same);
	same = same_bytes_leaky(a, b, sizeof(a));
	CHECK(VALGRIND_COUNT_ERRORS > before);
}

static void test_macs(void)
{
	uint8_t secret[32] = { 2 };
	struct str part = STR("message");
	struct half_tag half;
	struct masked_lock masked;
	struct lock lock = { { 3 } };
	struct hmac_key k;
	unsigned before = VALGRIND_COUNT_ERRORS;

	poison(secret, sizeof(secret));
	poison(&lock, sizeof(lock));
	hmac_key_init(&k, secret, sizeof(secret));
	half_tag(&k, &part, 1, &half);
	lock_mask(&k, 7, COMPARTMENT_IDENTITY, &lock, &masked);
	CHECK_INT(VALGRIND_COUNT_ERRORS, before);
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
	unsigned before = VALGRIND_COUNT_ERRORS;

	poison(plain, sizeof(plain));
	poison(&lock, sizeof(lock));
	poison(body, sizeof(body));
	chain_start(plain, &ck);
	chain_step(&ck, &mk);
	record_keys(&mk, &lock, head, &keys);
	aead_seal(keys.key, &nonce, part_of(head, sizeof(head)),
		part_of(body, sizeof(body)), sealed);
	CHECK_INT(VALGRIND_COUNT_ERRORS, before);
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
	test_comparing();
	return tap_done();
}

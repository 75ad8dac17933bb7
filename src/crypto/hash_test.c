/* RFC 4231 (HMAC), RFC 5869 (HKDF), FIPS 180-4's examples. */
#include "crypto/hash.h"

#include "base/enc.h"
#include "base/tap.h"

/* True if the bytes are those of the hexadecimal text. */
static bool is_hex(const void *at, size_t len, const char *hex)
{
	uint8_t want[256];

	return len <= sizeof(want) && dec_hex(str_c(hex), want, len) == OK &&
		memcmp(at, want, len) == 0;
}

static bool sha_is(struct str message, const char *hex)
{
	struct sha256_stream s;
	struct sha256 whole;
	struct sha256 pieces;

	sha256(message.at, message.len, &whole);
	sha256_begin(&s);
	for (size_t i = 0; i < message.len; i++)
		sha256_add(&s, message.at + i, 1);
	sha256_end(&s, &pieces);
	return is_hex(whole.byte, 32, hex) && is_hex(pieces.byte, 32, hex);
}

static void test_sha256(void)
{
	CHECK(sha_is(STR(""),
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934"
		"ca495991b7852b855"));
	CHECK(sha_is(STR("abc"),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177"
		"a9cb410ff61f20015ad"));
	CHECK(sha_is(STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnop"
			 "nopq"),
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06"
		"c1"));
}

static bool hmac_is(struct str key, struct str data, const char *hex)
{
	struct str parts[] = { str_slice(data, 0, 5), STR(""),
		str_slice(data, 5, data.len) };
	struct hmac_key k;
	struct sha256 once;
	struct sha256 ready;

	hmac_sha256(key.at, key.len, &data, 1, &once);
	hmac_key_init(&k, key.at, key.len);
	hmac_key_mac(&k, parts, 3, &ready);
	return is_hex(once.byte, strlen(hex) / 2, hex) &&
		is_hex(ready.byte, strlen(hex) / 2, hex);
}

static void test_rfc4231(void)
{
	char k0b[20], kaa[131], dd[50], cd[50], k25[25];

	memset(k0b, 0x0b, sizeof(k0b));
	memset(kaa, 0xaa, sizeof(kaa));
	memset(dd, 0xdd, sizeof(dd));
	memset(cd, 0xcd, sizeof(cd));
	for (int i = 0; i < 25; i++)
		k25[i] = (char)(i + 1);
	CHECK(hmac_is(part_of(k0b, 20), STR("Hi There"),
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32c"
		"ff7"));
	CHECK(hmac_is(STR("Jefe"), STR("what do ya want for nothing?"),
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3"
		"843"));
	CHECK(hmac_is(part_of(kaa, 20), part_of(dd, 50),
		"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced56"
		"5fe"));
	CHECK(hmac_is(part_of(k25, 25), part_of(cd, 50),
		"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729"
		"665b"));
	memset(k0b, 0x0c, sizeof(k0b));
	CHECK(hmac_is(part_of(k0b, 20), STR("Test With Truncation"),
		"a3b6167473100ee06e0c796c2955552b"));
	CHECK(hmac_is(part_of(kaa, 131),
		STR("Test Using Larger Than Block-Size Key - Hash Key First"),
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37"
		"f54"));
	CHECK(hmac_is(part_of(kaa, 131),
		STR("This is a test using a larger than block-size key and a "
		    "larger than block-size data. The key needs to be hashed "
		    "before being used by the HMAC algorithm."),
		"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a3"
		"5e2"));
}

static void test_rfc5869(void)
{
	uint8_t ikm[80], salt[80], info[80], out[82];

	memset(ikm, 0x0b, 22);
	for (uint8_t i = 0; i < 13; i++)
		salt[i] = i;
	for (uint8_t i = 0; i < 10; i++)
		info[i] = (uint8_t)(0xf0 + i);
	hkdf_sha256(part_of(salt, 13), part_of(ikm, 22), part_of(info, 10), out,
		42);
	CHECK(is_hex(out, 42,
		"3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4"
		"c5bf34007208d5b887185865"));
	for (uint8_t i = 0; i < 80; i++) {
		ikm[i] = i;
		salt[i] = (uint8_t)(0x60 + i);
		info[i] = (uint8_t)(0xb0 + i);
	}
	hkdf_sha256(part_of(salt, 80), part_of(ikm, 80), part_of(info, 80), out,
		82);
	CHECK(is_hex(out, 82,
		"b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19af"
		"a97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9"
		"aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"));
	memset(ikm, 0x0b, 22);
	hkdf_sha256(STR(""), part_of(ikm, 22), STR(""), out, 42);
	CHECK(is_hex(out, 42,
		"8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c73"
		"8d2d9d201395faa4b61a96c8"));
}

int main(void)
{
	test_sha256();
	test_rfc4231();
	test_rfc5869();
	return tap_done();
}

/* RFC 8439 section 2.8.2, and every byte changed. */
#include "crypto/aead.h"

#include "base/enc.h"
#include "base/tap.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

static const struct str plain = STR_INIT(
	"Ladies and Gentlemen of the class of '99: If I could offer you only "
	"one tip for the future, sunscreen would be it.");
static const struct aead_nonce nonce = { { 0x07, 0, 0, 0, 0x40, 0x41, 0x42,
	0x43, 0x44, 0x45, 0x46, 0x47 } };

int main(void)
{
	struct str aad =
		STR("\x50\x51\x52\x53\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7");
	uint8_t key[32], want[130], sealed[130], opened[114];
	size_t refused = 0;

	CHECK(crypto_init() == OK);
	for (uint8_t i = 0; i < 32; i++)
		key[i] = (uint8_t)(0x80 + i);
	CHECK(dec_hex(STR("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2"
			  "b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a"
			  "9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee32809"
			  "1b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9d"
			  "e576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"),
		      want, sizeof(want)) == OK);
	aead_seal(key, &nonce, aad, plain, sealed);
	CHECK(memcmp(sealed, want, sizeof(want)) == 0);
	CHECK(aead_open(key, &nonce, aad, part_of(sealed, 130), opened) == OK);
	CHECK(memcmp(opened, plain.at, sizeof(opened)) == 0);
	for (size_t i = 0; i < sizeof(sealed); i++) {
		sealed[i] ^= 0x10;
		refused += aead_open(key, &nonce, aad, part_of(sealed, 130),
				   opened) == ERR_CRYPTO;
		sealed[i] ^= 0x10;
	}
	CHECK_INT(refused, sizeof(sealed));
	CHECK(aead_open(key, &nonce, aad, part_of(sealed, 15), opened) ==
		ERR_CRYPTO);
	CHECK(aead_open(key, &nonce, STR("x"), part_of(sealed, 130), opened) ==
		ERR_CRYPTO);
	return tap_done();
}

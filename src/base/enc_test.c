#include "base/enc.h"

#include "base/tap.h"

/* RFC 4648 section 10. */
static const struct {
	const char *plain, *b64, *b32;
} vector[] = {
	{ "", "", "" },
	{ "f", "Zg==", "MY" },
	{ "fo", "Zm8=", "MZXQ" },
	{ "foo", "Zm9v", "MZXW6" },
	{ "foob", "Zm9vYg==", "MZXW6YQ" },
	{ "fooba", "Zm9vYmE=", "MZXW6YTB" },
	{ "foobar", "Zm9vYmFy", "MZXW6YTBOI" },
};

static void check_vectors(void)
{
	for (size_t i = 0; i < sizeof(vector) / sizeof(vector[0]); i++) {
		struct str plain = str_c(vector[i].plain);
		struct buf b;
		char got[16];
		size_t n = 0;

		buf_init(&b, 100);
		enc_base64(&b, plain.at, plain.len);
		CHECK_STR(buf_view(&b), str_c(vector[i].b64));
		CHECK(dec_base64(buf_view(&b), got, sizeof(got), &n) == OK);
		CHECK_STR(((struct str){ got, n }), plain);
		buf_clear(&b);
		enc_base32(&b, plain.at, plain.len);
		CHECK_STR(buf_view(&b), str_c(vector[i].b32));
		CHECK(dec_base32(buf_view(&b), got, plain.len) == OK);
		CHECK_STR(((struct str){ got, plain.len }), plain);
		buf_release(&b);
	}
}

static void check_strict(void)
{
	char got[16];
	size_t n;

	CHECK(dec_base64(STR("Zg"), got, 16, &n) == ERR_INVALID);
	CHECK(dec_base64(STR("Zh=="), got, 16, &n) == ERR_INVALID);
	CHECK(dec_base64(STR("Z==="), got, 16, &n) == ERR_INVALID);
	CHECK(dec_base64(STR("Zg==Zg=="), got, 16, &n) == ERR_INVALID);
	CHECK(dec_base64_raw(STR("Zg"), got, 16, &n) == OK && n == 1);
	CHECK(dec_base64_raw(STR("Zg=="), got, 16, &n) == ERR_INVALID);
	CHECK(dec_base64url(STR("-_-_"), got, 16, &n) == OK && n == 3);
	CHECK(dec_base64url(STR("+/+/"), got, 16, &n) == ERR_INVALID);
	CHECK(dec_base64_raw(STR("AAAA"), got, 2, &n) == ERR_TOO_LARGE);
	CHECK(dec_hex(STR("00fF"), got, 2) == OK);
	CHECK((uint8_t)got[1] == 0xff);
	CHECK(dec_hex(STR("00f"), got, 2) == ERR_INVALID);
	CHECK(dec_hex(STR("00fg"), got, 2) == ERR_INVALID);
}

static void check_typed(void)
{
	char got[16];

	CHECK(dec_base32(STR("mzxw 6ytb-oi"), got, 6) == OK);
	CHECK_STR(((struct str){ got, 6 }), STR("foobar"));
	CHECK(dec_base32(STR("MZXW6YTB01"), got, 6) == OK);
	CHECK(dec_base32(STR("MZXW6YTBOIA"), got, 6) == ERR_INVALID);
	CHECK(dec_base32(STR("MZXW6YTBO"), got, 6) == ERR_INVALID);
	CHECK(dec_base32(STR("MZ"), got, 1) == ERR_INVALID);
	CHECK(dec_base32(STR("MY!"), got, 1) == ERR_INVALID);
}

int main(void)
{
	check_vectors();
	check_strict();
	check_typed();
	return tap_done();
}

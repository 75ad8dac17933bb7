/* RFC 8949 appendix A, as far as our types go; then what is refused. */
#include "crypto/cbor.h"

#include "base/enc.h"
#include "base/tap.h"

static const struct {
	uint64_t value;
	struct str bytes;
} integers[] = {
	{ 0, STR_INIT("\x00") },
	{ 23, STR_INIT("\x17") },
	{ 24, STR_INIT("\x18\x18") },
	{ 100, STR_INIT("\x18\x64") },
	{ 255, STR_INIT("\x18\xff") },
	{ 256, STR_INIT("\x19\x01\x00") },
	{ 1000, STR_INIT("\x19\x03\xe8") },
	{ 65536, STR_INIT("\x1a\x00\x01\x00\x00") },
	{ 1000000, STR_INIT("\x1a\x00\x0f\x42\x40") },
	{ 1000000000000, STR_INIT("\x1b\x00\x00\x00\xe8\xd4\xa5\x10\x00") },
	{ UINT64_MAX, STR_INIT("\x1b\xff\xff\xff\xff\xff\xff\xff\xff") },
};

static void test_integers(void)
{
	struct buf b;

	buf_init(&b, 64);
	for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
		struct view v =
			view_of(integers[i].bytes.at, integers[i].bytes.len);

		buf_clear(&b);
		cbor_put_uint(&b, integers[i].value);
		CHECK_STR(buf_view(&b), integers[i].bytes);
		CHECK(cbor_uint(&v) == integers[i].value && view_done(&v));
	}
	buf_release(&b);
}

static void test_strings(void)
{
	struct buf b;
	struct view v;
	uint8_t copy[4];

	buf_init(&b, 4096);
	cbor_put_map(&b, 3);
	cbor_put_uint(&b, 1);
	cbor_put_text(&b, STR("IETF"));
	cbor_put_uint(&b, 2);
	cbor_put_bytes(&b, "\x01\x02\x03\x04", 4);
	cbor_put_uint(&b, 3);
	cbor_put_array(&b, 2);
	cbor_put_bool(&b, false);
	cbor_put_bool(&b, true);
	CHECK_STR(buf_view(&b),
		STR("\xa3\x01\x64IETF\x02\x44\x01\x02\x03\x04\x03\x82\xf4\xf5"));
	v = view_of(b.at, b.len);
	CHECK(cbor_map(&v) == 3);
	cbor_key(&v, 1);
	CHECK_STR(cbor_text(&v), STR("IETF"));
	cbor_key(&v, 2);
	cbor_copy(&v, copy, sizeof(copy));
	CHECK(memcmp(copy, "\x01\x02\x03\x04", 4) == 0);
	cbor_key(&v, 3);
	CHECK(cbor_array(&v) == 2);
	CHECK(!cbor_bool(&v));
	CHECK(cbor_bool(&v));
	CHECK(view_done(&v));
	buf_release(&b);
}

enum kind { UINT, BYTES, TEXT, BOOL, ARRAY, MAP };

static bool refused(enum kind kind, struct str bytes)
{
	struct view v = view_of(bytes.at, bytes.len);

	switch (kind) {
	case UINT:
		return cbor_uint(&v) == 0 && !view_done(&v);
	case BYTES:
		return cbor_bytes(&v).len == 0 && !view_done(&v);
	case TEXT:
		return cbor_text(&v).len == 0 && !view_done(&v);
	case BOOL:
		return !cbor_bool(&v) && !view_done(&v);
	case ARRAY:
		return cbor_array(&v) == 0 && !view_done(&v);
	case MAP:
		return cbor_map(&v) == 0 && !view_done(&v);
	}
	return false;
}

static void test_refusals(void)
{
	uint8_t copy[4] = { 9, 9, 9, 9 };
	struct view v;

	CHECK(refused(UINT, STR(""))); /* nothing there */
	CHECK(refused(UINT, STR("\x18\x17"))); /* longer than need be */
	CHECK(refused(UINT, STR("\x19\x00\xff")));
	CHECK(refused(UINT, STR("\x1a\x00\x00\xff\xff")));
	CHECK(refused(UINT, STR("\x1b\x00\x00\x00\x00\xff\xff\xff\xff")));
	CHECK(refused(UINT, STR("\x1b\x00\x00\x00\x01"))); /* cut */
	CHECK(refused(UINT, STR("\x1c"))); /* reserved */
	CHECK(refused(UINT, STR("\x20"))); /* negative */
	CHECK(refused(UINT, STR("\xc0\x01"))); /* a tag */
	CHECK(refused(BYTES, STR("\x5f\x41\x01\xff"))); /* indefinite */
	CHECK(refused(BYTES, STR("\x42\x01")));
	CHECK(refused(BYTES,
		STR("\x58\x17" /* 23, long */
		    "12345678901234567890123")));
	CHECK(refused(BYTES, STR("\x5b\xff\xff\xff\xff\xff\xff\xff\xff")));
	CHECK(refused(TEXT, STR("\x41\x61"))); /* bytes */
	CHECK(refused(TEXT, STR("\x61\xff"))); /* not UTF-8 */
	CHECK(refused(TEXT, STR("\x62\xc0\x80")));
	CHECK(refused(BOOL, STR("\xf6"))); /* null */
	CHECK(refused(BOOL, STR("\xf8\xf5")));
	CHECK(refused(BOOL, STR("\x01")));
	CHECK(refused(ARRAY, STR("\x9f\xff")));
	CHECK(refused(MAP, STR("\xbf\xff")));
	v = view_of("\x43\x01\x02\x03", 4);
	cbor_copy(&v, copy, sizeof(copy));
	CHECK(!view_done(&v) && copy[0] == 0 && copy[3] == 0);
	v = view_of("\x02", 1);
	cbor_key(&v, 1);
	CHECK(!view_done(&v));
}

int main(void)
{
	test_integers();
	test_strings();
	test_refusals();
	return tap_done();
}

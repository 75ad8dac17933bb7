#include "base/str.h"

#include "base/tap.h"

static void check_numbers(void)
{
	uint64_t v = 7;

	CHECK(str_u64(STR("0"), &v) == OK && v == 0);
	CHECK(str_u64(STR("18446744073709551615"), &v) == OK &&
		v == UINT64_MAX);
	v = 7;
	CHECK(str_u64(STR("18446744073709551616"), &v) == ERR_INVALID);
	CHECK(str_u64(STR(""), &v) == ERR_INVALID);
	CHECK(str_u64(STR("-1"), &v) == ERR_INVALID);
	CHECK(str_u64(STR("1 "), &v) == ERR_INVALID);
	CHECK_INT(v, 7);
}

static void check_utf8(void)
{
	CHECK(str_is_utf8(STR("Zo\xC3\xAB \xE2\x82\xAC \xF0\x9F\x96\x8B")));
	CHECK_INT(str_utf8_count(STR("Zo\xC3\xAB \xF0\x9F\x96\x8B")), 5);
	CHECK(!str_is_utf8(STR("\xC0\x80"))); /* overlong */
	CHECK(!str_is_utf8(STR("\xED\xA0\x80"))); /* surrogate */
	CHECK(!str_is_utf8(STR("\xF4\x90\x80\x80"))); /* beyond U+10FFFF */
	CHECK(!str_is_utf8(STR("\xE2\x82"))); /* cut in half */
	CHECK(!str_is_utf8(STR("\x80")));
}

static void check_split(void)
{
	struct str s = STR("a,,b");
	struct str part;

	CHECK(str_split(&s, ',', &part) && str_eq(part, STR("a")));
	CHECK(str_split(&s, ',', &part) && part.len == 0);
	CHECK(str_split(&s, ',', &part) && str_eq(part, STR("b")));
	CHECK(!str_split(&s, ',', &part));
}

int main(void)
{
	check_numbers();
	check_utf8();
	check_split();
	CHECK(str_eq(str_trim(STR(" \t a b\r\n")), STR("a b")));
	CHECK_INT(str_trim(STR("  ")).len, 0);
	CHECK(str_starts(STR("petition"), STR("pet")));
	CHECK(!str_starts(STR("pet"), STR("petition")));
	CHECK(str_ends(STR("a.json"), STR(".json")));
	CHECK(str_eq_nocase(STR("HoSt"), STR("hOsT")));
	CHECK(str_cmp(STR("a"), STR("ab")) < 0);
	CHECK_INT(str_slice(STR("abc"), 2, 9).len, 1);
	return tap_done();
}

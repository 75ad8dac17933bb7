#include "base/buf.h"

#include "base/tap.h"

int main(void)
{
	struct buf b;

	buf_init(&b, 1000);
	buf_c(&b, "n=");
	buf_decimal(&b, UINT64_MAX);
	CHECK_STR(buf_view(&b), STR("n=18446744073709551615"));
	buf_drop(&b, 2);
	CHECK_STR(buf_view(&b), STR("18446744073709551615"));
	buf_clear(&b);
	buf_u16(&b, 0x0102);
	buf_u32(&b, 0x03040506);
	buf_u64(&b, 0x0708090A0B0C0D0Eu);
	CHECK_STR(buf_view(&b), STR("\1\2\3\4\5\6\7\10\11\12\13\14\15\16"));
	buf_clear(&b);
	for (int i = 0; i < 100; i++)
		buf_printf(&b, "%d,", i % 10);
	CHECK_INT(b.len, 200);
	CHECK(buf_err(&b) == OK);
	for (int i = 0; i < 801; i++)
		buf_byte(&b, 'x');
	CHECK(buf_err(&b) == ERR_TOO_LARGE);
	CHECK_INT(b.len, 1000);
	buf_c(&b, "");
	CHECK(buf_err(&b) == ERR_TOO_LARGE);
	buf_release(&b);
	CHECK(buf_err(&b) == OK);
	CHECK(b.at == NULL);
	return tap_done();
}

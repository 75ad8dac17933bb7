#include "base/view.h"

#include "base/tap.h"

int main(void)
{
	static const uint8_t byte[] = { 1, 2, 3, 0, 2, 'h', 'i', 9 };
	struct view v = view_of(byte, sizeof(byte));
	char rest[4] = "xxx";

	CHECK_INT(view_u8(&v), 1);
	CHECK_INT(view_u16(&v), 0x0203);
	CHECK_STR(view_str16(&v), STR("hi"));
	CHECK(!view_done(&v));
	CHECK_INT(view_u8(&v), 9);
	CHECK(view_done(&v));
	CHECK_INT(view_u64(&v), 0);
	CHECK(v.bad && !view_done(&v));
	view_copy(&v, rest, 3);
	CHECK_INT(rest[0], 0);
	CHECK(view_take(&v, 0) == NULL);
	return tap_done();
}

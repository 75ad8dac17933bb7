#include "base/zone.h"

#include "base/buf.h"
#include "base/tap.h"

static void test_calendar(void)
{
	CHECK_INT(civil_days(1970, 1, 1), 0);
	CHECK_INT(civil_days(2000, 2, 29), 11016);
	CHECK_INT(civil_days(1969, 12, 31), -1);
	CHECK_INT(civil_days(0, 3, 1), -719468);
	CHECK_INT(civil_days(2026, 14, 1), civil_days(2027, 2, 1));
	CHECK_INT(civil_days(2026, 1, 0), civil_days(2025, 12, 31));
	CHECK_INT(civil_weekday(0), 4);
	CHECK_INT(civil_weekday(civil_days(2026, 11, 23)), 1);
	CHECK_INT(civil_weekday(-5), 6);
	CHECK_INT(civil_month_days(2024, 2), 29);
	CHECK_INT(civil_month_days(1900, 2), 28);
	CHECK_INT(civil_month_days(2026, 12), 31);
}

/* Every day of 800 years, there and back. */
static void test_round_trip(void)
{
	int64_t bad = 0;

	for (int64_t day = -146097; day < 146097; day++) {
		struct civil c = zone_civil(NULL, day * 86400 + 3661);

		bad += civil_days(c.year, c.month, c.day) != day ||
			c.hour != 1 || c.minute != 1 || c.second != 1;
		bad += zone_unix(NULL, c) != day * 86400 + 3661;
	}
	CHECK_INT(bad, 0);
}

static void test_london(void)
{
	struct zone *z = NULL;
	struct civil c;

	if (!CHECK(zone_load("Europe/London", &z) == OK))
		return;
	CHECK_INT(zone_offset_s(z, 1453115966), 0); /* 18 January 2016 */
	CHECK_INT(zone_offset_s(z, 1440082975), 3600); /* 20 August 2015 */
	/* 2016-03-27 01:00 UTC and 2016-10-30 01:00 UTC, to the second */
	CHECK_INT(zone_offset_s(z, 1459040399), 0);
	CHECK_INT(zone_offset_s(z, 1459040400), 3600);
	CHECK_INT(zone_offset_s(z, 1477789199), 3600);
	CHECK_INT(zone_offset_s(z, 1477789200), 0);
	/* far behind any table: 2099-07-01 and 2099-12-01 */
	CHECK_INT(zone_offset_s(z, 4086547200), 3600);
	CHECK_INT(zone_offset_s(z, 4099766400), 0);
	/* all-year summer time of 1970, local mean time of 1800 */
	CHECK_INT(zone_offset_s(z, 0), 3600);
	CHECK_INT(zone_offset_s(z, -5364662400), -75);
	c = zone_civil(z, 1440115199);
	CHECK_INT(c.day * 10000 + c.hour * 100 + c.minute, 210059);
	/* the repeated hour: the first; the missing one: forward */
	CHECK_INT(zone_unix(z, (struct civil){ 2016, 10, 30, 1, 30, 0 }),
		1477787400);
	CHECK_INT(zone_unix(z, (struct civil){ 2016, 3, 27, 1, 30, 0 }),
		1459042200);
	CHECK_INT(zone_unix(z, (struct civil){ 2016, 2, 20, 23, 59, 59 }),
		1456012799);
	zone_free(z);
}

/* South of the equator summer time spans the new year; Kathmandu has odd
 * minutes; Dublin's winter is the exception and summer the standard. */
static void test_elsewhere(void)
{
	struct zone *z = NULL;

	CHECK(zone_load("Australia/Sydney", &z) == OK);
	CHECK_INT(zone_offset_s(z, 4070908800), 39600); /* 2099-01-01 */
	CHECK_INT(zone_offset_s(z, 4086547200), 36000);
	zone_free(z);
	CHECK(zone_load("Asia/Kathmandu", &z) == OK);
	CHECK_INT(zone_offset_s(z, 4086547200), 20700);
	zone_free(z);
	CHECK(zone_load("Europe/Dublin", &z) == OK);
	CHECK_INT(zone_offset_s(z, 4070908800), 0);
	CHECK_INT(zone_offset_s(z, 4086547200), 3600);
	zone_free(z);
	CHECK(zone_load("UTC", &z) == OK);
	CHECK_INT(zone_offset_s(z, 4086547200), 0);
	zone_free(z);
}

/* A file of one zone without changes, then with each piece broken. */
static void make(struct buf *b, const char *footer)
{
	static const char head[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				   "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				   "\0\0\0\1\0\0\0\4";
	static const char type[] = "\0\0\0\0\0\0XYZ";

	buf_clear(b);
	for (int i = 0; i < 2; i++) {
		buf_put(b, head, sizeof(head) - 1);
		buf_put(b, type, sizeof(type));
	}
	buf_c(b, footer);
}

static void test_footer(void)
{
	static const struct {
		const char *footer;
		enum err want;
		int32_t july_s; /* offset on 2099-07-01 */
	} table[] = {
		{ "\n\n", OK, 0 },
		{ "\nXYZ-1\n", OK, 3600 },
		{ "\n<+0330>-3:30\n", OK, 12600 },
		{ "\nEST5EDT,M3.2.0,M11.1.0\n", OK, -14400 },
		{ "\nXYZ0ABC-2,J60/0,300/24:00:00\n", OK, 7200 },
		{ "\nXYZ0ABC,J100,J110/-1\n", OK, 0 },
		{ "XYZ-1\n", ERR_CORRUPT, 0 },
		{ "\nXYZ-1", ERR_CORRUPT, 0 },
		{ "\nXY-1\n", ERR_CORRUPT, 0 },
		{ "\nXYZ\n", ERR_CORRUPT, 0 },
		{ "\nXYZ0ABC\n", ERR_CORRUPT, 0 },
		{ "\nXYZ0ABC,M13.1.0,M1.1.0\n", ERR_CORRUPT, 0 },
		{ "\nXYZ0ABC,M3.1.0,M11.1.0x\n", ERR_CORRUPT, 0 },
		{ "\n<XYZ0\n", ERR_CORRUPT, 0 },
	};
	struct buf b;

	buf_init(&b, 4096);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct zone *z = NULL;

		make(&b, table[i].footer);
		CHECK_INT(zone_parse(buf_view(&b), &z), table[i].want);
		if (z != NULL)
			CHECK_INT(
				zone_offset_s(z, 4086547200), table[i].july_s);
		zone_free(z);
	}
	make(&b, "\n\n");
	for (size_t len = 0; len < b.len; len++) {
		struct zone *z = NULL;

		if (zone_parse(str_slice(buf_view(&b), 0, len), &z) == OK)
			CHECK(false);
		zone_free(z);
	}
	buf_release(&b);
}

static void test_names(void)
{
	struct zone *z = NULL;

	CHECK_INT(zone_load("../../etc/passwd", &z), ERR_INVALID);
	CHECK_INT(zone_load("/etc/passwd", &z), ERR_INVALID);
	CHECK_INT(zone_load("", &z), ERR_INVALID);
	CHECK_INT(zone_load("Europe/", &z), ERR_INVALID);
	CHECK_INT(zone_load("Europe/Nowhere", &z), ERR_NOT_FOUND);
	CHECK(z == NULL);
}

int main(void)
{
	test_calendar();
	test_round_trip();
	test_london();
	test_elsewhere();
	test_footer();
	test_names();
	return tap_done();
}

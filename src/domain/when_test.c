#include "domain/when.h"

#include "base/tap.h"

static struct buf buf;

static struct str when_text(int64_t ms)
{
	buf_clear(&buf);
	when_put(&buf, ms);
	return buf_view(&buf);
}

static struct str local_text(const struct zone *zone, int64_t ms)
{
	buf_clear(&buf);
	when_put_local(&buf, zone, ms);
	return buf_view(&buf);
}

static struct str day_text(int32_t day)
{
	buf_clear(&buf);
	day_put(&buf, day);
	return buf_view(&buf);
}

static int64_t moment(const char *text)
{
	int64_t ms = WHEN_NONE;

	CHECK_INT(when_parse(str_c(text), &ms), OK);
	return ms;
}

static int32_t day(const char *text)
{
	int32_t d = DAY_NONE;

	CHECK_INT(day_parse(str_c(text), &d), OK);
	return d;
}

static void test_round_trips(void)
{
	static const char *const texts[] = { "1970-01-01T00:00:00.000Z",
		"2020-03-02T12:06:20.235Z", "2000-02-29T23:59:59.999Z",
		"1969-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z",
		"9999-12-31T23:59:59.999Z", "1900-03-01T00:00:00.001Z" };
	bool same = true;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CHECK_STR(when_text(moment(texts[i])), str_c(texts[i]));
	for (int32_t d = -800000; d < 800000; d += 7) {
		int32_t back = DAY_NONE;
		struct str text = day_text(d);

		/* Only years of four digits have a text. */
		if (text.len == 10 && text.at[0] != '-' &&
			day_parse(text, &back) == OK)
			same = same && back == d;
	}
	CHECK(same);
}

static void test_reading(void)
{
	static const char *const bad[] = { "", "2020-03-02", "2020-03-02T12:06",
		"2020-02-30T00:00:00Z", "2021-02-29T00:00:00Z",
		"2020-13-01T00:00:00Z", "2020-00-01T00:00:00Z",
		"0000-01-01T00:00:00Z", "2020-01-01T24:00:00Z",
		"2020-01-01T00:60:00Z", "2020-01-01T00:00:61Z",
		"2020-01-01T00:00:00", "2020-01-01T00:00:00.Z",
		"2020-01-01T00:00:00.0123456789Z", "2020-01-01T00:00:00+0100",
		"2020-01-01 00:00:00Z", "2020-01-01T00:00:00ZZ",
		"-020-01-01T00:00:00Z" };
	int64_t ms = 7;
	int32_t d = 7;

	CHECK_INT(moment("1970-01-01T00:00:01Z"), 1000);
	CHECK_INT(moment("1970-01-01T00:00:00.5Z"), 500);
	CHECK_INT(moment("1970-01-01T00:00:00.1239Z"), 123);
	CHECK_INT(moment("1970-01-01T01:00:00.000+01:00"), 0);
	CHECK_INT(moment("1969-12-31T14:30:00.000-09:30"), 0);
	CHECK_INT(
		moment("2016-12-31T23:59:60Z"), moment("2016-12-31T23:59:59Z"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		printf("# %s\n", bad[i]);
		CHECK_INT(when_parse(str_c(bad[i]), &ms), ERR_INVALID);
	}
	CHECK_INT(ms, 7);
	CHECK_INT(day("1970-01-02"), 1);
	CHECK_INT(day_parse(STR("1970-01-02T"), &d), ERR_INVALID);
	CHECK_INT(day_parse(STR("1970-1-02"), &d), ERR_INVALID);
	CHECK_INT(d, 7);
}

static void test_local(void)
{
	struct zone *london = NULL, *sao_paulo = NULL;

	if (zone_load("Europe/London", &london) != OK ||
		zone_load("America/Sao_Paulo", &sao_paulo) != OK) {
		tap_skip("no time zone database here");
		zone_free(london);
		return;
	}
	CHECK_STR(local_text(london, moment("2026-07-02T06:14:00.250Z")),
		STR("2026-07-02T07:14:00.250+01:00"));
	CHECK_STR(local_text(london, moment("2026-12-02T06:14:00.250Z")),
		STR("2026-12-02T06:14:00.250+00:00"));
	CHECK_INT(day_of(london, moment("2026-07-01T23:30:00Z")),
		day("2026-07-02"));
	CHECK_INT(day_of(london, moment("1969-12-31T22:59:59.999Z")),
		day("1969-12-31"));
	CHECK_STR(when_text(day_end_ms(london, day("2020-09-03"))),
		STR("2020-09-03T22:59:59.999Z"));
	CHECK_STR(when_text(day_end_ms(london, day("2020-12-09"))),
		STR("2020-12-09T23:59:59.999Z"));
	/* Clocks changed at midnight: this day began at one. */
	CHECK_STR(
		local_text(sao_paulo, day_end_ms(sao_paulo, day("2018-11-03"))),
		STR("2018-11-03T23:59:59.999-03:00"));
	zone_free(sao_paulo);
	zone_free(london);
}

static void test_utc(void)
{
	CHECK_STR(local_text(NULL, -1), STR("1969-12-31T23:59:59.999+00:00"));
	CHECK_INT(day_of(NULL, -1), -1);
	CHECK_INT(day_of(NULL, 0), 0);
	CHECK_INT(day_end_ms(NULL, 0), 86399999);
}

static void test_months(void)
{
	CHECK_STR(day_text(day_add_months(day("2020-03-03"), 6)),
		STR("2020-09-03"));
	CHECK_STR(day_text(day_add_months(day("2026-08-31"), 6)),
		STR("2027-02-28"));
	CHECK_STR(day_text(day_add_months(day("2027-08-31"), 6)),
		STR("2028-02-29"));
	CHECK_STR(day_text(day_add_months(day("2026-12-31"), 12)),
		STR("2027-12-31"));
	CHECK_STR(day_text(day_add_months(day("2026-12-31"), 0)),
		STR("2026-12-31"));
}

int main(void)
{
	buf_init(&buf, 1024);
	test_round_trips();
	test_reading();
	test_local();
	test_utc();
	test_months();
	buf_release(&buf);
	return tap_done();
}

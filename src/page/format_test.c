#include "page/format.h"

#include "base/tap.h"

static const int64_t answered_ms = 1453115966587; /* 2016-01-18 11:19:26 */

static void test_number(void)
{
	const struct catalogue *en = catalogue_english();
	struct catalogue de = { .thousands = STR_INIT(".") };
	struct scratch s;

	CHECK_STR(format_number(en, &s, 0), STR("0"));
	CHECK_STR(format_number(en, &s, 999), STR("999"));
	CHECK_STR(format_number(en, &s, 1000), STR("1,000"));
	CHECK_STR(format_number(en, &s, 11277), STR("11,277"));
	CHECK_STR(format_number(NULL, &s, 4150262), STR("4,150,262"));
	CHECK_STR(format_number(&de, &s, 100000), STR("100.000"));
	CHECK_STR(format_number(en, &s, UINT64_MAX),
		STR("18,446,744,073,709,551,615"));
}

static void test_date(void)
{
	const struct catalogue *en = catalogue_english();
	struct zone *london = NULL;
	struct scratch s;

	CHECK(zone_load("Europe/London", &london) == OK);
	CHECK_STR(
		format_date(en, NULL, answered_ms, &s), STR("18 January 2016"));
	CHECK_STR(format_date_time(en, london, answered_ms, &s),
		STR("18 January 2016 at 11:19"));
	/* Half past eleven at night UTC is tomorrow in London's summer. */
	CHECK_STR(format_date_time(en, london, 1440113400000, &s),
		STR("21 August 2015 at 00:30"));
	CHECK_STR(format_date(en, NULL, 1440113400000, &s),
		STR("20 August 2015"));
	CHECK_STR(format_date(en, NULL, -1, &s), STR("31 December 1969"));
	CHECK_STR(format_rfc3339(answered_ms, &s), STR("2016-01-18T11:19:26Z"));
	zone_free(london);
}

static void test_day(void)
{
	struct scratch s;

	CHECK_STR(format_day(NULL, 16860, &s), STR("29 February 2016"));
	CHECK_STR(format_day(NULL, 0, &s), STR("1 January 1970"));
	CHECK_STR(format_day(NULL, -1, &s), STR("31 December 1969"));
}

static void test_percent(void)
{
	CHECK_INT(format_percent(0, 10000), 0);
	CHECK_INT(format_percent(1, 10000), 1);
	CHECK_INT(format_percent(5000, 10000), 50);
	CHECK_INT(format_percent(9999, 10000), 99);
	CHECK_INT(format_percent(10000, 10000), 100);
	CHECK_INT(format_percent(UINT64_MAX, 10000), 100);
	CHECK_INT(format_percent(5, 0), 100);
	CHECK_INT(format_percent(3, 5), 60);
}

static const struct catalogue *german(struct arena *a, struct buf *bytes)
{
	static const struct mo_message messages[] = {
		{ STR_INIT(""),
			STR_INIT("Content-Type: text/plain; charset=UTF-8\n") },
		{ STR_INIT("1,000"), STR_INIT("1.000") },
		{ STR_INIT("January"), STR_INIT("Januar") },
		{ STR_INIT("{1} {2} {3}"), STR_INIT("{1}. {2} {3}") },
	};
	const struct catalogue *c = NULL;
	const char *why;
	size_t layer;
	struct str view;

	buf_init(bytes, 1 << 12);
	mo_write(bytes, messages, 4);
	view = buf_view(bytes);
	CHECK_INT(catalogue_make(a, &view, 1, &c, &layer, &why), OK);
	return c;
}

static void test_words(void)
{
	struct arena a;
	struct buf bytes;
	const struct catalogue *de;
	struct scratch s;
	char long_text[200];
	struct str cut;

	arena_init(&a, 1 << 16);
	de = german(&a, &bytes);
	CHECK_STR(format_number(de, &s, 1234567), STR("1.234.567"));
	CHECK_STR(
		format_date(de, NULL, answered_ms, &s), STR("18. Januar 2016"));
	CHECK_STR(words_find_plural(NULL, STR("one"), STR("many"), 1),
		STR("one"));
	CHECK_STR(
		words_find_plural(de, STR("one"), STR("many"), 0), STR("many"));
	CHECK_STR(format_message(&s, STR("{2} {1} {3} {x} {"),
			  (struct str[]){ STR("a"), STR("b") }, 2),
		STR("b a  {x} {"));
	memset(long_text, 'a', sizeof(long_text));
	long_text[159] = '\xC3';
	long_text[160] = '\xBC';
	cut = format_message(
		&s, (struct str){ long_text, sizeof(long_text) }, NULL, 0);
	CHECK_INT(cut.len, 159);
	buf_release(&bytes);
	arena_release(&a);
}

static void test_share(void)
{
	static const struct {
		uint64_t millionths;
		const char *want;
	} cases[] = { { 0, "0%" }, { 1, "0.0001%" }, { 99, "0.0099%" },
		{ 105, "0.011%" }, { 4321, "0.43%" }, { 10000, "1.0%" },
		{ 99949, "10.0%" }, { 123456, "12%" }, { 1000000, "100%" },
		{ 12345000000, "1,234,500%" } };
	struct scratch s;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_STR(format_share(NULL, &s, cases[i].millionths),
			str_c(cases[i].want));
}

int main(void)
{
	test_number();
	test_date();
	test_day();
	test_percent();
	test_words();
	test_share();
	return tap_done();
}

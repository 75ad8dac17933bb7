#include "http/form.h"

#include "base/buf.h"
#include "base/tap.h"

static const struct {
	struct str text;
	struct str name; /* looked up */
	struct str value; /* found */
} good[] = {
	{ STR_INIT("a=b"), STR_INIT("a"), STR_INIT("b") },
	{ STR_INIT("a=b&a=c"), STR_INIT("a"), STR_INIT("b") },
	{ STR_INIT("&&a=b&"), STR_INIT("a"), STR_INIT("b") },
	{ STR_INIT("a"), STR_INIT("a"), STR_INIT("") },
	{ STR_INIT("a="), STR_INIT("a"), STR_INIT("") },
	{ STR_INIT("=b"), STR_INIT(""), STR_INIT("b") },
	{ STR_INIT("a=b=c"), STR_INIT("a"), STR_INIT("b=c") },
	{ STR_INIT("a=b+c"), STR_INIT("a"), STR_INIT("b c") },
	{ STR_INIT("a=%2B%26%3d"), STR_INIT("a"), STR_INIT("+&=") },
	{ STR_INIT("%61+1=b"), STR_INIT("a 1"), STR_INIT("b") },
	{ STR_INIT("a=Zo%C3%AB"), STR_INIT("a"), STR_INIT("Zo\xc3\xab") },
	{ STR_INIT("a=Zo\xc3\xab"), STR_INIT("a"), STR_INIT("Zo\xc3\xab") },
	{ STR_INIT("a=1%0D%0A2%09"), STR_INIT("a"), STR_INIT("1\r\n2\t") },
	{ STR_INIT("a=%F0%9F%98%80"), STR_INIT("a"),
		STR_INIT("\xf0\x9f\x98\x80") },
	{ STR_INIT("b=1&c=2&a=3"), STR_INIT("a"), STR_INIT("3") },
};

static const struct str bad[] = {
	STR_INIT("a=%"),
	STR_INIT("a=%4"),
	STR_INIT("a=%4&b=1"),
	STR_INIT("a=%G1"),
	STR_INIT("a=%1g"),
	STR_INIT("a=%+1"),
	STR_INIT("a=%00"),
	STR_INIT("%00=a"),
	STR_INIT("a=b c"),
	STR_INIT("a=b\n"),
	STR_INIT("a=\0"),
	STR_INIT("a=\x7f"),
	STR_INIT("a=%C3"),
	STR_INIT("a=%C3%28"),
	STR_INIT("a=%C0%80"),
	STR_INIT("a=%ED%A0%80"),
	STR_INIT("a=%F5%80%80%80"),
	STR_INIT("a=\xff"),
	STR_INIT("%C3=%AB"),
};

static void test_good(struct arena *a)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct form f;

		CHECK_INT(
			form_parse(a, good[i].text, FORM_TWICE_FIRST, &f), OK);
		CHECK_STR(form_get(&f, good[i].name), good[i].value);
	}
}

static void test_bad(struct arena *a)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct form f = { .n = 7 };

		CHECK_INT(form_parse(a, bad[i], FORM_TWICE_FIRST, &f),
			ERR_INVALID);
		CHECK_INT(f.n, 7);
	}
}

static void test_twice(struct arena *a)
{
	struct form f;

	CHECK_INT(form_parse(a, STR("a=1&b=2"), FORM_TWICE_REFUSED, &f), OK);
	CHECK_INT(form_parse(a, STR("a=1&%61=2"), FORM_TWICE_REFUSED, &f),
		ERR_INVALID);
	CHECK_INT(
		form_parse(a, STR("a&a"), FORM_TWICE_REFUSED, &f), ERR_INVALID);
}

static void test_absent(struct arena *a)
{
	struct form f;

	CHECK_INT(form_parse(a, STR("a="), FORM_TWICE_FIRST, &f), OK);
	CHECK(form_get(&f, STR("a")).at != NULL);
	CHECK(form_get(&f, STR("A")).at == NULL);
	CHECK_INT(form_parse(a, STR_NULL, FORM_TWICE_FIRST, &f), OK);
	CHECK_INT(f.n, 0);
}

static void test_ceilings(struct arena *a)
{
	struct arena small;
	struct form f;
	struct buf b;

	buf_init(&b, 4096);
	for (int i = 0; i < FORM_MAX_FIELDS; i++)
		buf_printf(&b, "n%d=%d&", i, i);
	CHECK_INT(form_parse(a, buf_view(&b), FORM_TWICE_REFUSED, &f), OK);
	CHECK_INT(f.n, FORM_MAX_FIELDS);
	buf_c(&b, "more");
	CHECK_INT(form_parse(a, buf_view(&b), FORM_TWICE_REFUSED, &f),
		ERR_TOO_LARGE);
	buf_release(&b);

	arena_init(&small, 64);
	CHECK_INT(form_parse(
			  &small, STR("a=1&b=2&c=3&d=4"), FORM_TWICE_FIRST, &f),
		ERR_TOO_LARGE);
	arena_release(&small);
}

int main(void)
{
	struct arena a;

	arena_init(&a, 65536);
	test_good(&a);
	test_bad(&a);
	test_twice(&a);
	test_absent(&a);
	test_ceilings(&a);
	arena_release(&a);
	return tap_done();
}

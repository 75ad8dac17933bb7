#include "domain/text.h"

#include "base/tap.h"

static struct arena arena;

static void mail_good(const char *typed, const char *mailed, const char *lower,
	const char *canonical)
{
	struct email e = { 0 };

	printf("# %s\n", typed);
	CHECK_INT(email_parse(&arena, str_c(typed), &e), EMAIL_FINE);
	CHECK_STR(e.mailed, str_c(mailed));
	CHECK_STR(e.lower, str_c(lower));
	CHECK_STR(e.canonical, str_c(canonical));
}

/* What was typed, on one line of TAP commentary. */
static void show(struct str typed)
{
	printf("# ");
	for (size_t i = 0; i < typed.len; i++)
		printf((unsigned char)typed.at[i] < ' ' ? "\\%03o" : "%c",
			(unsigned char)typed.at[i]);
	printf("\n");
}

static void mail_bad(struct str typed, enum email_fault want)
{
	struct email e = { .mailed = STR("untouched") };

	show(typed);
	CHECK_INT(email_parse(&arena, typed, &e), want);
	CHECK_STR(e.mailed, STR("untouched"));
}

static void test_mail_good(void)
{
	mail_good("ada@example.org", "ada@example.org", "ada@example.org",
		"ada@example.org");
	mail_good(" Ada.Lovelace@Example.ORG\t", "Ada.Lovelace@example.org",
		"ada.lovelace@example.org", "ada.lovelace@example.org");
	mail_good("Ada+uk+2@example.org", "Ada+uk+2@example.org",
		"ada+uk+2@example.org", "ada@example.org");
	mail_good("A.d.a+x@GoogleMail.com", "A.d.a+x@googlemail.com",
		"a.d.a+x@googlemail.com", "ada@gmail.com");
	mail_good("a.d.a@mail.gmail.com", "a.d.a@mail.gmail.com",
		"a.d.a@mail.gmail.com", "a.d.a@mail.gmail.com");
	mail_good("!#$%&'*+-/=?^_`{|}~@x.co", "!#$%&'*+-/=?^_`{|}~@x.co",
		"!#$%&'*+-/=?^_`{|}~@x.co", "!#$%&'*@x.co");
	mail_good("a@BÜCHER.example", "a@xn--bcher-kva.example",
		"a@xn--bcher-kva.example", "a@xn--bcher-kva.example");
	mail_good("a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example",
		"a@xn--bcher-kva.example", "a@xn--bcher-kva.example");
	mail_good("a@straße.de", "a@xn--strae-oqa.de", "a@xn--strae-oqa.de",
		"a@xn--strae-oqa.de");
	mail_good("a@例え.テスト", "a@xn--r8jz45g.xn--zckzah",
		"a@xn--r8jz45g.xn--zckzah", "a@xn--r8jz45g.xn--zckzah");
	mail_good("a@1.2.co", "a@1.2.co", "a@1.2.co", "a@1.2.co");
}

static void test_mail_bad(void)
{
	mail_bad(STR(""), EMAIL_MISSING);
	mail_bad(STR(" \n"), EMAIL_MISSING);
	mail_bad(STR("ada"), EMAIL_NO_AT);
	mail_bad(STR("ada@x@example.org"), EMAIL_NO_AT);
	mail_bad(STR("@example.org"), EMAIL_LOCAL);
	mail_bad(STR(".ada@example.org"), EMAIL_LOCAL);
	mail_bad(STR("ada.@example.org"), EMAIL_LOCAL);
	mail_bad(STR("a..da@example.org"), EMAIL_LOCAL);
	mail_bad(STR("\"ada\"@example.org"), EMAIL_LOCAL);
	mail_bad(STR("a da@example.org"), EMAIL_LOCAL);
	mail_bad(STR("ada\0x@example.org"), EMAIL_LOCAL);
	mail_bad(STR("ada,b@example.org"), EMAIL_LOCAL);
	mail_bad(STR("ad\xc3\xa4@example.org"), EMAIL_LOCAL);
	mail_bad(STR("a\xff@example.org"), EMAIL_LOCAL);
	mail_bad(STR("ada@"), EMAIL_DOMAIN);
	mail_bad(STR("ada@localhost"), EMAIL_DOMAIN);
	mail_bad(STR("ada@example.org."), EMAIL_DOMAIN);
	mail_bad(STR("ada@.example.org"), EMAIL_DOMAIN);
	mail_bad(STR("ada@-x.example.org"), EMAIL_DOMAIN);
	mail_bad(STR("ada@x-.example.org"), EMAIL_DOMAIN);
	mail_bad(STR("ada@exa_mple.org"), EMAIL_DOMAIN);
	mail_bad(STR("ada@192.0.2.1"), EMAIL_DOMAIN);
	mail_bad(STR("ada@[192.0.2.1]"), EMAIL_DOMAIN);
	mail_bad(STR("ada@example.o"), EMAIL_DOMAIN);
	mail_bad(STR("ada@exam\0ple.org"), EMAIL_DOMAIN);
	mail_bad(STR("ada@example.org\r\nBcc: x@y.org"), EMAIL_NO_AT);
	mail_bad(STR("ada@example.org\r\nBcc"), EMAIL_DOMAIN);
	mail_bad(STR("ada@xn--a.example"), EMAIL_DOMAIN);
}

static void test_mail_length(void)
{
	char text[600];
	struct email e;

	/* 64 and 65 before the @. */
	memset(text, 'a', sizeof(text));
	memcpy(text + 64, "@x.org", 6);
	CHECK_INT(email_parse(&arena, (struct str){ text, 70 }, &e), 0);
	memset(text, 'a', sizeof(text));
	memcpy(text + 65, "@x.org", 6);
	mail_bad((struct str){ text, 71 }, EMAIL_LOCAL);
	/* 254 and 255 in all. */
	memset(text, 'a', sizeof(text));
	text[54] = '@';
	for (size_t i = 104; i < 240; i += 50)
		text[i] = '.';
	CHECK_INT(email_parse(&arena, (struct str){ text, 254 }, &e), 0);
	mail_bad((struct str){ text, 255 }, EMAIL_TOO_LONG);
	mail_bad((struct str){ text, 600 }, EMAIL_DOMAIN);
}

static void name_good(const char *typed, const char *want, const char *slug)
{
	struct str name = STR_NULL;

	printf("# %s\n", typed);
	CHECK_INT(name_check(&arena, str_c(typed), &name), NAME_FINE);
	CHECK_STR(name, str_c(want));
	CHECK_STR(name_slug(&arena, name), str_c(slug));
}

static void name_bad(struct str typed, enum name_fault want)
{
	struct str name = STR("untouched");

	show(typed);
	CHECK_INT(name_check(&arena, typed, &name), want);
	CHECK_STR(name, STR("untouched"));
}

static void test_names(void)
{
	char text[1024];
	struct str name;

	name_good("Ada Lovelace", "Ada Lovelace", "adalovelace");
	name_good("  Sukarno\xc2\xa0", "Sukarno", "sukarno");
	name_good("Siobhán O’Brien-O'Neill", "Siobhán O’Brien-O'Neill",
		"siobhanobrienoneill");
	name_good("Zoe\xcc\x88", "Zo\xc3\xab", "zoe");
	name_good("Straße", "Straße", "strasse");
	name_good("ΣΊΣΥΦΟΣ", "ΣΊΣΥΦΟΣ", "σισυφοσ");
	name_good("İpek", "İpek", "ipek");
	name_good("王小明", "王小明", "王小明");
	name_good("Ⅷ Henry", "Ⅷ Henry", "viiihenry");
	name_good("M: Smith", "M: Smith", "msmith");
	name_good("Louis 14", "Louis 14", "louis14");
	name_bad(STR(""), NAME_MISSING);
	name_bad(STR(" \t\xe3\x80\x80"), NAME_MISSING);
	name_bad(STR("..."), NAME_MISSING);
	name_bad(STR("Ada\nLovelace"), NAME_UNREADABLE);
	name_bad(STR("Ada\0"), NAME_UNREADABLE);
	name_bad(STR("Ada\x7f."), NAME_UNREADABLE);
	name_bad(STR("Ada\xc2\x85."), NAME_UNREADABLE);
	name_bad(STR("Ada\xe2\x80\xae live"), NAME_UNREADABLE);
	name_bad(STR("Ada\xe2\x80\xa8x"), NAME_UNREADABLE);
	name_bad(STR("Ada\xff"), NAME_UNREADABLE);
	name_bad(STR("=SUM(A1)"), NAME_FIRST);
	name_bad(STR("-Ada"), NAME_FIRST);
	name_bad(STR("see http://example.org"), NAME_LINK);
	name_bad(STR("WWW.example.org"), NAME_LINK);
	name_bad(STR("ada@example.org"), NAME_LINK);

	memset(text, 'a', sizeof(text));
	CHECK_INT(name_check(&arena, (struct str){ text, 255 }, &name), 0);
	name_bad((struct str){ text, 256 }, NAME_TOO_LONG);
	for (size_t i = 0; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xab", 2);
	CHECK_INT(name_check(&arena, (struct str){ text, 510 }, &name), 0);
	name_bad((struct str){ text, 512 }, NAME_TOO_LONG);
}

static const struct postcode_rule uk = { STR_INIT("GB"), { 0 } };

static void postcode(const char *country, const char *typed,
	enum postcode_fault want, const char *canonical)
{
	struct str got = STR("untouched");

	printf("# %s %s\n", country, typed);
	CHECK_INT(
		postcode_parse(&arena, &uk, str_c(country), str_c(typed), &got),
		want);
	CHECK_STR(got, str_c(canonical));
}

static void test_postcodes(void)
{
	static const char *const shapes[] = { "M1 1AA", "M60 1NW", "CR2 6XH",
		"DN55 1PT", "W1A 1HQ", "EC1A 1BB", "gir 0aa", "BFPO 1",
		"bfpo 1234", "sw1a-1aa" };
	static const char *const none[] = { "SW1A 1A", "SW1A 1AC", "1W1A 1AA",
		"SWW1 1AA", "SW1AA 1AA", "BFPO", "BFPO 12345", "W1 AA1",
		"S\303\2371 1AA", "SW1" };
	struct str got;

	postcode("GB", "SW1A 1AA", POSTCODE_FINE, "SW1A1AA");
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		printf("# %s\n", shapes[i]);
		CHECK_INT(postcode_parse(&arena, &uk, STR("GB"),
				  str_c(shapes[i]), &got),
			POSTCODE_FINE);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		postcode("GB", none[i], POSTCODE_SHAPE, "untouched");
	postcode("GB", " - ", POSTCODE_MISSING, "untouched");
	postcode("GB", "\xff", POSTCODE_SHAPE, "untouched");
	postcode("FR", "", POSTCODE_FINE, "");
	postcode("FR", "75 001", POSTCODE_FINE, "75001");
	postcode("CA", "k1a 0b1", POSTCODE_FINE, "K1A0B1");
	postcode("ZZ", "ab-\xc3\xa9\xcc\x81!", POSTCODE_FINE, "AB\xc3\x89");
}

/* Sites of other countries. */
static void test_shapes(void)
{
	const struct postcode_rule nl = { STR("NL"), STR("9999AA") };
	const struct postcode_rule ie = { STR("IE"), STR("A99XXXX A9WXXXX") };
	const struct postcode_rule fj = { STR("FJ"), STR("") };
	struct str got = STR("untouched");

	CHECK_INT(postcode_parse(&arena, &nl, STR("NL"), STR("1234 ab"), &got),
		POSTCODE_FINE);
	CHECK_STR(got, STR("1234AB"));
	CHECK_INT(postcode_parse(&arena, &nl, STR("NL"), STR("1234"), &got),
		POSTCODE_SHAPE);
	CHECK_INT(postcode_parse(&arena, &nl, STR("NL"), STR(""), &got),
		POSTCODE_MISSING);
	CHECK_INT(postcode_parse(&arena, &nl, STR("GB"), STR("?"), &got),
		POSTCODE_FINE);
	CHECK_INT(postcode_parse(&arena, &ie, STR("IE"), STR("D02 X285"), &got),
		POSTCODE_FINE);
	CHECK_INT(postcode_parse(&arena, &fj, STR("FJ"), STR(""), &got),
		POSTCODE_FINE);
	CHECK_STR(got, STR(""));
	CHECK(!postcode_has_shape(STR("1234AÃ"), STR("9999AAA")));
}

int main(void)
{
	arena_init(&arena, 1 << 20);
	test_mail_good();
	test_mail_bad();
	test_mail_length();
	test_names();
	test_postcodes();
	test_shapes();
	arena_release(&arena);
	return tap_done();
}

#include "base/plural.h"

#include "base/tap.h"

/* The form of each number in turn, as digits. */
static void forms(const char *field, const char *numbers, const char *want)
{
	struct plural p;
	struct str rest = str_c(numbers);
	struct str part;
	size_t i = 0;

	if (!CHECK_INT(plural_parse(str_c(field), &p), OK))
		return;
	while (str_split(&rest, ' ', &part)) {
		uint64_t n = 0;

		CHECK(str_u64(part, &n) == OK);
		if (!CHECK_INT(plural_form(&p, n), want[i++] - '0'))
			printf("# %s of %s\n", numbers, field);
	}
}

/* Expressions of GNU gettext's manual, "Plural forms". */
static void check_languages(void)
{
	struct plural english;

	plural_english(&english);
	CHECK_INT(plural_form(&english, 0), 1);
	CHECK_INT(plural_form(&english, 1), 0);
	CHECK_INT(plural_form(&english, 2), 1);
	forms("nplurals=1; plural=0;", "0 1 7", "000");
	forms("nplurals=2; plural=n != 1;", "0 1 2", "101");
	forms("nplurals=2; plural=n>1;", "0 1 2", "001");
	forms("nplurals=3; plural=n%10==1 && n%100!=11 ? 0 : "
	      "n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2;",
		"1 2 5 11 12 21 22 25 111 1000000", "0122201222");
	forms("nplurals=4; plural=(n==1) ? 0 : (n==2) ? 1 : "
	      "(n != 8 && n != 11) ? 2 : 3;",
		"0 1 2 3 8 11", "201233");
	forms("nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 "
	      "&& n%100<=10 ? 3 : n%100>=11 ? 4 : 5;",
		"0 1 2 3 11 100 18446744073709551615", "0123454");
}

static void check_operators(void)
{
	forms("nplurals=8;plural=1+2*3", "0", "7");
	forms("nplurals=8;plural=(1+2)*2", "0", "6");
	forms("nplurals=8;plural=7-2-1", "0", "4");
	forms("nplurals=8;plural=!n", "0 5", "10");
	forms("nplurals=8;plural=!!n", "0 5", "01");
	forms("nplurals=8;plural=9/2", "0", "4");
	forms("nplurals=8;plural=n<3", "2 3", "10");
	forms("nplurals=2;plural=n==1||n==2&&n==3", "1 2", "10");
	/* Nothing to divide by, and a form that there is not. */
	forms("nplurals=2;plural=1/n", "0 1", "01");
	forms("nplurals=2;plural=1%n", "0", "0");
	forms("nplurals=2;plural=n", "5", "0");
	forms("nplurals=2;plural=0-1", "5", "0");
}

static void check_refused(void)
{
	static const char *const bad[] = { "", "plural=0", "nplurals=2",
		"nplurals=0; plural=0", "nplurals=9; plural=0",
		"nplurals=2; plural=", "nplurals=2; plural=n n",
		"nplurals=2; plural=(n", "nplurals=2; plural=n)",
		"nplurals=2; plural=n ? 1", "nplurals=2; plural=n=1",
		"nplurals=2; plural=m", "nplurals=2; plural=n & 1",
		"nplurals=2; plural=-1", "nplurals=2; plural=12345678901",
		"nplurals=2; plural=n; x", "nplurals=2; plural=n+" };
	struct plural p = { .forms = 77 };
	char deep[600];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK_INT(plural_parse(str_c(bad[i]), &p), ERR_INVALID))
			printf("# %s\n", bad[i]);
	(void)snprintf(deep, sizeof(deep), "nplurals=2; plural=%0*d", 300, 1);
	memset(deep + 19, '(', 300);
	CHECK_INT(plural_parse(str_c(deep), &p), ERR_INVALID);
	memset(deep + 19, '!', 300);
	CHECK_INT(plural_parse(str_c(deep), &p), ERR_INVALID);
	for (size_t i = 0; i < 300; i += 2)
		memcpy(deep + 19 + i, "n+", 2);
	CHECK_INT(plural_parse(str_c(deep), &p), ERR_INVALID);
	CHECK_INT(p.forms, 77);
}

int main(void)
{
	check_languages();
	check_operators();
	check_refused();
	return tap_done();
}

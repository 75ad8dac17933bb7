/* What PostgreSQL 15 answered to ts_parse('default', …): the cuts are its. */
#include "domain/token.h"

#include "base/buf.h"
#include "base/tap.h"

/* The tokens of a text: words between (), anything else between []. */
static bool cuts(const char *text, const char *want)
{
	struct tokens t;
	struct token token;
	struct buf b;
	bool same;

	buf_init(&b, 4096);
	tokens_init(&t, str_c(text));
	while (tokens_next(&t, &token)) {
		buf_c(&b, token.is_word ? "(" : "[");
		buf_str(&b, token.text);
		buf_c(&b, token.is_word ? ")" : "]");
	}
	same = str_eq(buf_view(&b), str_c(want));
	if (!same)
		printf("# got %.*s\n", STR_ARG(buf_view(&b)));
	buf_release(&b);
	return same;
}

static const struct {
	const char *text, *want;
} cases[] = {
	{ "", "" },
	{ "Plant a tree.", "(Plant)(a)(tree)" },
	{ "don\xE2\x80\x99t", "(don)(t)" },
	{ "na\xC3\xAFve", "(na\xC3\xAFve)" },
	{ "\xE4\xBD\xA0\xE5\xA5\xBD", "(\xE4\xBD\xA0\xE5\xA5\xBD)" },
	{ "and/or", "[and/or]" },
	{ "a/b/c.d", "[a/b/c.d]" },
	{ "a/b.", "[a/b]" },
	{ "a/ b", "(a)(b)" },
	{ "caf\xC3\xA9/bar", "(caf\xC3\xA9)[/bar]" },
	{ "2019/20", "[2019/20]" },
	{ "U.K. law", "[U.K](law)" },
	{ "gov.uk", "[gov.uk]" },
	{ "www.gov.uk.", "[www.gov.uk]" },
	{ "gov.uk/help", "[gov.uk/help][gov.uk][/help]" },
	{ "https://x.org:80/a?b=c#d e",
		"[x.org:80/a?b=c#d][x.org:80][/a?b=c#d](e)" },
	{ "x.org/a\"b", "[x.org/a][x.org][/a](b)" },
	{ "gov.uk/", "[gov.uk]" },
	{ "see.This", "[see.This]" },
	{ "x.co2", "[x.co2]" },
	{ "a.b@c.de", "[a.b@c.de]" },
	{ "a@b", "(a)(b)" },
	{ "@handle #tag", "(handle)(tag)" },
	{ "long-term", "(long-term)(long)(term)" },
	{ "long-term/short-term", "(long-term)(long)(term)[/short-term]" },
	{ "F-16s", "[F-16s](F)[16s]" },
	{ "COVID-19", "(COVID)[-19]" },
	{ "post-covid-19", "(post-covid)(post)(covid)[19]" },
	{ "5-a-day", "[5](a-day)(a)(day)" },
	{ "foo--bar", "(foo)(bar)" },
	{ "10am CO2 1st", "[10am][CO2][1st]" },
	{ "3.5m", "[3.5](m)" },
	{ "1,000", "[1][000]" },
	{ "10.10.2020", "[10.10.2020]" },
	{ "1e5 1e-5 1.5e", "[1e5][1e-5][1.5](e)" },
	{ "-5 +44", "[-5][+44]" },
	{ "20-30", "[20][-30]" },
	{ "<b>bold</b> <3", "(bold)[3]" },
	{ "R&amp;D R&D", "(R)(D)(R)(D)" },
	{ "./x ../a ~a ~5", "[./x][../a][~a][5]" },
	{ "word...word", "(word)(word)" },
	{ "\xE2\x9A\xA0\xEF\xB8\x8FHS2", "[HS2]" },
	{ "a\xFF"
	  "b \xC3",
		"(a)(b)" },
};

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(cuts(cases[i].text, cases[i].want));
	return tap_done();
}

#include "domain/lexeme.h"

#include "base/buf.h"
#include "base/tap.h"

static void take(void *arg, struct str lexeme)
{
	struct buf *b = arg;

	buf_c(b, "|");
	buf_str(b, lexeme);
}

static bool reads(
	struct lexicon *l, const char *lang, struct str text, const char *want)
{
	struct buf b;
	bool same;

	buf_init(&b, 1 << 16);
	same = lexicon_read(l, str_c(lang), text, take, &b) == OK &&
		str_eq(buf_view(&b), str_c(want));
	if (!same)
		printf("# got %.*s\n", STR_ARG(buf_view(&b)));
	buf_release(&b);
	return same;
}

#define READS(lang, text, want) CHECK(reads(l, lang, STR(text), want))

static void english(struct lexicon *l)
{
	/* As PostgreSQL's to_tsvector('english', …) has them. */
	READS("en-GB", "The qualities of AIR", "||qualiti||air");
	READS("en", "don't overfishing", "|||overfish");
	READS("en", "Environmental environments", "|environment|environ");
	READS("en", "long-term and/or gov.uk",
		"|long-term|long|term|and/or|gov.uk");
	READS("en", "CO2 COVID-19", "|co2|covid|-19");
	READS("en", "A/B The/Of", "|a/b|the/of");
	/* What it has not: accents. */
	READS("en", "CAF\xC3\x89 na\xC3\xAFve", "|cafe|naiv");
	READS("en", "cafe\xCC\x81", "|cafe");
}

static void others(struct lexicon *l)
{
	READS("de",
		"H\xC3\xA4user Stra\xC3\x9F"
		"e",
		"|haus|strass");
	READS("de-AT", "die", "|die");
	READS("fr", "p\xC3\xA9titions", "|petit");
	READS("cy", "deisebau", "|deisebau");
	READS("", "petitions", "|petitions");
	READS("nonsense-language", "petitions", "|petitions");
	READS("hi",
		"\xE0\xA4\xB9\xE0\xA4\xBF\xE0\xA4\xA8\xE0\xA5\x8D\xE0\xA4\xA6\xE0\xA5\x80",
		"|\xE0\xA4\xB9\xE0\xA4\xBF\xE0\xA4\xA8\xE0\xA5\x8D\xE0\xA4\xA6");
}

static void refusals(struct lexicon *l)
{
	static char text[4 * LEXEME_MAX_BYTES];

	READS("en", "", "");
	READS("en", "\xFF\xC3 \0tree \"'`", "|tree");
	memset(text, 'x', sizeof(text));
	CHECK(reads(l, "en", (struct str){ text, sizeof(text) }, ""));
}

/* More languages than it keeps stemmers for. */
static void many(struct lexicon *l)
{
	char lang[] = "xa";

	for (; lang[1] <= 'z'; lang[1]++)
		CHECK(reads(l, lang, STR("trees"), "|trees"));
	READS("en", "trees", "|tree");
}

int main(void)
{
	struct lexicon *l;

	if (lexicon_new(&l) != OK)
		return 1;
	english(l);
	others(l);
	refusals(l);
	many(l);
	lexicon_free(l);
	return tap_done();
}

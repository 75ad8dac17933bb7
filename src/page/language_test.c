#include "page/language.h"

#include "base/tap.h"

static const struct catalogue german = { .lang = STR_INIT("de") };
static const struct catalogue welsh = { .lang = STR_INIT("cy") };

static void check_preference(const struct language *list)
{
	static const struct {
		const char *field;
		size_t want;
	} cases[] = {
		{ "", 0 },
		{ "de", 1 },
		{ "DE-at", 1 },
		{ "en-US,de;q=0.9", 0 },
		{ "de;q=0.5,cy;q=0.7", 2 },
		{ "de;q=0.5, cy;q=0.5", 1 },
		{ "fr,cy;q=0.001", 2 },
		{ "de;q=0", 0 },
		{ "de;q=0.000,*", 0 },
		{ "dex", 0 },
		{ "d", 0 },
		{ "de;q=x,cy;q=.1", 2 },
		{ "de ; q=0.2 , cy ; q=0.1", 1 },
		{ ",,;,=;q=,", 0 },
		{ "cy;q=9,de", 2 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!CHECK_INT(
			    language_preferred(list, 3, str_c(cases[i].field)),
			    cases[i].want))
			printf("# %s\n", cases[i].field);
}

static void check_path(const struct language *list, const char *path,
	size_t want, const char *want_rest)
{
	struct str rest = STR_NULL;

	CHECK_INT(language_of_path(list, 3, str_c(path), &rest), want);
	CHECK_STR(rest, str_c(want_rest));
}

static void check_paths(const struct language *list)
{
	struct str rest;

	check_path(list, "/", 3, "/");
	check_path(list, "/de", 1, "/");
	check_path(list, "/de/", 1, "/");
	check_path(list, "/cy/petitions/1", 2, "/petitions/1");
	check_path(list, "/dex", 3, "/dex");
	check_path(list, "/departments", 3, "/departments");
	/* One language has no prefixes. */
	CHECK_INT(language_of_path(list, 1, STR("/en/help"), &rest), 1);
	CHECK_STR(rest, STR("/en/help"));
	CHECK_INT(language_views(1), 1);
	CHECK_INT(language_views(3), 4);
}

static void check_kinds(void)
{
	CHECK(language_has(STR("/")));
	CHECK(language_has(STR("/petitions?q=a.b")));
	CHECK(language_has(STR("/receipts/7/AbC")));
	CHECK(!language_has(STR("/petitions.json?page=2")));
	CHECK(!language_has(STR("/assets/style.0.css")));
	CHECK(!language_has(STR("/log/keys")));
	CHECK(language_tag_fits(STR("cy")));
	CHECK(language_tag_fits(STR("pt-BR")));
	CHECK(!language_tag_fits(STR("c")));
	CHECK(!language_tag_fits(STR("english")));
	CHECK(!language_tag_fits(STR("../de")));
	CHECK(!language_tag_fits(STR("de-")));
	CHECK(!language_tag_fits(STR("")));
	CHECK(language_built_in(STR("de")).at != NULL);
	CHECK(language_built_in(STR("d")).at == NULL);
}

int main(void)
{
	const struct language list[] = {
		{ STR("en"), STR("/en"), catalogue_english() },
		{ STR("de"), STR("/de"), &german },
		{ STR("cy"), STR("/cy"), &welsh },
	};

	check_preference(list);
	check_paths(list);
	check_kinds();
	return tap_done();
}

#include "domain/country.h"

#include "base/tap.h"

int main(void)
{
	size_t n = 0;
	const struct country *list = country_list(&n);
	bool sane = true;

	CHECK(n > 240);
	CHECK_STR(list[0].code, STR(COUNTRY_DEFAULT));
	CHECK_STR(country_name(STR("GB")), STR("United Kingdom"));
	CHECK_STR(country_name(STR("CI")), STR("Ivory Coast"));
	CHECK(country_known(STR("XK")));
	CHECK(!country_known(STR("gb")));
	CHECK(!country_known(STR("ZZ")));
	CHECK(!country_known(STR("")));
	CHECK(country_name(STR("G")).at == NULL);
	for (size_t i = 0; i < n; i++) {
		sane = sane && str_is_utf8(list[i].name);
		sane = sane && list[i].code.len >= 2 && list[i].code.len <= 3;
		for (size_t j = 0; j < i; j++)
			sane = sane && !str_eq(list[i].code, list[j].code) &&
				!str_eq(list[i].name, list[j].name);
	}
	CHECK(sane);
	return tap_done();
}

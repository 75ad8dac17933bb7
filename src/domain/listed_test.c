#include "domain/listed.h"

#include "base/tap.h"

int main(void)
{
	struct str list = STR("spam.example, *.one.example,**.deep.example,,");

	CHECK(domain_is_listed(list, STR("spam.example")));
	CHECK(domain_is_listed(list, STR("SPAM.example")));
	CHECK(!domain_is_listed(list, STR("a.spam.example")));
	CHECK(!domain_is_listed(list, STR("xspam.example")));
	CHECK(domain_is_listed(list, STR("a.one.example")));
	CHECK(!domain_is_listed(list, STR("a.b.one.example")));
	CHECK(!domain_is_listed(list, STR("one.example")));
	CHECK(domain_is_listed(list, STR("a.deep.example")));
	CHECK(domain_is_listed(list, STR("a.b.deep.example")));
	CHECK(!domain_is_listed(list, STR("deep.example")));
	CHECK(!domain_is_listed(list, STR("")));
	CHECK(!domain_is_listed(STR(""), STR("spam.example")));
	CHECK(word_is_listed(STR("XK, aq"), STR("AQ")));
	CHECK(!word_is_listed(STR("XK, AQ"), STR("A")));
	CHECK(!word_is_listed(STR(""), STR("")));
	return tap_done();
}

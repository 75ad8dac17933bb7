/*
 * The conformance suite, second part: lists of petitions and what the
 * institution lists.  Like the first it knows domain/store.h only.
 */

#include "store/own_fixture.h"

enum { TODAY = 20000 };

static struct petition plain(
	uint64_t id, enum petition_state state, uint64_t count)
{
	return (struct petition){ .id = id,
		.state = state,
		.lang = STR("en"),
		.action = STR("Plant a tree"),
		.carried_over = count,
		.created_ms = (int64_t)id,
		.updated_ms = 0,
		.rejected_ms = WHEN_NONE,
		.opened_ms = state == PETITION_REJECTED ? WHEN_NONE
							: 100 + (int64_t)id,
		.closed_ms = WHEN_NONE,
		.deadline_ms = 1000,
		PETITION_NOTHING_YET };
}

static void put(struct fixture *f, const struct petition *p)
{
	enum store_put outcome = STORE_PUT_EXISTS;

	CHECK_INT(store_petition_put(f->s, p, false, &outcome), OK);
	CHECK_INT(outcome, STORE_PUT);
}

/* One petition of each kind, of numbers that no order follows by chance. */
static void put_all(struct fixture *f)
{
	static const struct str topics[] = { STR_INIT("air"),
		STR_INIT("water") };
	static const struct petition_response response = { .responded_on =
								   TODAY - 9,
		.summary = STR_INIT("We will."),
		.created_ms = 1,
		.updated_ms = 1 };
	static const struct petition_debate debated = { .debated_on = TODAY };
	static const struct petition_debate refused = { .debated_on =
								DAY_NONE };
	struct petition p;

	CHECK_INT(store_begin(f->s), OK);
	p = plain(1, PETITION_OPEN, 5);
	p.topics = topics;
	p.topics_count = 2;
	put(f, &p);
	p = plain(2, PETITION_OPEN, 9);
	p.topics = topics;
	p.topics_count = 1;
	p.response_threshold_ms = 70;
	put(f, &p);
	p = plain(3, PETITION_CLOSED, 7);
	p.response_threshold_ms = 60;
	p.debate_threshold_ms = 65;
	put(f, &p);
	p = plain(4, PETITION_CLOSED, 7);
	p.response = &response;
	p.response_ms = 200;
	p.scheduled_debate_date = TODAY;
	put(f, &p);
	p = plain(5, PETITION_CLOSED, 100);
	p.response = &response;
	p.response_ms = 300;
	p.debate = &debated;
	p.scheduled_debate_date = TODAY - 1;
	p.debate_outcome_ms = 400;
	put(f, &p);
	p = plain(6, PETITION_CLOSED, 3);
	p.debate = &refused;
	p.debate_outcome_ms = 500;
	put(f, &p);
	/* Its day has passed, and nobody has said how it went. */
	p = plain(7, PETITION_OPEN, 2);
	p.scheduled_debate_date = TODAY - 2;
	p.debate_threshold_ms = 1;
	put(f, &p);
	p = plain(8, PETITION_REJECTED, 900);
	put(f, &p);
	p = plain(9, PETITION_REJECTED, 1);
	put(f, &p);
	p = plain(10, PETITION_HIDDEN, 1);
	put(f, &p);
	CHECK_INT(store_commit(f->s), OK);
}

/* want: the ids, one digit each. */
static bool is_list(
	struct fixture *f, const struct store_list *list, const char *want)
{
	struct store_summary *got = NULL;
	uint64_t total = 0;
	size_t n = 0;
	char text[32] = "";

	if (store_list(&f->arena, f->s, list, &got, &n, &total) != OK)
		return false;
	for (size_t i = 0; i < n && i < sizeof(text) - 1; i++)
		text[i] = (char)('0' + got[i].id);
	if (strcmp(text, want) == 0 && total == n)
		return true;
	printf("# got %s, want %s, %zu of %llu\n", text, want, n,
		(unsigned long long)total);
	return false;
}

static void test_facets(void)
{
	static const struct {
		enum store_facet facet;
		const char *want;
	} facets[] = {
		{ STORE_ALL, "852431679" },
		{ STORE_OPEN, "217" },
		{ STORE_RECENT, "721" },
		{ STORE_CLOSED, "5436" },
		{ STORE_REJECTED, "98" },
		{ STORE_AWAITING_RESPONSE, "32" },
		{ STORE_WITH_RESPONSE, "54" },
		{ STORE_AWAITING_DEBATE, "43" },
		{ STORE_DEBATED, "57" },
		{ STORE_NOT_DEBATED, "6" },
		{ STORE_PUBLISHED, "5243167" },
	};
	struct fixture f;

	setup(&f);
	put_all(&f);
	for (size_t i = 0; i < sizeof(facets) / sizeof(facets[0]); i++) {
		struct store_list list = {
			.facet = facets[i].facet, .today = TODAY, .max = 20
		};

		CHECK(is_list(&f, &list, facets[i].want));
	}
	teardown(&f);
}

static void test_topics_and_pages(void)
{
	static const struct str topics[] = { STR_INIT("water"),
		STR_INIT("air") };
	struct store_list list = { .today = TODAY,
		.topics = topics + 1,
		.topics_count = 1,
		.max = 20 };
	struct store_summary *got;
	uint64_t total;
	struct fixture f;
	size_t n;

	setup(&f);
	put_all(&f);
	CHECK(is_list(&f, &list, "21"));
	list.topics = topics;
	list.topics_count = 2;
	CHECK(is_list(&f, &list, "1"));
	list.topics = &STR("ai");
	list.topics_count = 1;
	CHECK(is_list(&f, &list, ""));
	list = (struct store_list){ .today = TODAY, .skip = 2, .max = 2 };
	CHECK_INT(store_list(&f.arena, f.s, &list, &got, &n, &total), OK);
	CHECK_INT(n, 2);
	CHECK_INT(total, 9);
	CHECK_INT(got[0].id, 2);
	CHECK_INT(got[0].count, 9);
	CHECK_STR(got[0].action, STR("Plant a tree"));
	CHECK(got[0].response_summary.at == NULL);
	list = (struct store_list){
		.facet = STORE_WITH_RESPONSE, .today = TODAY, .max = 1
	};
	CHECK_INT(store_list(&f.arena, f.s, &list, &got, &n, &total), OK);
	CHECK_STR(got[0].response_summary, STR("We will."));
	CHECK_INT(got[0].response_ms, 300);
	CHECK_INT(got[0].debated_on, TODAY);
	CHECK_INT(got[0].rejected_ms, WHEN_NONE);
	list.skip = SIZE_MAX;
	CHECK_INT(store_list(&f.arena, f.s, &list, &got, &n, &total), OK);
	CHECK_INT(n, 0);
	CHECK_INT(total, 2);
	teardown(&f);
}

static struct petition_period period(const char *name, int64_t end_ms)
{
	return (struct petition_period){ .period = str_c(name),
		.government = STR("Green"),
		.dissolution_ms = end_ms,
		.response_threshold = 10,
		.debate_threshold = 100 };
}

/* Archived petitions and their periods. */
static void test_periods(void)
{
	struct petition_period first = period("2001-2005", 1000);
	struct petition_period second = period("2005-2010", 2000);
	struct petition_period now = period("2010-", WHEN_NONE);
	struct store_list list = { .archived = true, .max = 20 };
	struct petition p = plain(1, PETITION_CLOSED, 5);
	struct store_period *all;
	struct store_period one;
	struct fixture f;
	size_t n;

	setup(&f);
	CHECK_INT(store_period(&f.arena, f.s, STR("2001-2005"), &one),
		ERR_NOT_FOUND);
	CHECK_INT(store_period_put(f.s, &now), ERR_INTERNAL);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_period_put(f.s, &now), OK);
	CHECK_INT(store_period_put(f.s, &second), OK);
	p.archived = true;
	p.period = &first;
	put(&f, &p);
	/* What a petition brings along does not overwrite. */
	p = plain(2, PETITION_CLOSED, 6);
	p.archived = true;
	p.period = &(struct petition_period){ .period = STR("2005-2010"),
		.government = STR("Blue"),
		.dissolution_ms = 7 };
	put(&f, &p);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_periods(&f.arena, f.s, &all, &n), OK);
	CHECK_INT(n, 3);
	CHECK_STR(all[0].is.period, STR("2010-"));
	CHECK_INT(all[0].is.dissolution_ms, WHEN_NONE);
	CHECK_STR(all[1].is.period, STR("2005-2010"));
	CHECK_STR(all[1].is.government, STR("Green"));
	CHECK_STR(all[2].is.period, STR("2001-2005"));
	CHECK_INT(store_period(&f.arena, f.s, STR("2001-2005"), &one), OK);
	CHECK_INT(one.id, all[2].id);
	CHECK_INT(one.is.dissolution_ms, 1000);
	CHECK_INT(one.is.debate_threshold, 100);
	CHECK(is_list(&f, &list, "21"));
	list.period = STR("2001-2005");
	CHECK(is_list(&f, &list, "1"));
	list.archived = false;
	CHECK(is_list(&f, &list, ""));
	first.government = STR("Blue");
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_period_put(f.s, &first), OK);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_period(&f.arena, f.s, STR("2001-2005"), &one), OK);
	CHECK_INT(one.id, all[2].id);
	CHECK_STR(one.is.government, STR("Blue"));
	teardown(&f);
}

static void test_words(void)
{
	const struct petition_department first = { STR("DA"), STR("Air"),
		STR_NULL };
	const struct petition_department second = { STR("DA"), STR("Air"),
		STR("https://air.example.org") };
	struct petition_department *departments;
	struct store_topic *topics;
	struct fixture f;
	size_t n;

	setup(&f);
	put_all(&f);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_topic_put(
			  f.s, &(struct store_topic){ STR("air"), STR("Air") }),
		OK);
	CHECK_INT(store_department_put(f.s, &first), OK);
	CHECK_INT(store_department_put(f.s, &second), OK);
	CHECK_INT(store_department_put(f.s, &second), OK);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_topics(&f.arena, f.s, &topics, &n), OK);
	CHECK_INT(n, 2);
	CHECK_STR(topics[0].code, STR("air"));
	CHECK_STR(topics[0].name, STR("Air"));
	CHECK_STR(topics[1].code, STR("water"));
	CHECK(topics[1].name.at == NULL);
	CHECK_INT(store_departments(&f.arena, f.s, &departments, &n), OK);
	CHECK_INT(n, 1);
	CHECK_STR(departments[0].url, STR("https://air.example.org"));
	teardown(&f);
}

static void test_places(void)
{
	struct store_place_row old = { .code = STR("E1"),
		.name = STR("Ash"),
		.start_on = 10,
		.end_on = 20 };
	struct store_place_row young = { .code = STR("E2"),
		.name = STR("Elm"),
		.member = STR("A Member"),
		.start_on = 21,
		.end_on = DAY_NONE };
	struct store_place_row more = { .code = STR("E2"),
		.name = STR("Elm"),
		.region_code = STR("R"),
		.start_on = DAY_NONE,
		.end_on = DAY_NONE };
	struct store_place_row *got;
	struct fixture f;
	size_t n;

	setup(&f);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_place_put(f.s, STORE_AREA, &old), OK);
	CHECK_INT(store_place_put(f.s, STORE_AREA, &young), OK);
	CHECK_INT(store_place_put(f.s, STORE_AREA, &more), OK);
	CHECK_INT(store_place_put(f.s, STORE_REGION, &young), OK);
	CHECK_INT(store_place_put(f.s, STORE_COUNTRY, &old), OK);
	young.name = STR_NULL;
	CHECK_INT(store_place_put(f.s, STORE_AREA, &young), ERR_INVALID);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_places(&f.arena, f.s, STORE_AREA, DAY_NONE, &got, &n),
		OK);
	CHECK_INT(n, 1);
	CHECK_STR(got[0].code, STR("E2"));
	CHECK_STR(got[0].member, STR("A Member"));
	CHECK_STR(got[0].region_code, STR("R"));
	CHECK_INT(got[0].start_on, 21);
	CHECK_INT(store_places(&f.arena, f.s, STORE_AREA, 20, &got, &n), OK);
	CHECK_INT(n, 1);
	CHECK_STR(got[0].code, STR("E1"));
	CHECK_INT(store_places(&f.arena, f.s, STORE_REGION, DAY_NONE, &got, &n),
		OK);
	CHECK_INT(n, 1);
	CHECK_INT(
		store_places(&f.arena, f.s, STORE_COUNTRY, DAY_NONE, &got, &n),
		OK);
	CHECK_INT(n, 0);
	teardown(&f);
}

int main(void)
{
	test_facets();
	test_topics_and_pages();
	test_periods();
	test_words();
	test_places();
	return tap_done();
}

/*
 * The conformance suite, part of totals: where signatures come from, what the
 * public sees of it and when, and what is signed most in one area.
 */

#include "base/bytes.h"
#include "store/own_fixture.h"

enum { HOUR_NOW = 500000 };

static const int64_t DAY_MS = 86400000;
static const int64_t now_ms = (int64_t)HOUR_NOW * 3600000;

struct signed_store {
	struct fixture own;
	uint64_t slots; /* so many were signed */
	uint64_t leaves;
	uint64_t events;
};

/* ---- a petition that 60 people signed elsewhere ---- */

static const struct petition_total COUNTRY[] = {
	{ STR_INIT("FR"), STR_INIT("France"), { 0 }, 7 },
	{ STR_INIT("GB"), STR_INIT("United Kingdom"), { 0 }, 53 },
};
static const struct petition_total AREA[] = {
	{ STR_INIT("A1"), STR_INIT("Ash"), STR_INIT("Old Member"), 50 },
	{ STR_INIT("A3"), STR_INIT("Cherry"), { 0 }, 3 },
};
static const struct petition_total REGION[] = {
	{ STR_INIT("N"), STR_INIT("North"), { 0 }, 53 },
};

static void put_petition(struct signed_store *f, uint64_t id,
	enum petition_state state, bool archived)
{
	struct petition p = { .id = id,
		.state = state,
		.archived = archived,
		.lang = STR("en"),
		.action = STR("Plant a tree"),
		.carried_over = 60,
		.has_totals = true,
		.countries = COUNTRY,
		.countries_count = 2,
		.constituencies = AREA,
		.constituencies_count = 2,
		.regions = REGION,
		.regions_count = 1,
		.created_ms = now_ms,
		.updated_ms = now_ms,
		.rejected_ms = WHEN_NONE,
		.opened_ms = now_ms,
		.closed_ms = WHEN_NONE,
		.deadline_ms = now_ms + 10 * DAY_MS,
		PETITION_NOTHING_YET };
	enum store_put outcome;

	CHECK_INT(store_begin(f->own.s), OK);
	CHECK_INT(store_petition_put(f->own.s, &p, false, &outcome), OK);
	CHECK_INT(store_commit(f->own.s), OK);
}

static void put_area(struct signed_store *f, const char *code, const char *name,
	const char *member, const char *region)
{
	CHECK_INT(store_begin(f->own.s), OK);
	CHECK_INT(store_place_put(f->own.s, STORE_AREA,
			  &(struct store_place_row){ .code = str_c(code),
				  .name = str_c(name),
				  .member = str_c(member),
				  .region_name = str_c(region),
				  .start_on = DAY_NONE,
				  .end_on = DAY_NONE }),
		OK);
	CHECK_INT(store_commit(f->own.s), OK);
}

/* Signed and confirmed; not yet in the log. */
static uint64_t sign(
	struct signed_store *f, const char *country, const char *area)
{
	static const uint8_t some[1200] = { 1, 2, 3 };
	struct store_sealed in = { .slot = ++f->slots,
		.petition = 1,
		.hour = HOUR_NOW,
		.country = str_c(country),
		.area = str_c(area),
		.identity = { some, 616 },
		.mail_job = { some, 1128 } };
	struct store_claim claim = { .slot = in.slot, .petition = 1 };
	enum store_insert inserted;
	enum store_confirm confirmed;
	struct store_place place;
	uint64_t slot;

	put_u64(in.rid + 8, in.slot);
	CHECK_INT(store_begin(f->own.s), OK);
	CHECK_INT(store_insert(f->own.s, &in, now_ms, &inserted, &slot), OK);
	CHECK_INT(store_confirm(f->own.s, &claim, &confirmed, &place), OK);
	CHECK_INT(store_commit(f->own.s), OK);
	f->events = place.ev_seq;
	return place.ev_seq;
}

/* All events so far are leaves, at this moment. */
static void log_all(struct signed_store *f, int64_t at_ms)
{
	struct store_leaf leaf[64];
	struct store_checkpoint c = { .year = 2027, .made_ms = at_ms };
	struct store_moved *moved;
	size_t n = 0;
	size_t n_moved;

	while (f->leaves < f->events && n < 64) {
		leaf[n++] = (struct store_leaf){ f->leaves + 1, f->leaves,
			HOUR_NOW };
		f->leaves++;
	}
	c.size = f->leaves;
	c.note = arena_printf(
		&f->own.arena, "note %llu", (unsigned long long)c.size);
	CHECK_INT(store_begin(f->own.s), OK);
	CHECK_INT(store_sequence(&f->own.arena, f->own.s, &c, leaf, n, &moved,
			  &n_moved),
		OK);
	CHECK_INT(store_commit(f->own.s), OK);
}

static void withdraw(struct signed_store *f, uint64_t ev_seq)
{
	CHECK_INT(store_begin(f->own.s), OK);
	CHECK_INT(store_append(f->own.s,
			  &(struct store_event){ .type = EVENT_WITHDRAW,
				  .petition = 1,
				  .target_ev_seq = ev_seq },
			  &f->events),
		OK);
	CHECK_INT(store_commit(f->own.s), OK);
}

/* "A1 Ash (Member) 50, A3 Cherry 3" */
static struct str told(
	struct signed_store *f, const struct petition_total *t, size_t n)
{
	struct buf b;
	struct str text;

	buf_init(&b, 4096);
	for (size_t i = 0; i < n; i++) {
		buf_printf(&b, "%s%.*s %.*s", i == 0 ? "" : ", ",
			STR_ARG(t[i].code), STR_ARG(t[i].name));
		if (t[i].member.len > 0)
			buf_printf(&b, " (%.*s)", STR_ARG(t[i].member));
		buf_printf(&b, " %llu", (unsigned long long)t[i].count);
	}
	text = arena_copy(&f->own.arena, buf_view(&b));
	buf_release(&b);
	return text;
}

static void sees(struct signed_store *f, const char *countries,
	const char *areas, const char *regions)
{
	struct petition *p;

	CHECK_INT(store_petition(&f->own.arena, f->own.s, 1, &p), OK);
	CHECK_STR(told(f, p->countries, p->countries_count), str_c(countries));
	CHECK_STR(told(f, p->constituencies, p->constituencies_count),
		str_c(areas));
	CHECK_STR(told(f, p->regions, p->regions_count), str_c(regions));
}

static void test_published(void)
{
	struct signed_store f = { .slots = 0 };
	uint64_t first;

	setup(&f.own);
	put_petition(&f, 1, PETITION_OPEN, false);
	sees(&f, "FR France 7, GB United Kingdom 53",
		"A1 Ash (Old Member) 50, A3 Cherry 3", "N North 53");
	put_area(&f, "A1", "Ashfield", "New Member", "North");
	put_area(&f, "A2", "Birch", "", "South");
	first = sign(&f, "GB", "A2");
	for (int i = 0; i < 7; i++)
		(void)sign(&f, "GB", "A1");
	(void)sign(&f, "DE", "");
	log_all(&f, now_ms);
	/* Nine people: nobody sees where they live, but names are today's. */
	sees(&f, "FR France 7, GB United Kingdom 53",
		"A1 Ashfield (New Member) 50, A3 Cherry 3", "N North 53");
	(void)sign(&f, "GB", "A9"); /* an area that nobody lists */
	log_all(&f, now_ms);
	sees(&f, "FR France 7, DE Germany 1, GB United Kingdom 62",
		"A1 Ashfield (New Member) 57, A2 Birch 1, A3 Cherry 3, A9 A9 1",
		"N North 60, South South 1");
	CHECK_INT(findings(&f.own), 0);
	/* One leaves; the figures follow when the day is over. */
	withdraw(&f, first);
	log_all(&f, now_ms + 1);
	sees(&f, "FR France 7, DE Germany 1, GB United Kingdom 62",
		"A1 Ashfield (New Member) 57, A2 Birch 1, A3 Cherry 3, A9 A9 1",
		"N North 60, South South 1");
	teardown(&f.own);
}

static void publish(struct signed_store *f, int64_t at_ms, size_t want)
{
	size_t n = 99;

	CHECK_INT(store_begin(f->own.s), OK);
	CHECK_INT(store_places_publish(f->own.s, at_ms, &n), OK);
	CHECK_INT(store_commit(f->own.s), OK);
	CHECK_INT(n, want);
}

static void test_by_the_day(void)
{
	struct signed_store f = { .slots = 0 };
	uint64_t one;

	setup(&f.own);
	put_petition(&f, 1, PETITION_OPEN, false);
	one = sign(&f, "GB", "A1");
	log_all(&f, now_ms);
	publish(&f, now_ms, 0);
	sees(&f, "FR France 7, GB United Kingdom 53",
		"A1 Ash (Old Member) 50, A3 Cherry 3", "N North 53");
	publish(&f, now_ms + DAY_MS, 1);
	publish(&f, now_ms + DAY_MS, 0);
	sees(&f, "FR France 7, GB United Kingdom 54",
		"A1 Ash (Old Member) 51, A3 Cherry 3", "N North 53");
	/* The first of a new day brings yesterday's, not itself. */
	(void)sign(&f, "GB", "A3");
	log_all(&f, now_ms + 2 * DAY_MS);
	withdraw(&f, one);
	log_all(&f, now_ms + 3 * DAY_MS);
	sees(&f, "FR France 7, GB United Kingdom 55",
		"A1 Ash (Old Member) 51, A3 Cherry 4", "N North 53");
	CHECK_INT(findings(&f.own), 0);
	publish(&f, now_ms + 4 * DAY_MS, 1);
	sees(&f, "FR France 7, GB United Kingdom 54",
		"A1 Ash (Old Member) 50, A3 Cherry 4", "N North 53");
	CHECK_INT(findings(&f.own), 0);
	teardown(&f.own);
}

static void set_rules(struct signed_store *f, uint64_t changes, uint64_t least)
{
	CHECK_INT(store_begin(f->own.s), OK);
	CHECK_INT(store_place_rules(f->own.s, changes, least), OK);
	CHECK_INT(store_commit(f->own.s), OK);
}

static void test_least(void)
{
	struct signed_store f = { .slots = 0 };

	setup(&f.own);
	put_petition(&f, 1, PETITION_OPEN, false);
	put_area(&f, "A1", "Ash", "", "North");
	put_area(&f, "A3", "Cherry", "", "North");
	set_rules(&f, 1, 5);
	/* The region does not give away what its area does not tell. */
	sees(&f, "FR France 7, GB United Kingdom 53", "A1 Ash 50",
		"N North 50");
	(void)sign(&f, "GB", "A3");
	log_all(&f, now_ms);
	sees(&f, "FR France 7, GB United Kingdom 54", "A1 Ash 50",
		"N North 50");
	(void)sign(&f, "GB", "A3");
	log_all(&f, now_ms);
	sees(&f, "FR France 7, GB United Kingdom 55", "A1 Ash 50, A3 Cherry 5",
		"N North 55");
	teardown(&f.own);
}

static void test_local(void)
{
	struct store_local *l;
	struct signed_store f = { .slots = 0 };
	size_t n;

	setup(&f.own);
	put_petition(&f, 1, PETITION_OPEN, false);
	put_petition(&f, 2, PETITION_CLOSED, false);
	put_petition(&f, 3, PETITION_OPEN, false);
	put_petition(&f, 4, PETITION_CLOSED, true);
	put_petition(&f, 5, PETITION_HIDDEN, false);
	set_rules(&f, 1, 0);
	(void)sign(&f, "GB", "A3");
	log_all(&f, now_ms);
	CHECK_INT(store_local(
			  &f.own.arena, f.own.s, STR("A3"), false, 50, &l, &n),
		OK);
	CHECK_INT(n, 2);
	CHECK_INT(l[0].id, 1);
	CHECK_INT(l[0].local, 4);
	CHECK_INT(l[0].count, 61);
	CHECK_INT(l[1].id, 3);
	CHECK_INT(l[1].local, 3);
	CHECK_INT(
		store_local(&f.own.arena, f.own.s, STR("A3"), true, 50, &l, &n),
		OK);
	CHECK_INT(n, 3);
	CHECK_INT(l[1].id, 2);
	CHECK_INT(l[1].state, PETITION_CLOSED);
	CHECK_INT(
		store_local(&f.own.arena, f.own.s, STR("A3"), true, 1, &l, &n),
		OK);
	CHECK_INT(n, 1);
	CHECK_INT(
		store_local(&f.own.arena, f.own.s, STR("A2"), true, 9, &l, &n),
		OK);
	CHECK_INT(n, 0);
	set_rules(&f, 1, 4);
	CHECK_INT(
		store_local(&f.own.arena, f.own.s, STR("A3"), true, 9, &l, &n),
		OK);
	CHECK_INT(n, 1);
	teardown(&f.own);
}

int main(void)
{
	test_published();
	test_by_the_day();
	test_least();
	test_local();
	return tap_done();
}

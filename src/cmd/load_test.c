/* CSV and lists: what is taken, and what is said when it cannot be. */

#include "cmd/load.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/csv.h"
#include "store/own_fixture.h"

static void test_csv(void)
{
	struct arena a;
	struct csv c;
	bool row;

	arena_init(&a, 1 << 20);
	csv_init(&c, &a,
		STR("\xEF\xBB\xBF"
		    "a,b\r\n\r\n\"x,\"\"y\"\"\nz\",\n,last"));
	CHECK_INT(csv_next(&c, &row), OK);
	CHECK(row);
	CHECK_INT(c.n, 2);
	CHECK_STR(c.field[0], STR("a"));
	CHECK_STR(c.field[1], STR("b"));
	CHECK_INT(csv_next(&c, &row), OK);
	CHECK_INT(c.line, 3);
	CHECK_INT(c.n, 2);
	CHECK_STR(c.field[0], STR("x,\"y\"\nz"));
	CHECK_STR(c.field[1], STR(""));
	CHECK_INT(csv_next(&c, &row), OK);
	CHECK_INT(c.line, 5);
	CHECK_STR(c.field[1], STR("last"));
	CHECK_INT(csv_next(&c, &row), OK);
	CHECK(!row);
	csv_init(&c, &a, STR("ok\n\"open"));
	CHECK_INT(csv_next(&c, &row), OK);
	CHECK_INT(csv_next(&c, &row), ERR_INVALID);
	CHECK_INT(c.line, 2);
	csv_init(&c, &a, STR("a\"b\""));
	CHECK_INT(csv_next(&c, &row), ERR_INVALID);
	csv_init(&c, &a, STR("\"a\"b"));
	CHECK_INT(csv_next(&c, &row), ERR_INVALID);
	arena_release(&a);
}

/* How many rows, or the complaint. */
static struct str load(struct fixture *f, const char *kind, const char *text)
{
	struct str complaint = STR_NULL;
	size_t n = 0;
	enum err e = store_begin(f->s);

	if (e == OK)
		e = load_list(f->s,
			&(struct load_list){ .kind = str_c(kind),
				.name = STR("f"),
				.bytes = str_c(text),
				.arena = &f->arena },
			&n, &complaint);
	if (e == OK)
		e = store_commit(f->s);
	else
		store_rollback(f->s);
	return e == OK ? arena_printf(&f->arena, "%zu", n) : complaint;
}

static void test_periods(void)
{
	struct store_period *p;
	struct fixture f;
	size_t n;

	setup(&f);
	CHECK_STR(load(&f, "periods",
			  "debate_threshold,government,period,more,"
			  "dissolution_at,response_threshold\n"
			  "100,\"Green, mostly\",2015-2017,x,"
			  "2017-05-03T00:01:00+01:00,10\n"
			  "100,Blue,2024-,,,10\n"),
		STR("2"));
	CHECK_INT(store_periods(&f.arena, f.s, &p, &n), OK);
	CHECK_INT(n, 2);
	CHECK_STR(p[0].is.period, STR("2024-"));
	CHECK_STR(p[1].is.government, STR("Green, mostly"));
	CHECK_INT(p[1].is.dissolution_ms, INT64_C(1493766060000));
	CHECK_INT(p[1].is.response_threshold, 10);
	teardown(&f);
}

#define HEAD                                                                   \
	"period,government,dissolution_at,response_threshold,"                 \
	"debate_threshold\n"

static void test_refused(void)
{
	static const struct {
		const char *kind;
		const char *text;
		const char *says;
	} cases[] = {
		{ "periods", "period,government\n2015-2017,Green\n",
			"f:1: there is no column \"dissolution_at\": the first "
			"row names the columns, so add it there" },
		{ "periods", HEAD "2015,Green,,1,1\n",
			"f:2: period \"2015\" is not like 2015-2017, or 2024- "
			"while it lasts: correct it" },
		{ "periods", HEAD "2010-2015,G,,1,1\n2015-2017,G,soon,1,1\n",
			"f:3: dissolution_at \"soon\" is not a time like "
			"2017-05-03T00:01:00+01:00: correct it" },
		{ "periods", HEAD "2015-2017,G,,many,1\n",
			"f:2: response_threshold \"many\" is not a whole "
			"number: write digits only" },
		{ "periods", HEAD "2015-2017,G\n",
			"f:2: response_threshold \"\" is not a whole number: "
			"write digits only" },
		{ "periods", HEAD "\"2015-2017,G,,1,1\n",
			"f:2: a quote is not closed, or stands amid a field: "
			"correct it" },
		{ "periods", "", "f:1: the file is empty: get it again" },
		{ "areas", "ons_code,name\n,Ash\n",
			"f:2: ons_code \"\" is empty: fill it in" },
		{ "areas", "ons_code,name\nE1,\n",
			"f:2: name \"\" is empty: fill it in" },
		{ "areas", "ons_code,name,start_date\nE1,Ash,2024-13-01\n",
			"f:2: start_date \"2024-13-01\" is not a date like "
			"2026-11-23: correct it" },
		{ "topics", "code\n\xFF\n",
			"f:1: the text is not UTF-8: convert the file to "
			"UTF-8" },
		{ "topics", "[\"air\",\n7]",
			"f: entry 2: is no object: "
			"correct it" },
		{ "topics", "[\"air\",\n",
			"f:2: this is not JSON: correct "
			"it" },
		{ "departments", "[{\"name\":[]}]",
			"f: entry 1: holds what is neither text nor number: "
			"correct it" },
	};
	struct store_period *p;
	struct fixture f;
	size_t n;

	setup(&f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_STR(load(&f, cases[i].kind, cases[i].text),
			str_c(cases[i].says));
	/* All or nothing. */
	CHECK_INT(store_periods(&f.arena, f.s, &p, &n), OK);
	CHECK_INT(n, 0);
	teardown(&f);
}

static void test_lists(void)
{
	struct petition_department *d;
	struct store_place_row *place;
	struct store_topic *t;
	struct fixture f;
	size_t n;

	setup(&f);
	CHECK_STR(load(&f, "topics", "[\"race-and-equality\"]"), STR("1"));
	CHECK_STR(load(&f, "topics",
			  "{\"air\":{\"code\":\"air\",\"name\":\"Clean "
			  "air\"}}"),
		STR("1"));
	CHECK_INT(store_topics(&f.arena, f.s, &t, &n), OK);
	CHECK_INT(n, 2);
	CHECK_STR(t[0].name, STR("Clean air"));
	CHECK_STR(t[1].name, STR("Race and equality"));
	CHECK_STR(load(&f, "departments",
			  "[{\"acronym\":null,\"name\":\"Air\",\"url\":"
			  "\"https://a.example\"}]"),
		STR("1"));
	CHECK_INT(store_departments(&f.arena, f.s, &d, &n), OK);
	CHECK_INT(n, 1);
	CHECK(d[0].acronym.at == NULL);
	/* Two files tell of one place. */
	CHECK_STR(load(&f, "areas", "ons_code,name,mp\nE1,Ash,A Member\n"),
		STR("1"));
	CHECK_STR(load(&f, "areas",
			  "ons_code,name,region_ons_code\r\nE1,Ash,R1\r\n"),
		STR("1"));
	CHECK_INT(store_places(&f.arena, f.s, STORE_AREA, DAY_NONE, &place, &n),
		OK);
	CHECK_INT(n, 1);
	CHECK_STR(place[0].member, STR("A Member"));
	CHECK_STR(place[0].region_code, STR("R1"));
	/* Vacant. */
	CHECK_STR(load(&f, "areas", "code,name,member,mp_url\nE1,Ash,,\n"),
		STR("1"));
	CHECK_INT(store_places(&f.arena, f.s, STORE_AREA, DAY_NONE, &place, &n),
		OK);
	CHECK(place[0].member.at == NULL);
	CHECK_STR(place[0].region_code, STR("R1"));
	CHECK_STR(load(&f, "regions", "code,name\nA,North East\n"), STR("1"));
	CHECK_STR(load(&f, "countries",
			  "id,code,name,start_date,end_date\n"
			  "1,AS,American Samoa,,\n"),
		STR("1"));
	CHECK_INT(store_places(
			  &f.arena, f.s, STORE_COUNTRY, DAY_NONE, &place, &n),
		OK);
	CHECK_INT(n, 1);
	teardown(&f);
}

/* What the data folder has, as an operator would load it. */
static void test_files(void)
{
	static const struct {
		const char *kind;
		const char *file;
		const char *rows;
	} files[] = {
		{ "periods", "periods.csv", "5" },
		{ "departments", "departments.json", "18" },
		{ "topics", "topics.json", "2" },
		{ "areas", "constituencies-2024-mp.csv", "650" },
		{ "areas", "constituency-region-2024.csv", "650" },
		{ "regions", "regions.csv", "12" },
		{ "countries", "countries.csv", "237" },
	};
	const char *data = getenv("PETITIOND_DATA");
	char path[1024];
	struct fixture f;

	(void)snprintf(path, sizeof(path), "%s/lists/periods.csv",
		data == NULL ? "" : data);
	if (access(path, R_OK) != 0) {
		tap_skip("the data folder is not here (PETITIOND_DATA)");
		return;
	}
	setup(&f);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct buf b;

		(void)snprintf(
			path, sizeof(path), "%s/lists/%s", data, files[i].file);
		buf_init(&b, 1 << 22);
		CHECK_INT(file_read(AT_FDCWD, path, &b), OK);
		buf_byte(&b, 0);
		CHECK_STR(load(&f, files[i].kind, b.at), str_c(files[i].rows));
		buf_release(&b);
	}
	teardown(&f);
}

int main(void)
{
	test_csv();
	test_periods();
	test_refused();
	test_lists();
	test_files();
	return tap_done();
}

/* Postcodes from lists of every layout. */

#include "cmd/load_postcodes.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tap.h"
#include "domain/text.h"

struct fixture {
	struct postcodes_builder *builder;
	struct arena arena;
	struct buf bytes;
	struct postcodes index;
};

static void setup(struct fixture *f)
{
	f->builder = postcodes_builder_new();
	arena_init(&f->arena, 1 << 24);
	buf_init(&f->bytes, 1 << 26);
}

static void teardown(struct fixture *f)
{
	postcodes_builder_free(f->builder);
	arena_release(&f->arena);
	buf_release(&f->bytes);
}

/* How many rows, or the complaint. */
static struct str load(struct fixture *f, struct str text)
{
	const struct load_postcodes in = {
		.name = STR("f"), .bytes = text, .arena = &f->arena
	};
	struct str complaint = STR_NULL;
	uint64_t n = 0;
	enum err e = load_postcodes(f->builder, &in, &n, &complaint);

	return e == OK ? arena_printf(&f->arena, "%llu", (unsigned long long)n)
		       : complaint;
}

static void finish(struct fixture *f)
{
	uint32_t n;

	CHECK_INT(postcodes_builder_write(f->builder, &f->bytes, &n), OK);
	CHECK_INT(postcodes_open(buf_view(&f->bytes), &f->index), OK);
}

static struct str look(struct fixture *f, const char *typed)
{
	struct str text = STR("");
	struct postcode_found found;

	if (!postcodes_find(&f->index,
		    postcode_canonical(&f->arena, str_c(typed)), &found))
		return STR("unknown");
	for (size_t i = 0; i < found.n; i++)
		text = arena_printf(&f->arena, "%.*s%s%.*s", STR_ARG(text),
			i == 0 ? "" : " ", STR_ARG(found.area[i]));
	return found.ended
		? arena_printf(&f->arena, "%.*s ended", STR_ARG(text))
		: text;
}

static void test_own_list(void)
{
	struct fixture f;

	setup(&f);
	CHECK_STR(load(&f,
			  STR("\xEF\xBB\xBFname,Area_Code,Postal_Code\r\n"
			      "x,A-1,1234 AB\r\n"
			      "x,A-2,1234ab\r\n"
			      "x,,9999\r\n"
			      "x,M12345678,777\r\n")),
		STR("4"));
	finish(&f);
	CHECK_STR(look(&f, "1234 ab"), STR("A-1 A-2"));
	CHECK_STR(look(&f, "9999"), STR(""));
	/* Only the ONS has pseudo codes. */
	CHECK_STR(look(&f, "777"), STR("M12345678"));
	teardown(&f);
}

static void test_layouts(void)
{
	static const char *const heads[] = { "pcd,pcd2,pcds,doterm,pcon",
		"pcd7,pcd8,pcds,doterm,pcon24cd", "PCD,PCD2,PCDS,DOTERM,PCON25",
		"pcd,pcd2,pcds,doterm25,pconlong,pcon21" };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		const char *gap = i == 3 ? "x," : "";
		struct fixture f;

		setup(&f);
		CHECK_STR(
			load(&f,
				arena_printf(&f.arena,
					"%s\n\"AB1 0AA\",\"AB1  0AA\",\"AB1 "
					"0AA\",\"199606\",%s\"S14000061\"\n"
					"\"IM1 1AA\",,,\"\",%s\"M99999999\"\n"
					"\"JE2 3AA\",,,\"\",%s\"L93000001\"\n"
					"\"BT1 1AA\",,,\"\",%s\"N99999999\"\n",
					heads[i], gap, gap, gap, gap)),
			STR("4"));
		finish(&f);
		CHECK_STR(look(&f, "ab10aa"), STR("S14000061 ended"));
		CHECK_STR(look(&f, "IM11AA"), STR(""));
		CHECK_STR(look(&f, "JE23AA"), STR(""));
		CHECK_STR(look(&f, "BT11AA"), STR(""));
		CHECK_STR(look(&f, "BT11AB"), STR("unknown"));
		teardown(&f);
	}
}

static void test_refused(void)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{ "", "f:1: the file is empty: get it again" },
		{ "\"LD7 1DY\",10,328998\n",
			"f:1: no column holds the postcode: the first row "
			"names the columns, so call it pcds or postcode" },
		{ "pcds,doterm\n",
			"f:1: no column holds the area: the first row names "
			"the columns, so call it pcon or area_code" },
		{ "pcds,pcon\nAB1 0AA,S14000061\n,S14000061\n",
			"f:3: postcode \"\" is not 1 to 12 letters and digits: "
			"correct it" },
		{ "pcds,pcon\n\xFF,S14000061\n",
			"f:2: postcode \"\xFF\" is not 1 to 12 letters and "
			"digits: correct it" },
		{ "pcds,pcon\nAB1,\"S1\nAB2,S1\n",
			"f:2: a quote is not closed, or stands amid a field: "
			"correct it" },
		{ "pcds,area\nAB1,123456789012345678901234567890123\n",
			"f:2: area \"123456789012345678901234567890123\" is no "
			"code: shorten it" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;

		setup(&f);
		CHECK_STR(load(&f, str_c(cases[i].text)), str_c(cases[i].says));
		teardown(&f);
	}
}

/* ---- what the data folder has ---- */

static bool load_file(struct fixture *f, const char *name, const char *rows)
{
	const char *data = getenv("PETITIOND_DATA");
	char path[1024];
	struct buf b;
	bool has;

	(void)snprintf(path, sizeof(path), "%s/postcodes/%s",
		data == NULL ? "" : data, name);
	buf_init(&b, 1 << 24);
	has = access(path, R_OK) == 0 && file_read(AT_FDCWD, path, &b) == OK;
	if (has)
		CHECK_STR(load(f, buf_view(&b)), str_c(rows));
	else
		tap_skip("the data folder is not here (PETITIOND_DATA)");
	buf_release(&b);
	return has;
}

static void test_directories(void)
{
	struct fixture f;

	setup(&f);
	if (load_file(&f, "onspd_aug2024.csv", "4") &&
		load_file(&f, "onspd_may2018.csv", "4") &&
		load_file(&f, "onspd_nov2025.csv", "4")) {
		finish(&f);
		/* In the areas of both, the first file's first. */
		CHECK_STR(
			look(&f, "AL1 1AA"), STR("E14001507 E14000960 ended"));
		CHECK_STR(look(&f, "AB1 0AD"), STR("S14000061 ended"));
		CHECK_STR(look(&f, "IM1 1AA"), STR(" ended"));
	}
	teardown(&f);
}

/* Every seat of both boundary sets is found by its example. */
static void test_examples(void)
{
	const char *data = getenv("PETITIOND_DATA");
	struct str line;
	struct str rest;
	struct fixture f;
	unsigned missed = 0;
	unsigned n = 0;
	char path[1024];
	struct buf b;

	setup(&f);
	buf_init(&b, 1 << 24);
	if (load_file(&f, "example-postcode-per-constituency.csv", "1295")) {
		finish(&f);
		(void)snprintf(path, sizeof(path),
			"%s/postcodes/example-postcode-per-constituency.csv",
			data);
		CHECK_INT(file_read(AT_FDCWD, path, &b), OK);
		rest = buf_view(&b);
		(void)str_split(&rest, '\n', &line);
		while (str_split(&rest, '\n', &line)) {
			size_t comma = str_find(line, ',');
			struct postcode_found found;
			bool has = false;

			if (comma == line.len)
				continue;
			n++;
			if (postcodes_find(&f.index,
				    str_trim(str_slice(
					    line, comma + 1, line.len)),
				    &found))
				for (size_t i = 0; i < found.n; i++)
					has = has ||
						str_eq(found.area[i],
							str_slice(line, 0,
								comma));
			missed += !has;
		}
		CHECK_INT(n, 1295);
		CHECK_INT(missed, 0);
	}
	buf_release(&b);
	teardown(&f);
}

int main(void)
{
	test_own_list();
	test_layouts();
	test_refused();
	test_directories();
	test_examples();
	return tap_done();
}

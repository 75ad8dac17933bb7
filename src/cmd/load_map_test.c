/* Maps of others: what is read, and what is said when it cannot be. */

#include "cmd/load_map.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "base/tap.h"
#include "chart/map.h"
#include "chart/outline.h"

struct fixture {
	struct arena arena;
	struct store_map map;
	struct str complaint;
};

static enum err read_as(
	struct fixture *f, const char *text, struct map_source source)
{
	source.file = STR("test.json");
	source.bytes = str_c(text);
	f->complaint = STR("");
	return map_read(&f->arena, &source, &f->map, &f->complaint);
}

static enum err read_text(struct fixture *f, const char *text)
{
	return read_as(f, text, (struct map_source){ .is_world = false });
}

static void setup(struct fixture *f)
{
	arena_init(&f->arena, (size_t)1 << 28);
}

/* ---- hexes ---- */

static void expect_hexes(struct fixture *f, const char *layout, const char *a,
	const char *b, const char *c)
{
	char text[400];

	(void)snprintf(text, sizeof(text),
		"{\"layout\":\"%s\",\"hexes\":{"
		"\"A\":{\"q\":0,\"r\":0,\"n\":\"Ash\"},"
		"\"B\":{\"q\":1,\"r\":0},\"C\":{\"q\":0,\"r\":1}}}",
		layout);
	CHECK_INT(read_text(f, text), OK);
	CHECK_INT(f->map.kind, STORE_MAP_HEXES);
	CHECK_INT(f->map.areas_count, 3);
	CHECK_STR(f->map.areas[0].name, STR("Ash"));
	CHECK(f->map.areas[1].name.at == NULL);
	CHECK_STR(f->map.areas[0].outline, str_c(a));
	CHECK_STR(f->map.areas[1].outline, str_c(b));
	CHECK_STR(f->map.areas[2].outline, str_c(c));
}

#define UPRIGHT "l7 4 0 8-7 4-7-4 0-8z"
#define LYING "l4 7 8 0 4-7-4-7-8 0z"

static void test_hexes(void)
{
	struct fixture f;

	setup(&f);
	/* Row 1 is above row 0, and in odd-r further right. */
	expect_hexes(&f, "odd-r", "M8 13" UPRIGHT, "M22 13" UPRIGHT,
		"M15 1" UPRIGHT);
	CHECK_INT(f.map.width, 30);
	CHECK_INT(f.map.height, 30);
	expect_hexes(&f, "even-r", "M15 13" UPRIGHT, "M29 13" UPRIGHT,
		"M8 1" UPRIGHT);
	/* Column 1 is higher than column 0. */
	CHECK_INT(read_text(&f,
			  "{\"layout\":\"odd-q\",\"hexes\":{"
			  "\"A\":{\"q\":0,\"r\":0},\"B\":{\"q\":1,\"r\":0}}}"),
		OK);
	CHECK_STR(f.map.areas[0].outline, STR("M1 15l4 7 8 0 4-7-4-7-8 0z"));
	CHECK_STR(f.map.areas[1].outline, STR("M13 8l4 7 8 0 4-7-4-7-8 0z"));
	CHECK_INT(read_text(&f,
			  "{\"layout\":\"even-q\",\"hexes\":{"
			  "\"A\":{\"q\":0,\"r\":0},\"B\":{\"q\":1,\"r\":0}}}"),
		OK);
	CHECK_STR(f.map.areas[0].outline, STR("M1 8l4 7 8 0 4-7-4-7-8 0z"));
	CHECK_STR(f.map.areas[1].outline, STR("M13 15l4 7 8 0 4-7-4-7-8 0z"));
	arena_release(&f.arena);
}

/* ---- shapes ---- */

#define SQUARE "[[[0,0],[1,0],[1,1],[0,1],[0,0]]]"

static void test_geojson(void)
{
	struct fixture f;

	setup(&f);
	CHECK_INT(read_text(&f,
			  "{\"type\":\"FeatureCollection\",\"features\":["
			  "{\"type\":\"Feature\",\"id\":1,\"properties\":"
			  "{\"FID\":1,\"PCON24CD\":\"E1\",\"PCON24NM\":\"Ash\"}"
			  ",\"geometry\":{\"type\":\"Polygon\","
			  "\"coordinates\":" SQUARE "}},"
			  "{\"id\":\"E2\",\"properties\":null,\"geometry\":"
			  "{\"type\":\"GeometryCollection\",\"geometries\":[{"
			  "\"type\":\"MultiPolygon\",\"coordinates\":["
			  "[[[1,0],[2,0],[2,1]]],[[[1,1],[2,1],[2,2]]]]}]}}]}"),
		OK);
	CHECK_INT(f.map.kind, STORE_MAP_SHAPES);
	CHECK_INT(f.map.areas_count, 2);
	CHECK_STR(f.map.areas[0].code, STR("E1"));
	CHECK_STR(f.map.areas[0].name, STR("Ash"));
	CHECK_STR(f.map.areas[1].code, STR("E2"));
	CHECK_INT(outline_walk(f.map.areas[1].outline, NULL, NULL), OK);
	CHECK_INT(f.map.width, OUTLINE_SIDE + 2);
	CHECK_STR(f.map.set, STR("test"));
	arena_release(&f.arena);
}

/* Two triangles on one diagonal, arc 0, which the second takes backwards. */
static const char TOPOLOGY[] =
	"{\"type\":\"Topology\",\"transform\":{\"scale\":[0.5,1],"
	"\"translate\":[10,20]},\"objects\":{\"land\":{\"type\":\"Polygon\"},"
	"\"areas\":{\"type\":\"GeometryCollection\",\"geometries\":["
	"{\"type\":\"Polygon\",\"id\":\"040\",\"arcs\":[[0,1]]},"
	"{\"type\":\"Polygon\",\"id\":\"826\",\"arcs\":[[-1,2]]}]}},"
	"\"arcs\":[[[0,0],[4,4]],[[4,4],[-4,0],[0,-4]],"
	"[[0,0],[4,0],[0,4]]]}";

static void test_topojson(void)
{
	struct fixture f;
	struct str first;

	setup(&f);
	CHECK_INT(read_text(&f, TOPOLOGY), OK);
	CHECK_INT(f.map.kind, STORE_MAP_SHAPES);
	CHECK_INT(f.map.areas_count, 2);
	CHECK_STR(f.map.areas[0].code, STR("040"));
	first = f.map.areas[0].outline;
	CHECK_INT(outline_walk(first, NULL, NULL), OK);
	CHECK(!str_eq(first, f.map.areas[1].outline));
	/* Of the world: numbers are countries. */
	CHECK_INT(
		read_as(&f, TOPOLOGY, (struct map_source){ .is_world = true }),
		OK);
	CHECK_INT(f.map.kind, STORE_MAP_WORLD);
	CHECK_STR(f.map.areas[0].code, STR("AT"));
	CHECK_STR(f.map.areas[1].code, STR("GB"));
	arena_release(&f.arena);
}

static void test_options(void)
{
	struct fixture f;
	struct map_source source = { .code = STR("key"),
		.name = STR("called"),
		.set = STR("spring"),
		.credit = STR("Us"),
		.codes = STR("old_code,old_name,new_code\nB,Birch,BB\n") };

	setup(&f);
	CHECK_INT(read_as(&f,
			  "{\"layout\":\"odd-r\",\"hexes\":{\"1\":{\"q\":0,"
			  "\"r\":0,\"key\":\"B\",\"called\":\"Beech\"}}}",
			  source),
		OK);
	CHECK_STR(f.map.areas[0].code, STR("BB"));
	CHECK_STR(f.map.areas[0].name, STR("Beech"));
	CHECK_STR(f.map.set, STR("spring"));
	CHECK_STR(f.map.credit, STR("Us"));
	source.codes = STR("a,b\n1,2\n");
	CHECK_INT(read_as(&f,
			  "{\"layout\":\"odd-r\",\"hexes\":{\"1\":{\"q\":0,"
			  "\"r\":0,\"key\":\"B\"}}}",
			  source),
		ERR_INVALID);
	arena_release(&f.arena);
}

/* ---- refusals ---- */

static const struct {
	const char *text;
	const char *complaint;
} refused[] = {
	{ "",
		"test.json: line 1: this is not JSON: '[' or '{' expected near "
		"end of file" },
	{ "{}",
		"test.json: this is neither HexJSON (\"hexes\") nor TopoJSON "
		"(\"type\":\"Topology\") nor GeoJSON "
		"(\"type\":\"FeatureCollection\")" },
	{ "{\"hexes\":{},\"layout\":\"odd-r\"}",
		"test.json: 0 hexes: 1 to 4096 are read" },
	{ "{\"hexes\":{\"A\":{\"q\":1,\"r\":1}},\"layout\":\"round\"}",
		"test.json: layout \"round\": it is odd-r, even-r, odd-q or "
		"even-q" },
	{ "{\"hexes\":{\"A\":{\"q\":1}},\"layout\":\"odd-r\"}",
		"test.json: hexes.A: q and r are whole numbers from -5000 to "
		"5000" },
	{ "{\"hexes\":{\"A\":{\"q\":1,\"r\":1},\"B\":{\"q\":1,\"r\":1}},"
	  "\"layout\":\"odd-r\"}",
		"test.json: hexes.A and hexes.B stand on one place" },
	{ "{\"type\":\"FeatureCollection\"}",
		"test.json: features is no list" },
	{ "{\"type\":\"FeatureCollection\",\"features\":[]}",
		"test.json: there is no area in it" },
	{ "{\"type\":\"FeatureCollection\",\"features\":[{\"geometry\":null}]}",
		"test.json: features[0] has no code: name the property that "
		"holds it (--code PROPERTY)" },
	{ "{\"type\":\"FeatureCollection\",\"features\":[{\"id\":\"A\","
	  "\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,2]}}]}",
		"test.json: features[0]: its geometry is \"Point\": only "
		"Polygon and MultiPolygon can be drawn" },
	{ "{\"type\":\"FeatureCollection\",\"features\":[{\"id\":\"A\","
	  "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[1,3],"
	  "[\"x\",2]]]}}]}",
		"test.json: features[0]: point 3 of ring 1 is no [longitude, "
		"latitude]" },
	{ "{\"type\":\"FeatureCollection\",\"features\":[{\"id\":\"A\","
	  "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[1,2],"
	  "[530000,180000],[1,5]]]}}]}",
		"test.json: a coordinate is not on the earth: it wants "
		"longitude and latitude in degrees (EPSG:4326)" },
	{ "{\"type\":\"Topology\",\"objects\":{},\"arcs\":[]}",
		"test.json: objects holds no such collection of geometries" },
	{ "{\"type\":\"Topology\",\"objects\":{\"a\":{\"geometries\":["
	  "{\"type\":\"Polygon\",\"id\":\"A\",\"arcs\":[[0,-3]]}]}},"
	  "\"arcs\":[[[0,0],[1,1]]]}",
		"test.json: objects.a.geometries[0]: entry 2 of ring 1 names "
		"no arc: there are 1" },
	{ "{\"type\":\"Topology\",\"objects\":{\"a\":{\"geometries\":[]}},"
	  "\"arcs\":[[[0,0],[1]]]}",
		"test.json: arcs[0][1] is no pair of numbers" },
	{ "{\"type\":\"Topology\",\"transform\":{\"scale\":[1]},"
	  "\"objects\":{\"a\":{\"geometries\":[]}},\"arcs\":[]}",
		"test.json: transform wants scale and translate, two numbers "
		"each" },
};

static void test_refused(void)
{
	struct fixture f;

	setup(&f);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		CHECK_INT(read_text(&f, refused[i].text), ERR_INVALID);
		CHECK_STR(f.complaint, str_c(refused[i].complaint));
	}
	arena_release(&f.arena);
}

/* ---- the drawing as text ---- */

static void test_drawing(void)
{
	static const char *const bad[] = { "", "petitiond drawing 2\n",
		"petitiond drawing 1\n", "petitiond drawing 1\n1\t2\t3\ts\t\n",
		"petitiond drawing 1\n4\t2\t3\ts\t\nA\t\tM1 1l1 1z\n",
		"petitiond drawing 1\n1\t2\t3\t\t\nA\t\tM1 1l1 1z\n",
		"petitiond drawing 1\n1\t2\t3\ts\t\n\t\tM1 1l1 1z\n",
		"petitiond drawing 1\n1\t2\t3\ts\t\nA\tM1 1l1 1z\n",
		"petitiond drawing 1\n1\t2\t3\ts\t\nA\t\tM1 1l1 1\n" };
	struct fixture f;
	struct store_map back;
	struct buf b;

	setup(&f);
	CHECK_INT(read_text(&f, TOPOLOGY), OK);
	buf_init(&b, 1 << 20);
	map_write(&b, &f.map);
	CHECK_INT(map_parse(&f.arena, STR("d"), buf_view(&b), &back,
			  &f.complaint),
		OK);
	CHECK_INT(back.kind, f.map.kind);
	CHECK_INT(back.width, f.map.width);
	CHECK_INT(back.height, f.map.height);
	CHECK_STR(back.set, f.map.set);
	CHECK(back.credit.at == NULL);
	CHECK_INT(back.areas_count, f.map.areas_count);
	CHECK_STR(back.areas[1].code, f.map.areas[1].code);
	CHECK_STR(back.areas[1].outline, f.map.areas[1].outline);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(map_parse(&f.arena, STR("d"), str_c(bad[i]), &back,
				  &f.complaint),
			ERR_INVALID);
	buf_release(&b);
	arena_release(&f.arena);
}

/* ---- real ones ---- */

/* The drawing within a page, labels and links included, as it is sent. */
static size_t packed_bytes(struct fixture *f)
{
	size_t n = f->map.areas_count;
	struct chart_area *areas = ARENA_ARRAY(&f->arena, struct chart_area, n);
	struct chart_map m = { .width = f->map.width,
		.height = f->map.height,
		.areas = areas,
		.areas_count = n,
		.title = STR("Where signatures came from") };
	struct buf b;
	struct html h = { .out = &b };
	uLongf len;
	Bytef *packed;

	for (size_t i = 0; areas != NULL && i < n; i++)
		areas[i] = (struct chart_area){
			.outline = f->map.areas[i].outline,
			.label = arena_printf(&f->arena,
				"%.*s: %zu signatures, 0.%03zu%% of the people",
				STR_ARG(f->map.areas[i].name), i * 7919 % 90000,
				i * 7907 % 1000),
			.url = arena_printf(&f->arena, "/petitions/local/%.*s",
				STR_ARG(f->map.areas[i].name)),
			.class = (unsigned)(i * 31 % 7),
		};
	buf_init(&b, 16 << 20);
	chart_map_inline(&h, &m);
	CHECK_INT(buf_err(&b), OK);
	len = compressBound(b.len);
	packed = malloc(len);
	CHECK(packed != NULL &&
		compress2(packed, &len, (const Bytef *)b.at, b.len, 6) == Z_OK);
	free(packed);
	buf_release(&b);
	printf("# %zu areas: %zu bytes packed\n", n, (size_t)len);
	return len;
}

static void test_real(const char *data, const char *name, bool is_world,
	const char *codes, size_t count, const char *set)
{
	struct map_source source = { .is_world = is_world };
	char path[4096];
	struct fixture f;
	struct buf b;
	struct buf table;

	setup(&f);
	buf_init(&b, 8 << 20);
	buf_init(&table, 1 << 20);
	(void)snprintf(path, sizeof(path), "%s/geo/%s", data, name);
	CHECK_INT(file_read(AT_FDCWD, path, &b), OK);
	if (codes != NULL) {
		(void)snprintf(path, sizeof(path), "%s/geo/%s", data, codes);
		CHECK_INT(file_read(AT_FDCWD, path, &table), OK);
		source.codes = buf_view(&table);
	}
	source.file = str_c(name);
	source.bytes = buf_view(&b);
	CHECK_INT(map_read(&f.arena, &source, &f.map, &f.complaint), OK);
	CHECK_STR(f.complaint, STR(""));
	CHECK_INT(f.map.areas_count, count);
	CHECK_STR(f.map.set, str_c(set));
	CHECK(packed_bytes(&f) <=
		(f.map.kind == STORE_MAP_HEXES ? 60u << 10 : 120u << 10));
	for (size_t i = 0; i < f.map.areas_count; i++)
		if (outline_walk(f.map.areas[i].outline, NULL, NULL) != OK)
			CHECK_STR(f.map.areas[i].code, STR("with an outline"));
	buf_release(&table);
	buf_release(&b);
	arena_release(&f.arena);
}

static void test_data(void)
{
	const char *data = getenv("PETITIOND_DATA");
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/geo", data == NULL ? "" : data);
	if (data == NULL || access(path, R_OK) != 0) {
		tap_skip("the data folder is not here (PETITIOND_DATA)");
		return;
	}
	test_real(data, "hex-constituencies-2010.hexjson", false, NULL, 650,
		"2010");
	test_real(data, "hex-constituencies-2019-bbc.hexjson", false, NULL, 650,
		"2019");
	test_real(data, "hex-constituencies-2024.hexjson", false, NULL, 650,
		"2024");
	test_real(data, "uk-constituencies-2010.topojson", false, NULL, 650,
		"2010");
	test_real(data, "uk-constituencies-2024-buc.topojson", false, NULL, 650,
		"2024");
	test_real(data, "uk-constituencies-2024-buc.geojson", false, NULL, 650,
		"2024");
	test_real(data, "countries-110m.topojson", true, NULL, 176,
		"countries-110m");
}

int main(void)
{
	test_hexes();
	test_geojson();
	test_topojson();
	test_options();
	test_refused();
	test_drawing();
	test_data();
	return tap_done();
}

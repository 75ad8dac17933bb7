#include "tlog/tile.h"

#include "base/tap.h"

static void test_paths(void)
{
	static const struct {
		struct tlog_tile tile;
		struct str path;
	} known[] = {
		{ { false, 0, 0, 256 }, STR_INIT("tile/0/000") },
		{ { false, 0, 5, 1 }, STR_INIT("tile/0/005.p/1") },
		{ { false, 1, 999, 255 }, STR_INIT("tile/1/999.p/255") },
		{ { true, 0, 1000, 256 }, STR_INIT("tile/entries/x001/000") },
		{ { false, 7, 1234067, 256 },
			STR_INIT("tile/7/x001/x234/067") },
		{ { true, 0, 1234067, 5 },
			STR_INIT("tile/entries/x001/x234/067.p/5") },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct tlog_tile back;
		struct buf b;

		buf_init(&b, TLOG_PATH_BYTES);
		tlog_tile_path(&b, known[i].tile);
		CHECK_STR(buf_view(&b), known[i].path);
		CHECK_INT(tlog_tile_parse(known[i].path, &back), OK);
		CHECK(back.entries == known[i].tile.entries &&
			back.level == known[i].tile.level &&
			back.index == known[i].tile.index &&
			back.width == known[i].tile.width);
		buf_release(&b);
	}
}

static void test_bad_paths(void)
{
	static const struct str bad[] = { STR_INIT(""), STR_INIT("tile/0"),
		STR_INIT("tile/0/"), STR_INIT("tile/0/00"),
		STR_INIT("tile/0/0000"), STR_INIT("tile/0/x000/000"),
		STR_INIT("tile/0/x001/"), STR_INIT("tile/0/001/000"),
		STR_INIT("tile/8/000"), STR_INIT("tile/00/000"),
		STR_INIT("tile/-1/000"), STR_INIT("tile/x/000"),
		STR_INIT("tile/entries/000/"), STR_INIT("tile/0/000.p/"),
		STR_INIT("tile/0/000.p/0"), STR_INIT("tile/0/000.p/256"),
		STR_INIT("tile/0/000.p/05"), STR_INIT("tile/0/000.p/5 "),
		STR_INIT("/tile/0/000"), STR_INIT("tile/0/../000"),
		STR_INIT("tile/0/x999/x999/x999/x999/x999/x999/x999/999"),
		STR_INIT("Tile/0/000") };
	struct tlog_tile tile;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(tlog_tile_parse(bad[i], &tile) == ERR_INVALID))
			printf("# %.*s\n", STR_ARG(bad[i]));
}

static void test_width(void)
{
	CHECK_INT(tlog_tile_width(0, 0, 0), 0);
	CHECK_INT(tlog_tile_width(5, 0, 0), 5);
	CHECK_INT(tlog_tile_width(256, 0, 0), 256);
	CHECK_INT(tlog_tile_width(256, 0, 1), 0);
	CHECK_INT(tlog_tile_width(256, 1, 0), 1);
	CHECK_INT(tlog_tile_width(257, 0, 1), 1);
	CHECK_INT(tlog_tile_width(65536, 1, 0), 256);
	CHECK_INT(tlog_tile_width(65536, 2, 0), 1);
	CHECK_INT(tlog_tile_width(65535, 2, 0), 0);
}

static void test_bundle(void)
{
	uint8_t leaf[2][TLOG_LEAF_BYTES], back[2][TLOG_LEAF_BYTES];
	struct buf b;

	memset(leaf[0], 0xAA, sizeof(leaf[0]));
	memset(leaf[1], 0xBB, sizeof(leaf[1]));
	buf_init(&b, 4096);
	tlog_bundle_put(&b, leaf[0]);
	tlog_bundle_put(&b, leaf[1]);
	CHECK_INT(b.len, 132);
	CHECK_INT(tlog_bundle_get(buf_view(&b), 2, back), OK);
	CHECK(memcmp(leaf, back, sizeof(leaf)) == 0);
	CHECK_INT(tlog_bundle_get(buf_view(&b), 1, back), ERR_INVALID);
	CHECK_INT(tlog_bundle_get(buf_view(&b), 3, back), ERR_INVALID);
	b.at[67] = 63;
	CHECK_INT(tlog_bundle_get(buf_view(&b), 2, back), ERR_INVALID);
	buf_release(&b);
}

int main(void)
{
	test_paths();
	test_bad_paths();
	test_width();
	test_bundle();
	return tap_done();
}

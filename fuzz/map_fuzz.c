/*
 * map_fuzz.c - whatever map comes in, it is refused with a sentence, or drawn
 * so that the drawing can be written, read back and followed.  The first byte
 * chooses the world.
 */
#include <assert.h>

#include "chart/outline.h"
#include "cmd/load_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct arena *a, const struct store_map *map)
{
	struct str complaint;
	struct store_map back;
	struct buf b;
	enum err e;

	for (size_t i = 0; i < map->areas_count; i++)
		assert(outline_walk(map->areas[i].outline, NULL, NULL) == OK);
	buf_init(&b, 32 << 20);
	map_write(&b, map);
	assert(buf_err(&b) == OK);
	e = map_parse(a, STR("drawing"), buf_view(&b), &back, &complaint);
	assert(e == OK);
	assert(back.areas_count == map->areas_count);
	buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct map_source source = { .file = STR("map"),
		.is_world = size > 0 && data[0] == 'w' };
	struct str complaint = STR("");
	struct store_map map;
	struct arena a;

	arena_init(&a, 64 << 20);
	if (size > 0) {
		source.bytes = (struct str){ (const char *)data + 1, size - 1 };
		if (map_read(&a, &source, &map, &complaint) == OK)
			check(&a, &map);
		else
			assert(complaint.len > 0);
		if (map_parse(&a, STR("map"), source.bytes, &map, &complaint) ==
			OK)
			check(&a, &map);
	}
	arena_release(&a);
	return 0;
}

/*
 * keep_saved_fuzz.c - whatever bytes keeper's file of indexes has: reading it
 * ends, and what was taken says nothing of slots beyond its own end.  The
 * checksum is made to fit, or nothing would be read.
 */
#include "role/keep_saved.h"

#include <assert.h>
#include <zlib.h>

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BITS = 1 };

static void look(struct keep_saved *s)
{
	struct keep_walk w;
	uint64_t slot;

	for (uint64_t i = 0; i < 64; i++) {
		w = keep_index_walk(s->people, keep_index_mix(i));
		while (keep_walk_next(&w, &slot))
			assert(slot > 0 && slot < s->end);
	}
	slot = 0;
	while ((slot = keep_marks_next(s->open, slot)) != 0)
		assert(slot++ < s->end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keep_index people;
	struct keep_rids rids;
	struct keep_marks open = { 0 };
	struct keep_saved s = {
		.people = &people, .rids = &rids, .open = &open
	};
	struct buf b;

	buf_init(&b, size + 4);
	buf_put(&b, data, size);
	buf_u32(&b, (uint32_t)crc32_z(0, data, size));
	if (keep_index_init(&people, BITS) == OK &&
		keep_rids_init(&rids, 0) == OK) {
		if (keep_saved_parse(buf_view(&b), &s) == OK)
			look(&s);
		keep_rids_release(&rids);
		keep_index_release(&people);
		keep_marks_release(&open);
	}
	buf_release(&b);
	return 0;
}

/*
 * checkpoint_fuzz.c - a checkpoint's or promise's body and a leaf that are
 * read have exactly one form: what was read, written again, is the input.
 */
#include <assert.h>

#include "tlog/checkpoint.h"
#include "tlog/leaf.h"
#include "tlog/promise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_bodies(struct str in)
{
	struct checkpoint checkpoint;
	struct promise promise;
	struct buf out;

	buf_init(&out, 1 << 20);
	if (checkpoint_parse(in, &checkpoint) == OK) {
		checkpoint_write(&out, &checkpoint);
		assert(buf_err(&out) == OK && str_eq(buf_view(&out), in));
	}
	buf_clear(&out);
	if (promise_parse(in, STR("h"), &promise) == OK) {
		promise_write(&out, STR("h"), &promise);
		assert(buf_err(&out) == OK && str_eq(buf_view(&out), in));
	}
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[TLOG_LEAF_BYTES];
	struct leaf leaf;

	check_bodies((struct str){ (const char *)data, size });
	if (size == TLOG_LEAF_BYTES && leaf_decode(data, &leaf) == OK) {
		leaf_encode(&leaf, again);
		assert(memcmp(again, data, size) == 0);
	}
	return 0;
}

/*
 * desk_fuzz.c - what desks send, and what they are sent.  The first byte says
 * which of them the rest is; what is read is written back the same.
 */
#include <assert.h>

#include "base/bytes.h"
#include "role/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(struct buf *b, struct str in)
{
	assert(buf_err(b) == OK && str_eq(buf_view(b), in));
	buf_clear(b);
}

static void check_head(struct str in)
{
	const uint8_t *at = (const uint8_t *)in.at;
	struct desk_head h;

	if (in.len < DESK_HEAD_LEN || desk_head_read(at, &h) != OK)
		return;
	assert(h.op >= DESK_SEARCH && h.op <= DESK_BLOCKED);
	/* Nobody guesses a signature. */
	assert(desk_head_check(at, &h.key) == ERR_DENIED);
}

static void check_values(struct str in)
{
	struct desk_values v;
	struct buf b;

	if (desk_values_read(in, &v) != OK)
		return;
	assert(v.value[0].len > 0);
	buf_init(&b, 1 << 18);
	desk_values_put(&b, (const uint8_t *)in.at, &v);
	same(&b, in);
	buf_release(&b);
}

static void check_set(struct str in)
{
	struct desk_set s;

	if (desk_set_read(in, &s) != OK)
		return;
	assert(s.n_heads >= 1 && s.n_heads <= 2);
	assert(s.slots.len >= 8 && s.slots.len <= 8 * DESK_SLOTS_MAX);
	assert(in.len == 1 + s.n_heads * DESK_HEAD_LEN + s.slots.len);
}

static void check_reply(struct str in)
{
	struct desk_reply r;
	struct buf b;
	uint32_t n;

	buf_init(&b, 1 << 24);
	if (desk_reply_read(in, &r) == OK) {
		desk_reply_put(&b, &r);
		same(&b, in);
	}
	if (desk_reply_count(in, &n) == OK) {
		desk_reply_put_count(&b, n);
		same(&b, in);
	}
	buf_release(&b);
}

/* One answer, read as each of them. */
static void check_answer(struct str in)
{
	struct desk_head h = { .op = DESK_SEARCH };
	struct view v = view_of(in.at, in.len);
	struct view w;
	uint32_t count = 0;

	if (in.len < 24)
		return;
	memcpy(h.nonce.byte, in.at + 8, sizeof(h.nonce.byte));
	h.op = (enum desk_op)get_u32((const uint8_t *)in.at + 4);
	if (desk_answer_read(&v, &h, &count) != OK)
		return;
	assert(count <= DESK_ROWS_MAX);
	w = v;
	for (uint32_t i = 0; i < count && !w.bad; i++) {
		struct desk_row row;

		desk_row_read(&w, &row);
	}
	w = v;
	for (uint32_t i = 0; i < count && !w.bad; i++) {
		struct desk_wave wave;

		desk_wave_read(&w, &wave);
	}
	for (uint32_t i = 0; i < count && !v.bad; i++) {
		struct desk_held held;

		desk_held_read(&v, &held);
		assert(v.bad || held.area.len <= in.len);
	}
}

static void check_messages(struct str in)
{
	struct view v = view_of(in.at, in.len);
	struct message_desk_said said;
	struct buf b;

	take_desk_said(&v, &said);
	if (v.bad)
		return;
	buf_init(&b, 1 << 24);
	put_desk_said(&b, &said);
	same(&b, in);
	buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const check[])(struct str) = { check_head, check_values,
		check_set, check_reply, check_answer, check_messages };

	if (size > 0 && data[0] < sizeof(check) / sizeof(check[0]))
		check[data[0]](part_of(data + 1, size - 1));
	return 0;
}

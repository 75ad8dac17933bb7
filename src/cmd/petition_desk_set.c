/*
 * petition_desk_set.c - petition-desk set-aside, sign: signatures that are no
 * longer counted; many take two people.
 */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/rng.h"
#include "cmd/petition_desk_ask.h"
#include "cmd/petition_desk_tool.h"

enum { SET_MAX = 16 << 10 };

/* ---- setting aside ---- */

static enum err leaf_reason(const char *text, uint16_t *ret_reason)
{
	static const char *const names[] = { "", "limit", "fraud", "duplicate",
		"staff" };

	for (uint16_t i = 1; i < 5; i++)
		if (str_eq(str_c(text), str_c(names[i]))) {
			*ret_reason = i;
			return OK;
		}
	desk_complain(
		"\"%s\" is no reason: limit, fraud, duplicate or staff", text);
	return ERR_INVALID;
}

static void put_set(struct desk_tool *t, uint16_t reason, struct str slots,
	const uint8_t *first_head, struct buf *b)
{
	struct desk_head h = { .op = DESK_INVALIDATE,
		.reason = reason,
		.time_s = (uint64_t)clock_wall_ms(clock_system()) / 1000 };

	rng_fill(rng_system(), h.nonce.byte, sizeof(h.nonce.byte));
	sha256(slots.at, slots.len, &h.body);
	buf_byte(b, first_head == NULL ? 1 : 2);
	if (first_head != NULL)
		buf_put(b, first_head, DESK_HEAD_LEN);
	desk_head_put(b, &h, &t->file->key);
	buf_str(b, slots);
}

static enum err send_set(struct desk_tool *t, const struct buf *request)
{
	struct buf reply;
	uint32_t n = 0;
	enum err e;

	buf_init(&reply, 1 << 16);
	e = desk_post(&t->site, "/desk/set-aside", buf_view(request), &reply);
	if (e == OK)
		e = desk_reply_count(buf_view(&reply), &n);
	if (e == OK)
		printf("%u set aside; the rest were not counted or are gone\n",
			n);
	buf_release(&reply);
	return e;
}

enum err desk_put_aside(struct desk_tool *t, char **word, int n)
{
	struct buf slots, request;
	uint16_t reason = 0;
	enum err e = leaf_reason(word[0], &reason);

	buf_init(&slots, SET_MAX);
	buf_init(&request, SET_MAX);
	for (int i = 1; e == OK && i < n; i++) {
		uint64_t slot = 0;

		e = str_u64(str_c(word[i]), &slot);
		buf_u64(&slots, slot);
		if (e != OK)
			desk_complain("\"%s\" is no slot", word[i]);
	}
	if (e == OK && n - 1 > DESK_SLOTS_MAX) {
		desk_complain("at most %d at once", DESK_SLOTS_MAX);
		e = ERR_TOO_LARGE;
	}
	if (e == OK) {
		put_set(t, reason, buf_view(&slots), NULL, &request);
		e = buf_err(&request);
	}
	if (e == OK && n - 1 <= DESK_ALONE_MAX) {
		e = send_set(t, &request);
	} else if (e == OK) {
		struct buf text;

		buf_init(&text, 2 * SET_MAX);
		enc_base64url(&text, request.at, request.len);
		printf("%.*s\n", STR_ARG(buf_view(&text)));
		fprintf(stderr,
			"That many take two people: another desk sends this "
			"with `petition-desk sign`, within a day.\n");
		buf_release(&text);
	}
	buf_release(&slots);
	buf_release(&request);
	return e;
}

enum err desk_sign_set(struct desk_tool *t, char **word)
{
	uint8_t *bytes = ARENA_ARRAY(&t->arena, uint8_t, SET_MAX);
	struct desk_head first;
	struct buf request;
	size_t len = 0;
	enum err e = bytes == NULL
		? ERR_MEMORY
		: dec_base64url(str_c(word[0]), bytes, SET_MAX, &len);

	if (e == OK &&
		(len < 1 + DESK_HEAD_LEN || bytes[0] != 1 ||
			desk_head_read(bytes + 1, &first) != OK ||
			first.op != DESK_INVALIDATE))
		e = ERR_INVALID;
	if (e != OK) {
		desk_complain("that is no request of `petition-desk "
			      "set-aside`");
		return e;
	}
	buf_init(&request, SET_MAX);
	put_set(t, first.reason,
		part_of(bytes + 1 + DESK_HEAD_LEN, len - 1 - DESK_HEAD_LEN),
		bytes + 1, &request);
	e = buf_err(&request);
	if (e == OK)
		e = send_set(t, &request);
	buf_release(&request);
	return e;
}

/*
 * psr1_fuzz.c - records and tokens from outside.  What parses has the length
 * that it says, what does not open leaves nothing behind, and a token that
 * is read is written back as the one text it has.  Epoch and lock are fixed,
 * and the corpus holds a record that opens with them.
 */
#include <assert.h>

#include "crypto/psr1.h"
#include "crypto/secret.h"
#include "crypto/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_record(struct str in)
{
	static const uint8_t plain[EPOCH_PLAIN_LEN] = { 1 };
	static const struct lock lock = { { 2 } };
	struct psr1_head head;
	struct opener *o;
	struct buf body;

	if (psr1_parse(in, &head) != OK)
		return;
	assert(in.len ==
		PSR1_HEAD_LEN + (size_t)head.class * PSR1_CLASS_BYTES + 16);
	assert(head.seq < EPOCH_RECORDS);
	if (opener_new(part_of(plain, sizeof(plain)), head.compartment, &o) !=
		OK)
		return;
	buf_init(&body, PSR1_BODY_MAX);
	if (psr1_open(o, in, &lock, &body) != OK)
		assert(body.len == 0);
	buf_release(&body);
	opener_free(o);
}

static void check_token(struct str in)
{
	struct token token;
	struct token again;
	uint64_t slot;
	uint64_t slot_again;
	struct buf b;

	if (token_parse(in, &slot, &token) != OK)
		return;
	buf_init(&b, TOKEN_TEXT_MAX);
	token_text(&b, slot, &token);
	assert(buf_err(&b) == OK);
	assert(token_parse(buf_view(&b), &slot_again, &again) == OK);
	assert(slot == slot_again);
	assert(memcmp(&token, &again, sizeof(token)) == 0);
	buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = part_of(data, size);

	if (crypto_init() != OK)
		return 0;
	check_record(in);
	check_token(in);
	return 0;
}

/*
 * verify_receipt_fuzz.c - a receipt that is read has exactly one text but for
 * its promise, which is judged apart; what it says makes a commitment.
 */
#include <assert.h>

#include "base/buf.h"
#include "base/enc.h"
#include "cmd/petition_verify_receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_bytes(struct buf *b, const char *key, const uint8_t bytes[32])
{
	buf_c(b, key);
	enc_base64url(b, bytes, 32);
	buf_byte(b, '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data, size };
	struct receipt r;
	struct buf b;
	uint8_t c[32];

	if (receipt_parse(in, &r) != OK)
		return 0;
	receipt_commitment(&r, c);
	buf_init(&b, 1 << 20);
	buf_printf(&b, "petition receipt/v1\nsite %.*s\npetition ",
		STR_ARG(r.site));
	buf_decimal(&b, r.petition);
	buf_byte(&b, '\n');
	put_bytes(&b, "commitment ", r.c);
	put_bytes(&b, "secret ", r.o);
	put_bytes(&b, "record ", r.h);
	buf_c(&b, "name ");
	buf_str(&b, r.name);
	buf_c(&b, "\nemail ");
	buf_str(&b, r.email);
	buf_byte(&b, '\n');
	if (r.promise.len > 0)
		buf_byte(&b, '\n');
	buf_str(&b, r.promise);
	assert(buf_err(&b) == OK);
	assert(r.site.len < RECEIPT_SITE_MAX && r.petition != 0);
	assert(b.len <= size + 1);
	buf_release(&b);
	return 0;
}

/*
 * cbor_fuzz.c - a record body that is read is one that we would have written:
 * writing it again gives the same bytes.  So there is one form, and no other.
 */
#include <assert.h>

#include "role/body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(struct buf *b, struct str in)
{
	assert(buf_err(b) == OK && str_eq(buf_view(b), in));
	buf_clear(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = part_of(data, size);
	struct body_identity identity;
	struct body_contact contact;
	struct body_standing standing;
	struct body_mail mail;
	struct buf b;

	buf_init(&b, size + 64);
	if (body_identity_read(in, &identity) == OK) {
		body_identity_put(&b, &identity);
		check_same(&b, in);
	}
	if (body_contact_read(in, &contact) == OK) {
		body_contact_put(&b, &contact);
		check_same(&b, in);
	}
	if (body_standing_read(in, &standing) == OK) {
		body_standing_put(&b, &standing);
		check_same(&b, in);
	}
	if (body_mail_read(in, &mail) == OK) {
		body_mail_put(&b, &mail);
		check_same(&b, in);
	}
	buf_release(&b);
	return 0;
}

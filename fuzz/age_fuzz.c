/*
 * age_fuzz.c - whatever file comes in, age_open answers, and a refusal leaves
 * the caller's buf alone; text forms that are read are written back the same.
 * The identity is CCTV's "x25519", so that a corpus of its files goes deep.
 */
#include <assert.h>

#include "crypto/age.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_file(const struct age_identity *identity, struct str file)
{
	struct buf plain;

	buf_init(&plain, 1 << 22);
	buf_c(&plain, "kept");
	if (age_open(identity, file, &plain) != OK)
		assert(str_eq(buf_view(&plain), STR("kept")));
	else
		assert(plain.len - 4 < file.len);
	buf_release(&plain);
}

static void check_text(struct str text)
{
	struct age_recipient recipient;
	struct age_identity identity;
	struct buf b;

	buf_init(&b, 128);
	if (age_recipient_parse(text, &recipient) == OK) {
		age_recipient_text(&recipient, &b);
		assert(str_eq(buf_view(&b), text));
	}
	buf_clear(&b);
	if (age_identity_parse(text, &identity) == OK) {
		age_identity_text(&identity, &b);
		assert(str_eq(buf_view(&b), text));
	}
	buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct age_identity identity;

	if (crypto_init() != OK ||
		age_identity_parse(
			STR("AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2M"
			    "MDKWYKLMGR48UAWX40Q2P2LM0"),
			&identity) != OK)
		return 0;
	check_file(&identity, part_of(data, size));
	check_text(part_of(data, size));
	return 0;
}

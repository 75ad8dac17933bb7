/* Round trips, text forms and refusals; age_cctv.c runs the vectors of others
 * and tests/foreign opens what is sealed here with Debian's age. */
#include "crypto/age.h"

#include "base/tap.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

static struct rng_fake rng;

/* The pair of the format's published test vectors (C2SP CCTV, "x25519"). */
#define CCTV_IDENTITY                                                           \
	"AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2" \
	"P2LM0"

static void test_text(void)
{
	struct age_identity identity, again;
	struct age_recipient recipient, r;
	struct buf b;
	char text[AGE_IDENTITY_TEXT_LEN];
	size_t refused = 0;

	buf_init(&b, 128);
	CHECK(age_identity_parse(STR(CCTV_IDENTITY), &identity) == OK);
	age_identity_text(&identity, &b);
	CHECK_STR(buf_view(&b), STR(CCTV_IDENTITY));
	CHECK_INT(b.len, AGE_IDENTITY_TEXT_LEN);
	/* Any one changed letter is noticed. */
	for (size_t i = 0; i < sizeof(text); i++) {
		memcpy(text, b.at, sizeof(text));
		text[i] = text[i] == 'Q' ? 'P' : 'Q';
		refused += age_identity_parse(part_of(text, sizeof(text)),
				   &again) == ERR_INVALID;
	}
	CHECK_INT(refused, sizeof(text));
	CHECK(age_identity_parse(str_slice(buf_view(&b), 0, b.len - 1),
		      &again) == ERR_INVALID);
	buf_clear(&b);
	age_recipient_of(&identity, &recipient);
	age_recipient_text(&recipient, &b);
	CHECK_INT(b.len, AGE_RECIPIENT_TEXT_LEN);
	CHECK(age_recipient_parse(buf_view(&b), &r) == OK);
	CHECK(memcmp(&r, &recipient, sizeof(r)) == 0);
	b.at[0] = 'A';
	CHECK(age_recipient_parse(buf_view(&b), &r) == ERR_INVALID);
	b.at[0] = 'a';
	b.at[61] = (char)(b.at[61] - 'a' + 'A');
	CHECK(age_recipient_parse(buf_view(&b), &r) == ERR_INVALID);
	CHECK(age_recipient_parse(STR(""), &r) == ERR_INVALID);
	buf_release(&b);
}

static void test_sizes(void)
{
	static const size_t sizes[] = { 0, 1, 48, 65535, 65536, 65537, 131072,
		200000 };
	struct age_identity identity[3];
	struct age_recipient recipient[3];
	static char plain[200000];
	struct buf file, back;

	for (size_t i = 0; i < 3; i++) {
		age_identity_generate(&rng.rng, &identity[i]);
		age_recipient_of(&identity[i], &recipient[i]);
	}
	rng_fill(&rng.rng, plain, sizeof(plain));
	buf_init(&file, 300000);
	buf_init(&back, 300000);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct str p = part_of(plain, sizes[i]);

		buf_clear(&file);
		CHECK(age_seal(&rng.rng, recipient, 2, p, &file) == OK);
		for (size_t who = 0; who < 2; who++) {
			buf_clear(&back);
			CHECK(age_open(&identity[who], buf_view(&file),
				      &back) == OK);
			CHECK(str_eq(buf_view(&back), p));
		}
		buf_clear(&back);
		CHECK(age_open(&identity[2], buf_view(&file), &back) ==
			ERR_NOT_FOUND);
	}
	buf_release(&file);
	buf_release(&back);
}

/* Every flipped bit and every cut of a small file is refused, and leaves
 * what was in the buf before. */
static void test_changes(void)
{
	struct age_identity identity;
	struct age_recipient recipient;
	struct buf file, back;
	size_t opened = 0;
	size_t untouched = 0;

	age_identity_generate(&rng.rng, &identity);
	age_recipient_of(&identity, &recipient);
	buf_init(&file, 1000);
	buf_init(&back, 1000);
	CHECK(age_seal(&rng.rng, &recipient, 1, STR("a small text"), &file) ==
		OK);
	buf_c(&back, "before");
	for (size_t i = 0; i < file.len * 8; i++) {
		file.at[i / 8] = (char)(file.at[i / 8] ^ (1 << (i % 8)));
		opened += age_open(&identity, buf_view(&file), &back) == OK;
		untouched += str_eq(buf_view(&back), STR("before"));
		file.at[i / 8] = (char)(file.at[i / 8] ^ (1 << (i % 8)));
	}
	CHECK_INT(opened, 0);
	CHECK_INT(untouched, file.len * 8);
	for (size_t i = 0; i < file.len; i++)
		opened += age_open(&identity, str_slice(buf_view(&file), 0, i),
				  &back) == OK;
	CHECK_INT(opened, 0);
	buf_c(&file, "x");
	CHECK(age_open(&identity, buf_view(&file), &back) == ERR_CRYPTO);
	CHECK_STR(buf_view(&back), STR("before"));
	buf_release(&file);
	buf_release(&back);
}

static void test_refusals(void)
{
	struct age_recipient zero = { { 0 } };
	struct age_recipient good;
	struct age_identity identity;
	struct buf file, back;

	buf_init(&file, 1000);
	buf_init(&back, 4);
	buf_c(&file, "kept");
	CHECK(age_seal(&rng.rng, &zero, 1, STR("x"), &file) == ERR_INVALID);
	CHECK_STR(buf_view(&file), STR("kept"));
	buf_clear(&file);
	age_identity_generate(&rng.rng, &identity);
	age_recipient_of(&identity, &good);
	CHECK(age_seal(&rng.rng, &good, 1, STR("five!"), &file) == OK);
	CHECK(age_open(&identity, buf_view(&file), &back) == ERR_TOO_LARGE);
	buf_clear(&file);
	CHECK(age_seal_passphrase(
		      &rng.rng, STR("pass"), 4, STR("text"), &file) == OK);
	CHECK(age_open(&identity, buf_view(&file), &back) == ERR_NOT_FOUND);
	buf_release(&file);
	buf_release(&back);
	buf_init(&file, 100);
	CHECK(age_seal(&rng.rng, &good, 1, STR("x"), &file) == ERR_TOO_LARGE);
	buf_release(&file);
}

int main(void)
{
	CHECK(crypto_init() == OK);
	rng_fake_init(&rng, 3);
	test_text();
	test_sizes();
	test_changes();
	test_refusals();
	return tap_done();
}

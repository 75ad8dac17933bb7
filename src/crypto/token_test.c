#include "crypto/token.h"

#include "base/tap.h"

static const struct token zero_token;

static bool round_trip(uint64_t slot, const char *slot_text)
{
	struct token t, back;
	uint64_t slot_back;
	struct rng_fake rng;
	struct buf b;
	bool good;

	rng_fake_init(&rng, slot);
	rng_fill(&rng.rng, &t, sizeof(t));
	buf_init(&b, TOKEN_TEXT_MAX);
	token_text(&b, slot, &t);
	good = buf_err(&b) == OK &&
		str_starts(buf_view(&b), str_c(slot_text)) &&
		b.len == strlen(slot_text) + 26 &&
		token_parse(buf_view(&b), &slot_back, &back) == OK &&
		slot_back == slot && memcmp(&t, &back, sizeof(t)) == 0;
	buf_release(&b);
	return good;
}

static bool reads(struct str text, uint64_t want_slot)
{
	struct token t;
	uint64_t slot;

	return token_parse(text, &slot, &t) == OK && slot == want_slot &&
		memcmp(&t, &zero_token, sizeof(t)) == 0;
}

static bool refused(struct str text)
{
	struct token t = { { 1 } };
	uint64_t slot = 77;

	return token_parse(text, &slot, &t) == ERR_INVALID && slot == 77 &&
		t.byte[0] == 1;
}

#define A26 "AAAAAAAAAAAAAAAAAAAAAAAAAA"

static void test_text(void)
{
	CHECK(round_trip(0, "A-"));
	CHECK(round_trip(1, "B-"));
	CHECK(round_trip(31, "7-"));
	CHECK(round_trip(32, "BA-"));
	CHECK(round_trip(6100000, "F2FBA-"));
	CHECK(round_trip(UINT64_MAX, "P777777777777-"));
	CHECK(reads(STR("BA-" A26), 32));
	CHECK(reads(STR("ba" A26), 32));
	CHECK(reads(STR(" b a - aaaaa-aaaaa aaaaa aaaaa aaaaaa "), 32));
	CHECK(reads(STR("01-" A26), 14 * 32 + 8)); /* zero, one: O, I */
	CHECK(reads(STR("8-" A26), 1));
	CHECK(refused(STR("")));
	CHECK(refused(STR("-" A26)));
	CHECK(refused(STR("AB-" A26))); /* a leading zero digit */
	CHECK(refused(STR("B-AAAAAAAAAAAAAAAAAAAAAAAAA")));
	CHECK(refused(STR("B-AAAAAAAAAAAAAAAAAAAAAAAAAB"))); /* spare bits */
	CHECK(refused(STR("B-9AAAAAAAAAAAAAAAAAAAAAAAAA")));
	CHECK(refused(STR("B_" A26)));
	CHECK(refused(STR("B-" A26 "\n")));
	CHECK(refused(STR("QAAAAAAAAAAAA-" A26))); /* 2^64 */
	CHECK(refused(STR("BAAAAAAAAAAAAA-" A26))); /* 14 digits */
}

static void test_hash(void)
{
	struct token t = { { 3 } };
	struct token_hash h;

	token_hash(9, &t, &h);
	CHECK(token_hash_ok(&h, 9, &t));
	CHECK(!token_hash_ok(&h, 10, &t));
	t.byte[15] = 1;
	CHECK(!token_hash_ok(&h, 9, &t));
}

static void test_form(void)
{
	struct hmac_key key, other;
	struct rng_fake rng;
	struct rid rid, again;
	struct buf b;
	size_t refused_n = 0;

	rng_fake_init(&rng, 1);
	hmac_key_init(&key, "k", 1);
	hmac_key_init(&other, "l", 1);
	buf_init(&b, 64);
	form_token_make(&b, &key, &rng.rng, 5, 29924321);
	CHECK_INT(b.len, FORM_TOKEN_TEXT_LEN);
	CHECK(form_token_check(&key, 5, buf_view(&b), &rid) == OK);
	CHECK_INT(rid_minute(&rid), 29924321);
	CHECK(form_token_check(&key, 6, buf_view(&b), &rid) == ERR_INVALID);
	CHECK(form_token_check(&other, 5, buf_view(&b), &rid) == ERR_INVALID);
	CHECK(form_token_check(&key, 5, str_slice(buf_view(&b), 0, 42), &rid) ==
		ERR_INVALID);
	for (size_t i = 0; i < b.len; i++) {
		char c = b.at[i];

		b.at[i] = c == 'Q' ? 'g' : 'Q';
		refused_n += form_token_check(&key, 5, buf_view(&b), &again) ==
			ERR_INVALID;
		b.at[i] = c;
	}
	CHECK_INT(refused_n, FORM_TOKEN_TEXT_LEN);
	buf_clear(&b);
	form_token_make(&b, &key, &rng.rng, 5, 29924321);
	CHECK(form_token_check(&key, 5, buf_view(&b), &again) == OK);
	CHECK(memcmp(&rid, &again, sizeof(rid)) != 0);
	buf_release(&b);
}

static void test_shown(void)
{
	struct hmac_key key, other;
	uint32_t second = 0;
	struct buf b;
	size_t refused_n = 0;

	hmac_key_init(&key, "k", 1);
	hmac_key_init(&other, "l", 1);
	buf_init(&b, 64);
	form_shown_make(&b, &key, STR("a form token"), 1795459200);
	CHECK(form_shown_check(
		      &key, STR("a form token"), buf_view(&b), &second) == OK);
	CHECK_INT(second, 1795459200);
	CHECK(form_shown_check(&key, STR("another token"), buf_view(&b),
		      &second) == ERR_INVALID);
	CHECK(form_shown_check(&other, STR("a form token"), buf_view(&b),
		      &second) == ERR_INVALID);
	CHECK(form_shown_check(&key, STR("a form token"), STR(""), &second) ==
		ERR_INVALID);
	for (size_t i = 0; i < b.len; i++) {
		char c = b.at[i];

		b.at[i] = c == 'Q' ? 'g' : 'Q';
		refused_n += form_shown_check(&key, STR("a form token"),
				     buf_view(&b), &second) == ERR_INVALID;
		b.at[i] = c;
	}
	CHECK(refused_n == b.len);
	buf_release(&b);
}

int main(void)
{
	test_text();
	test_shown();
	test_hash();
	test_form();
	return tap_done();
}

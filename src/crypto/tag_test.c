/* Lengths, truncation and refusals; the values themselves are compared with
 * the Python reader's in frozen_test.c. */
#include "crypto/tag.h"

#include "base/tap.h"

static struct hmac_key key_of(uint8_t byte)
{
	uint8_t key[32];
	struct hmac_key k;

	memset(key, byte, sizeof(key));
	hmac_key_init(&k, key, sizeof(key));
	return k;
}

static void test_tags(void)
{
	static const unsigned bits[TAG_PURPOSES] = { 128, 128, 128, 128, 20, 24,
		64, 64, 64 };
	struct hmac_key k1 = key_of(1);
	struct hmac_key k2 = key_of(2);
	struct str whole = STR("a@b\0name");
	struct str parts[] = { STR("a@b"), STR("\0"), STR("name") };
	struct half_tag half, again;
	struct sha256 full;
	struct str half_bytes = part_of(half.byte, 32);

	half_tag(&k1, &whole, 1, &half);
	half_tag(&k1, parts, 3, &again);
	CHECK(memcmp(&half, &again, sizeof(half)) == 0);
	hmac_key_mac(&k2, &half_bytes, 1, &full);
	for (size_t i = 0; i < TAG_PURPOSES; i++) {
		struct tag t;
		size_t whole_bytes = bits[i] / 8;
		size_t zeros = 0;

		CHECK_INT(tag_bits(tag_purposes[i]), bits[i]);
		CHECK_INT(tag_len(tag_purposes[i]), (bits[i] + 7) / 8);
		tag_finish(&k2, tag_purposes[i], &half, &t);
		CHECK(memcmp(t.byte, full.byte, whole_bytes) == 0);
		for (size_t j = tag_len(tag_purposes[i]); j < 16; j++)
			zeros += t.byte[j] == 0;
		CHECK_INT(zeros, 16 - tag_len(tag_purposes[i]));
		if (bits[i] == 20)
			CHECK(t.byte[2] == (full.byte[2] & 0xf0));
	}
	CHECK_INT(tag_bits(PURPOSE_LOCK_MASK), 0);
	CHECK(purpose_is_weekly(16) && purpose_is_weekly(18));
	CHECK(!purpose_is_weekly(15) && !purpose_is_weekly(19));
	CHECK_INT(week_of_hour(167), 0);
	CHECK_INT(week_of_hour(168), 1);
}

static void test_locks(void)
{
	struct hmac_key s = key_of(3);
	struct lock lock, back;
	struct masked_lock a, b, c;

	memset(&lock, 9, sizeof(lock));
	lock_mask(&s, 5, COMPARTMENT_IDENTITY, &lock, &a);
	lock_mask(&s, 5, COMPARTMENT_CONTACT, &lock, &b);
	lock_mask(&s, 6, COMPARTMENT_IDENTITY, &lock, &c);
	CHECK(memcmp(&a, &b, sizeof(a)) != 0 && memcmp(&a, &c, sizeof(a)) != 0);
	CHECK(lock_unmask(&s, 5, COMPARTMENT_IDENTITY, &a, &back));
	CHECK(memcmp(&back, &lock, sizeof(back)) == 0);
	CHECK(lock_unmask(&s, 6, COMPARTMENT_IDENTITY, &a, &back));
	CHECK(memcmp(&back, &lock, sizeof(back)) != 0);
	memset(&a, 0, sizeof(a));
	memset(&back, 1, sizeof(back));
	CHECK(!lock_unmask(&s, 5, COMPARTMENT_IDENTITY, &a, &back));
	CHECK(back.byte[0] == 1);
	a.byte[31] = 1;
	CHECK(lock_unmask(&s, 5, COMPARTMENT_IDENTITY, &a, &back));
}

static void test_commitment(void)
{
	struct receipt_secret o = { { 1 } };
	struct sha256 record = { { 2 } };
	struct commitment c, d;

	commit(&o, 1, STR("a@b"), STR("n"), &record, &c);
	commit(&o, 1, STR("a@b"), STR("n"), &record, &d);
	CHECK(memcmp(&c, &d, sizeof(c)) == 0);
	commit(&o, 1, STR("a@"), STR("bn"), &record, &d);
	CHECK(memcmp(&c, &d, sizeof(c)) != 0);
	commit(&o, 2, STR("a@b"), STR("n"), &record, &d);
	CHECK(memcmp(&c, &d, sizeof(c)) != 0);
	record.byte[31] = 1;
	commit(&o, 1, STR("a@b"), STR("n"), &record, &d);
	CHECK(memcmp(&c, &d, sizeof(c)) != 0);
}

static void test_event(void)
{
	struct hmac_key m = key_of(4);
	struct hmac_key other = key_of(5);
	struct commitment c = { { 7 } };
	struct event_mac mac;

	event_mac(&m, 2, 10, 11, &c, &mac);
	CHECK(event_mac_ok(&m, 2, 10, 11, &c, &mac));
	CHECK(!event_mac_ok(&m, 4, 10, 11, &c, &mac));
	CHECK(!event_mac_ok(&m, 2, 11, 11, &c, &mac));
	CHECK(!event_mac_ok(&m, 2, 10, 10, &c, &mac));
	CHECK(!event_mac_ok(&other, 2, 10, 11, &c, &mac));
	c.byte[31] = 1;
	CHECK(!event_mac_ok(&m, 2, 10, 11, &c, &mac));
	c.byte[31] = 0;
	mac.byte[31] ^= 1;
	CHECK(!event_mac_ok(&m, 2, 10, 11, &c, &mac));
}

int main(void)
{
	test_tags();
	test_locks();
	test_commitment();
	test_event();
	return tap_done();
}

#include "tlog/leaf.h"

#include "base/enc.h"
#include "base/tap.h"

static struct leaf a_leaf(enum leaf_type type)
{
	struct leaf leaf = { .type = type, .hour = 498000, .petition = 7 };

	if (type == LEAF_KEY || type == LEAF_CODE)
		leaf.petition = 0;
	if (type == LEAF_INVALIDATE)
		leaf.reason = LEAF_FRAUD;
	if (leaf_has_target(type) || leaf_has_count(type))
		leaf.number = 9;
	if (leaf_has_c(type))
		memset(leaf.c, 0xC1, sizeof(leaf.c));
	return leaf;
}

static bool round_trips(const struct leaf *leaf)
{
	uint8_t bytes[TLOG_LEAF_BYTES], again[TLOG_LEAF_BYTES];
	struct leaf back;

	leaf_encode(leaf, bytes);
	if (leaf_decode(bytes, &back) != OK)
		return false;
	leaf_encode(&back, again);
	return memcmp(bytes, again, sizeof(bytes)) == 0;
}

static void test_layout(void)
{
	struct leaf leaf = { .type = LEAF_INVALIDATE,
		.reason = 2,
		.hour = 0x01020304,
		.petition = 5,
		.number = 6,
		.aux = 2026 };
	uint8_t bytes[TLOG_LEAF_BYTES], want[TLOG_LEAF_BYTES];

	leaf_encode(&leaf, bytes);
	CHECK(dec_hex(STR("01030002"
			  "01020304"
			  "0000000000000005"
			  "0000000000000006"
			  "00000000000007ea"
			  "0000000000000000000000000000000000000000000000000000"
			  "000000000000"),
		      want, sizeof(want)) == OK);
	CHECK(memcmp(bytes, want, sizeof(want)) == 0);
}

static void test_every_type(void)
{
	for (unsigned type = 0; type < 256; type++) {
		bool known = (type >= 1 && type <= 11) || type == 13;
		struct leaf leaf;

		if (leaf_type_known(type) != known)
			CHECK(leaf_type_known(type) == known);
		if (!known)
			continue;
		leaf = a_leaf((enum leaf_type)type);
		CHECK(round_trips(&leaf));
	}
}

/* One field wrong, the rest as it should be. */
static void test_refusals(void)
{
	struct leaf leaf = a_leaf(LEAF_SIGN);
	uint8_t bytes[TLOG_LEAF_BYTES];
	struct leaf back;

	leaf_encode(&leaf, bytes);
	bytes[0] = 2;
	CHECK_INT(leaf_decode(bytes, &back), ERR_INVALID);
	bytes[0] = 1;
	bytes[1] = 12;
	CHECK_INT(leaf_decode(bytes, &back), ERR_INVALID);
	leaf.number = 1;
	CHECK(!round_trips(&leaf));
	leaf = a_leaf(LEAF_SIGN);
	leaf.petition = 0;
	CHECK(!round_trips(&leaf));
	leaf = a_leaf(LEAF_SIGN);
	leaf.reason = 1;
	CHECK(!round_trips(&leaf));
	leaf = a_leaf(LEAF_SIGN);
	leaf.aux = 2026;
	CHECK(!round_trips(&leaf));
	leaf = a_leaf(LEAF_INVALIDATE);
	leaf.reason = 0;
	CHECK(!round_trips(&leaf));
	leaf.reason = 5;
	CHECK(!round_trips(&leaf));
	leaf = a_leaf(LEAF_WITHDRAW);
	leaf.c[31] = 1;
	CHECK(!round_trips(&leaf));
	leaf = a_leaf(LEAF_KEY);
	leaf.petition = 1;
	CHECK(!round_trips(&leaf));
	leaf = a_leaf(LEAF_TALLY);
	leaf.petition = 0;
	CHECK(!round_trips(&leaf));
}

/* What may be of a petition that was never published names none. */
static void test_no_petition(void)
{
	static const enum leaf_type types[] = { LEAF_SHRED, LEAF_ACCESS,
		LEAF_AUDIT };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct leaf leaf = a_leaf(types[i]);

		leaf.petition = 0;
		CHECK(round_trips(&leaf));
	}
}

int main(void)
{
	test_layout();
	test_every_type();
	test_refusals();
	test_no_petition();
	return tap_done();
}

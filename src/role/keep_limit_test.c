#include "role/keep_limit.h"

#include "base/tap.h"

static struct tag tag_of(uint8_t n)
{
	struct tag t = { { 0 } };

	memset(t.byte, 17 * n + 5, sizeof(t.byte));
	t.byte[3] = n;
	return t;
}

/* A person at address a of network n, mailbox at domain d. */
static struct keep_whence from(
	uint64_t petition, uint8_t a, uint8_t n, uint8_t d)
{
	return (struct keep_whence){ .petition = petition,
		.ip = tag_of(a),
		.near = tag_of(n),
		.wide = tag_of((uint8_t)(n + 100)),
		.domain = tag_of(d) };
}

/* How many of count forms, apart_ms from one another, are set apart. */
static int set_apart(struct keep_bucket *b, const struct keep_limits *l,
	struct keep_whence w, int count, int64_t *now_ms, int64_t apart_ms)
{
	int n = 0;

	for (int i = 0; i < count; i++) {
		n += keep_limit_exceeded(b, l, &w, *now_ms);
		*now_ms += apart_ms;
	}
	return n;
}

static void check_address(struct keep_bucket *b)
{
	const struct keep_limits l = { .burst = { 2, 60 },
		.address = { 5, 300 } };
	int64_t now = 1000000;

	CHECK_INT(set_apart(b, &l, from(1, 1, 1, 1), 2, &now, 0), 0);
	CHECK_INT(set_apart(b, &l, from(1, 1, 1, 1), 1, &now, 0), 1);
	/* Somebody else, and the same person on another petition. */
	CHECK_INT(set_apart(b, &l, from(1, 2, 1, 1), 2, &now, 0), 0);
	CHECK_INT(set_apart(b, &l, from(2, 1, 1, 1), 2, &now, 0), 0);
	/* After its time one may sign again, to the millisecond. */
	CHECK_INT(set_apart(b, &l, from(3, 3, 1, 1), 2, &now, 0), 0);
	now += 29999;
	CHECK_INT(set_apart(b, &l, from(3, 3, 1, 1), 1, &now, 0), 1);
	CHECK_INT(set_apart(b, &l, from(4, 3, 1, 1), 2, &now, 0), 0);
	now += 30000;
	CHECK_INT(set_apart(b, &l, from(4, 3, 1, 1), 1, &now, 0), 0);
	/* Slow enough for the burst, too many in the longer time. */
	CHECK_INT(set_apart(b, &l, from(5, 4, 1, 1), 9, &now, 30001), 0);
	CHECK_INT(set_apart(b, &(struct keep_limits){ .address = { 5, 300 } },
			  from(6, 4, 1, 1), 10, &now, 10000),
		5);
}

static void check_wider(struct keep_bucket *b)
{
	const struct keep_limits net = { .network = { 3, 60 } };
	const struct keep_limits domain = { .domain = { 3, 60 } };
	const struct keep_limits country = { .country = { 3, 60 } };
	struct keep_whence w;
	int64_t now = 5000000;
	int n = 0;

	for (uint8_t i = 0; i < 5; i++) {
		w = from(10, i, 7, i);
		n += keep_limit_exceeded(b, &net, &w, now);
	}
	CHECK_INT(n, 2);
	/* An IPv6 network is wider. */
	n = 0;
	for (uint8_t i = 0; i < 5; i++) {
		w = from(11, i, i, i);
		w.wide = tag_of(99);
		w.hints = KEEP_HINT_IPV6;
		n += keep_limit_exceeded(b, &net, &w, now);
	}
	CHECK_INT(n, 2);
	n = 0;
	for (uint8_t i = 0; i < 5; i++) {
		w = from(12, i, i, 9);
		n += keep_limit_exceeded(b, &domain, &w, now);
	}
	CHECK_INT(n, 2);
	n = 0;
	for (uint8_t i = 0; i < 10; i++) {
		w = from(13, i, i, i);
		w.hints = i % 2 == 0 ? KEEP_HINT_COUNTRY : 0;
		n += keep_limit_exceeded(b, &country, &w, now);
	}
	CHECK_INT(n, 2);
}

/* One /64 is one address: it has more addresses than anybody can count. */
static void check_ipv6_address(struct keep_bucket *b)
{
	const struct keep_limits l = { .burst = { 1, 60 } };
	int64_t now = 9000000;
	int n = 0;

	for (uint8_t i = 0; i < 5; i++) {
		struct keep_whence w = from(20, i, 50, i);

		w.hints = KEEP_HINT_IPV6;
		n += keep_limit_exceeded(b, &l, &w, now);
	}
	CHECK_INT(n, 4);
}

static void check_lists(struct keep_bucket *b)
{
	const struct keep_limits l = { .burst = { 1, 60 } };
	const struct keep_limits none = { .burst = { 0, 0 } };
	struct keep_whence w = from(30, 1, 1, 1);
	int64_t now = 9500000;

	w.hints = KEEP_HINT_ALLOWED;
	CHECK_INT(set_apart(b, &l, w, 20, &now, 0), 0);
	w.hints = KEEP_HINT_BLOCKED;
	CHECK_INT(set_apart(b, &none, w, 1, &now, 0), 1);
	w.hints = KEEP_HINT_BLOCKED | KEEP_HINT_ALLOWED;
	CHECK_INT(set_apart(b, &l, w, 1, &now, 0), 1);
	w.hints = 0;
	CHECK_INT(set_apart(b, &none, w, 1000, &now, 0), 0);
}

/* A crowd of more addresses than there are buckets sets nobody apart. */
static void check_crowd(struct keep_bucket *b)
{
	const struct keep_limits l = { .burst = { 1, 60 } };
	int64_t now = 20000000;
	int n = 0;

	for (uint32_t i = 0; i < 600000; i++) {
		struct keep_whence w = { .petition = 40 };
		uint64_t x = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);

		for (int k = 0; k < 8; k++)
			w.ip.byte[k] = (uint8_t)(x >> (8 * k));
		n += keep_limit_exceeded(b, &l, &w, now + i / 100);
	}
	CHECK_INT(n, 0);
}

int main(void)
{
	struct keep_bucket *b = NULL;

	CHECK(keep_buckets_new(&b) == OK);
	check_address(b);
	check_wider(b);
	check_ipv6_address(b);
	check_lists(b);
	check_crowd(b);
	keep_buckets_free(b);
	keep_buckets_free(NULL);
	return tap_done();
}

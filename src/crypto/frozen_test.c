/*
 * The frozen vectors of tests/foreign/vectors.json, which tests/foreign's
 * reader in Python made from docs/formats.md: we must make the same bytes.
 */
#include <jansson.h>

#include "base/enc.h"
#include "base/tap.h"
#include "crypto/psr1.h"
#include "crypto/psr1_key.h"
#include "crypto/secret.h"
#include "crypto/tag.h"
#include "crypto/token.h"
#include "crypto/wrap.h"

/* Randomness that somebody else drew; then zeros that change nothing. */
struct rng_script {
	struct rng rng;
	const uint8_t *at;
	size_t len;
};

static void script_fill(struct rng *r, void *at, size_t len)
{
	struct rng_script *s = (struct rng_script *)r;
	size_t n = len < s->len ? len : s->len;

	memset(at, 0x55, len);
	memcpy(at, s->at, n);
	s->at += n;
	s->len -= n;
}

static struct rng_script script(const void *at, size_t len)
{
	return (struct rng_script){ { script_fill }, at, len };
}

static const json_t *member(const json_t *o, const char *key)
{
	const json_t *m = json_object_get(o, key);

	if (m == NULL) {
		printf("Bail out! vectors.json has no %s\n", key);
		exit(1);
	}
	return m;
}

static uint64_t number(const json_t *o, const char *key)
{
	return (uint64_t)json_integer_value(member(o, key));
}

static struct str text(const json_t *o, const char *key)
{
	const json_t *m = member(o, key);

	return (struct str){ json_string_value(m), json_string_length(m) };
}

/* The hexadecimal member's bytes; false if they do not fit. */
static size_t bytes(
	const json_t *o, const char *key, void *ret_bytes, size_t cap)
{
	struct str hex = text(o, key);

	if (hex.len / 2 > cap || dec_hex(hex, ret_bytes, hex.len / 2) != OK) {
		printf("Bail out! %s is not as it should be\n", key);
		exit(1);
	}
	return hex.len / 2;
}

static bool is(const void *at, size_t len, const json_t *o, const char *key)
{
	static uint8_t want[PSR1_RECORD_MAX];

	return bytes(o, key, want, sizeof(want)) == len &&
		memcmp(at, want, len) == 0;
}

static struct hmac_key hmac_key_of(const json_t *o, const char *key)
{
	uint8_t raw[32];
	struct hmac_key k;

	hmac_key_init(&k, raw, bytes(o, key, raw, sizeof(raw)));
	return k;
}

static struct epoch *epoch_from(
	const uint8_t plain[EPOCH_PLAIN_LEN], enum compartment compartment)
{
	struct rng_script rng = script(plain, EPOCH_PLAIN_LEN);
	struct age_recipient r = { { 9 } };
	struct epoch *e = NULL;
	struct buf header;

	buf_init(&header, 1000);
	CHECK(epoch_start(&rng.rng, compartment, &r, 1, &header, &e) == OK);
	buf_release(&header);
	return e;
}

/* An epoch of this compartment that has sealed seq records. */
static struct epoch *epoch_at(const uint8_t plain[EPOCH_PLAIN_LEN],
	enum compartment compartment, uint64_t seq)
{
	static struct psr1_record none;
	struct epoch *e = epoch_from(plain, compartment);
	struct lock lock = { { 0 } };
	size_t good = 0;

	for (uint64_t i = 0; i < seq; i++)
		good += psr1_seal(e, 0, 0, 0,
				compartment == COMPARTMENT_MAIL ? NULL : &lock,
				STR(""), 1, &none) == OK;
	CHECK_INT(good, seq);
	return e;
}

static void test_record(const uint8_t *plain, const json_t *v,
	const struct psr1_head *head, uint8_t min_class)
{
	static struct psr1_record r;
	bool mail = head->compartment == COMPARTMENT_MAIL;
	uint8_t body[2048];
	struct lock lock;
	struct opener *o;
	struct buf back;
	struct epoch *e = epoch_at(plain, head->compartment, head->seq);
	size_t len = bytes(v, "body", body, sizeof(body));

	(void)bytes(v, "lock", lock.byte, sizeof(lock.byte));
	CHECK(psr1_seal(e, head->petition, head->slot, head->hour,
		      mail ? NULL : &lock, part_of(body, len), min_class,
		      &r) == OK);
	CHECK(is(r.byte, r.len, v, "record"));
	CHECK(opener_new(part_of(plain, EPOCH_PLAIN_LEN), head->compartment,
		      &o) == OK);
	buf_init(&back, 4096);
	CHECK(psr1_open(o, part_of(r.byte, r.len), mail ? NULL : &lock,
		      &back) == OK);
	CHECK(str_eq(buf_view(&back), part_of(body, len)));
	buf_release(&back);
	opener_free(o);
	epoch_free(e);
}

static void test_records(const json_t *v)
{
	uint8_t plain[EPOCH_PLAIN_LEN];
	const json_t *records = member(v, "records");
	const struct psr1_head last = { .compartment = COMPARTMENT_IDENTITY,
		.seq = 1023,
		.petition = 1,
		.slot = 2,
		.hour = 3 };

	(void)bytes(v, "id", plain, 16);
	(void)bytes(v, "seed", plain + 16, 32);
	CHECK_INT(json_array_size(records), 5);
	for (size_t i = 0; i < json_array_size(records); i++) {
		const json_t *row = json_array_get(records, i);
		struct psr1_head head = {
			.compartment =
				(enum compartment)number(row, "compartment"),
			.seq = (uint32_t)number(row, "seq"),
			.petition = number(row, "petition"),
			.slot = number(row, "slot"),
			.hour = number(row, "hour"),
		};

		test_record(
			plain, row, &head, (uint8_t)number(row, "min_class"));
	}
	test_record(plain, member(v, "last"), &last, 1);
}

static void test_commitment(const json_t *v)
{
	uint8_t record[PSR1_RECORD_MAX];
	struct receipt_secret o;
	struct commitment c;
	struct sha256 h;

	sha256(record, bytes(v, "identity_record", record, sizeof(record)), &h);
	(void)bytes(v, "o", o.byte, sizeof(o.byte));
	commit(&o, number(v, "petition"), text(v, "email"), text(v, "name"), &h,
		&c);
	CHECK(is(c.byte, sizeof(c.byte), v, "c"));
}

static void test_tags(const json_t *v)
{
	CHECK_INT(json_array_size(v), TAG_PURPOSES);
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *row = json_array_get(v, i);
		uint32_t purpose = (uint32_t)number(row, "purpose");
		struct hmac_key k1 = hmac_key_of(row, "k1");
		struct hmac_key k2 = hmac_key_of(row, "k2");
		uint8_t value[64];
		struct str part = part_of(
			value, bytes(row, "value", value, sizeof(value)));
		struct half_tag half;
		struct tag t;

		CHECK_INT(purpose, tag_purposes[i]);
		half_tag(&k1, &part, 1, &half);
		CHECK(is(half.byte, sizeof(half.byte), row, "half"));
		tag_finish(&k2, purpose, &half, &t);
		CHECK(is(t.byte, tag_len(purpose), row, "tag"));
	}
}

static void test_locks(const json_t *v)
{
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *row = json_array_get(v, i);
		struct hmac_key s = hmac_key_of(row, "s");
		struct masked_lock w;
		struct lock lock;

		(void)bytes(row, "lock", lock.byte, sizeof(lock.byte));
		lock_mask(&s, number(row, "slot"),
			(enum compartment)number(row, "compartment"), &lock,
			&w);
		CHECK(is(w.byte, sizeof(w.byte), row, "masked"));
	}
}

static void test_tokens(const json_t *v)
{
	struct buf b;

	buf_init(&b, 64);
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *row = json_array_get(v, i);
		uint64_t slot = number(row, "slot");
		struct token_hash h;
		struct token t;

		(void)bytes(row, "token", t.byte, sizeof(t.byte));
		token_hash(slot, &t, &h);
		CHECK(is(h.byte, sizeof(h.byte), row, "hash"));
		buf_clear(&b);
		token_text(&b, slot, &t);
		CHECK_STR(buf_view(&b), text(row, "text"));
	}
	buf_release(&b);
}

static void test_form(const json_t *v)
{
	struct hmac_key key = hmac_key_of(v, "key");
	uint8_t rid[16];
	struct rng_script rng = script(rid + 4, sizeof(rid) - 4);
	uint32_t minute;
	struct buf b;

	(void)bytes(v, "rid", rid, sizeof(rid));
	minute = rid_minute((const struct rid *)rid);
	buf_init(&b, 64);
	form_token_make(&b, &key, &rng.rng, number(v, "petition"), minute);
	CHECK_STR(buf_view(&b), text(v, "text"));
	buf_release(&b);
}

static void test_event(const json_t *v)
{
	struct hmac_key m = hmac_key_of(v, "m");
	struct commitment c;
	struct event_mac mac;

	(void)bytes(v, "c", c.byte, sizeof(c.byte));
	event_mac(&m, (uint8_t)number(v, "type"), number(v, "petition"),
		number(v, "slot"), &c, &mac);
	CHECK(is(mac.byte, sizeof(mac.byte), v, "mac"));
}

static void test_wrap(const json_t *v)
{
	uint8_t nonce[24];
	struct rng_script rng =
		script(nonce, bytes(v, "nonce", nonce, sizeof(nonce)));
	struct secret_key credential, key, back;
	struct wrap_entry e;

	(void)bytes(v, "credential", credential.byte, 32);
	(void)bytes(v, "key", key.byte, 32);
	wrap_key(&credential, &rng.rng, number(v, "petition"),
		(uint32_t)number(v, "purpose"), &key, &e);
	CHECK(is(e.byte, sizeof(e.byte), v, "entry"));
	CHECK(wrap_open(&credential, &e, &back) == OK);
	CHECK(memcmp(&back, &key, sizeof(key)) == 0);
}

int main(int argc, char **argv)
{
	json_error_t error;
	json_t *v;

	CHECK(crypto_init() == OK);
	CHECK_INT(argc, 2);
	v = json_load_file(argv[argc - 1], 0, &error);
	CHECK(v != NULL);
	if (v == NULL)
		return tap_done();
	test_records(member(v, "epoch"));
	test_commitment(member(v, "commitment"));
	test_tags(member(v, "tags"));
	test_locks(member(v, "locks"));
	test_tokens(member(v, "tokens"));
	test_form(member(v, "form"));
	test_event(member(v, "event"));
	test_wrap(member(v, "wrap"));
	json_decref(v);
	return tap_done();
}

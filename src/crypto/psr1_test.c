/* Sealing and opening, and every way in which a record can be wrong. */
#include "crypto/psr1.h"

#include "base/bytes.h"
#include "base/tap.h"
#include "crypto/hash.h"
#include "crypto/psr1_key.h"
#include "crypto/secret.h"

struct world {
	struct rng_fake rng;
	struct age_identity identity;
	struct age_recipient recipient;
	struct epoch *epoch;
	struct opener *opener;
	struct lock lock;
	struct buf body;
};

static void world_make(struct world *w, enum compartment compartment)
{
	struct buf header;

	rng_fake_init(&w->rng, 5);
	age_identity_generate(&w->rng.rng, &w->identity);
	age_recipient_of(&w->identity, &w->recipient);
	rng_fill(&w->rng.rng, &w->lock, sizeof(w->lock));
	buf_init(&header, 1000);
	buf_init(&w->body, 4096);
	CHECK(epoch_start(&w->rng.rng, compartment, &w->recipient, 1, &header,
		      &w->epoch) == OK);
	CHECK(opener_of_header(&w->identity, buf_view(&header), compartment,
		      &w->opener) == OK);
	CHECK(memcmp(epoch_id(w->epoch), opener_id(w->opener), 16) == 0);
	buf_release(&header);
}

static void world_end(struct world *w)
{
	epoch_free(w->epoch);
	opener_free(w->opener);
	buf_release(&w->body);
}

static struct str bytes_of(const struct psr1_record *r)
{
	return part_of(r->byte, r->len);
}

static enum err open_it(struct world *w, const struct psr1_record *r)
{
	buf_clear(&w->body);
	return psr1_open(w->opener, bytes_of(r), &w->lock, &w->body);
}

static void test_classes(void)
{
	static const struct {
		size_t len;
		uint8_t min_class;
		size_t class;
	} rows[] = { { 0, 1, 1 }, { 511, 1, 1 }, { 512, 1, 2 }, { 1023, 1, 2 },
		{ 1024, 1, 4 }, { 2047, 1, 4 }, { 5, 2, 2 }, { 5, 4, 4 } };
	static char text[PSR1_BODY_MAX + 1];
	static struct psr1_record r;
	struct world w;
	struct psr1_head h;

	world_make(&w, COMPARTMENT_CONTACT);
	memset(text, 0x80, sizeof(text)); /* looks like padding */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str body = part_of(text, rows[i].len);

		CHECK(psr1_seal(w.epoch, 7, i, 9, &w.lock, body,
			      rows[i].min_class, &r) == OK);
		CHECK_INT(r.len, 88 + rows[i].class * 512 + 16);
		CHECK(psr1_parse(bytes_of(&r), &h) == OK);
		CHECK(h.compartment == COMPARTMENT_CONTACT &&
			h.class == rows[i].class && h.seq == i &&
			h.petition == 7 && h.slot == i && h.hour == 9);
		CHECK(open_it(&w, &r) == OK);
		CHECK(str_eq(buf_view(&w.body), body));
	}
	CHECK(psr1_seal(w.epoch, 7, 0, 9, &w.lock,
		      part_of(text, PSR1_BODY_MAX + 1), 1,
		      &r) == ERR_TOO_LARGE);
	CHECK_INT(epoch_room(w.epoch), 1024 - 8);
	world_end(&w);
}

/* A whole epoch: rising, falling and jumping order. */
static void test_order(void)
{
	static struct psr1_record r[EPOCH_RECORDS];
	struct world w;
	size_t good = 0;

	world_make(&w, COMPARTMENT_IDENTITY);
	for (uint32_t i = 0; i < EPOCH_RECORDS; i++) {
		uint8_t body[4];

		put_u32(body, i);
		good += psr1_seal(w.epoch, 1, i, 1, &w.lock, part_of(body, 4),
				1, &r[i]) == OK;
	}
	CHECK_INT(good, EPOCH_RECORDS);
	CHECK_INT(epoch_room(w.epoch), 0);
	good = 0;
	for (uint32_t i = 0; i < EPOCH_RECORDS; i++)
		good += open_it(&w, &r[i]) == OK &&
			get_u32((const uint8_t *)w.body.at) == i;
	CHECK_INT(good, EPOCH_RECORDS);
	CHECK(open_it(&w, &r[0]) == OK);
	CHECK(open_it(&w, &r[0]) == OK);
	CHECK(open_it(&w, &r[1023]) == OK);
	CHECK(open_it(&w, &r[500]) == OK);
	CHECK(get_u32((const uint8_t *)w.body.at) == 500);
	world_end(&w);
}

static void test_changes(void)
{
	static struct psr1_record r;
	struct world w;
	size_t refused = 0;
	struct psr1_head h;

	world_make(&w, COMPARTMENT_IDENTITY);
	CHECK(psr1_seal(w.epoch, 1, 2, 3, &w.lock, STR("body"), 1, &r) == OK);
	for (size_t i = 0; i < r.len * 8; i++) {
		r.byte[i / 8] ^= (uint8_t)(1 << (i % 8));
		refused += open_it(&w, &r) != OK && w.body.len == 0;
		r.byte[i / 8] ^= (uint8_t)(1 << (i % 8));
	}
	CHECK_INT(refused, r.len * 8);
	for (size_t len = 0; len < r.len; len++)
		refused += psr1_parse(part_of(r.byte, len), &h) == ERR_INVALID;
	CHECK_INT(refused, r.len * 9);
	refused = 0;
	for (size_t i = 0; i < sizeof(w.lock) * 8; i++) {
		w.lock.byte[i / 8] ^= (uint8_t)(1 << (i % 8));
		refused += open_it(&w, &r) == ERR_CRYPTO && w.body.len == 0;
		w.lock.byte[i / 8] ^= (uint8_t)(1 << (i % 8));
	}
	CHECK_INT(refused, sizeof(w.lock) * 8);
	CHECK(psr1_open(w.opener, bytes_of(&r), NULL, &w.body) == ERR_CRYPTO);
	CHECK(open_it(&w, &r) == OK);
	/* Each named way in its own name. */
	put_u64(r.byte + PSR1_AT_PETITION, 2);
	CHECK(open_it(&w, &r) == ERR_CRYPTO);
	put_u64(r.byte + PSR1_AT_PETITION, 1);
	put_u32(r.byte + PSR1_AT_SEQ, 1);
	CHECK(open_it(&w, &r) == ERR_CRYPTO);
	put_u32(r.byte + PSR1_AT_SEQ, EPOCH_RECORDS);
	CHECK(open_it(&w, &r) == ERR_INVALID);
	put_u32(r.byte + PSR1_AT_SEQ, 0);
	r.byte[PSR1_AT_ZERO16] = 1;
	CHECK(open_it(&w, &r) == ERR_INVALID);
	r.byte[PSR1_AT_ZERO16] = 0;
	r.byte[PSR1_AT_ZERO32 + 3] = 1;
	CHECK(open_it(&w, &r) == ERR_INVALID);
	r.byte[PSR1_AT_ZERO32 + 3] = 0;
	r.byte[PSR1_AT_CLASS] = 3;
	CHECK(open_it(&w, &r) == ERR_INVALID);
	r.byte[PSR1_AT_CLASS] = 1;
	r.byte[PSR1_AT_COMPARTMENT] = COMPARTMENT_CONTACT;
	CHECK(open_it(&w, &r) == ERR_NOT_FOUND);
	r.byte[PSR1_AT_COMPARTMENT] = 5;
	CHECK(open_it(&w, &r) == ERR_INVALID);
	world_end(&w);
}

/* Two records of one epoch, and every part of the one in the other's place. */
static void test_swaps(void)
{
	static const struct {
		size_t at, len;
	} parts[] = {
		{ PSR1_AT_SEQ, 4 },
		{ PSR1_AT_PETITION, 8 },
		{ PSR1_AT_SLOT, 8 },
		{ PSR1_AT_HOUR, 8 },
		{ PSR1_AT_COMMITMENT, 32 },
		{ PSR1_HEAD_LEN, PSR1_CLASS_BYTES },
		{ PSR1_HEAD_LEN + PSR1_CLASS_BYTES, 16 },
		{ 0, PSR1_HEAD_LEN },
		{ PSR1_AT_COMMITMENT, 32 + PSR1_CLASS_BYTES + 16 },
		{ PSR1_AT_SEQ, PSR1_AT_COMMITMENT - PSR1_AT_SEQ },
	};
	static struct psr1_record a, b, mixed;
	struct lock other;
	struct world w;

	world_make(&w, COMPARTMENT_IDENTITY);
	rng_fill(&w.rng.rng, &other, sizeof(other));
	CHECK(psr1_seal(w.epoch, 1, 2, 3, &w.lock, STR("a"), 1, &a) == OK);
	CHECK(psr1_seal(w.epoch, 4, 5, 6, &other, STR("b"), 1, &b) == OK);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		mixed = a;
		memcpy(mixed.byte + parts[i].at, b.byte + parts[i].at,
			parts[i].len);
		CHECK(open_it(&w, &mixed) == ERR_CRYPTO && w.body.len == 0);
		CHECK(psr1_open(w.opener, bytes_of(&mixed), &other, &w.body) ==
				ERR_CRYPTO &&
			w.body.len == 0);
	}
	CHECK(open_it(&w, &b) == ERR_CRYPTO); /* with a's lock */
	/* Sealing all of it again takes another number, and other keys. */
	CHECK(psr1_seal(w.epoch, 1, 2, 3, &w.lock, STR("a"), 1, &mixed) == OK);
	CHECK_INT(get_u32(a.byte + PSR1_AT_SEQ), 0);
	CHECK_INT(get_u32(mixed.byte + PSR1_AT_SEQ), 2);
	put_u32(mixed.byte + PSR1_AT_SEQ, 0);
	CHECK(open_it(&w, &mixed) == ERR_CRYPTO);
	CHECK(open_it(&w, &a) == OK);
	world_end(&w);
}

static void test_other_epochs(void)
{
	static struct psr1_record r;
	struct world w;
	struct epoch *other;
	struct opener *o;
	struct buf header;

	world_make(&w, COMPARTMENT_IDENTITY);
	buf_init(&header, 1000);
	CHECK(epoch_start(&w.rng.rng, COMPARTMENT_IDENTITY, &w.recipient, 1,
		      &header, &other) == OK);
	CHECK(psr1_seal(other, 1, 2, 3, &w.lock, STR("body"), 1, &r) == OK);
	CHECK(open_it(&w, &r) == ERR_NOT_FOUND);
	/* Renamed to an epoch that it is not of: its keys are not there. */
	memcpy(r.byte + PSR1_AT_EPOCH, epoch_id(w.epoch), 16);
	CHECK(open_it(&w, &r) == ERR_CRYPTO);
	/* An epoch of one compartment opened as another's. */
	CHECK(opener_of_header(&w.identity, buf_view(&header),
		      COMPARTMENT_CONTACT, &o) == OK);
	CHECK(psr1_open(o, bytes_of(&r), &w.lock, &w.body) == ERR_NOT_FOUND);
	opener_free(o);
	epoch_free(other);
	CHECK(opener_new(STR("too short"), COMPARTMENT_IDENTITY, &o) ==
		ERR_INVALID);
	buf_clear(&header);
	CHECK(age_seal(&w.rng.rng, &w.recipient, 1,
		      STR("forty-nine bytes, which is one more than an epoch"),
		      &header) == OK);
	CHECK(opener_of_header(&w.identity, buf_view(&header),
		      COMPARTMENT_IDENTITY, &o) == ERR_INVALID);
	buf_release(&header);
	world_end(&w);
}

int main(void)
{
	CHECK(crypto_init() == OK);
	test_classes();
	test_order();
	test_changes();
	test_swaps();
	test_other_epochs();
	return tap_done();
}

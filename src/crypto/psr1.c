#include "crypto/psr1.h"

#include <assert.h>

#include "base/bytes.h"
#include "base/wipe.h"
#include "crypto/aead.h"
#include "crypto/psr1_key.h"
#include "crypto/secret.h"

struct epoch {
	struct chain_key ck;
	struct epoch_id id;
	enum compartment compartment;
	uint32_t seq; /* of the next record */
};

enum err epoch_start(struct rng *rng, enum compartment compartment,
	const struct age_recipient *recipients, size_t n,
	struct buf *ret_header, struct epoch **ret_epoch)
{
	uint8_t plain[EPOCH_PLAIN_LEN];
	struct epoch *epoch = SECRET_NEW(struct epoch);
	enum err e;

	if (epoch == NULL)
		return ERR_MEMORY;
	rng_fill(rng, plain, sizeof(plain));
	e = age_seal(
		rng, recipients, n, part_of(plain, sizeof(plain)), ret_header);
	if (e != OK)
		goto err0;
	chain_start(plain, &epoch->ck);
	memcpy(epoch->id.byte, plain, sizeof(epoch->id.byte));
	epoch->compartment = compartment;
	wipe(plain, sizeof(plain));

	*ret_epoch = epoch;
	return OK;

err0:
	wipe(plain, sizeof(plain));
	secret_free(epoch);
	return e;
}

void epoch_free(struct epoch *epoch)
{
	secret_free(epoch);
}

const struct epoch_id *epoch_id(const struct epoch *epoch)
{
	return &epoch->id;
}

uint32_t epoch_room(const struct epoch *epoch)
{
	return EPOCH_RECORDS - epoch->seq;
}

static void put_head(const struct epoch *epoch, uint64_t petition,
	uint64_t slot, uint64_t hour, uint8_t class, uint8_t *at)
{
	memset(at, 0, PSR1_AT_COMMITMENT);
	memcpy(at, "PSR1", 4);
	at[PSR1_AT_COMPARTMENT] = (uint8_t)epoch->compartment;
	at[PSR1_AT_CLASS] = class;
	memcpy(at + PSR1_AT_EPOCH, epoch->id.byte, sizeof(epoch->id.byte));
	put_u32(at + PSR1_AT_SEQ, epoch->seq);
	put_u64(at + PSR1_AT_PETITION, petition);
	put_u64(at + PSR1_AT_SLOT, slot);
	put_u64(at + PSR1_AT_HOUR, hour);
}

/* The smallest class that holds len bytes and one of padding; 0 for none. */
static uint8_t class_of(size_t len, uint8_t min_class)
{
	for (uint8_t class = min_class; class <= 4; class *= 2)
		if (len < (size_t) class * PSR1_CLASS_BYTES)
			return class;
	return 0;
}

enum err psr1_seal(struct epoch *epoch, uint64_t petition, uint64_t slot,
	uint64_t hour, const struct lock *lock, struct str body,
	uint8_t min_class, struct psr1_record *ret_record)
{
	static const struct aead_nonce zero; /* the key is used once */
	uint8_t class = class_of(body.len, min_class);
	uint8_t *at = ret_record->byte;
	uint8_t *padded = at + PSR1_HEAD_LEN;
	size_t len = (size_t) class * PSR1_CLASS_BYTES;
	struct record_keys keys;
	struct sha256 mk;

	assert((lock == NULL) == (epoch->compartment == COMPARTMENT_MAIL));
	assert(min_class == 1 || min_class == 2 || min_class == 4);
	assert(epoch->seq < EPOCH_RECORDS);
	if (class == 0)
		return ERR_TOO_LARGE;
	put_head(epoch, petition, slot, hour, class, at);
	chain_step(&epoch->ck, &mk);
	epoch->seq++;
	record_keys(&mk, lock, at, &keys);
	memcpy(at + PSR1_AT_COMMITMENT, keys.commitment,
		sizeof(keys.commitment));
	memcpy(padded, body.at, body.len);
	padded[body.len] = 0x80;
	memset(padded + body.len + 1, 0, len - body.len - 1);
	aead_seal(keys.key, &zero, part_of(at, PSR1_HEAD_LEN),
		part_of(padded, len), padded);
	ret_record->len = PSR1_HEAD_LEN + len + AEAD_TAG_LEN;
	wipe(&keys, sizeof(keys));
	wipe(&mk, sizeof(mk));
	return OK;
}

/* The lengths, magic and reserved bytes are as they must be. */
static bool head_ok(const uint8_t *at, size_t len)
{
	uint8_t compartment = at[PSR1_AT_COMPARTMENT];
	uint8_t class = at[PSR1_AT_CLASS];

	return memcmp(at, "PSR1", 4) == 0 &&
		compartment >= COMPARTMENT_IDENTITY &&
		compartment <= COMPARTMENT_MAIL &&
		(class == 1 || class == 2 || class == 4) &&
		len ==
		PSR1_HEAD_LEN + (size_t) class * PSR1_CLASS_BYTES +
			AEAD_TAG_LEN &&
		get_u16(at + PSR1_AT_ZERO16) == 0 &&
		get_u32(at + PSR1_AT_ZERO32) == 0 &&
		get_u32(at + PSR1_AT_SEQ) < EPOCH_RECORDS;
}

enum err psr1_parse(struct str record, struct psr1_head *ret_head)
{
	const uint8_t *at = (const uint8_t *)record.at;
	struct psr1_head h;

	if (record.len < PSR1_HEAD_LEN || !head_ok(at, record.len))
		return ERR_INVALID;
	h = (struct psr1_head){
		.compartment = (enum compartment)at[PSR1_AT_COMPARTMENT],
		.class = at[PSR1_AT_CLASS],
		.seq = get_u32(at + PSR1_AT_SEQ),
		.petition = get_u64(at + PSR1_AT_PETITION),
		.slot = get_u64(at + PSR1_AT_SLOT),
		.hour = get_u64(at + PSR1_AT_HOUR),
	};
	memcpy(h.epoch.byte, at + PSR1_AT_EPOCH, sizeof(h.epoch.byte));
	*ret_head = h;
	return OK;
}

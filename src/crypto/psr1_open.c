/*
 * The opening half of psr1.h.
 *
 * An opener remembers where the chain stands, so that records in rising
 * order cost one step each, and where it began, so that any order works.
 */
#include "crypto/psr1.h"

#include "base/wipe.h"
#include "crypto/aead.h"
#include "crypto/psr1_key.h"
#include "crypto/secret.h"

struct opener {
	struct chain_key first; /* ck before record 0 */
	struct chain_key ck; /* ck before record seq */
	uint32_t seq;
	struct epoch_id id;
	enum compartment compartment;
};

enum err opener_new(struct str plain, enum compartment compartment,
	struct opener **ret_opener)
{
	struct opener *o;

	if (plain.len != EPOCH_PLAIN_LEN)
		return ERR_INVALID;
	o = SECRET_NEW(struct opener);
	if (o == NULL)
		return ERR_MEMORY;
	memcpy(o->id.byte, plain.at, sizeof(o->id.byte));
	chain_start((const uint8_t *)plain.at, &o->first);
	o->ck = o->first;
	o->compartment = compartment;
	*ret_opener = o;
	return OK;
}

enum err opener_of_header(const struct age_identity *identity,
	struct str header, enum compartment compartment,
	struct opener **ret_opener)
{
	struct buf plain;
	enum err e;

	buf_init(&plain, EPOCH_PLAIN_LEN);
	e = age_open(identity, header, &plain);
	if (e == OK)
		e = opener_new(buf_view(&plain), compartment, ret_opener);
	else if (e == ERR_TOO_LARGE)
		e = ERR_INVALID; /* an age file, but no epoch's */
	buf_release(&plain);
	return e;
}

void opener_free(struct opener *opener)
{
	secret_free(opener);
}

const struct epoch_id *opener_id(const struct opener *opener)
{
	return &opener->id;
}

static void walk_to(struct opener *o, uint32_t seq, struct sha256 *ret_mk)
{
	if (seq < o->seq) {
		o->ck = o->first;
		o->seq = 0;
	}
	do
		chain_step(&o->ck, ret_mk);
	while (o->seq++ < seq);
}

/* The length of the body before its padding; false if that is not one 0x80
 * and zeros. */
static bool unpadded(const uint8_t *at, size_t len, size_t *ret_len)
{
	while (len > 0 && at[len - 1] == 0)
		len--;
	if (len == 0 || at[len - 1] != 0x80)
		return false;
	*ret_len = len - 1;
	return true;
}

/* Decrypt behind a key commitment that has been compared. */
static enum err open_body(
	const struct record_keys *keys, struct str record, struct buf *ret_body)
{
	static const struct aead_nonce zero;
	uint8_t padded[4 * PSR1_CLASS_BYTES];
	struct str sealed = str_slice(record, PSR1_HEAD_LEN, record.len);
	size_t len;
	enum err e;

	e = aead_open(keys->key, &zero, str_slice(record, 0, PSR1_HEAD_LEN),
		sealed, padded);
	if (e == OK && !unpadded(padded, sealed.len - AEAD_TAG_LEN, &len))
		e = ERR_INVALID;
	if (e == OK) {
		buf_put(ret_body, padded, len);
		e = buf_err(ret_body);
	}
	wipe(padded, sizeof(padded));
	return e;
}

enum err psr1_open(struct opener *opener, struct str record,
	const struct lock *lock, struct buf *ret_body)
{
	struct record_keys keys;
	struct psr1_head head;
	struct sha256 mk;
	enum err e = psr1_parse(record, &head);

	if (e != OK)
		return e;
	if (head.compartment != opener->compartment ||
		memcmp(head.epoch.byte, opener->id.byte,
			sizeof(head.epoch.byte)) != 0)
		return ERR_NOT_FOUND;
	walk_to(opener, head.seq, &mk);
	record_keys(&mk, lock, (const uint8_t *)record.at, &keys);
	if (same_bytes(keys.commitment, record.at + PSR1_AT_COMMITMENT,
		    sizeof(keys.commitment)))
		e = open_body(&keys, record, ret_body);
	else
		e = ERR_CRYPTO;
	wipe(&keys, sizeof(keys));
	wipe(&mk, sizeof(mk));
	return e;
}

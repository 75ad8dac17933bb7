#include "crypto/tag.h"

#include "base/bytes.h"
#include "base/wipe.h"
#include "crypto/cbor.h"

const uint32_t tag_purposes[TAG_PURPOSES] = { PURPOSE_EMAIL_EXACT,
	PURPOSE_EMAIL_CANONICAL, PURPOSE_NAME, PURPOSE_MAILBOX_POSTCODE,
	PURPOSE_POSTCODE, PURPOSE_MAIL_DOMAIN, PURPOSE_IP, PURPOSE_IP_NARROW,
	PURPOSE_IP_WIDE };

bool purpose_is_weekly(uint32_t purpose)
{
	return purpose >= PURPOSE_IP && purpose <= PURPOSE_IP_WIDE;
}

unsigned tag_bits(uint32_t purpose)
{
	switch (purpose) {
	case PURPOSE_EMAIL_EXACT:
	case PURPOSE_EMAIL_CANONICAL:
	case PURPOSE_NAME:
	case PURPOSE_MAILBOX_POSTCODE:
	case PURPOSE_BLOCKED:
		return 128;
	case PURPOSE_IP:
	case PURPOSE_IP_NARROW:
	case PURPOSE_IP_WIDE:
		return 64;
	case PURPOSE_MAIL_DOMAIN:
		return 24;
	case PURPOSE_POSTCODE:
		return 20;
	default:
		return 0;
	}
}

size_t tag_len(uint32_t purpose)
{
	return (tag_bits(purpose) + 7) / 8;
}

void half_tag(const struct hmac_key *k1, const struct str *parts, size_t n,
	struct half_tag *ret_half)
{
	struct sha256 mac;

	hmac_key_mac(k1, parts, n, &mac);
	memcpy(ret_half->byte, mac.byte, sizeof(ret_half->byte));
}

void tag_finish(const struct hmac_key *k2, uint32_t purpose,
	const struct half_tag *half, struct tag *ret_tag)
{
	struct str part = part_of(half->byte, sizeof(half->byte));
	unsigned bits = tag_bits(purpose);
	struct sha256 mac;

	hmac_key_mac(k2, &part, 1, &mac);
	memset(ret_tag->byte, 0, sizeof(ret_tag->byte));
	memcpy(ret_tag->byte, mac.byte, bits / 8);
	if (bits % 8 != 0)
		ret_tag->byte[bits / 8] = (uint8_t)(mac.byte[bits / 8] &
			(0xff << (8 - bits % 8)));
}

static void mask_of(const struct hmac_key *s, uint64_t slot,
	enum compartment compartment, struct sha256 *ret_mask)
{
	uint8_t where[9];
	struct str parts[] = { STR("lock"), part_of(where, sizeof(where)) };

	put_u64(where, slot);
	where[8] = (uint8_t)compartment;
	hmac_key_mac(s, parts, 2, ret_mask);
}

void lock_mask(const struct hmac_key *s, uint64_t slot,
	enum compartment compartment, const struct lock *lock,
	struct masked_lock *ret_masked)
{
	struct sha256 mask;

	mask_of(s, slot, compartment, &mask);
	for (size_t i = 0; i < sizeof(mask.byte); i++)
		ret_masked->byte[i] = mask.byte[i] ^ lock->byte[i];
	wipe(&mask, sizeof(mask));
}

bool lock_unmask(const struct hmac_key *s, uint64_t slot,
	enum compartment compartment, const struct masked_lock *masked,
	struct lock *ret_lock)
{
	static const struct masked_lock destroyed;
	struct sha256 mask;

	if (same_bytes(masked->byte, destroyed.byte, sizeof(destroyed.byte)))
		return false;
	mask_of(s, slot, compartment, &mask);
	for (size_t i = 0; i < sizeof(mask.byte); i++)
		ret_lock->byte[i] = mask.byte[i] ^ masked->byte[i];
	wipe(&mask, sizeof(mask));
	return true;
}

static void add_text(struct sha256_stream *s, struct str text)
{
	uint8_t head[CBOR_HEAD_MAX];

	sha256_add(s, head, cbor_text_head(text.len, head));
	sha256_add(s, text.at, text.len);
}

void commit(const struct receipt_secret *o, uint64_t petition,
	struct str email_mailed, struct str name_mailed,
	const struct sha256 *identity_record, struct commitment *ret_c)
{
	static const uint8_t array_of_two = 0x82;
	uint8_t id[8];
	struct sha256_stream s;
	struct sha256 person;
	struct sha256 c;
	struct str parts[] = { STR("petition-leaf/v1"), part_of(id, sizeof(id)),
		part_of(person.byte, sizeof(person.byte)),
		part_of(identity_record->byte, sizeof(identity_record->byte)) };

	put_u64(id, petition);
	sha256_begin(&s);
	sha256_add(&s, &array_of_two, 1);
	add_text(&s, email_mailed);
	add_text(&s, name_mailed);
	sha256_end(&s, &person);
	hmac_sha256(o->byte, sizeof(o->byte), parts, 4, &c);
	memcpy(ret_c->byte, c.byte, sizeof(ret_c->byte));
	wipe(&person, sizeof(person));
}

void event_mac(const struct hmac_key *m, uint8_t type, uint64_t petition,
	uint64_t slot, const struct commitment *c, struct event_mac *ret_mac)
{
	uint8_t what[17];
	struct sha256 mac;
	struct str parts[] = { STR("petition-event/v1"),
		part_of(what, sizeof(what)),
		part_of(c->byte, sizeof(c->byte)) };

	what[0] = type;
	put_u64(what + 1, petition);
	put_u64(what + 9, slot);
	hmac_key_mac(m, parts, 3, &mac);
	memcpy(ret_mac->byte, mac.byte, sizeof(ret_mac->byte));
}

bool event_mac_ok(const struct hmac_key *m, uint8_t type, uint64_t petition,
	uint64_t slot, const struct commitment *c, const struct event_mac *mac)
{
	struct event_mac want;

	event_mac(m, type, petition, slot, c, &want);
	return same_bytes(want.byte, mac->byte, sizeof(want.byte));
}

#include "crypto/psr1_key.h"

#include "base/wipe.h"

void chain_start(const uint8_t plain[EPOCH_PLAIN_LEN], struct chain_key *ret_ck)
{
	hkdf_sha256(part_of(plain, 16), part_of(plain + 16, 32),
		STR("petition-seal/v1 epoch"), ret_ck->byte,
		sizeof(ret_ck->byte));
}

void chain_step(struct chain_key *ck, struct sha256 *ret_mk)
{
	static const uint8_t one = 1;
	static const uint8_t two = 2;
	struct str message = part_of(&one, 1);
	struct str next = part_of(&two, 1);
	struct sha256 moved;
	struct hmac_key k;

	hmac_key_init(&k, ck->byte, sizeof(ck->byte));
	hmac_key_mac(&k, &message, 1, ret_mk);
	hmac_key_mac(&k, &next, 1, &moved);
	memcpy(ck->byte, moved.byte, sizeof(ck->byte));
	wipe(&moved, sizeof(moved));
	wipe(&k, sizeof(k));
}

void record_keys(const struct sha256 *mk, const struct lock *lock,
	const uint8_t *head, struct record_keys *ret_keys)
{
	static const char label[] = "petition-seal/v1 record";
	static const struct lock none;
	char info[sizeof(label) - 1 + PSR1_AT_COMMITMENT];

	_Static_assert(sizeof(*ret_keys) == 64, "no padding in between");
	memcpy(info, label, sizeof(label) - 1);
	memcpy(info + sizeof(label) - 1, head, PSR1_AT_COMMITMENT);
	hkdf_sha256(part_of(lock == NULL ? none.byte : lock->byte, 32),
		part_of(mk->byte, sizeof(mk->byte)),
		part_of(info, sizeof(info)), ret_keys, sizeof(*ret_keys));
}

#include "domain/postcodes.h"

#include "base/bytes.h"
#include "crypto/hash.h"

enum {
	HASHED_AT = POSTCODES_HEAD_BYTES,
	BLOCK_BYTES = 12, /* first key u64, where its body begins u32 */
	SET_BYTES = 2 * POSTCODES_AREAS,
	NO_AREA = 0xFFFF
};

static const uint8_t *at(const struct postcodes *p, size_t offset)
{
	return (const uint8_t *)p->bytes.at + offset;
}

bool postcodes_key(struct str postcode, uint32_t key_len, uint64_t *ret_key)
{
	uint64_t key = 0;

	if (postcode.len == 0 || postcode.len > key_len)
		return false;
	for (uint32_t i = 0; i < key_len; i++) {
		char c = i < postcode.len ? postcode.at[i] : ' ';
		uint64_t digit = 0;

		if (c >= '0' && c <= '9')
			digit = 1 + (uint64_t)(c - '0');
		else if (c >= 'A' && c <= 'Z')
			digit = 11 + (uint64_t)(c - 'A');
		else if (i < postcode.len)
			return false;
		key = 37 * key + digit;
	}
	*ret_key = key;
	return true;
}

enum err postcodes_open(struct str bytes, struct postcodes *ret_index)
{
	struct postcodes p = { .bytes = bytes };
	const uint8_t *head = (const uint8_t *)bytes.at;
	uint64_t size;

	if (bytes.len < POSTCODES_HEAD_BYTES ||
		memcmp(head, POSTCODES_MAGIC, 4) != 0)
		return ERR_INVALID;
	p.key_len = get_u32(head + 4);
	p.count = get_u32(head + 8);
	p.blocks = get_u32(head + 12);
	p.sets = get_u32(head + 16);
	p.areas = get_u32(head + 20);
	size = POSTCODES_HEAD_BYTES + (uint64_t)p.areas * POSTCODES_AREA_BYTES +
		(uint64_t)p.sets * SET_BYTES +
		(uint64_t)p.blocks * BLOCK_BYTES + get_u32(head + 24);
	if (p.key_len < 1 || p.key_len > POSTCODES_KEY_MAX ||
		p.areas >= NO_AREA || size != bytes.len ||
		get_u32(head + 28) != 0)
		return ERR_INVALID;
	p.area_at = POSTCODES_HEAD_BYTES;
	p.set_at = p.area_at + (size_t)p.areas * POSTCODES_AREA_BYTES;
	p.block_at = p.set_at + (size_t)p.sets * SET_BYTES;
	p.body_at = p.block_at + (size_t)p.blocks * BLOCK_BYTES;
	*ret_index = p;
	return OK;
}

bool postcodes_intact(const struct postcodes *p)
{
	struct sha256_stream s;
	struct sha256 hash;

	sha256_begin(&s);
	sha256_add(&s, p->bytes.at, 32);
	sha256_add(&s, p->bytes.at + HASHED_AT, p->bytes.len - HASHED_AT);
	sha256_end(&s, &hash);
	return memcmp(hash.byte, p->bytes.at + 32, sizeof(hash.byte)) == 0;
}

/* ---- looking up ---- */

/* The last block whose first key is not above key; p->blocks if none. */
static uint32_t block_of(const struct postcodes *p, uint64_t key)
{
	uint32_t low = 0;
	uint32_t high = p->blocks; /* the first that is above */

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (get_u64(at(p, p->block_at + (size_t)mid * BLOCK_BYTES)) <=
			key)
			low = mid + 1;
		else
			high = mid;
	}
	return low == 0 ? p->blocks : low - 1;
}

/* LEB128, at most nine bytes; false at the end of the body. */
static bool number(
	const struct postcodes *p, size_t *offset, uint64_t *ret_number)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 63; shift += 7) {
		uint8_t byte;

		if (*offset >= p->bytes.len)
			return false;
		byte = *at(p, (*offset)++);
		v |= (uint64_t)(byte & 0x7F) << shift;
		if (byte < 0x80) {
			*ret_number = v;
			return true;
		}
	}
	return false;
}

static void read_set(
	const struct postcodes *p, uint64_t set, struct postcode_found *ret)
{
	const uint8_t *list;

	ret->n = 0;
	if (set >= p->sets)
		return;
	list = at(p, p->set_at + (size_t)set * SET_BYTES);
	for (size_t i = 0; i < POSTCODES_AREAS; i++) {
		uint16_t area = get_u16(list + 2 * i);
		const char *code;

		if (area >= p->areas)
			return;
		code = p->bytes.at + p->area_at +
			(size_t)area * POSTCODES_AREA_BYTES;
		ret->area[ret->n++] = (struct str){ code,
			strnlen(code, POSTCODES_AREA_BYTES) };
	}
}

bool postcodes_find(const struct postcodes *p, struct str postcode,
	struct postcode_found *ret_found)
{
	uint64_t key;
	uint64_t have = 0;
	uint64_t set = 0;
	uint32_t block;
	size_t offset;

	if (p->bytes.at == NULL || !postcodes_key(postcode, p->key_len, &key))
		return false;
	block = block_of(p, key);
	if (block == p->blocks)
		return false;
	have = get_u64(at(p, p->block_at + (size_t)block * BLOCK_BYTES));
	offset = p->body_at +
		get_u32(at(p, p->block_at + (size_t)block * BLOCK_BYTES + 8));
	for (int i = 0; i < POSTCODES_BLOCK; i++) {
		uint64_t step;

		if (!number(p, &offset, &step) ||
			((step & 2) != 0 && !number(p, &offset, &set)))
			return false;
		have += step >> 2;
		if (have > key)
			return false;
		if (have < key)
			continue;
		ret_found->ended = (step & 1) != 0;
		read_set(p, set, ret_found);
		return true;
	}
	return false;
}

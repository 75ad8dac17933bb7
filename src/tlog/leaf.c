#include "tlog/leaf.h"

#include "base/bytes.h"

/* Section 2's table, a row for each type; an empty name is no type. */
enum {
	ANY_PETITION = 1,
	NO_PETITION = 2,
	TARGET = 4,
	COUNT = 8,
	C = 16,
	DOCUMENT = 32
};

static const struct {
	const char *name;
	unsigned has;
} types[] = {
	[LEAF_PETITION] = { "PETITION", COUNT | C | DOCUMENT },
	[LEAF_SIGN] = { "SIGN", C },
	[LEAF_INVALIDATE] = { "INVALIDATE", TARGET },
	[LEAF_WITHDRAW] = { "WITHDRAW", TARGET },
	[LEAF_RESTORE] = { "RESTORE", TARGET },
	[LEAF_TALLY] = { "TALLY", C | DOCUMENT },
	[LEAF_CLOSE] = { "CLOSE", COUNT },
	[LEAF_KEY] = { "KEY", NO_PETITION | C | DOCUMENT },
	[LEAF_SHRED] = { "SHRED", ANY_PETITION | C | DOCUMENT },
	[LEAF_ACCESS] = { "ACCESS", ANY_PETITION | COUNT },
	[LEAF_AUDIT] = { "AUDIT", ANY_PETITION | C | DOCUMENT },
	[LEAF_CODE] = { "CODE", NO_PETITION | C | DOCUMENT },
};

bool leaf_type_known(unsigned type)
{
	return type < sizeof(types) / sizeof(types[0]) &&
		types[type].name != NULL;
}

bool leaf_has_target(enum leaf_type type)
{
	return (types[type].has & TARGET) != 0;
}

bool leaf_has_count(enum leaf_type type)
{
	return (types[type].has & COUNT) != 0;
}

bool leaf_has_c(enum leaf_type type)
{
	return (types[type].has & C) != 0;
}

bool leaf_has_document(enum leaf_type type)
{
	return (types[type].has & DOCUMENT) != 0;
}

bool leaf_petition_fits(enum leaf_type type, uint64_t petition)
{
	if ((types[type].has & ANY_PETITION) != 0)
		return true;
	return (petition == 0) == ((types[type].has & NO_PETITION) != 0);
}

bool leaf_reason_fits(enum leaf_type type, uint16_t reason)
{
	if (type == LEAF_INVALIDATE)
		return reason >= LEAF_LIMIT && reason <= LEAF_STAFF;
	return reason == 0 || type == LEAF_SHRED;
}

const char *leaf_type_name(enum leaf_type type)
{
	return leaf_type_known(type) ? types[type].name : "unknown";
}

void leaf_encode(const struct leaf *leaf, uint8_t ret_bytes[TLOG_LEAF_BYTES])
{
	ret_bytes[0] = 1;
	ret_bytes[1] = (uint8_t)leaf->type;
	put_u16(ret_bytes + 2, leaf->reason);
	put_u32(ret_bytes + 4, leaf->hour);
	put_u64(ret_bytes + 8, leaf->petition);
	put_u64(ret_bytes + 16, leaf->number);
	put_u64(ret_bytes + 24, leaf->aux);
	memcpy(ret_bytes + 32, leaf->c, TLOG_C_BYTES);
}

static bool fields_fit(const struct leaf *leaf)
{
	static const uint8_t zero[TLOG_C_BYTES];

	if (!leaf_petition_fits(leaf->type, leaf->petition))
		return false;
	if (!leaf_reason_fits(leaf->type, leaf->reason))
		return false;
	if (leaf->number != 0 && !leaf_has_target(leaf->type) &&
		!leaf_has_count(leaf->type))
		return false;
	if (leaf->aux != 0 &&
		(!leaf_has_target(leaf->type) || leaf->aux > UINT16_MAX))
		return false;
	return leaf_has_c(leaf->type) ||
		memcmp(leaf->c, zero, sizeof(zero)) == 0;
}

enum err leaf_decode(
	const uint8_t bytes[TLOG_LEAF_BYTES], struct leaf *ret_leaf)
{
	struct leaf leaf = {
		.reason = get_u16(bytes + 2),
		.hour = get_u32(bytes + 4),
		.petition = get_u64(bytes + 8),
		.number = get_u64(bytes + 16),
		.aux = get_u64(bytes + 24),
	};

	if (bytes[0] != 1 || !leaf_type_known(bytes[1]))
		return ERR_INVALID;
	leaf.type = (enum leaf_type)bytes[1];
	memcpy(leaf.c, bytes + 32, TLOG_C_BYTES);
	if (!fields_fit(&leaf))
		return ERR_INVALID;
	*ret_leaf = leaf;
	return OK;
}

void leaf_hash(const struct leaf *leaf, struct tree_hash *ret_hash)
{
	uint8_t bytes[TLOG_LEAF_BYTES];

	leaf_encode(leaf, bytes);
	tlog_hash_leaf(bytes, sizeof(bytes), ret_hash);
}

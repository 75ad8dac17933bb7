#include "role/keep_entry.h"

#include "base/bytes.h"

_Static_assert(sizeof(struct rid) == 16, "rid is stored whole");
_Static_assert(sizeof(struct token_hash) == 16, "H(T) is stored whole");
_Static_assert(sizeof(struct commitment) == 32, "C is stored whole");
_Static_assert(sizeof(struct tag) == 16, "four tags are stored whole");

enum { TAGS_AT = 104, FLAG_LEAVING = 1, FLAG_UNSETTLED = 2, FLAG_APART = 4 };

void keep_entry_write(
	const struct keep_entry *e, uint8_t ret_bytes[KEEP_ENTRY_LEN])
{
	uint8_t *b = ret_bytes;

	memset(b, 0, KEEP_ENTRY_LEN);
	put_u64(b, e->slot);
	put_u64(b + 8, e->petition);
	put_u64(b + 16, e->group);
	put_u64(b + 24, e->claimed);
	put_u32(b + 32, e->hour);
	put_u32(b + 36, e->uptime_hour);
	memcpy(b + 40, e->rid.byte, 16);
	memcpy(b + 56, e->token_hash.byte, 16);
	memcpy(b + 72, e->c.byte, 32);
	for (int i = 0; i < KEEP_TAGS; i++)
		memcpy(b + TAGS_AT + 16 * i, e->tag[i].byte, 16);
	memcpy(b + 168, e->postcode, 3);
	memcpy(b + 171, e->domain, 3);
	b[174] = (uint8_t)e->state;
	b[175] = e->verdict;
	put_u64(b + 176, e->corrects);
	b[184] = (uint8_t)((e->leaving ? FLAG_LEAVING : 0) |
		(e->unsettled ? FLAG_UNSETTLED : 0) |
		(e->apart ? FLAG_APART : 0));
}

enum err keep_entry_read(const uint8_t bytes[KEEP_ENTRY_LEN], uint64_t slot,
	struct keep_entry *ret_entry)
{
	const uint8_t *b = bytes;
	struct keep_entry e = { .slot = get_u64(b) };

	if (e.slot != (b[174] == KEEP_NONE ? 0 : slot) || b[174] > KEEP_DEAD)
		return ERR_CORRUPT;
	e.slot = slot;
	e.petition = get_u64(b + 8);
	e.group = get_u64(b + 16);
	e.claimed = get_u64(b + 24);
	e.hour = get_u32(b + 32);
	e.uptime_hour = get_u32(b + 36);
	memcpy(e.rid.byte, b + 40, 16);
	memcpy(e.token_hash.byte, b + 56, 16);
	memcpy(e.c.byte, b + 72, 32);
	for (int i = 0; i < KEEP_TAGS; i++)
		memcpy(e.tag[i].byte, b + TAGS_AT + 16 * i, 16);
	memcpy(e.postcode, b + 168, 3);
	memcpy(e.domain, b + 171, 3);
	e.state = b[174];
	e.verdict = b[175];
	e.corrects = get_u64(b + 176);
	e.leaving = (b[184] & FLAG_LEAVING) != 0;
	e.unsettled = (b[184] & FLAG_UNSETTLED) != 0;
	e.apart = (b[184] & FLAG_APART) != 0;
	*ret_entry = e;
	return OK;
}

bool keep_entry_is_pending(const struct keep_entry *e)
{
	return e->state == KEEP_TENTATIVE || e->state == KEEP_SETTLED;
}

bool keep_entry_is_claimed(const struct keep_entry *e)
{
	return e->state == KEEP_WON || e->state == KEEP_BOOKED;
}

bool keep_entry_is_open(const struct keep_entry *e)
{
	return e->state == KEEP_TENTATIVE || e->state == KEEP_WON ||
		e->unsettled;
}

void keep_entry_kill(
	struct keep_entry *e, uint64_t winner, enum keep_rid_after rid)
{
	struct keep_entry dead = {
		.slot = e->slot,
		.petition = e->petition,
		.group = e->group,
		.claimed = winner != 0 ? winner : e->claimed,
		.hour = e->hour,
		.uptime_hour = e->uptime_hour,
		.token_hash = e->token_hash,
		.state = KEEP_DEAD,
		.verdict = e->verdict,
		.leaving = e->leaving,
	};

	if (rid != KEEP_RID_GOES)
		dead.rid = e->rid;
	dead.unsettled = rid == KEEP_RID_UNSETTLED;
	*e = dead;
}

void keep_entry_acknowledge(struct keep_entry *e, enum keep_state to)
{
	if (to == KEEP_SETTLED && e->state == KEEP_TENTATIVE)
		e->state = KEEP_SETTLED;
	if (to == KEEP_SETTLED)
		e->unsettled = false;
	if (to == KEEP_BOOKED && e->state == KEEP_WON)
		e->state = KEEP_BOOKED;
}

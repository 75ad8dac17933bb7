#include "role/keep_rids.h"

#include "base/bytes.h"

enum { INDEX_BITS = 8 };

static uint32_t hour_of(const struct rid *rid)
{
	return rid_minute(rid) / 60;
}

static uint64_t key_of(const struct keep_rids *r, const struct rid *rid)
{
	return keep_index_mix(get_u64(rid->byte + 8) ^ r->salt);
}

enum err keep_rids_init(struct keep_rids *r, uint64_t salt)
{
	enum err e = OK;

	*r = (struct keep_rids){ .salt = salt };
	for (int i = 0; i < KEEP_RID_HOURS && e == OK; i++)
		e = keep_index_init(&r->index[i], INDEX_BITS);
	return e;
}

void keep_rids_release(struct keep_rids *r)
{
	for (int i = 0; i < KEEP_RID_HOURS; i++)
		keep_index_release(&r->index[i]);
}

static bool hour_is_fresh(uint32_t hour, uint32_t now_hour, uint32_t life_hours)
{
	return hour <= now_hour + 1 && hour + life_hours >= now_hour;
}

bool keep_rid_is_fresh(
	const struct rid *rid, uint32_t now_hour, uint32_t life_hours)
{
	return hour_is_fresh(hour_of(rid), now_hour, life_hours);
}

static void forget_hour(struct keep_rids *r, int i)
{
	keep_index_clear(&r->index[i]);
	r->hour[i] = 0;
}

void keep_rids_clear(struct keep_rids *r)
{
	for (int i = 0; i < KEEP_RID_HOURS; i++)
		forget_hour(r, i);
}

void keep_rids_expire(
	struct keep_rids *r, uint32_t now_hour, uint32_t life_hours)
{
	for (int i = 0; i < KEEP_RID_HOURS; i++)
		if (r->hour[i] != 0 &&
			!hour_is_fresh(r->hour[i], now_hour, life_hours))
			forget_hour(r, i);
}

bool keep_rids_has(
	const struct keep_rids *r, const struct rid *rid, uint64_t slot)
{
	uint32_t i = hour_of(rid) % KEEP_RID_HOURS;

	return r->hour[i] == hour_of(rid) &&
		keep_index_has(&r->index[i], key_of(r, rid), slot);
}

enum err keep_rids_add(
	struct keep_rids *r, const struct rid *rid, uint64_t slot)
{
	uint32_t hour = hour_of(rid);
	uint32_t i = hour % KEEP_RID_HOURS;

	if (r->hour[i] != hour) {
		keep_index_clear(&r->index[i]);
		r->hour[i] = hour;
	}
	return keep_index_add(&r->index[i], key_of(r, rid), slot);
}

void keep_rids_remove(struct keep_rids *r, const struct rid *rid, uint64_t slot)
{
	uint32_t i = hour_of(rid) % KEEP_RID_HOURS;

	if (r->hour[i] == hour_of(rid))
		keep_index_remove(&r->index[i], key_of(r, rid), slot);
}

struct keep_walk keep_rids_walk(
	const struct keep_rids *r, const struct rid *rid)
{
	uint32_t i = hour_of(rid) % KEEP_RID_HOURS;

	if (r->hour[i] != hour_of(rid))
		return (struct keep_walk){ 0 };
	return keep_index_walk(&r->index[i], key_of(r, rid));
}

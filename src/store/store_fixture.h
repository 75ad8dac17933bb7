/*
 * store_fixture.h - makers of what the conformance suite of domain/store.h
 * puts into its store.  For tests of this folder only.
 */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include "base/bytes.h"
#include "store/own_fixture.h"

enum { DAY = 86400000, HOUR_NOW = 500000 };

static const int64_t now_ms = (int64_t)HOUR_NOW * 3600000;

static void reopen(struct fixture *f)
{
	store_close(f->s);
	f->s = NULL;
	CHECK_INT(store_open(f->path, STORE_WRITER, &f->s), OK);
}

static struct petition petition_plain(uint64_t id, enum petition_state state)
{
	return (struct petition){ .id = id,
		.state = state,
		.lang = STR("en"),
		.action = STR("Plant a tree"),
		.background = STR("Streets are hot."),
		.carried_over = 100,
		.created_ms = now_ms - 3 * (int64_t)DAY,
		.updated_ms = now_ms - (int64_t)DAY,
		.rejected_ms = WHEN_NONE,
		.opened_ms = now_ms - 2 * (int64_t)DAY,
		.closed_ms = WHEN_NONE,
		.deadline_ms = now_ms + 10 * (int64_t)DAY,
		PETITION_NOTHING_YET };
}

static void put(struct fixture *f, struct petition p)
{
	enum store_put outcome = STORE_PUT_EXISTS;

	CHECK_INT(store_begin(f->s), OK);
	CHECK_INT(store_petition_put(f->s, &p, false, &outcome), OK);
	CHECK_INT(outcome, STORE_PUT);
	CHECK_INT(store_commit(f->s), OK);
}

static const uint8_t some_bytes[1200] = { 1, 2, 3 };

/* A form whose bytes all follow from its slot. */
static struct store_sealed sealed(uint64_t petition, uint64_t slot)
{
	struct store_sealed in = { .slot = slot,
		.petition = petition,
		.hour = HOUR_NOW,
		.country = STR("GB"),
		.area = STR("E14000530"),
		.identity = { some_bytes, 616 },
		.mail_job = { some_bytes, 1128 },
		.lang = STR("cy") };

	put_u32(in.rid, HOUR_NOW * 60);
	put_u64(in.rid + 8, slot);
	memset(in.commitment, (int)(slot & 0x7f), sizeof(in.commitment));
	return in;
}

static struct store_claim claim(uint64_t petition, uint64_t slot)
{
	struct store_claim in = { .slot = slot, .petition = petition };

	memset(in.commitment, (int)(slot & 0x7f), sizeof(in.commitment));
	memset(in.mac, 0xee, sizeof(in.mac));
	return in;
}

static void insert(struct fixture *f, const struct store_sealed *in,
	enum store_insert want, uint64_t want_slot)
{
	enum store_insert outcome = STORE_NOT_OPEN;
	uint64_t slot = 0;

	CHECK_INT(store_insert(f->s, in, now_ms, &outcome, &slot), OK);
	CHECK_INT(outcome, want);
	CHECK_INT(slot, want_slot);
}

static void sign(struct fixture *f, uint64_t petition, uint64_t slot)
{
	struct store_sealed in = sealed(petition, slot);

	insert(f, &in, STORE_INSERTED, slot);
}

static uint64_t confirm(struct fixture *f, uint64_t petition, uint64_t slot,
	enum store_confirm want)
{
	struct store_claim in = claim(petition, slot);
	struct store_place place = { 0 };
	enum store_confirm outcome = STORE_NO_ROW;

	CHECK_INT(store_confirm(f->s, &in, &outcome, &place), OK);
	CHECK_INT(outcome, want);
	return place.ev_seq;
}

static uint64_t public_count(struct fixture *f, uint64_t id)
{
	struct petition *p = NULL;

	if (store_petition(&f->arena, f->s, id, &p) != OK)
		return 0;
	return petition_count(p);
}

#endif

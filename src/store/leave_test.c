/*
 * leave_test.c - the conformance suite of domain/store.h: signers who leave,
 * and who ask what is held about them.
 */
#include "domain/store.h"
#include "store/store_fixture.h"

static struct store_leave leaver(uint64_t petition, uint64_t slot)
{
	struct store_leave in = { .slot = slot, .petition = petition };

	memset(in.commitment, (int)(slot & 0x7f), sizeof(in.commitment));
	memset(in.mac, 0xdd, sizeof(in.mac));
	memset(in.shred_hash, 0x5d, sizeof(in.shred_hash));
	return in;
}

static enum store_left leaves(
	struct fixture *f, uint64_t petition, uint64_t slot, uint64_t want_ev)
{
	struct store_leave in = leaver(petition, slot);
	enum store_left outcome = STORE_LEFT_NO_ROW;
	uint64_t ev_seq = 99;

	CHECK_INT(store_leave(f->s, &in, now_ms, &outcome, &ev_seq), OK);
	CHECK_INT(ev_seq, want_ev);
	return outcome;
}

/* Steps L3 to L7 of docs/protocol.md. */
static void test_leave(void)
{
	struct fixture f;
	struct store_signature row;
	struct store_event *events;
	struct petition closed;
	enum store_put replaced = STORE_PUT_EXISTS;
	struct bytes identity, contact;
	struct arena a;
	uint64_t slot[4];
	size_t n = 0;
	bool any = false;

	setup(&f);
	arena_init(&a, 1 << 20);
	put(&f, petition_plain(1, PETITION_OPEN));
	put(&f, petition_plain(2, PETITION_OPEN));
	CHECK_INT(store_begin(f.s), OK);
	for (uint64_t s = 1; s <= 3; s++)
		sign(&f, 1, s);
	sign(&f, 2, 4);
	CHECK_INT(confirm(&f, 1, 1, STORE_VALIDATED), 1);
	CHECK_INT(confirm(&f, 1, 2, STORE_VALIDATED), 2);
	CHECK_INT(confirm(&f, 2, 4, STORE_VALIDATED), 3);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(public_count(&f, 1), 100); /* the log has to say it */
	closed = petition_plain(2, PETITION_CLOSED);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_petition_put(f.s, &closed, true, &replaced), OK);
	CHECK_INT(replaced, STORE_PUT);
	CHECK_INT(leaves(&f, 1, 1, 4), STORE_WITHDRAWN);
	CHECK_INT(leaves(&f, 1, 1, 0), STORE_WITHDRAWN);
	CHECK_INT(leaves(&f, 2, 4, 5), STORE_ERASED);
	CHECK_INT(leaves(&f, 2, 4, 0), STORE_ERASED);
	/* Not confirmed, of another petition, not there. */
	CHECK_INT(leaves(&f, 1, 3, 0), STORE_LEFT_NO_ROW);
	CHECK_INT(leaves(&f, 2, 2, 0), STORE_LEFT_NO_ROW);
	CHECK_INT(leaves(&f, 1, 77, 0), STORE_LEFT_NO_ROW);
	CHECK_INT(store_stop_updates(f.s, 2), OK);
	CHECK_INT(store_commit(f.s), OK);

	CHECK_INT(store_events(&a, f.s, 4, 8, &events, &n), OK);
	CHECK_INT(n, 2);
	CHECK(events[0].type == EVENT_WITHDRAW && events[0].slot == 1 &&
		events[0].target_ev_seq == 1 && events[0].mac[0] == 0xdd);
	CHECK(events[1].type == EVENT_SHRED && events[1].slot == 0 &&
		events[1].reason == STORE_SHRED_ASKED &&
		events[1].c[0] == 0x5d);
	CHECK_INT(store_signature(f.s, 1, &row), OK);
	CHECK_INT(row.state, SIGNATURE_WITHDRAWN);
	CHECK_INT(store_signature(f.s, 4, &row), OK);
	CHECK_INT(row.state, SIGNATURE_VALIDATED);
	CHECK_INT(store_records(&a, f.s, 2, &identity, &contact), OK);
	CHECK(identity.len > 0 && contact.len == 0);

	/* keeper may destroy what log has journaled, and no more. */
	CHECK_INT(store_leaving(f.s, 3, slot, 4, &n, &any), OK);
	CHECK(n == 0 && any);
	CHECK_INT(store_leaving(f.s, 4, slot, 4, &n, &any), OK);
	CHECK(n == 1 && slot[0] == 1 && any);
	CHECK_INT(store_leaving(f.s, 9, slot, 4, &n, &any), OK);
	CHECK(n == 2 && slot[1] == 4);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_leave_done(f.s, slot, 2), OK);
	CHECK_INT(leaves(&f, 1, 1, 0), STORE_WITHDRAWN);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_leaving(f.s, 9, slot, 4, &n, &any), OK);
	CHECK(n == 0 && !any);
	CHECK_INT(findings(&f), 0);
	arena_release(&a);
	teardown(&f);
}

/* A desk does what a signer could: the log tells that it was the desk. */
static void test_erase(void)
{
	struct fixture f;
	struct store_event *events;
	struct store_leave in = leaver(1, 1);
	enum store_left outcome = STORE_LEFT_NO_ROW;
	uint64_t ev_seq, slot[2], erasures = 9;
	struct arena a;
	bool any = false;
	size_t n = 0;

	setup(&f);
	arena_init(&a, 1 << 20);
	put(&f, petition_plain(1, PETITION_OPEN));
	CHECK_INT(store_begin(f.s), OK);
	sign(&f, 1, 1);
	CHECK_INT(confirm(&f, 1, 1, STORE_VALIDATED), 1);
	in.erase = 3;
	for (uint64_t want = 3; want != 1; want = want == 3 ? 0 : 1) {
		CHECK_INT(store_leave(f.s, &in, now_ms, &outcome, &ev_seq), OK);
		CHECK(outcome == STORE_WITHDRAWN && ev_seq == want);
	}
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_events(&a, f.s, 2, 8, &events, &n), OK);
	CHECK(n == 2 && events[0].type == EVENT_WITHDRAW &&
		events[1].type == EVENT_SHRED &&
		events[1].reason == STORE_SHRED_DESK && events[1].slot == 0);
	CHECK_INT(store_erasures(f.s, &erasures), OK);
	CHECK_INT(erasures, 1);
	/* Both are journaled before anything is destroyed. */
	CHECK_INT(store_leaving(f.s, 2, slot, 2, &n, &any), OK);
	CHECK(n == 0 && any);
	CHECK(!str_eq(store_shred_document(0), store_shred_document(3)));
	CHECK_INT(findings(&f), 0);
	arena_release(&a);
	teardown(&f);
}

static void check_waits(
	struct fixture *f, struct arena *a, uint64_t slot, uint32_t hour)
{
	struct store_held *held = NULL;
	size_t n = 99;

	CHECK_INT(store_held(a, f->s, 0, 8, &held, &n), OK);
	CHECK_INT(n, slot != 0);
	CHECK(n == 0 || (held[0].slot == slot && held[0].asked_hour == hour));
}

static void show_request(struct fixture *f, uint64_t slot, uint32_t hour)
{
	CHECK_INT(store_show_request(f->s, slot, 1, hour), OK);
}

/* Who asks to see what is held waits until a desk has answered, or until there
 * is nothing to see. */
static void test_show(void)
{
	struct fixture f;
	struct store_held *held;
	struct arena a;
	uint64_t pending = 3;
	uint64_t ev_seq;
	uint32_t oldest = 0;
	bool waited = false;
	size_t n = 0;

	setup(&f);
	arena_init(&a, 1 << 20);
	put(&f, petition_plain(1, PETITION_OPEN));
	CHECK_INT(store_begin(f.s), OK);
	for (uint64_t s = 1; s <= 3; s++)
		sign(&f, 1, s);
	CHECK_INT(confirm(&f, 1, 1, STORE_VALIDATED), 1);
	check_waits(&f, &a, 0, 0);
	show_request(&f, 1, HOUR_NOW);
	show_request(&f, 1, HOUR_NOW + 9);
	check_waits(&f, &a, 1, HOUR_NOW);
	CHECK_INT(store_show_overdue(f.s, HOUR_NOW, &n, &oldest), OK);
	CHECK_INT(n, 0);
	CHECK_INT(store_show_overdue(f.s, HOUR_NOW + 1, &n, &oldest), OK);
	CHECK(n == 1 && oldest == HOUR_NOW);
	CHECK_INT(store_held(&a, f.s, 1, 8, &held, &n), OK);
	CHECK(n == 1 && held[0].petition == 1 && !held[0].wants_updates &&
		held[0].state == SIGNATURE_VALIDATED &&
		held[0].place.ev_seq == 1 &&
		held[0].place.leaf_index == STORE_NO_LEAF);
	CHECK_INT(store_held(&a, f.s, 2, 8, &held, &n), OK);
	CHECK(n == 1 && held[0].asked_hour == 0 &&
		held[0].state == SIGNATURE_PENDING);
	CHECK_INT(store_held(&a, f.s, 77, 8, &held, &n), OK);
	CHECK_INT(n, 0);

	CHECK_INT(store_show_answered(f.s, 1, now_ms, &waited), OK);
	CHECK(waited);
	CHECK_INT(store_show_answered(f.s, 1, now_ms, &waited), OK);
	CHECK(!waited);
	check_waits(&f, &a, 0, 0);
	show_request(&f, 1, HOUR_NOW + 9);
	check_waits(&f, &a, 1, HOUR_NOW + 9);

	/* It goes with the signature: left, never confirmed, all shredded. */
	CHECK_INT(leaves(&f, 1, 1, 2), STORE_WITHDRAWN);
	CHECK_INT(store_leave_done(f.s, (uint64_t[]){ 1 }, 1), OK);
	check_waits(&f, &a, 0, 0);
	show_request(&f, 3, HOUR_NOW);
	CHECK_INT(store_forget(f.s, &pending, 1), OK);
	CHECK_INT(store_show_overdue(f.s, HOUR_NOW + 1, &n, &oldest), OK);
	CHECK_INT(n, 0);
	show_request(&f, 2, HOUR_NOW);
	CHECK_INT(store_shredded(
			  f.s, 1, STORE_SHRED_ALL, some_bytes, now_ms, &ev_seq),
		OK);
	check_waits(&f, &a, 0, 0);
	CHECK_INT(store_commit(f.s), OK);
	reopen(&f);
	check_waits(&f, &a, 0, 0);
	CHECK_INT(findings(&f), 0);
	arena_release(&a);
	teardown(&f);
}

int main(void)
{
	test_leave();
	test_erase();
	test_show();
	return tap_done();
}

/*
 * The conformance suite of domain/store.h.  It knows nothing of what is
 * behind that header but that a store is a file in a folder of its own.
 */

#include "domain/store.h"

#include "store/store_fixture.h"

/* --- opening ---------------------------------------------------------------- */

static void test_opening(void)
{
	struct fixture f;
	struct store *reader = NULL;
	struct petition *p = NULL;
	uint64_t ev_seq = 7;

	CHECK_INT(store_open("no/such/folder/web.db", STORE_READER, &reader),
		ERR_NOT_FOUND);
	CHECK(reader == NULL);
	store_close(NULL);
	setup(&f);
	CHECK_INT(store_last_event(f.s, &ev_seq), OK);
	CHECK_INT(ev_seq, 0);
	put(&f, petition_plain(1, PETITION_OPEN));
	reopen(&f);
	CHECK_INT(store_petition(&f.arena, f.s, 1, &p), OK);
	CHECK_INT(store_open(f.path, STORE_READER, &reader), OK);
	CHECK_INT(store_petition(&f.arena, reader, 1, &p), OK);
	CHECK_INT(store_begin(reader), ERR_INTERNAL);
	/* A reader sees a batch whole, behind its commit. */
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_meta_put(f.s, STR("key"), STR("value")), OK);
	{
		struct str value = STR_NULL;

		CHECK_INT(store_meta(&f.arena, reader, STR("key"), &value),
			ERR_NOT_FOUND);
		CHECK_INT(store_commit(f.s), OK);
		CHECK_INT(store_meta(&f.arena, reader, STR("key"), &value), OK);
		CHECK_STR(value, STR("value"));
	}
	store_close(reader);
	CHECK_INT(findings(&f), 0);
	teardown(&f);
}

static void test_batches(void)
{
	struct fixture f;
	struct str value;
	struct store_sealed in = sealed(1, 5);
	enum store_insert outcome;
	uint64_t slot;

	setup(&f);
	put(&f, petition_plain(1, PETITION_OPEN));
	CHECK_INT(
		store_insert(f.s, &in, now_ms, &outcome, &slot), ERR_INTERNAL);
	CHECK_INT(store_commit(f.s), ERR_INTERNAL);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_begin(f.s), ERR_INTERNAL);
	CHECK_INT(store_meta_put(f.s, STR("a"), STR("1")), OK);
	store_rollback(f.s);
	CHECK_INT(store_meta(&f.arena, f.s, STR("a"), &value), ERR_NOT_FOUND);

	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_meta_put(f.s, STR("a"), STR("1")), OK);
	CHECK_INT(store_mark(f.s), OK);
	CHECK_INT(store_mark(f.s), ERR_INTERNAL);
	CHECK_INT(store_meta_put(f.s, STR("a"), STR("2")), OK);
	sign(&f, 1, 5);
	CHECK_INT(confirm(&f, 1, 5, STORE_VALIDATED), 1);
	store_undo(f.s);
	CHECK_INT(store_mark(f.s), OK);
	CHECK_INT(store_meta_put(f.s, STR("b"), STR("3")), OK);
	sign(&f, 1, 6);
	CHECK_INT(confirm(&f, 1, 6, STORE_VALIDATED), 1);
	CHECK_INT(store_keep(f.s), OK);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_meta(&f.arena, f.s, STR("a"), &value), OK);
	CHECK_STR(value, STR("1"));
	CHECK_INT(store_meta(&f.arena, f.s, STR("b"), &value), OK);
	CHECK_STR(value, STR("3"));
	CHECK_INT(findings(&f), 0);
	teardown(&f);
}

/* --- signing ------------------------------------------------------------------ */

static void test_insert(void)
{
	struct fixture f;
	struct store_sealed in = sealed(1, 10), again;
	struct store_epoch epoch = { .id = { 9 },
		.compartment = 1,
		.hour = HOUR_NOW,
		.header = { some_bytes, 300 } };
	struct store_epoch got;
	struct bytes identity, contact;
	enum store_insert outcome = STORE_INSERTED;
	uint64_t slot = 0;

	setup(&f);
	put(&f, petition_plain(1, PETITION_OPEN));
	put(&f, petition_plain(2, PETITION_CLOSED));
	in.epochs = &epoch;
	in.epochs_count = 1;
	in.contact = (struct bytes){ some_bytes + 1, 20 };
	CHECK_INT(store_begin(f.s), OK);
	insert(&f, &in, STORE_INSERTED, 10);
	CHECK_INT(store_commit(f.s), OK);

	CHECK_INT(store_begin(f.s), OK);
	/* The same form with another slot: the old one answers. */
	again = in;
	again.slot = 11;
	insert(&f, &again, STORE_SAME_RID, 10);
	/* The same slot with another form. */
	again = sealed(1, 11);
	again.slot = 10;
	insert(&f, &again, STORE_SLOT_TAKEN, 10);
	/* Nothing of it stays: the form may come again. */
	again.slot = 12;
	insert(&f, &again, STORE_INSERTED, 12);
	again = sealed(2, 13);
	CHECK_INT(store_insert(f.s, &again, now_ms, &outcome, &slot), OK);
	CHECK_INT(outcome, STORE_NOT_OPEN);
	again = sealed(3, 13);
	CHECK_INT(store_insert(f.s, &again, now_ms, &outcome, &slot), OK);
	CHECK_INT(outcome, STORE_NOT_OPEN);
	again = sealed(1, 13);
	CHECK_INT(store_insert(f.s, &again, now_ms + 10 * (int64_t)DAY + 1,
			  &outcome, &slot),
		OK);
	CHECK_INT(outcome, STORE_NOT_OPEN);
	CHECK_INT(store_insert(f.s, &again, now_ms + 10 * (int64_t)DAY,
			  &outcome, &slot),
		OK);
	CHECK_INT(outcome, STORE_INSERTED);
	/* Behind the deadline, a form that came in time keeps its answer. */
	CHECK_INT(store_insert(f.s, &again, now_ms + 11 * (int64_t)DAY,
			  &outcome, &slot),
		OK);
	CHECK_INT(outcome, STORE_SAME_RID);
	CHECK_INT(slot, 13);
	CHECK_INT(store_commit(f.s), OK);

	CHECK_INT(store_epoch(&f.arena, f.s, epoch.id, &got), OK);
	CHECK_INT(got.compartment, 1);
	CHECK_INT(got.hour, HOUR_NOW);
	CHECK(got.header.len == 300 &&
		memcmp(got.header.at, some_bytes, 300) == 0);
	epoch.id[0] = 8;
	CHECK_INT(store_epoch(&f.arena, f.s, epoch.id, &got), ERR_NOT_FOUND);
	CHECK_INT(store_records(&f.arena, f.s, 10, &identity, &contact), OK);
	CHECK_INT(identity.len, 616);
	CHECK(contact.len == 20 && memcmp(contact.at, some_bytes + 1, 20) == 0);
	CHECK_INT(store_records(&f.arena, f.s, 12, &identity, &contact), OK);
	CHECK(contact.at == NULL);
	CHECK_INT(store_records(&f.arena, f.s, 99, &identity, &contact),
		ERR_NOT_FOUND);

	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_forget_forms(f.s, HOUR_NOW * 60), OK);
	insert(&f, &in, STORE_SAME_RID, 10);
	CHECK_INT(store_forget_forms(f.s, HOUR_NOW * 60 + 1), OK);
	insert(&f, &in, STORE_SLOT_TAKEN, 10);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(findings(&f), 0);
	teardown(&f);
}

static void test_confirm(void)
{
	struct fixture f;
	struct store_claim wrong = claim(1, 1);
	struct store_place place;
	enum store_confirm outcome = STORE_VALIDATED;
	struct store_signature row;
	uint64_t slots[] = { 1, 2, 3 };
	struct store_row rows[3];

	setup(&f);
	put(&f, petition_plain(1, PETITION_OPEN));
	CHECK_INT(store_begin(f.s), OK);
	sign(&f, 1, 1);
	sign(&f, 1, 2);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(confirm(&f, 1, 2, STORE_VALIDATED), 1);
	CHECK_INT(confirm(&f, 1, 2, STORE_ALREADY), 1);
	(void)confirm(&f, 1, 3, STORE_NO_ROW);
	/* What keeper claimed for another petition or person. */
	wrong.petition = 2;
	CHECK_INT(store_confirm(f.s, &wrong, &outcome, &place), ERR_CORRUPT);
	wrong = claim(1, 1);
	wrong.commitment[31] ^= 1;
	CHECK_INT(store_confirm(f.s, &wrong, &outcome, &place), ERR_CORRUPT);
	CHECK_INT(store_commit(f.s), OK);

	CHECK_INT(store_signature(f.s, 2, &row), OK);
	CHECK_INT(row.petition, 1);
	CHECK_INT(row.state, SIGNATURE_VALIDATED);
	CHECK_INT(row.hour, HOUR_NOW);
	CHECK_INT(row.commitment[31], 2);
	CHECK_INT(row.place.ev_seq, 1);
	CHECK(row.place.leaf_index == STORE_NO_LEAF);
	CHECK_INT(store_signature(f.s, 3, &row), ERR_NOT_FOUND);
	CHECK_INT(store_signature(f.s, UINT64_MAX, &row), ERR_NOT_FOUND);
	CHECK_INT(store_rows(f.s, slots, 3, rows), OK);
	CHECK(rows[0].has_row && rows[0].state == SIGNATURE_PENDING);
	CHECK(rows[1].has_row && rows[1].state == SIGNATURE_VALIDATED);
	CHECK(!rows[2].has_row);
	CHECK_INT(public_count(&f, 1), 100);
	CHECK_INT(findings(&f), 0);
	teardown(&f);
}

/* What a limit set apart is logged with the reason in one piece. */
static void test_set_apart(void)
{
	struct fixture f;
	struct store_claim in = claim(1, 1);
	struct store_place place;
	enum store_confirm outcome = STORE_NO_ROW;
	struct store_signature row;
	struct store_event *events;
	struct arena a;
	size_t n = 0;

	setup(&f);
	arena_init(&a, 1 << 20);
	put(&f, petition_plain(1, PETITION_OPEN));
	CHECK_INT(store_begin(f.s), OK);
	sign(&f, 1, 1);
	in.apart = true;
	CHECK_INT(store_confirm(f.s, &in, &outcome, &place), OK);
	CHECK_INT(outcome, STORE_VALIDATED);
	CHECK_INT(place.ev_seq, 1);
	CHECK_INT(store_confirm(f.s, &in, &outcome, &place), OK);
	CHECK_INT(outcome, STORE_ALREADY);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_events(&a, f.s, 1, 8, &events, &n), OK);
	CHECK_INT(n, 2);
	CHECK_INT(events[0].type, EVENT_SIGN);
	CHECK_INT(events[1].type, EVENT_INVALIDATE);
	CHECK_INT(events[1].reason, STORE_REASON_LIMIT);
	CHECK_INT(events[1].target_ev_seq, 1);
	CHECK_INT(store_signature(f.s, 1, &row), OK);
	CHECK_INT(row.state, SIGNATURE_INVALIDATED);
	CHECK_INT(findings(&f), 0);
	arena_release(&a);
	teardown(&f);
}

/* Who has not confirmed is reminded once, those of an hour after the other. */
static void test_remind(void)
{
	struct fixture f;
	struct store_sealed in;
	struct store_mail *mails;
	struct arena a;
	uint64_t all[] = { 1, 2, 3, 4, 5, 6 };
	size_t n = 9;

	setup(&f);
	arena_init(&a, 1 << 20);
	put(&f, petition_plain(1, PETITION_OPEN));
	CHECK_INT(store_begin(f.s), OK);
	for (uint64_t slot = 1; slot <= 6; slot++) {
		in = sealed(1, slot);
		in.hour = (uint32_t)(HOUR_NOW - 60 + 10 * (slot / 2));
		insert(&f, &in, STORE_INSERTED, slot);
	}
	(void)confirm(&f, 1, 2, STORE_VALIDATED);
	CHECK_INT(store_mail_done(f.s, all, 6), OK);
	/* Slot 1 is too old, 6 too young, 2 confirmed: 3, 4, 5 are left. */
	CHECK_INT(store_remind(f.s, HOUR_NOW - 55, HOUR_NOW - 35, 2, &n), OK);
	CHECK_INT(n, 2);
	CHECK_INT(store_remind(f.s, HOUR_NOW - 55, HOUR_NOW - 35, 2, &n), OK);
	CHECK_INT(n, 1);
	CHECK_INT(store_remind(f.s, HOUR_NOW - 55, HOUR_NOW - 35, 2, &n), OK);
	CHECK_INT(n, 0);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_mails(&a, f.s, true, 0, 9, &mails, &n), OK);
	CHECK_INT(n, 3);
	CHECK(mails[0].slot == 3 && mails[0].is_reminder &&
		mails[2].slot == 5 && mails[2].is_reminder);
	CHECK_INT(store_mails(&a, f.s, false, 0, 9, &mails, &n), OK);
	CHECK_INT(n, 0);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_mail_done(f.s, all, 6), OK);
	CHECK_INT(store_remind(f.s, HOUR_NOW - 54, HOUR_NOW - 34, 9, &n), OK);
	CHECK_INT(n, 0);
	CHECK_INT(store_remind(f.s, HOUR_NOW - 40, HOUR_NOW - 20, 9, &n), OK);
	CHECK_INT(n, 1);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(findings(&f), 0);
	arena_release(&a);
	teardown(&f);
}

static void test_expiry(void)
{
	struct fixture f;
	struct store_sealed in;
	uint64_t slots[8];
	uint64_t all[] = { 1, 2, 3, 4, 99 };
	struct store_row rows[5];
	size_t n = 9;

	setup(&f);
	put(&f, petition_plain(1, PETITION_OPEN));
	CHECK_INT(store_begin(f.s), OK);
	for (uint64_t slot = 1; slot <= 4; slot++) {
		in = sealed(1, slot);
		in.hour = (uint32_t)(HOUR_NOW - slot);
		insert(&f, &in, STORE_INSERTED, slot);
	}
	(void)confirm(&f, 1, 3, STORE_VALIDATED);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_expired(f.s, HOUR_NOW - 1, slots, 8, &n), OK);
	CHECK_INT(n, 2);
	CHECK_INT(slots[0], 4);
	CHECK_INT(slots[1], 2);
	CHECK_INT(store_expired(f.s, HOUR_NOW, slots, 1, &n), OK);
	CHECK_INT(n, 1);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_forget(f.s, all + 1, 4), OK);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_rows(f.s, all, 5, rows), OK);
	CHECK(rows[0].has_row && !rows[1].has_row && rows[2].has_row);
	CHECK(!rows[3].has_row && !rows[4].has_row);
	CHECK_INT(findings(&f), 0);
	teardown(&f);
}

static void test_mail(void)
{
	struct fixture f;
	struct store_mail *mails;
	uint64_t done[] = { 1, 77 };
	size_t n = 0;

	setup(&f);
	put(&f, petition_plain(1, PETITION_OPEN));
	CHECK_INT(store_begin(f.s), OK);
	for (uint64_t slot = 1; slot <= 4; slot++)
		sign(&f, 1, slot);
	(void)confirm(&f, 1, 2, STORE_VALIDATED);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_mails(&f.arena, f.s, false, 0, 10, &mails, &n), OK);
	CHECK_INT(n, 3);
	CHECK_INT(mails[0].slot, 1);
	CHECK_INT(mails[0].petition, 1);
	CHECK_STR(mails[0].title, STR("Plant a tree"));
	CHECK_STR(mails[0].lang, STR("cy"));
	CHECK(mails[0].job.len == 1128 &&
		memcmp(mails[0].job.at, some_bytes, 1128) == 0);
	CHECK_INT(mails[1].slot, 3);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_mail_done(f.s, done, 2), OK);
	CHECK_INT(store_mail_done(f.s, done, 2), OK);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_mails(&f.arena, f.s, false, 0, 1, &mails, &n), OK);
	CHECK_INT(n, 1);
	CHECK_INT(mails[0].slot, 3);
	CHECK_INT(store_mails(&f.arena, f.s, false, 4, 10, &mails, &n), OK);
	CHECK_INT(n, 1);
	CHECK_INT(mails[0].slot, 4);
	CHECK_INT(store_mails(&f.arena, f.s, false, 5, 10, &mails, &n), OK);
	CHECK_INT(n, 0);
	/* The mail went out; the confirmation follows. */
	CHECK_INT(store_begin(f.s), OK);
	(void)confirm(&f, 1, 1, STORE_VALIDATED);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(findings(&f), 0);
	teardown(&f);
}

/* --- the log -------------------------------------------------------------------- */

static uint64_t append(struct fixture *f, struct store_event event)
{
	uint64_t ev_seq = 0;

	CHECK_INT(store_append(f->s, &event, &ev_seq), OK);
	return ev_seq;
}

static void test_events(void)
{
	struct fixture f;
	struct store_event *events;
	struct store_event bad = { .type = EVENT_PETITION, .petition = 9 };
	uint64_t ev_seq = 0;
	size_t n = 0;

	setup(&f);
	put(&f, petition_plain(1, PETITION_OPEN));
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(
		append(&f,
			(struct store_event){ .type = EVENT_KEY, .c = { 5 } }),
		1);
	CHECK_INT(append(&f,
			  (struct store_event){ .type = EVENT_PETITION,
				  .petition = 1,
				  .count = 100,
				  .c = { 6 } }),
		2);
	CHECK_INT(store_append(f.s, &bad, &ev_seq), ERR_NOT_FOUND);
	bad.type = EVENT_SIGN;
	CHECK_INT(store_append(f.s, &bad, &ev_seq), ERR_INVALID);
	bad = (struct store_event){
		.type = EVENT_WITHDRAW, .petition = 1, .target_ev_seq = 2
	};
	CHECK_INT(store_append(f.s, &bad, &ev_seq), ERR_NOT_FOUND);
	sign(&f, 1, 1);
	/* A refused event left no gap. */
	CHECK_INT(confirm(&f, 1, 1, STORE_VALIDATED), 3);
	CHECK_INT(store_commit(f.s), OK);
	reopen(&f);
	CHECK_INT(store_last_event(f.s, &ev_seq), OK);
	CHECK_INT(ev_seq, 3);
	CHECK_INT(store_events(&f.arena, f.s, 1, 10, &events, &n), OK);
	CHECK_INT(n, 3);
	CHECK_INT(events[0].type, EVENT_KEY);
	CHECK_INT(events[0].c[0], 5);
	CHECK_INT(events[1].type, EVENT_PETITION);
	CHECK_INT(events[1].count, 100);
	CHECK_INT(events[2].type, EVENT_SIGN);
	CHECK_INT(events[2].ev_seq, 3);
	CHECK_INT(events[2].slot, 1);
	CHECK_INT(events[2].mac[31], 0xee);
	CHECK(events[2].leaf_index == STORE_NO_LEAF);
	CHECK_INT(store_events(&f.arena, f.s, 2, 1, &events, &n), OK);
	CHECK_INT(n, 1);
	CHECK_INT(events[0].ev_seq, 2);
	CHECK_INT(store_events(&f.arena, f.s, 4, 9, &events, &n), OK);
	CHECK_INT(n, 0);
	CHECK_INT(findings(&f), 0);
	teardown(&f);
}

static void test_log_years(void)
{
	struct fixture f;
	struct store_moved *moved = NULL;
	uint32_t *years = NULL;
	size_t n = 9;

	setup(&f);
	CHECK_INT(store_log_years(&f.arena, f.s, &years, &n), OK);
	CHECK_INT(n, 0);
	for (uint64_t size = 1; size < 9; size++) {
		/* A gap: nothing happened in 2028. */
		struct store_checkpoint c = { .year = size < 5 ? 2027 : 2029,
			.size = size,
			.note = STR("note") };

		CHECK_INT(store_begin(f.s), OK);
		CHECK_INT(
			store_sequence(&f.arena, f.s, &c, NULL, 0, &moved, &n),
			OK);
		CHECK_INT(store_commit(f.s), OK);
	}
	CHECK_INT(store_log_years(&f.arena, f.s, &years, &n), OK);
	CHECK_INT(n, 2);
	CHECK_INT(years[0], 2027);
	CHECK_INT(years[1], 2029);
	teardown(&f);
}

/* Sequence leaves with the next indexes, in a batch of their own. */
static enum err sequence(struct fixture *f, uint64_t size, const char *note,
	const struct store_leaf *leaves, size_t count,
	struct store_moved **ret_moved, size_t *ret_n)
{
	struct store_checkpoint c = { .year = 2027,
		.size = size,
		.note = str_c(note),
		.made_ms = now_ms + (int64_t)size };
	enum err e;

	CHECK_INT(store_begin(f->s), OK);
	e = store_sequence(
		&f->arena, f->s, &c, leaves, count, ret_moved, ret_n);
	CHECK_INT(store_commit(f->s), OK);
	return e;
}

static void test_sequence(void)
{
	struct fixture f;
	struct store_leaf first[] = { { 1, 0, HOUR_NOW }, { 3, 1, HOUR_NOW },
		{ 2, 2, HOUR_NOW }, { 4, 3, HOUR_NOW } };
	struct store_leaf bad[] = { { 5, 4, HOUR_NOW }, { 4, 2, HOUR_NOW } };
	struct store_leaf unknown[] = { { 5, 4, HOUR_NOW },
		{ 99, 5, HOUR_NOW } };
	struct store_leaf late[] = { { 4, 3, HOUR_NOW }, { 5, 4, HOUR_NOW } };
	struct store_moved *moved = NULL;
	struct store_checkpoint c;
	struct store_history *points;
	struct store_signature row;
	size_t n = 0;

	setup(&f);
	put(&f, petition_plain(1, PETITION_OPEN));
	put(&f, petition_plain(2, PETITION_OPEN));
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(append(&f,
			  (struct store_event){ .type = EVENT_PETITION,
				  .petition = 1,
				  .count = 100 }),
		1);
	for (uint64_t slot = 1; slot <= 4; slot++) {
		sign(&f, slot == 3 ? 2 : 1, slot);
		CHECK_INT(confirm(&f, slot == 3 ? 2 : 1, slot, STORE_VALIDATED),
			slot + 1);
	}
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_checkpoint(&f.arena, f.s, 2027, &c), OK);
	CHECK_INT(c.size, 0);
	CHECK_STR(c.note, STR(""));

	CHECK_INT(sequence(&f, 4, "note 4", first, 4, &moved, &n), OK);
	CHECK_INT(n, 2);
	CHECK_INT(moved[0].petition, 1);
	CHECK_INT(moved[0].count, 102);
	CHECK_INT(moved[1].petition, 2);
	CHECK_INT(moved[1].count, 101);
	CHECK_INT(public_count(&f, 1), 102);
	CHECK_INT(public_count(&f, 2), 101);
	CHECK_INT(store_signature(f.s, 2, &row), OK);
	CHECK_INT(row.place.leaf_index, 1);
	CHECK_INT(row.place.log_year, 2027);
	CHECK_INT(store_checkpoint(&f.arena, f.s, 2027, &c), OK);
	CHECK_INT(c.size, 4);
	CHECK_STR(c.note, STR("note 4"));
	CHECK_INT(c.made_ms, now_ms + 4);

	/* Again: nothing moves. */
	CHECK_INT(sequence(&f, 4, "note 4", first, 4, &moved, &n), OK);
	CHECK_INT(n, 0);
	CHECK_INT(public_count(&f, 1), 102);
	/* Refusals leave nothing behind. */
	CHECK_INT(sequence(&f, 4, "other", first, 4, &moved, &n), ERR_CORRUPT);
	CHECK_INT(sequence(&f, 5, "note 5", bad, 2, &moved, &n), ERR_CORRUPT);
	CHECK_INT(
		sequence(&f, 6, "note 6", unknown, 2, &moved, &n), ERR_CORRUPT);
	CHECK_INT(sequence(&f, 4, "note 4", late, 2, &moved, &n), ERR_CORRUPT);
	CHECK_INT(public_count(&f, 1), 102);
	CHECK_INT(store_checkpoint(&f.arena, f.s, 2027, &c), OK);
	CHECK_INT(c.size, 4);
	/* Half known, half new. */
	CHECK_INT(sequence(&f, 5, "note 5", late, 2, &moved, &n), OK);
	CHECK_INT(n, 1);
	CHECK_INT(moved[0].count, 103);

	CHECK_INT(store_history(&f.arena, f.s, 1, 0, 10, &points, &n), OK);
	/* The newest of the minute. */
	CHECK_INT(n, 1);
	CHECK_INT(points[0].count, 103);
	CHECK_INT(points[0].at_ms, now_ms + 5);
	CHECK_INT(store_history(&f.arena, f.s, 1, now_ms + 5, 10, &points, &n),
		OK);
	CHECK_INT(n, 1);
	CHECK_INT(findings(&f), 0);
	teardown(&f);
}

/* A threshold is stamped with the checkpoint that reaches it, once, and taken
 * back when the count falls before anything followed. */
static void test_thresholds(void)
{
	static const struct {
		bool sign; /* else the first is invalidated or restored */
		enum event_type type;
		bool response, debate;
	} steps[] = {
		{ true, EVENT_SIGN, false, false }, /* 101 */
		{ true, EVENT_SIGN, true, false }, /* 102 */
		{ false, EVENT_INVALIDATE, false, false }, /* 101 */
		{ false, EVENT_RESTORE, true, false }, /* 102 */
		{ true, EVENT_SIGN, true, true }, /* 103 */
		{ true, EVENT_SIGN, true, true }, /* 104 */
		{ false, EVENT_INVALIDATE, true, true }, /* 103 */
	};
	struct fixture f;
	struct petition *p;
	struct store_leaf leaf = { 0, 0, HOUR_NOW };
	struct store_moved *moved;
	int64_t reached = WHEN_NONE;
	uint64_t slot = 0;
	size_t n;

	setup(&f);
	store_thresholds(f.s, 102, 103);
	put(&f, petition_plain(1, PETITION_OPEN));
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		CHECK_INT(store_begin(f.s), OK);
		if (steps[i].sign) {
			sign(&f, 1, ++slot);
			leaf.ev_seq = confirm(&f, 1, slot, STORE_VALIDATED);
		} else {
			leaf.ev_seq = append(&f,
				(struct store_event){ .type = steps[i].type,
					.petition = 1,
					.target_ev_seq = 1 });
		}
		CHECK_INT(store_commit(f.s), OK);
		leaf.leaf_index = i;
		CHECK_INT(sequence(&f, i + 1, "n", &leaf, 1, &moved, &n), OK);
		CHECK_INT(store_petition(&f.arena, f.s, 1, &p), OK);
		CHECK((p->response_threshold_ms != WHEN_NONE) ==
			steps[i].response);
		CHECK((p->debate_threshold_ms != WHEN_NONE) == steps[i].debate);
		if (i == 4)
			reached = p->debate_threshold_ms;
	}
	CHECK_INT(p->debate_threshold_ms, reached);
	CHECK_INT(findings(&f), 0);
	teardown(&f);
}

static void check_receipt(struct fixture *f, uint64_t slot,
	enum store_logged standing, uint64_t out)
{
	struct store_receipt r;

	CHECK_INT(store_receipt(&f->arena, f->s, slot, &r), OK);
	CHECK_INT(r.standing, standing);
	CHECK_INT(r.out.ev_seq, out);
	CHECK_INT(r.out_hour, out == 0 ? 0 : HOUR_NOW);
	CHECK_INT(r.reason, standing == LOGGED_INVALIDATED ? 2 : 0);
	CHECK((r.out.leaf_index != STORE_NO_LEAF) == (out != 0));
}

/* INVALIDATE, RESTORE and WITHDRAW, some twice (docs/log.md section 2). */
static void test_standing(void)
{
	struct fixture f;
	static const struct {
		enum event_type type;
		uint64_t target;
		uint64_t want;
		enum store_logged standing;
		uint64_t out; /* the event that took it out */
	} steps[] = {
		{ EVENT_INVALIDATE, 1, 101, LOGGED_INVALIDATED, 3 },
		{ EVENT_INVALIDATE, 1, 101, LOGGED_INVALIDATED, 3 },
		{ EVENT_RESTORE, 1, 102, LOGGED_COUNTED, 0 },
		{ EVENT_RESTORE, 1, 102, LOGGED_COUNTED, 0 },
		{ EVENT_INVALIDATE, 1, 101, LOGGED_INVALIDATED, 7 },
		{ EVENT_WITHDRAW, 1, 101, LOGGED_WITHDRAWN, 8 },
		{ EVENT_RESTORE, 1, 101, LOGGED_WITHDRAWN, 8 },
		{ EVENT_WITHDRAW, 2, 100, LOGGED_WITHDRAWN, 10 },
		{ EVENT_WITHDRAW, 2, 100, LOGGED_WITHDRAWN, 10 },
		{ EVENT_INVALIDATE, 2, 100, LOGGED_WITHDRAWN, 10 },
	};
	struct store_leaf leaf = { 1, 0, HOUR_NOW };
	struct store_moved *moved;
	struct store_signature row;
	struct store_receipt receipt;
	size_t n;

	setup(&f);
	put(&f, petition_plain(1, PETITION_OPEN));
	CHECK_INT(store_begin(f.s), OK);
	for (uint64_t slot = 1; slot <= 2; slot++) {
		sign(&f, 1, slot);
		(void)confirm(&f, 1, slot, STORE_VALIDATED);
	}
	CHECK_INT(store_commit(f.s), OK);
	check_receipt(&f, 1, LOGGED_NOT, 0);
	CHECK_INT(sequence(&f, 1, "1", &leaf, 1, &moved, &n), OK);
	check_receipt(&f, 1, LOGGED_COUNTED, 0);
	leaf = (struct store_leaf){ 2, 1, HOUR_NOW };
	CHECK_INT(sequence(&f, 2, "2", &leaf, 1, &moved, &n), OK);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		uint64_t before = public_count(&f, 1);

		CHECK_INT(store_begin(f.s), OK);
		leaf.ev_seq = append(&f,
			(struct store_event){ .type = steps[i].type,
				.petition = 1,
				.reason = steps[i].type == EVENT_INVALIDATE ? 2
									    : 0,
				.target_ev_seq = steps[i].target });
		CHECK_INT(store_commit(f.s), OK);
		CHECK_INT(public_count(&f, 1), before);
		leaf.leaf_index = i + 2;
		CHECK_INT(sequence(&f, i + 3, "n", &leaf, 1, &moved, &n), OK);
		CHECK_INT(public_count(&f, 1), steps[i].want);
		CHECK_INT(n, before == steps[i].want ? 0 : 1);
		check_receipt(
			&f, steps[i].target, steps[i].standing, steps[i].out);
	}
	CHECK_INT(store_signature(f.s, 1, &row), OK);
	CHECK_INT(row.state, SIGNATURE_WITHDRAWN);
	CHECK_INT(store_receipt(&f.arena, f.s, 3, &receipt), ERR_NOT_FOUND);
	CHECK_INT(findings(&f), 0);
	teardown(&f);
}

/* --- petitions -------------------------------------------------------------------- */

static void test_put(void)
{
	struct fixture f;
	struct petition p = petition_plain(7, PETITION_OPEN), *got = NULL;
	enum store_put outcome = STORE_PUT;

	setup(&f);
	put(&f, p);
	p.action = STR("Plant two trees");
	p.carried_over = 200;
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_petition_put(f.s, &p, false, &outcome), OK);
	CHECK_INT(outcome, STORE_PUT_EXISTS);
	CHECK_INT(store_petition(&f.arena, f.s, 7, &got), OK);
	CHECK_STR(got->action, STR("Plant a tree"));
	CHECK_INT(store_petition_put(f.s, &p, true, &outcome), OK);
	CHECK_INT(outcome, STORE_PUT);
	CHECK_INT(store_petition(&f.arena, f.s, 7, &got), OK);
	CHECK_STR(got->action, STR("Plant two trees"));
	CHECK_INT(got->carried_over, 200);
	/* Once the log knows the carried-over count, it stays. */
	(void)append(&f,
		(struct store_event){
			.type = EVENT_PETITION, .petition = 7, .count = 200 });
	p.carried_over = 201;
	CHECK_INT(store_petition_put(f.s, &p, true, &outcome), OK);
	CHECK_INT(outcome, STORE_PUT_LOGGED);
	p.carried_over = 200;
	p.action = STR("Plant three trees");
	CHECK_INT(store_petition_put(f.s, &p, true, &outcome), OK);
	CHECK_INT(outcome, STORE_PUT);
	p.id = 0;
	CHECK_INT(store_petition_put(f.s, &p, true, &outcome), ERR_INVALID);
	p.id = UINT64_MAX;
	CHECK_INT(store_petition_put(f.s, &p, true, &outcome), ERR_INVALID);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_petition(&f.arena, f.s, 8, &got), ERR_NOT_FOUND);
	CHECK_INT(
		store_petition(&f.arena, f.s, UINT64_MAX, &got), ERR_NOT_FOUND);
	CHECK_INT(findings(&f), 0);
	teardown(&f);
}

static void test_closing(void)
{
	struct fixture f;
	int64_t deadline = now_ms + 10 * (int64_t)DAY;
	struct petition *p = NULL;
	struct store_event *events;
	struct store_leaf leaf = { 2, 0, HOUR_NOW };
	struct store_moved *moved;
	size_t closed = 9, made = 9, n;
	uint64_t id = 0;

	setup(&f);
	put(&f, petition_plain(1, PETITION_OPEN));
	put(&f, petition_plain(2, PETITION_OPEN)); /* unknown to the log */
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(append(&f,
			  (struct store_event){ .type = EVENT_PETITION,
				  .petition = 1,
				  .count = 100 }),
		1);
	sign(&f, 1, 1);
	CHECK_INT(store_close_due(f.s, deadline, DAY, &closed, &made), OK);
	CHECK_INT(closed, 0);
	CHECK_INT(store_close_due(f.s, deadline + 1, DAY, &closed, &made), OK);
	CHECK_INT(closed, 2);
	CHECK_INT(made, 0);
	/* Within the grace, a confirmation still counts. */
	CHECK_INT(confirm(&f, 1, 1, STORE_VALIDATED), 2);
	CHECK_INT(store_close_due(f.s, deadline + DAY + 1, DAY, &closed, &made),
		OK);
	CHECK_INT(closed, 0);
	CHECK_INT(made, 0); /* its signature waits for the log */
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_petition(&f.arena, f.s, 1, &p), OK);
	CHECK_INT(p->state, PETITION_CLOSED);
	CHECK_INT(p->closed_ms, deadline);
	CHECK_INT(sequence(&f, 1, "1", &leaf, 1, &moved, &n), OK);
	leaf = (struct store_leaf){ 1, 1, HOUR_NOW };
	CHECK_INT(sequence(&f, 2, "2", &leaf, 1, &moved, &n), OK);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_close_due(f.s, deadline + DAY + 1, DAY, &closed, &made),
		OK);
	CHECK_INT(made, 1);
	CHECK_INT(store_close_due(f.s, deadline + DAY + 1, DAY, &closed, &made),
		OK);
	CHECK_INT(made, 0);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_events(&f.arena, f.s, 3, 9, &events, &n), OK);
	CHECK_INT(n, 1);
	CHECK_INT(events[0].type, EVENT_CLOSE);
	CHECK_INT(events[0].petition, 1);
	CHECK_INT(events[0].count, 101);
	/* Its totals follow when the count is a leaf and they are public. */
	CHECK_INT(store_tally_due(f.s, &id), ERR_NOT_FOUND);
	leaf = (struct store_leaf){ 3, 2, HOUR_NOW };
	CHECK_INT(sequence(&f, 3, "3", &leaf, 1, &moved, &n), OK);
	CHECK_INT(store_tally_due(f.s, &id), ERR_NOT_FOUND);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_places_publish(f.s, now_ms + 2 * (int64_t)DAY, &n), OK);
	CHECK_INT(store_tally_due(f.s, &id), OK);
	CHECK_INT(id, 1);
	CHECK_INT(append(&f,
			  (struct store_event){ .type = EVENT_TALLY,
				  .petition = 1,
				  .c = { 7 } }),
		4);
	CHECK_INT(store_tally_due(f.s, &id), ERR_NOT_FOUND);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(findings(&f), 0);
	teardown(&f);
}

static void test_small_things(void)
{
	struct fixture f;
	uint8_t hash[STORE_HASH_BYTES] = { 1 };
	struct str body = STR_NULL;

	setup(&f);
	CHECK_INT(store_document_put(f.s, hash, STR("x")), ERR_INTERNAL);
	CHECK_INT(store_begin(f.s), OK);
	CHECK_INT(store_document_put(f.s, hash, STR("{\"a\":1}")), OK);
	CHECK_INT(store_document_put(f.s, hash, STR("{\"a\":1}")), OK);
	CHECK_INT(store_meta_put(f.s, STR("k"), STR("1")), OK);
	CHECK_INT(store_meta_put(f.s, STR("k"), STR("2")), OK);
	CHECK_INT(store_commit(f.s), OK);
	CHECK_INT(store_document(&f.arena, f.s, hash, &body), OK);
	CHECK_STR(body, STR("{\"a\":1}"));
	hash[0] = 2;
	CHECK_INT(store_document(&f.arena, f.s, hash, &body), ERR_NOT_FOUND);
	CHECK_INT(store_meta(&f.arena, f.s, STR("k"), &body), OK);
	CHECK_STR(body, STR("2"));
	teardown(&f);
}

int main(void)
{
	test_opening();
	test_batches();
	test_insert();
	test_confirm();
	test_set_apart();
	test_remind();
	test_expiry();
	test_mail();
	test_events();
	test_log_years();
	test_sequence();
	test_standing();
	test_thresholds();
	test_put();
	test_closing();
	test_small_things();
	return tap_done();
}

/*
 * What keeper's files hold after restarts, power failures and time.
 */
#include "role/keep_entry.h"
#include "role/keep_story.h"

static void ranges(void)
{
	struct world w = begin();
	uint64_t a = 0, b = 0;

	CHECK(keep_range(w.keep, 100, &a) == OK);
	CHECK_INT(a, 1);
	CHECK(keep_range(w.keep, 1, &b) == OK);
	CHECK_INT(b, 101);
	CHECK(keep_range(w.keep, 0, &b) == ERR_TOO_LARGE);
	CHECK(world_restart(&w) == OK);
	CHECK(keep_range(w.keep, 5, &b) == OK);
	CHECK_INT(b, 102);
	world_release(&w);
}

/* An older range file, as a careless restore leaves it. */
static void range_from_a_backup(void)
{
	struct world w = begin();
	uint64_t slot = signs(&w, ada, KEEP_CONFIRM);

	keep_close(w.keep);
	w.keep = NULL;
	world_unlink(&w, "range", NULL);
	CHECK(world_open(&w) == OK);
	CHECK_INT(next_slot(&w), slot + 1);
	world_release(&w);
}

static void pass(struct world *w, int64_t hours)
{
	clock_fake_advance(w->clock, hours * 3600000);
}

static void expires_by_both_clocks(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	uint64_t b = signs(&w, ada_moved, KEEP_CONFIRM);

	CHECK_INT(claim(&w, b), KEEP_CLAIMED);
	CHECK_INT(release(&w, a, false), KEEP_FREE_YOUNG);
	/* The wall clock jumps: nothing dies by its word alone. */
	w.clock->wall_now_ms += INT64_C(1000) * 3600000;
	CHECK_INT(release(&w, a, false), KEEP_FREE_YOUNG);
	pass(&w, 20);
	CHECK(keep_tick(w.keep) == OK);
	CHECK(world_restart(&w) == OK);
	CHECK_INT(release(&w, a, false), KEEP_FREE_YOUNG);
	pass(&w, 5);
	CHECK_INT(release(&w, a, false), KEEP_FREED);
	CHECK(locks_are_zero(&w, a));
	CHECK_INT(release(&w, a, false), KEEP_FREED);
	CHECK_INT(release(&w, b, false), KEEP_FREE_REFUSED);
	CHECK_INT(release(&w, b, true), KEEP_FREE_REFUSED);
	CHECK_INT(release(&w, b + 1, true), KEEP_FREE_UNKNOWN);
	CHECK_INT(claim(&w, a), KEEP_CLAIM_GONE);
	world_release(&w);
}

static void lives_for_three_days(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);

	pass(&w, 72);
	CHECK_INT(release(&w, a, false), KEEP_FREE_YOUNG);
	pass(&w, 1);
	CHECK_INT(release(&w, a, false), KEEP_FREED);
	(void)signs(&w, ada, KEEP_CONFIRM);
	world_release(&w);
}

static void reconciles(void)
{
	struct world w = begin();
	uint64_t first = 0, cursor = 0;
	struct keep_ask a[4];
	struct keep_answer answer[4];
	struct keep_unsettled open[3];
	size_t n = 9;

	CHECK(keep_range(w.keep, 4, &first) == OK);
	for (uint64_t i = 0; i < 4; i++)
		a[i] = fixture_ask(
			&w, ada, PETITION + i, ++w.requests, first + i);
	CHECK(keep_ask(w.keep, a, 4, answer) == OK);
	CHECK(keep_settled(w.keep, &a[1].slot, 1) == OK);
	CHECK(keep_settled(w.keep, &a[2].slot, 1) == OK);
	CHECK_INT(claim(&w, a[2].slot), KEEP_CLAIMED);
	CHECK_INT(claim(&w, a[3].slot), KEEP_CLAIMED);
	CHECK(keep_booked(w.keep, &a[3].slot, 1) == OK);
	for (int i = 0; i < 2; i++, cursor = 0) {
		CHECK(keep_unsettled(w.keep, &cursor, open, 1, &n) == OK);
		CHECK(n == 1 && open[0].slot == a[0].slot);
		CHECK(!open[0].is_claimed);
		CHECK(memcmp(&open[0].rid, &a[0].rid, 16) == 0);
		CHECK(keep_unsettled(w.keep, &cursor, open, 3, &n) == OK);
		CHECK(n == 1 && open[0].slot == a[2].slot);
		CHECK(open[0].is_claimed);
		CHECK(memcmp(&open[0].c, &a[2].c, 32) == 0);
		CHECK(keep_unsettled(w.keep, &cursor, open, 3, &n) == OK);
		CHECK_INT(n, 0);
		CHECK(world_restart(&w) == OK);
	}
	CHECK_INT(release(&w, a[0].slot, true), KEEP_FREED);
	CHECK(locks_are_zero(&w, a[0].slot));
	CHECK(keep_booked(w.keep, &a[2].slot, 1) == OK);
	CHECK(keep_unsettled(w.keep, &cursor, open, 3, &n) == OK);
	CHECK_INT(n, 0);
	world_release(&w);
}

static void destroys_a_petition(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	struct keep_ask late =
		fixture_ask(&w, bob, PETITION, ++w.requests, next_slot(&w));

	CHECK(lock_of(&w, a) == OK);
	CHECK(keep_destroy_petition(w.keep, PETITION) == OK);
	CHECK(keep_destroy_petition(w.keep, PETITION) == OK);
	for (int i = 0; i < 2; i++) {
		CHECK(lock_of(&w, a) == ERR_GONE);
		CHECK(ask(&w, &late).err == ERR_GONE);
		CHECK(world_restart(&w) == OK);
	}
	late.petition++;
	CHECK(ask(&w, &late).err == OK);
	world_release(&w);
}

static void locks_by_compartment(void)
{
	struct world w = begin();
	uint64_t a = signs(&w, ada, KEEP_CONFIRM);
	struct lock want = fixture_lock(a, COMPARTMENT_CONTACT), got;

	CHECK(keep_lock(w.keep, a, COMPARTMENT_CONTACT, &got) == OK);
	CHECK(memcmp(&got, &want, sizeof(got)) == 0);
	CHECK(keep_lock(w.keep, a, COMPARTMENT_STANDING, &got) == ERR_GONE);
	CHECK(keep_lock(w.keep, a, COMPARTMENT_MAIL, &got) == ERR_INVALID);
	CHECK(keep_lock(w.keep, a + 1, COMPARTMENT_CONTACT, &got) ==
		ERR_NOT_FOUND);
	world_release(&w);
}

struct prefixed {
	struct str prefix;
	unsigned count;
	char last[300];
};

static void count_file(struct world *w, const char *name, void *context)
{
	struct prefixed *p = context;

	(void)w;
	if (!str_starts(str_c(name), p->prefix))
		return;
	p->count++;
	(void)snprintf(p->last, sizeof(p->last), "%s", name);
}

/* The folder's files of this prefix; last is the name of one of them. */
static struct prefixed files_of(struct world *w, struct str prefix)
{
	struct prefixed p = { .prefix = prefix };

	world_files(w, count_file, &p);
	return p;
}

static void search_files_go(void)
{
	struct world w = begin();

	for (int week = 0; week < 5; week++) {
		(void)signs(&w, ada, KEEP_CONFIRM);
		CHECK(keep_tick(w.keep) == OK);
		pass(&w, 168);
	}
	CHECK(keep_tick(w.keep) == OK);
	CHECK_INT(files_of(&w, STR("search-")).count, 1);
	/* The wall clock alone takes nothing. */
	(void)signs(&w, bob, KEEP_SILENT);
	w.clock->wall_now_ms += INT64_C(5000) * 3600000;
	CHECK(keep_tick(w.keep) == OK);
	CHECK(files_of(&w, STR("search-")).count >= 1);
	world_release(&w);
}

static bool contains(struct world *w, const char *name, struct str needle)
{
	struct buf b;
	bool found;

	buf_init(&b, 1 << 20);
	CHECK(file_read(w->dir_fd, name, &b) == OK);
	found = b.len > 0 && memmem(b.at, b.len, needle.at, needle.len) != NULL;
	buf_release(&b);
	return found;
}

struct search {
	struct str needle;
	bool found;
};

static void look_for(struct world *w, const char *name, void *context)
{
	struct search *s = context;

	s->found = s->found || contains(w, name, s->needle);
}

static bool folder_has(struct world *w, struct str needle)
{
	struct search s = { .needle = needle };

	world_files(w, look_for, &s);
	return s.found;
}

/* C stands for the tags: nothing of a killed entry outlives the journal. */
static void journal_forgets(void)
{
	struct world w = begin();
	struct keep_ask a =
		fixture_ask(&w, ada, PETITION, ++w.requests, next_slot(&w));
	struct str c = { (const char *)a.c.byte, sizeof(a.c) };

	memset(&a.c, 0xa7, sizeof(a.c));
	CHECK(ask(&w, &a).err == OK);
	CHECK_INT(release(&w, a.slot, true), KEEP_FREED);
	CHECK(folder_has(&w, c));
	pass(&w, 25);
	CHECK(keep_tick(w.keep) == OK);
	CHECK(!folder_has(&w, c));
	CHECK_INT(files_of(&w, STR("journal-")).count, 1);
	world_release(&w);
}

static void journal_rotates_by_size(void)
{
	struct world w;
	uint64_t slot[20];

	CHECK(world_init(&w));
	w.settings.journal_bytes = 1000;
	CHECK(world_open(&w) == OK);
	for (int i = 0; i < 20; i++) {
		char name[32];
		struct person p = { name, name, "x", "y" };

		(void)snprintf(name, sizeof(name), "p%d@example.org", i);
		slot[i] = signs(&w, p, KEEP_CONFIRM);
	}
	CHECK_INT(files_of(&w, STR("journal-")).count, 1);
	CHECK(world_restart(&w) == OK);
	for (int i = 0; i < 20; i++)
		CHECK_INT(claim(&w, slot[i]), KEEP_CLAIMED);
	world_release(&w);
}

static void write_file(struct world *w, const char *name, struct str bytes)
{
	CHECK(file_swap(w->dir_fd, name, bytes.at, bytes.len, 0600) == OK);
}

/* The folder as power failed it: nothing written to slots since it was last
 * synced, and the journal cut after `len` bytes. */
static void fail_power(
	struct world *w, struct str slots, struct str journal, size_t len)
{
	keep_close(w->keep);
	w->keep = NULL;
	world_unlink(w, files_of(w, STR("journal-")).last, NULL);
	write_file(w, "slots", slots);
	write_file(w, "journal-00000000000000ff", str_slice(journal, 0, len));
	CHECK(world_open(w) == OK);
}

static void read_whole(struct world *w, const char *name, struct buf *b)
{
	buf_init(b, 1 << 20);
	CHECK(file_read(w->dir_fd, name, b) == OK);
}

/* Cut the journal at every byte: each batch is there whole or not at all. */
static void torn_journal(void)
{
	struct world w = begin();
	struct buf slots, journal;
	size_t asked, claimed_at;
	uint64_t a, b;

	(void)signs(&w, far_bob, KEEP_CONFIRM);
	CHECK(world_restart(&w) == OK);
	read_whole(&w, "slots", &slots);
	a = signs(&w, ada, KEEP_CONFIRM);
	b = signs(&w, ada, KEEP_CONFIRM);
	read_whole(&w, files_of(&w, STR("journal-")).last, &journal);
	asked = journal.len;
	buf_release(&journal);
	CHECK_INT(claim(&w, b), KEEP_CLAIMED);
	read_whole(&w, files_of(&w, STR("journal-")).last, &journal);
	claimed_at = journal.len;
	for (size_t len = 0; len <= claimed_at; len += 7) {
		fail_power(&w, buf_view(&slots), buf_view(&journal), len);
		if (len >= asked)
			CHECK_INT(claim(&w, b), KEEP_CLAIMED);
		else if (claim(&w, b) != KEEP_CLAIMED)
			CHECK(len < asked);
		if (len >= asked)
			CHECK_INT(claim(&w, a), KEEP_CLAIM_ALREADY);
	}
	fail_power(&w, buf_view(&slots), buf_view(&journal), claimed_at);
	CHECK_INT(claim(&w, b), KEEP_CLAIMED_AGAIN);
	CHECK(locks_are_zero(&w, a));
	buf_release(&slots);
	buf_release(&journal);
	world_release(&w);
}

/* A repeated form burns its second slot, which never had an entry.  Of what
 * is written for it a power cut may leave the first half: the number without
 * the state. */
static void torn_burnt_slot(void)
{
	struct world w = begin();
	uint64_t first = 0;
	struct keep_ask a[2];
	struct keep_answer answer[2];
	struct buf slots, journal;

	CHECK(keep_range(w.keep, 2, &first) == OK);
	a[0] = fixture_ask(&w, ada, PETITION, ++w.requests, first);
	a[1] = fixture_ask(&w, ada, PETITION, w.requests, first + 1);
	CHECK(keep_ask(w.keep, &a[0], 1, answer) == OK);
	CHECK(keep_settled(w.keep, &first, 1) == OK);
	CHECK(keep_ask(w.keep, &a[1], 1, answer) == OK);
	CHECK_INT(answer[0].slot, first);
	read_whole(&w, "slots", &slots);
	read_whole(&w, files_of(&w, STR("journal-")).last, &journal);
	CHECK_INT(slots.len, (first + 2) * KEEP_ENTRY_LEN);
	memset(slots.at + slots.len - KEEP_ENTRY_LEN / 2, 0,
		KEEP_ENTRY_LEN / 2);
	fail_power(&w, buf_view(&slots), buf_view(&journal), journal.len);
	CHECK(keep_ask(w.keep, &a[1], 1, answer) == OK);
	CHECK_INT(answer[0].slot, first);
	buf_release(&slots);
	buf_release(&journal);
	world_release(&w);
}

static void refuses_strange_files(void)
{
	struct world w = begin();
	struct world other = w;

	other.keep = NULL;
	CHECK(world_open(&other) == ERR_BUSY);
	(void)signs(&w, ada, KEEP_CONFIRM);
	keep_close(w.keep);
	w.keep = NULL;
	w.credential.byte[0] ^= 1;
	CHECK(world_open(&w) == ERR_CRYPTO);
	w.credential.byte[0] ^= 1;
	write_file(&w, "uptime", STR("short"));
	CHECK(world_open(&w) == ERR_CORRUPT);
	world_unlink(&w, "uptime", NULL);
	CHECK(world_open(&w) == OK);
	keep_close(w.keep);
	w.keep = NULL;
	w.settings.form_hours = 100;
	CHECK(world_open(&w) == ERR_INVALID);
	world_release(&w);
}

int main(void)
{
	ranges();
	range_from_a_backup();
	expires_by_both_clocks();
	lives_for_three_days();
	reconciles();
	destroys_a_petition();
	locks_by_compartment();
	search_files_go();
	journal_forgets();
	journal_rotates_by_size();
	torn_journal();
	torn_burnt_slot();
	refuses_strange_files();
	return tap_done();
}

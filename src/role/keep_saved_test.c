/*
 * keep_saved_test.c - an opening by the file of indexes decides as one that
 * reads every entry, and believes no file that does not fit.
 */
#include "role/keep_saved.h"

#include "role/keep_story.h"

enum { CROWD = 40 };

struct gone {
	uint64_t slot;
	bool found;
};

static uint64_t somebody(struct world *w, int i)
{
	char name[32];
	struct person p = { name, name, "x", "y" };

	(void)snprintf(name, sizeof(name), "p%d@example.org", i);
	return signs(w, p, KEEP_CONFIRM);
}

/* ada twice, the second confirmed; a crowd; one who was freed. */
static struct world begin_crowded(uint64_t *ret_first, uint64_t *ret_second)
{
	struct world w = begin();
	uint64_t gone;

	*ret_first = signs(&w, ada, KEEP_CONFIRM);
	*ret_second = signs(&w, ada, KEEP_CONFIRM);
	for (int i = 0; i < CROWD; i++)
		(void)somebody(&w, i);
	gone = somebody(&w, CROWD);
	CHECK_INT(release(&w, gone, true), KEEP_FREED);
	CHECK_INT(claim(&w, *ret_second), KEEP_CLAIMED);
	return w;
}

/* What an opening must know, however it came to know it. */
static void check_known(struct world *w, uint64_t first, uint64_t second)
{
	struct keep_ask again = fixture_ask(w, ada, PETITION, 2, second);
	struct keep_unsettled open[4];
	uint64_t cursor = 0;
	size_t n = 0;

	CHECK_INT(claim(w, first), KEEP_CLAIM_ALREADY);
	CHECK_INT(claim(w, second), KEEP_CLAIMED_AGAIN);
	again.slot = next_slot(w);
	CHECK_INT(ask(w, &again).slot, second); /* the same request */
	(void)signs(w, ada, KEEP_ALREADY);
	CHECK(keep_unsettled(w->keep, &cursor, open, 4, &n) == OK);
	CHECK(n == 1 && open[0].slot == second && open[0].is_claimed);
}

static void read_index(struct world *w, struct buf *b)
{
	buf_init(b, 1 << 20);
	CHECK(file_read(w->dir_fd, KEEP_SAVED_FILE, b) == OK);
}

static void put_index(struct world *w, struct str bytes)
{
	CHECK(file_swap(w->dir_fd, KEEP_SAVED_FILE, bytes.at, bytes.len,
		      0600) == OK);
}

static void shut(struct world *w, bool rest)
{
	CHECK(!rest || keep_rest(w->keep) == OK);
	keep_close(w->keep);
	w->keep = NULL;
}

/* With nothing to replay, with everything, and without the file. */
static void opens_alike(bool rest, bool with_file)
{
	uint64_t first, second;
	struct world w = begin_crowded(&first, &second);

	shut(&w, rest);
	if (!with_file)
		world_unlink(&w, KEEP_SAVED_FILE, NULL);
	CHECK(world_open(&w) == OK);
	CHECK(keep_index_was_read(w.keep) == with_file);
	check_known(&w, first, second);
	world_release(&w);
}

static void refused(struct world *w, struct str bytes)
{
	shut(w, true);
	put_index(w, bytes);
	CHECK(world_open(w) == OK);
	CHECK(!keep_index_was_read(w->keep));
}

static void flipped_or_cut(void)
{
	uint64_t first, second;
	struct world w = begin_crowded(&first, &second);
	struct buf b;

	shut(&w, true);
	CHECK(world_open(&w) == OK);
	read_index(&w, &b);
	for (size_t i = 0; i < b.len; i += b.len / 13) {
		b.at[i] ^= 1;
		refused(&w, buf_view(&b));
		b.at[i] ^= 1;
		refused(&w, str_slice(buf_view(&b), 0, i));
	}
	check_known(&w, first, second);
	buf_release(&b);
	world_release(&w);
}

/* A file from before segments that are gone knows too little. */
static void too_old(void)
{
	uint64_t first, second;
	struct world w = begin();
	struct buf b;

	read_index(&w, &b);
	world_release(&w);
	w = begin_crowded(&first, &second);
	refused(&w, buf_view(&b));
	check_known(&w, first, second);
	buf_release(&b);
	world_release(&w);
}

/* One of another store, though its number would do. */
static void of_another(void)
{
	uint64_t first, second;
	struct world w = begin_crowded(&first, &second), other = begin();
	struct buf b;

	for (int i = 0; i < 10; i++)
		CHECK(world_restart(&other) == OK);
	read_index(&other, &b);
	refused(&w, buf_view(&b));
	check_known(&w, first, second);
	buf_release(&b);
	world_release(&other);
	world_release(&w);
}

static bool is_slot(void *context, uint64_t slot)
{
	struct gone *g = context;

	g->found = g->found || slot == g->slot;
	return false;
}

/* Does the file say anything of this slot's mailbox? */
static bool file_tells_of(struct world *w, uint64_t slot)
{
	struct keep_index people;
	struct keep_rids rids;
	struct keep_marks open = { 0 };
	struct keep_saved saved = {
		.people = &people, .rids = &rids, .open = &open
	};
	struct gone g = { .slot = slot };

	CHECK(keep_index_init(&people, 12) == OK);
	CHECK(keep_rids_init(&rids, 0) == OK);
	CHECK(keep_saved_read(w->dir_fd, &saved) == OK);
	keep_index_sweep(&people, is_slot, &g);
	keep_rids_release(&rids);
	keep_index_release(&people);
	keep_marks_release(&open);
	return g.found;
}

/* Tags go from the file with the entry: at the next segment, or, if the
 * keeper died before that, at the next opening. */
static void tags_go(bool rest)
{
	uint64_t first, second;
	struct world w = begin_crowded(&first, &second);

	shut(&w, true);
	CHECK(world_open(&w) == OK);
	CHECK(file_tells_of(&w, second));
	CHECK_INT(leave(&w, second, KEEP_WISH_LEAVE).outcome, KEEP_LEAVES);
	CHECK(destroy(&w, second));
	CHECK(file_tells_of(&w, second));
	shut(&w, rest);
	CHECK(rest || world_open(&w) == OK);
	CHECK(!file_tells_of(&w, second));
	world_release(&w);
}

/* Rids are remembered while their form lives, and no longer. */
static void hours_go(void)
{
	struct keep_rids r;
	struct rid rid = { { 0 } };

	CHECK(keep_rids_init(&r, 1) == OK);
	put_u32(rid.byte, 100 * 60 + 5);
	CHECK(keep_rids_add(&r, &rid, 9) == OK);
	keep_rids_expire(&r, 106, 6);
	CHECK(keep_rids_has(&r, &rid, 9) && !keep_rids_has(&r, &rid, 8));
	keep_rids_expire(&r, 107, 6);
	CHECK(!keep_rids_has(&r, &rid, 9));
	keep_rids_release(&r);
}

int main(void)
{
	opens_alike(true, true);
	opens_alike(false, true);
	opens_alike(true, false);
	opens_alike(false, false);
	flipped_or_cut();
	too_old();
	of_another();
	tags_go(true);
	tags_go(false);
	hours_go();
	return tap_done();
}

/*
 * Blocked addresses: what is signed from them is set apart, silently; the list
 * survives, and nobody reads an address out of it.
 */
#include "role/keep_block.h"

#include "role/keep_story.h"

/* ada and ada_plus have one mailbox; the others have theirs. */
static const struct person carol = { "carol@example.net", "carol@example.net",
	"carol", "EH991SP" };

static struct half_tag half_of(struct person p)
{
	struct half_tag half;

	fixture_half(PURPOSE_BLOCKED, p.mailbox, "", &half);
	return half;
}

static bool change(struct world *w, struct person p, bool add)
{
	const struct half_tag half = half_of(p);
	bool changed = false;

	CHECK(keep_block(w->keep, &half, add, &changed) == OK);
	return changed;
}

/* Signs and confirms: is it set apart? */
static bool is_apart(struct world *w, struct person p)
{
	uint64_t n = ++w->requests; /* a petition each: nobody signs twice */
	struct keep_ask a = fixture_ask(w, p, n, n, next_slot(w));
	struct keep_claim c = { .slot = a.slot,
		.token = fixture_token(a.slot) };
	struct keep_claimed claimed = { .outcome = KEEP_CLAIM_WRONG };
	struct keep_answer answer;

	a.blocked = half_of(p);
	answer = ask(w, &a);
	CHECK(answer.err == OK);
	CHECK_INT(answer.verdict, KEEP_CONFIRM);
	CHECK(keep_settled(w->keep, &a.slot, 1) == OK);
	CHECK(keep_claim(w->keep, &c, 1, &claimed) == OK);
	CHECK_INT(claimed.outcome, KEEP_CLAIMED);
	return claimed.apart;
}

static void check_file(struct world *w, size_t addresses)
{
	struct buf b;

	buf_init(&b, 4096);
	CHECK(file_read(w->dir_fd, "blocked", &b) == OK);
	CHECK_INT(b.len, addresses * 16);
	CHECK(b.len == 0 || memmem(b.at, b.len, "ada", 3) == NULL);
	buf_release(&b);
}

static void blocked(void)
{
	struct world w = begin();

	CHECK(!is_apart(&w, ada));
	CHECK(change(&w, ada, true) && !change(&w, ada, true));
	CHECK(is_apart(&w, ada) && is_apart(&w, ada_plus));
	CHECK(!is_apart(&w, carol));
	CHECK(change(&w, carol, true));
	CHECK_INT(keep_blocked_count(w.keep), 2);
	check_file(&w, 2);
	CHECK(world_restart(&w) == OK);
	CHECK_INT(keep_blocked_count(w.keep), 2);
	CHECK(is_apart(&w, ada) && is_apart(&w, carol));
	CHECK(change(&w, ada, false) && !change(&w, ada, false));
	CHECK(!is_apart(&w, ada) && is_apart(&w, carol));
	CHECK(change(&w, carol, false));
	CHECK_INT(keep_blocked_count(w.keep), 0);
	check_file(&w, 0);
	CHECK(world_restart(&w) == OK);
	CHECK(!is_apart(&w, carol));
	world_release(&w);
}

/* Somebody else's file. */
static void torn(void)
{
	struct world w = begin();

	keep_close(w.keep);
	w.keep = NULL;
	CHECK(file_swap(w.dir_fd, "blocked", "torn", 4, 0600) == OK);
	CHECK_INT(world_open(&w), ERR_CORRUPT);
	CHECK(unlinkat(w.dir_fd, "blocked", 0) == 0);
	CHECK(world_open(&w) == OK);
	world_release(&w);
}

int main(void)
{
	blocked();
	torn();
	return tap_done();
}

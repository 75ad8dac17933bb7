/*
 * keep_story.h - the words that keep's test cases are told in: people of one
 * mailbox and others, who sign, claim and are freed.  A failure where a story
 * expects none fails the test.
 */
#ifndef ROLE_KEEP_STORY_H
#define ROLE_KEEP_STORY_H

#include "base/file.h"
#include "base/tap.h"
#include "role/keep_fixture.h"

#define PETITION 7

/* People.  Ada and her household have one mailbox. */
static const struct person ada = { "ada@example.org", "ada@example.org",
	"ada lovelace", "SW1A1AA" };
static const struct person ada_plus = { "ada+p@example.org", "ada@example.org",
	"ada lovelace", "SW1A1AA" };
static const struct person ada_typo = { "ada@example.org", "ada@example.org",
	"ada lovelaec", "SW1A1AA" };
static const struct person ada_moved = { "countess@example.net",
	"countess@example.net", "ada king", "SW1A1AA" };
static const struct person bob = { "ada@example.org", "ada@example.org",
	"bob lovelace", "SW1A1AA" };
static const struct person far_bob = { "ada@example.org", "ada@example.org",
	"bob lovelace", "EH991SP" };
static const struct person cy = { "ada@example.org", "ada@example.org",
	"cy lovelace", "SW1A1AA" };
static const struct person eve = { "eve@example.net", "eve@example.net", "eve",
	"SW1A1AA" };

static inline struct world begin(void)
{
	struct world w;

	CHECK(world_init(&w));
	CHECK(world_open(&w) == OK);
	return w;
}

static inline uint64_t next_slot(struct world *w)
{
	uint64_t slot = 0;
	enum err e = keep_range(w->keep, 1, &slot);

	if (e != OK)
		CHECK_INT(e, OK);
	return slot;
}

/* Ask, with a failure as an answer that fits nothing. */
static inline struct keep_answer ask(struct world *w, const struct keep_ask *a)
{
	struct keep_answer answer;

	if (keep_ask(w->keep, a, 1, &answer) != OK)
		answer = (struct keep_answer){ .err = ERR_COUNT };
	return answer;
}

/* A new request by p; its slot, if the verdict is the expected one. */
static inline uint64_t signs(
	struct world *w, struct person p, enum keep_verdict expected)
{
	struct keep_ask a =
		fixture_ask(w, p, PETITION, ++w->requests, next_slot(w));
	struct keep_answer answer = ask(w, &a);

	CHECK(answer.err == OK && answer.is_new && answer.slot == a.slot);
	CHECK_INT(answer.verdict, expected);
	CHECK(keep_settled(w->keep, &a.slot, 1) == OK);
	return a.slot;
}

static inline enum keep_claim_outcome claim(struct world *w, uint64_t slot)
{
	struct keep_claim c = { .slot = slot, .token = fixture_token(slot) };
	struct keep_claimed claimed = { .outcome = KEEP_CLAIM_WRONG };
	enum err e = keep_claim(w->keep, &c, 1, &claimed);

	if (e != OK)
		CHECK_INT(e, OK);
	return claimed.outcome;
}

static inline struct keep_left leave(
	struct world *w, uint64_t slot, enum keep_wish wish)
{
	struct keep_leave l = { wish, slot, fixture_token(slot) };
	struct keep_left left = { .outcome = KEEP_LEAVE_WRONG };
	enum err e = keep_leave(w->keep, &l, 1, &left);

	if (e != OK)
		CHECK_INT(e, OK);
	return left;
}

static inline bool destroy(struct world *w, uint64_t slot)
{
	bool gone = false;
	enum err e = keep_destroy(w->keep, &slot, 1, &gone);

	if (e != OK)
		CHECK_INT(e, OK);
	return gone;
}

static inline enum keep_free_outcome release(
	struct world *w, uint64_t slot, bool force)
{
	enum keep_free_outcome outcome = KEEP_FREE_UNKNOWN;
	enum err e = keep_free(w->keep, &slot, 1, force, &outcome);

	if (e != OK)
		CHECK_INT(e, OK);
	return outcome;
}

static inline enum err lock_of(struct world *w, uint64_t slot)
{
	struct lock want = fixture_lock(slot, COMPARTMENT_IDENTITY), got;
	enum err e = keep_lock(w->keep, slot, COMPARTMENT_IDENTITY, &got);

	if (e == OK && memcmp(&got, &want, sizeof(got)) != 0)
		return ERR_CORRUPT;
	return e;
}

/* 96 bytes of the file `locks`, all zero? */
static inline bool locks_are_zero(struct world *w, uint64_t slot)
{
	static const uint8_t zero[96];
	uint8_t bytes[96];
	int fd = openat(w->dir_fd, "locks", O_RDONLY | O_CLOEXEC);
	bool same = fd >= 0 &&
		file_pread(fd, bytes, sizeof(bytes), slot * 96) == OK &&
		memcmp(bytes, zero, sizeof(zero)) == 0;

	(void)close(fd);
	return same;
}

#endif

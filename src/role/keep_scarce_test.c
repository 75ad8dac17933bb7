/*
 * Every allocation of keeper fails once: the call says so, gives back what it
 * took, and leaves no lock, half-tag or key in memory that was freed.
 */
#include "crypto/scarce.h"

#include "role/keep_block.h"
#include "role/keep_find.h"
#include "role/keep_fixture.h"

enum { SIGNERS = 3 };

static const struct person people[SIGNERS] = {
	{ "ada@example.org", "ada@example.org", "ada", "SW1A1AA" },
	{ "ada+x@example.org", "ada@example.org", "ada", "SW1A1AA" },
	{ "bob@example.net", "bob@example.net", "bob", "EH991SP" },
};

static const struct sign_public desk = { { 0x44 } };

/* What a life does with slots of its own, on a petition of its own. */
struct life {
	struct world *w;
	uint64_t petition;
	uint64_t slot[SIGNERS];
};

static enum err sign_all(struct life *l)
{
	struct keep *k = l->w->keep;
	struct keep_answer answer[SIGNERS];
	struct keep_ask ask[SIGNERS];
	uint64_t first = 0;
	enum err e = keep_range(k, SIGNERS, &first);

	for (size_t i = 0; i < SIGNERS; i++) {
		l->slot[i] = first + i;
		ask[i] = fixture_ask(l->w, people[i], l->petition,
			++l->w->requests, l->slot[i]);
	}
	if (e == OK)
		e = keep_ask(k, ask, SIGNERS, answer);
	for (size_t i = 0; e == OK && i < SIGNERS; i++)
		e = answer[i].err;
	return e == OK ? keep_settled(k, l->slot, SIGNERS) : e;
}

static enum err claim(struct life *l, size_t i)
{
	struct keep_claim c = { l->slot[i], fixture_token(l->slot[i]) };
	struct keep_claimed claimed;
	enum err e = keep_claim(l->w->keep, &c, 1, &claimed);

	if (e == OK && claimed.outcome != KEEP_CLAIMED)
		e = ERR_INTERNAL;
	return e == OK ? keep_booked(l->w->keep, &l->slot[i], 1) : e;
}

static enum err leave(struct life *l, size_t i)
{
	struct keep_leave wish = { KEEP_WISH_LEAVE, l->slot[i],
		fixture_token(l->slot[i]) };
	struct keep_left left;
	bool gone = false;
	enum err e = keep_leave(l->w->keep, &wish, 1, &left);

	if (e == OK && left.outcome != KEEP_LEAVES)
		e = ERR_INTERNAL;
	if (e == OK)
		e = keep_destroy(l->w->keep, &l->slot[i], 1, &gone);
	return e == OK && !gone ? ERR_INTERNAL : e;
}

static void end(struct world *w)
{
	keep_close(w->keep);
	w->keep = NULL;
}

/* A keeper with people of another petition in its journal. */
static enum err prepare(struct world *w, struct life *ret_life)
{
	size_t refuse = scarce_off();
	struct life before = { .w = w, .petition = 8 };
	enum err e;

	world_files(w, world_unlink, NULL);
	e = world_open(w);
	if (e == OK)
		e = sign_all(&before);
	if (e == OK)
		e = claim(&before, 2);
	end(w);
	*ret_life = (struct life){ .w = w, .petition = 9 };
	scarce_on(refuse);
	return e == OK ? OK : ERR_INTERNAL;
}

static enum err live_signers(void *context)
{
	struct world *w = context;
	struct life l;
	enum err e = prepare(w, &l);

	if (e == OK)
		e = world_open(w);
	if (e == OK)
		e = sign_all(&l);
	if (e == OK)
		e = claim(&l, 0);
	if (e == OK)
		e = claim(&l, 2);
	if (e == OK)
		e = leave(&l, 0);
	if (e == OK)
		e = keep_rest(w->keep);
	end(w);
	return e;
}

static enum err find(struct world *w, const struct keep_question *q)
{
	struct keep_find *f = NULL;
	bool done = false;
	enum err e = keep_find_begin(w->keep, q, &f);

	while (e == OK && !done)
		e = keep_find_step(w->keep, f, &done);
	keep_find_free(f);
	return e;
}

static enum err search(struct life *l, uint32_t purpose, const char *value)
{
	struct keep_target t = { .petition = l->petition };
	const struct keep_question q = { .op = DESK_SEARCH,
		.purpose = purpose,
		.petition = l->petition,
		.target = &t,
		.n_targets = 1 };

	fixture_half((uint8_t)purpose, value, "", &t.half);
	return find(l->w, &q);
}

static enum err open_and_erase(struct life *l)
{
	struct keep_left left;
	uint64_t petition;
	struct lock lock;
	enum err e = keep_open_record(l->w->keep, &desk, l->slot[2],
		DESK_REASON_AUDIT, UINT32_MAX, &petition, &lock);

	if (e == OK)
		e = keep_erase(l->w->keep, &desk, l->slot[2], DESK_REASON_ORDER,
			UINT32_MAX, &left);
	return e;
}

static enum err block(struct life *l)
{
	struct half_tag half;
	bool changed;
	enum err e;

	fixture_half(33, "troll@example.org", "", &half);
	e = keep_block(l->w->keep, &half, true, &changed);
	return e == OK ? keep_block(l->w->keep, &half, false, &changed) : e;
}

/* A desk's day, and the end of a petition. */
static enum err live_desk(void *context)
{
	struct world *w = context;
	struct life l;
	const struct keep_question waves = { .op = DESK_WAVES, .petition = 9 };
	bool done = false;
	enum err e = prepare(w, &l);

	if (e == OK)
		e = world_open(w);
	if (e == OK)
		e = sign_all(&l);
	if (e == OK)
		e = claim(&l, 2);
	if (e == OK)
		e = search(&l, PURPOSE_EMAIL_CANONICAL, "bob@example.net");
	if (e == OK)
		e = search(&l, PURPOSE_POSTCODE, "EH991SP");
	if (e == OK)
		e = find(w, &waves);
	if (e == OK)
		e = open_and_erase(&l);
	if (e == OK)
		e = block(&l);
	if (e == OK)
		e = keep_shred(w->keep, l.petition, KEEP_SHRED_ALL, &done);
	if (e == OK)
		e = keep_destroy_petition(w->keep, l.petition);
	if (e == OK)
		e = keep_tick(w->keep);
	end(w);
	return e;
}

/* The index in its file is no more: every entry is read. */
static enum err live_opening(void *context)
{
	struct world *w = context;
	struct life l;
	enum err e = prepare(w, &l);

	(void)unlinkat(w->dir_fd, "index", 0);
	if (e == OK)
		e = world_open(w);
	if (e == OK)
		e = keep_tell_all(w->keep);
	end(w);
	return e;
}

int main(void)
{
	static struct half_tag half[4];
	static struct lock lock;
	static struct hmac_key mac;
	struct world w;

	CHECK(world_init(&w));
	scarce_finds();
	scarce_rng(w.rng);
	rng_fill(&w.rng->rng, &w.credential, sizeof(w.credential));
	rng_fill(&w.rng->rng, &w.mac_key, sizeof(w.mac_key));
	hmac_key_init(&mac, w.mac_key.byte, sizeof(w.mac_key.byte));
	lock = fixture_lock(0, COMPARTMENT_IDENTITY);
	fixture_half(1, "bob@example.net", "", &half[0]);
	fixture_half(2, "bob@example.net", "", &half[1]);
	fixture_half(5, "EH991SP", "", &half[2]);
	fixture_half(33, "troll@example.org", "", &half[3]);
	scarce_secret("log's key", mac.inner, sizeof(mac.inner));
	scarce_secret("a lock", &lock, 24);
	for (size_t i = 0; i < 4; i++)
		scarce_secret("a half-tag", &half[i], sizeof(half[i]));
	scarce_every("signers of a keeper", live_signers, &w);
	scarce_every("a desk at a keeper", live_desk, &w);
	scarce_every("a keeper that lost its index", live_opening, &w);
	CHECK(world_open(&w) == OK);
	world_release(&w);
	return tap_done();
}

/*
 * The standing compartment, end to end: a creator's form sealed, its lock at
 * keeper, opened by the mailer's key as `petitiond init` writes it, stopped and
 * destroyed.
 */
#include "role/body.h"
#include "role/keep_story.h"
#include "role/seal.h"

struct stage {
	struct world world;
	struct keyring *ring;
	struct sealer *sealer;
	struct age_identity mailer, other;
};

static void line(struct stage *t, enum compartment c, struct age_identity *who)
{
	struct age_recipient r;

	age_identity_generate(&t->world.rng->rng, who);
	age_recipient_of(who, &r);
	CHECK(sealer_recipients(t->sealer, c, &r, 1) == OK);
}

static void stage_make(struct stage *t)
{
	struct secret_key credential = { { 9 } };

	t->world = begin();
	CHECK(keyring_open(t->world.dir_fd, "k1", &credential,
		      &t->world.rng->rng, &t->ring) == OK);
	CHECK(sealer_new(&t->world.clock->clock, &t->world.rng->rng, t->ring,
		      &t->sealer) == OK);
	line(t, COMPARTMENT_IDENTITY, &t->other);
	line(t, COMPARTMENT_CONTACT, &t->other);
	line(t, COMPARTMENT_STANDING, &t->mailer);
	line(t, COMPARTMENT_MAIL, &t->other);
}

static void stage_end(struct stage *t)
{
	sealer_free(t->sealer);
	keyring_close(t->ring);
	CHECK(unlinkat(t->world.dir_fd, "k1", 0) == 0);
	world_release(&t->world);
}

/* Steps 1 to 4 for somebody of that part; settled and confirmed. */
static uint64_t starts(
	struct stage *t, enum standing_part part, struct sealed *s)
{
	uint64_t slot = next_slot(&t->world);
	const struct sealer_form f = { .petition = PETITION,
		.slot = slot,
		.hour = clock_hour(&t->world.clock->clock),
		.name = STR("Ada Lovelace"),
		.email_mailed = STR("ada@example.org"),
		.email_lower = STR("ada@example.org"),
		.email_canonical = STR("ada@example.org"),
		.name_slug = STR("adalovelace"),
		.postcode = STR("SW1A1AA"),
		.country = STR("GB"),
		.ip_text = STR("192.0.2.7"),
		.ip = { 192, 0, 2, 7 },
		.ip_len = 4,
		.wants_updates = true,
		.part = part };
	struct keep_ask a = {
		.slot = slot, .petition = PETITION, .hour = f.hour
	};
	struct keep_claim c = { .slot = slot };
	struct keep_claimed claimed;

	CHECK(seal_forms(t->sealer, &f, 1, s) == OK && s->err == OK);
	put_u32(a.rid.byte, f.hour * 60);
	put_u64(a.rid.byte + 8, slot);
	memcpy(a.half, s->secret.half, sizeof(a.half));
	a.token_hash = s->token_hash;
	a.c = s->c;
	for (size_t i = 0; i < KEEP_LOCKS; i++) {
		a.lock_given[i] = s->has[i];
		a.lock[i] = s->secret.lock[i];
	}
	CHECK(ask(&t->world, &a).err == OK);
	CHECK(keep_settled(t->world.keep, &slot, 1) == OK);
	c.token = s->secret.token;
	CHECK(keep_claim(t->world.keep, &c, 1, &claimed) == OK);
	return slot;
}

static enum err wish(struct stage *t, uint64_t slot, const struct sealed *s,
	enum keep_wish what)
{
	struct keep_leave l = { what, slot, s->secret.token };
	struct keep_left left;

	return keep_leave(t->world.keep, &l, 1, &left);
}

/* What `who` reads of the standing record with keeper's lock. */
static enum err opens(struct stage *t, uint64_t slot, const struct sealed *s,
	const struct age_identity *who, struct body_standing *ret_body)
{
	const struct psr1_record *r = &s->record[2];
	static struct buf plain; /* what ret_body points into */
	struct opener *o;
	struct lock lock;
	enum err e =
		keep_lock(t->world.keep, slot, COMPARTMENT_STANDING, &lock);

	buf_release(&plain);
	buf_init(&plain, PSR1_RECORD_MAX);
	if (e == OK)
		e = opener_of_header(who, sealer_header(t->sealer, r),
			COMPARTMENT_STANDING, &o);
	if (e != OK)
		return e;
	e = psr1_open(o, part_of(r->byte, r->len), &lock, &plain);
	opener_free(o);
	if (e == OK)
		e = body_standing_read(buf_view(&plain), ret_body);
	return e;
}

/* The key file that init writes is read as any age identity. */
static void key_file(struct stage *t)
{
	struct buf text;
	struct age_identity again;

	buf_init(&text, 1024);
	age_identity_text(&t->mailer, &text);
	CHECK(age_identity_parse(buf_view(&text), &again) == OK);
	CHECK(memcmp(&again, &t->mailer, sizeof(again)) == 0);
	buf_release(&text);
}

int main(void)
{
	static struct sealed creator, signer;
	struct body_standing body;
	struct stage t;
	struct lock lock;
	uint64_t slot, other;

	CHECK(crypto_init() == OK);
	stage_make(&t);
	key_file(&t);
	slot = starts(&t, STANDING_CREATOR, &creator);
	CHECK(creator.has[2]);
	CHECK(opens(&t, slot, &creator, &t.mailer, &body) == OK);
	CHECK(body.part == STANDING_CREATOR);
	CHECK_STR(body.name, STR("Ada Lovelace"));
	CHECK_STR(body.email, STR("ada@example.org"));
	CHECK(opens(&t, slot, &creator, &t.other, &body) == ERR_NOT_FOUND);

	/* Who only signs has none. */
	other = starts(&t, STANDING_NONE, &signer);
	CHECK(!signer.has[2]);
	CHECK(keep_lock(t.world.keep, other, COMPARTMENT_STANDING, &lock) ==
		ERR_GONE);

	/* Stopping updates is not leaving. */
	CHECK(wish(&t, slot, &creator, KEEP_WISH_STOP) == OK);
	CHECK(keep_lock(t.world.keep, slot, COMPARTMENT_CONTACT, &lock) ==
		ERR_GONE);
	CHECK(opens(&t, slot, &creator, &t.mailer, &body) == OK);
	CHECK(world_restart(&t.world) == OK);
	CHECK(opens(&t, slot, &creator, &t.mailer, &body) == OK);

	CHECK(wish(&t, slot, &creator, KEEP_WISH_LEAVE) == OK);
	CHECK(destroy(&t.world, slot));
	CHECK(opens(&t, slot, &creator, &t.mailer, &body) == ERR_GONE);
	CHECK(locks_are_zero(&t.world, slot));
	stage_end(&t);
	return tap_done();
}

/*
 * sealer.c - the sealer's turn: forms in from web, half-tags out to keeper,
 * sealed rows and mail jobs back to web.
 *
 * One frame of forms is one batch: sealed as one, asked as one, answered as
 * one.  keeper answers batches in the order in which they were asked, so those
 * in flight stand in a ring.  A keeper that came back is asked again for all
 * of them, which it takes idempotently; a web that came back has forgotten
 * them, so their answers fall on the floor (keeper frees the entries).
 *
 * Who can open what is declared to web before anything is sealed for it, and
 * used only when web says that the declaration stands in the log's journal.
 */
#include <unistd.h>

#include "base/log.h"
#include "base/wipe.h"
#include "crypto/secret.h"
#include "role/sealer_own.h"

static enum err hear_web(struct sealer_role *s)
{
	struct link *web = &s->role->link[ROLE_WEB];
	uint8_t type;
	struct view v;
	enum err e = OK;

	/* Before the first form comes web's word on the declaration. */
	while (e == OK && (!s->declared || sealer_ready_for_forms(s)) &&
		link_next(web, &type, &v)) {
		if (type == MSG_DECLARED) {
			e = sealer_hear_declared(s, &v);
		} else if (type == MSG_FORMS && s->declared) {
			e = sealer_hear_forms(s, &v);
		} else if (type == MSG_DESK) {
			e = sealer_hear_desk(s, &v);
		}
		sealer_ask_range(s);
	}
	return e;
}

/* keeper has destroyed its half: ours is of no use any more. */
static enum err hear_forget_keys(struct sealer_role *s, struct view *v)
{
	uint64_t *petition = calloc(KEEP_BATCH_MAX, sizeof(*petition));
	size_t n =
		petition == NULL ? 0 : take_slots(v, petition, KEEP_BATCH_MAX);
	enum err e = petition == NULL ? ERR_MEMORY : OK;

	for (size_t i = 0; e == OK && i < n; i++)
		for (size_t p = 0; e == OK && p < TAG_PURPOSES; p++)
			if (!purpose_is_weekly(tag_purposes[p]))
				e = keyring_destroy(
					s->ring, petition[i], tag_purposes[p]);
	free(petition);
	return e;
}

static enum err hear_forget_weeks(struct sealer_role *s, struct view *v)
{
	uint64_t first = view_u64(v);

	return view_done(v) ? sealer_forget_weeks(s->sealer, first) : OK;
}

static enum err hear_keeper(struct sealer_role *s)
{
	struct link *keeper = &s->role->link[ROLE_KEEPER];
	uint8_t type;
	struct view v;
	enum err e = OK;

	while (e == OK && link_next(keeper, &type, &v)) {
		if (type == MSG_RANGE)
			sealer_hear_range(s, &v);
		else if (type == MSG_ANSWERS)
			e = sealer_hear_answers(s, &v);
		else if (type == MSG_FORGET_KEYS)
			e = hear_forget_keys(s, &v);
		else if (type == MSG_FORGET_WEEKS)
			e = hear_forget_weeks(s, &v);
		else if (type == MSG_DESK_TOLD)
			sealer_hear_desk_told(s, &v);
	}
	return e;
}

/* ---- the turn ---- */

static void meet_peers(struct sealer_role *s)
{
	struct role *r = s->role;

	if (r->fresh[ROLE_WEB]) {
		r->fresh[ROLE_WEB] = false;
		s->declared = false;
		sealer_orphan_batches(s);
		sealer_declare(s);
	}
	if (r->fresh[ROLE_KEEPER]) {
		r->fresh[ROLE_KEEPER] = false;
		s->range_asked = false;
		sealer_ask_again(s);
	}
}

static enum err turn(struct sealer_role *s)
{
	struct role *r = s->role;
	int64_t now = clock_mono_ms(clock_system());
	enum err e = role_wait(r, TICK_MS);

	if (e != OK)
		return e;
	if (r->recipient_fresh) {
		r->recipient_fresh = false;
		e = sealer_hear_mailer_key(s);
		if (e == OK)
			sealer_declare(s);
	}
	if (now >= s->look_at_ms) {
		s->look_at_ms = now + TICK_MS;
		sealer_look_for_change(s);
	}
	meet_peers(s);
	sealer_ask_range(s);
	if (e == OK)
		e = hear_keeper(s);
	if (e == OK)
		e = hear_web(s);
	sealer_tick(s->sealer);
	role_flush(r);
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (r->lost[i]) {
			role_lose(r, (enum role_name)i);
		}
	return e;
}

/* At the start the file must be whole. */
static enum err begin_recipients(struct sealer_role *s)
{
	bool changed;
	enum err e = sealer_read_recipients(s, &changed);

	if (e != OK)
		log_err("recipients-file", e == ERR_INVALID ? ERR_CORRUPT : e);
	return e;
}

static enum err open_sealer(struct sealer_role *s)
{
	struct secret_key *key = SECRET_NEW(struct secret_key);
	enum err e;

	if (key == NULL)
		return ERR_MEMORY;
	memcpy(key, s->role->credential, sizeof(*key));
	wipe(s->role->credential, sizeof(s->role->credential));
	e = keyring_open(
		s->role->own_fd, SEALER_RING_FILE, key, rng_system(), &s->ring);
	secret_free(key);
	if (e == OK)
		e = sealer_new(
			clock_system(), rng_system(), s->ring, &s->sealer);
	for (size_t i = 0; i < BATCHES; i++)
		buf_init(&s->batch[i].frame, LINK_MAX_FRAME_BYTES);
	if (e == OK)
		e = begin_recipients(s);
	return e;
}

int sealer_main(struct role *r)
{
	struct sealer_role *s = calloc(1, sizeof(*s));
	enum err e = s == NULL ? ERR_MEMORY : crypto_init();

	if (e == OK) {
		s->role = r;
		e = open_sealer(s);
	}
	if (e == OK)
		e = role_fence(r);
	while (e == OK && !r->stopping)
		e = turn(s);
	if (e != OK)
		log_err("sealer-ends", e == ERR_INVALID ? ERR_INTERNAL : e);
	if (s != NULL) {
		sealer_clear_batches(s);
		sealer_free(s->sealer);
		keyring_close(s->ring);
		free(s);
	}
	return e == OK ? 0 : 1;
}

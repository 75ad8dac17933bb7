/*
 * keeper.c - the keeper's turn: batches in from sealer and web, answers out.
 *
 * Order matters in one place.  Web says "settled" before it hands a repeated
 * form to sealer, so what web has said must be heard before what sealer asks:
 * web's link is read once more after sealer's, and handled first.
 *
 * Nothing is asked or claimed before web has reconciled: it says which
 * tentative entries have rows, and which claims it has booked.
 *
 * Any failure of the store ends the process.  The supervisor starts it again,
 * which replays the journal; sealer and web ask again.
 */
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/log.h"
#include "base/wipe.h"
#include "crypto/secret.h"
#include "role/keeper_own.h"

enum { TICK_MS = 60000, RANGE_MAX = 1 << 20 };

/* ---- sealer ---- */

static enum err hear_range(struct keeper *k, struct view *v)
{
	struct link *sealer = &k->role->link[ROLE_SEALER];
	uint32_t n = view_u32(v);
	uint64_t first;
	struct buf *b;
	enum err e;

	if (!view_done(v) || n == 0 || n > RANGE_MAX)
		return OK;
	e = keep_range(k->keep, n, &first);
	if (e != OK)
		return e;
	b = link_begin(sealer, MSG_RANGE);
	buf_u64(b, first);
	buf_u32(b, n);
	return link_end(sealer);
}

/* ---- asks: all frames that wait are one batch, with one wait for the disk,
 * and each is answered by a frame of its own ---- */

static void say_answers(struct keeper *k, size_t from, size_t n)
{
	struct buf *b = link_begin(&k->role->link[ROLE_SEALER], MSG_ANSWERS);

	buf_u32(b, (uint32_t)n);
	for (size_t i = from; i < from + n; i++)
		put_answer(b,
			&(struct message_answer){
				k->ask[i].slot, k->answer[i] });
}

static enum err answer_asks(struct keeper *k)
{
	size_t from = 0;
	enum err e;

	if (k->n_frames == 0)
		return OK;
	FAULT("keeper-asks-heard");
	e = keep_ask(k->keep, k->ask, k->n_asks, k->answer);
	FAULT("keeper-asks-done");
	for (size_t i = 0; e == OK && i < k->n_frames; i++) {
		say_answers(k, from, k->frame_asks[i]);
		e = link_end(&k->role->link[ROLE_SEALER]);
		from += k->frame_asks[i];
	}
	wipe(k->ask, k->n_asks * sizeof(k->ask[0]));
	k->n_asks = 0;
	k->n_frames = 0;
	return e;
}

static enum err hear_asks(struct keeper *k, struct view *v)
{
	size_t n = view_u32(v);
	enum err e = OK;

	if (n > KEEP_BATCH_MAX)
		return OK;
	if (k->n_asks + n > KEEP_BATCH_MAX || k->n_frames == KEEPER_FRAMES_MAX)
		e = answer_asks(k);
	if (e != OK)
		return e;
	for (size_t i = 0; i < n && !v->bad; i++)
		take_ask(v, &k->ask[k->n_asks + i]);
	if (!view_done(v))
		return OK; /* sealer talks nonsense: no answer */
	k->n_asks += n;
	k->frame_asks[k->n_frames++] = n;
	return OK;
}

static enum err hear_sealer(struct keeper *k)
{
	struct link *sealer = &k->role->link[ROLE_SEALER];
	uint8_t type;
	struct view v;
	enum err e = OK;

	while (e == OK && k->reconciled && link_next(sealer, &type, &v)) {
		if (type == MSG_RANGE_ASK)
			e = hear_range(k, &v);
		else if (type == MSG_ASKS)
			e = hear_asks(k, &v);
		else if (type == MSG_DESK_ASK)
			e = keeper_hear_desk(k, &v);
	}
	return e == OK ? answer_asks(k) : e;
}

/* ---- the turn ---- */

static enum err turn(struct keeper *k)
{
	struct role *r = k->role;
	int64_t now = clock_mono_ms(clock_system());
	enum err e;

	if (now >= k->tick_at_ms) {
		k->tick_at_ms = now + TICK_MS;
		e = keep_tick(k->keep);
		if (e != OK)
			return e;
		keeper_tell_weeks(k);
	}
	e = role_wait(r, k->find != NULL ? 0 : (int)(k->tick_at_ms - now));
	if (e == OK && r->fresh[ROLE_WEB]) {
		r->fresh[ROLE_WEB] = false;
		k->reconciled = false;
		k->unsettled_at = 0;
		e = keeper_send_unsettled(k);
	}
	if (e == OK && link_up(&r->link[ROLE_WEB]) &&
		link_pump(&r->link[ROLE_WEB]) != OK)
		r->lost[ROLE_WEB] = true;
	if (e == OK)
		e = keeper_hear_web(k);
	if (e == OK)
		e = hear_sealer(k);
	if (e == OK)
		e = keeper_go_on_finding(k);
	role_flush(r);
	if (r->lost[ROLE_WEB]) {
		k->reconciled = false;
		link_close(&r->link[ROLE_WEB]);
	}
	if (r->lost[ROLE_SEALER])
		link_close(&r->link[ROLE_SEALER]);
	r->lost[ROLE_WEB] = r->lost[ROLE_SEALER] = false;
	if (r->fresh[ROLE_SEALER]) {
		r->fresh[ROLE_SEALER] = false;
		keeper_tell_forget_all(k);
		keeper_tell_weeks(k);
	}
	/* A peer that left in the middle of an answer is no failure. */
	return e == ERR_GONE || e == ERR_BUSY ? OK : e;
}

static struct keep_limits limits_of(const struct config *c)
{
	return (struct keep_limits){ .burst = { c->burst, c->burst_s },
		.address = { c->address, c->address_s },
		.network = { c->network, c->network_s },
		.domain = { c->domain, c->domain_s },
		.country = { c->country, c->country_s } };
}

static enum err open_keep(struct keeper *k)
{
	struct secret_key *key = secret_alloc(2 * sizeof(*key));
	struct keep_setup setup = { .dir_fd = k->role->own_fd,
		.credential = &key[0],
		.mac_key = &key[1],
		.clock = clock_system(),
		.rng = rng_system(),
		.settings = keep_settings_default() };
	enum err e;

	if (key == NULL)
		return ERR_MEMORY;
	memcpy(&key[0], k->role->credential, sizeof(key[0]));
	wipe(k->role->credential, sizeof(k->role->credential));
	setup.settings.mailbox_max = k->role->config.siblings_per_mailbox;
	if (!k->role->config.limits_off)
		setup.settings.limits = limits_of(&k->role->config);
	e = file_read_exact(
		k->role->own_fd, "event.key", &key[1], sizeof(key[1]));
	if (e == OK)
		e = keep_open(&setup, &k->keep);
	if (e == OK && !keep_index_was_read(k->keep))
		log_notice("index-made-from-entries");
	secret_free(key);
	return e;
}

int keeper_main(struct role *r)
{
	struct keeper *k = calloc(1, sizeof(*k));
	enum err e = k == NULL ? ERR_MEMORY : crypto_init();

	if (e == OK) {
		k->role = r;
		e = open_keep(k);
	}
	if (e == OK)
		e = role_fence(r);
	while (e == OK && !r->stopping)
		e = turn(k);
	if (e == OK)
		e = keep_rest(k->keep);
	if (e != OK)
		log_err("keeper-ends", e);
	if (k != NULL) {
		keep_find_free(k->find);
		keep_close(k->keep);
		free(k);
	}
	return e == OK ? 0 : 1;
}

/*
 * keeper_desk.c - what desks ask keeper: who asks is checked here, and answers
 * are sealed to the desk that asked.
 *
 * sealer has read the question and made half-tags of what it names; web has
 * carried it and cannot read it.
 */
#include "role/keeper_own.h"

#include "base/log.h"
#include "base/wipe.h"
#include "role/keep_block.h"

/* ---- desks ---- */

static void tell_desk(struct keeper *k, const struct message_desk_said *s)
{
	struct link *sealer = &k->role->link[ROLE_SEALER];

	put_desk_said(link_begin(sealer, MSG_DESK_TOLD), s);
	if (link_end(sealer) != OK)
		k->role->lost[ROLE_SEALER] = true;
}

static void tell_status(struct keeper *k, uint32_t id, enum desk_status status)
{
	tell_desk(k, &(struct message_desk_said){ .id = id, .status = status });
}

/* Seal plain to the desk and hand it on; plain is wiped. */
static enum err answer_desk(struct keeper *k, struct message_desk_said *said,
	const struct age_recipient *to, struct buf *plain)
{
	struct buf sealed;
	enum err e;

	buf_init(&sealed, LINK_MAX_FRAME_BYTES);
	e = buf_err(plain);
	if (e == OK)
		e = age_seal(rng_system(), to, 1, buf_view(plain), &sealed);
	if (e == OK) {
		said->status = DESK_OK;
		said->answer = buf_view(&sealed);
		tell_desk(k, said);
	}
	wipe(plain->at, plain->len);
	buf_release(plain);
	buf_release(&sealed);
	return e;
}

static enum err open_for_desk(struct keeper *k, uint32_t id,
	const struct desk_head *h, const struct desk *desk)
{
	struct message_desk_said said = { .id = id, .slot = h->slot };
	struct lock lock;
	struct buf plain;
	enum err e;

	if (h->reason == 0 || h->reason >= DESK_REASONS) {
		tell_status(k, id, DESK_REFUSED);
		return OK;
	}
	e = keep_open_record(k->keep, &desk->key, h->slot, h->reason,
		k->role->config.openings_per_day, &said.petition, &lock);
	if (e == ERR_BUSY || e == ERR_NOT_FOUND || e == ERR_GONE) {
		tell_status(k, id, e == ERR_BUSY ? DESK_CAP : DESK_NONE);
		return OK;
	}
	if (e != OK)
		return e;
	log_notice("record-opened");
	buf_init(&plain, 4096);
	desk_answer_begin(&plain, h, 1);
	buf_u64(&plain, h->slot);
	buf_u64(&plain, said.petition);
	buf_put(&plain, lock.byte, sizeof(lock.byte));
	wipe(&lock, sizeof(lock));
	return answer_desk(k, &said, &desk->recipient, &plain);
}

static enum desk_erased erased_as(enum keep_leave_outcome o)
{
	return o == KEEP_LEAVES         ? DESK_ERASED
		: o == KEEP_LEAVE_FREED ? DESK_ERASED_PENDING
					: DESK_ERASED_BEFORE;
}

static enum err erase_for_desk(struct keeper *k, uint32_t id,
	const struct desk_head *h, const struct desk *desk)
{
	struct message_desk_said said = {
		.id = id, .slot = h->slot, .erase = h->reason
	};
	struct keep_left left = { .outcome = KEEP_LEAVE_GONE };
	struct buf plain;
	enum err e;

	if (h->reason == 0 || h->reason >= DESK_REASONS) {
		tell_status(k, id, DESK_REFUSED);
		return OK;
	}
	e = keep_erase(k->keep, &desk->key, h->slot, h->reason,
		k->role->config.openings_per_day, &left);
	if (e == ERR_BUSY || (e == OK && left.outcome == KEEP_LEAVE_GONE)) {
		tell_status(k, id, e == ERR_BUSY ? DESK_CAP : DESK_NONE);
		return OK;
	}
	if (e != OK)
		return e;
	log_notice("desk-erases");
	said.petition = left.petition;
	said.outcome = left.outcome;
	said.c = left.c;
	said.mac = left.mac;
	buf_init(&plain, 4096);
	desk_answer_begin(&plain, h, 1);
	buf_u64(&plain, h->slot);
	buf_u64(&plain, left.petition);
	buf_u32(&plain, erased_as(left.outcome));
	return answer_desk(k, &said, &desk->recipient, &plain);
}

static enum err block_for_desk(struct keeper *k,
	const struct message_desk_ask *a, const struct desk_head *h,
	const struct desk *desk)
{
	struct message_desk_said said = { .id = a->id };
	bool changed = false;
	struct buf plain;
	enum err e = OK;

	if (h->op != DESK_BLOCKED && a->n_targets != 1) {
		tell_status(k, a->id, DESK_REFUSED);
		return OK;
	}
	if (h->op != DESK_BLOCKED)
		e = keep_block(k->keep, &a->target[0].half, h->op == DESK_BLOCK,
			&changed);
	if (e == ERR_TOO_LARGE) {
		tell_status(k, a->id, DESK_CAP);
		return OK;
	}
	if (e != OK)
		return e;
	if (changed)
		log_notice("blocked-addresses-changed");
	buf_init(&plain, 4096);
	desk_answer_begin(&plain, h, 1);
	buf_u32(&plain, changed);
	buf_u32(&plain, (uint32_t)keep_blocked_count(k->keep));
	return answer_desk(k, &said, &desk->recipient, &plain);
}

/* Some nonces back: within DESK_LIFE_S nobody asks more often by hand. */
static bool nonce_is_new(struct keeper *k, const struct desk_nonce *n)
{
	for (size_t i = 0; i < KEEPER_NONCES; i++)
		if (memcmp(&k->nonce[i], n, sizeof(*n)) == 0)
			return false;
	k->nonce[k->n_nonces++ % KEEPER_NONCES] = *n;
	return true;
}

static bool is_timely(const struct desk_head *h)
{
	int64_t now_s = clock_wall_ms(clock_system()) / 1000;
	int64_t age = now_s - (int64_t)h->time_s;

	return age <= DESK_LIFE_S && age >= -DESK_LIFE_S;
}

static enum err begin_find(struct keeper *k, const struct message_desk_ask *a,
	const struct desk_head *h, const struct desk *desk)
{
	const struct keep_question q = { .op = h->op,
		.purpose = h->purpose,
		.petition = h->petition,
		.tag = h->tag,
		.target = a->target,
		.n_targets = a->n_targets };
	enum err e;

	if (k->find != NULL) {
		tell_status(k, a->id, DESK_BUSY);
		return OK;
	}
	e = keep_find_begin(k->keep, &q, &k->find);
	if (e == ERR_INVALID) {
		tell_status(k, a->id, DESK_REFUSED);
		return OK;
	}
	k->find_id = a->id;
	k->find_head = *h;
	k->find_to = desk->recipient;
	return e;
}

static enum err ask_for_desk(struct keeper *k, const struct message_desk_ask *a)
{
	struct desks *desks = calloc(1, sizeof(*desks));
	const struct desk *desk = NULL;
	struct desk_head h;
	enum err e =
		desks == NULL ? ERR_MEMORY : desks_read(k->role->own_fd, desks);

	if (e == ERR_CORRUPT) {
		log_err("desks-file", e);
		desks->n = 0;
		e = OK;
	}
	if (e == OK && desk_head_read(a->head, &h) == OK)
		desk = desks_find(desks, &h.key);
	if (e == OK &&
		(desk == NULL || desk_head_check(a->head, &h.key) != OK ||
			!is_timely(&h) || !nonce_is_new(k, &h.nonce))) {
		log_notice("desk-refused");
		tell_status(k, a->id, DESK_REFUSED);
	} else if (e == OK && h.op == DESK_OPEN) {
		e = open_for_desk(k, a->id, &h, desk);
	} else if (e == OK && h.op == DESK_ERASE) {
		e = erase_for_desk(k, a->id, &h, desk);
	} else if (e == OK && h.op >= DESK_BLOCK) {
		e = block_for_desk(k, a, &h, desk);
	} else if (e == OK) {
		e = begin_find(k, a, &h, desk);
	}
	free(desks);
	return e;
}

enum err keeper_hear_desk(struct keeper *k, struct view *v)
{
	struct message_desk_ask a = { .target = calloc(MESSAGE_TARGETS_MAX,
					      sizeof(*a.target)) };
	enum err e = a.target == NULL ? ERR_MEMORY : OK;

	if (e == OK) {
		take_desk_ask(v, &a);
		if (view_done(v))
			e = ask_for_desk(k, &a);
		wipe(a.target, a.n_targets * sizeof(*a.target));
	}
	free(a.target);
	return e;
}

static void put_found(
	struct buf *b, const struct keep_find *f, const struct desk_head *h)
{
	size_t n_rows, n_waves;
	const struct desk_row *row = keep_find_rows(f, &n_rows);
	const struct desk_wave *wave = keep_find_waves(f, &n_waves);

	desk_answer_begin(
		b, h, (uint32_t)(h->op == DESK_WAVES ? n_waves : n_rows));
	for (size_t i = 0; i < n_waves; i++)
		desk_wave_put(b, &wave[i]);
	for (size_t i = 0; i < n_rows; i++)
		desk_row_put(b, &row[i]);
}

/* A piece of the search under way; signing goes on in between. */
enum err keeper_go_on_finding(struct keeper *k)
{
	struct message_desk_said said = { .id = k->find_id };
	struct buf plain;
	bool done;
	enum err e;

	if (k->find == NULL)
		return OK;
	e = keep_find_step(k->keep, k->find, &done);
	if (e != OK || !done)
		return e;
	buf_init(&plain, 1 << 20);
	put_found(&plain, k->find, &k->find_head);
	keep_find_free(k->find);
	k->find = NULL;
	return answer_desk(k, &said, &k->find_to, &plain);
}

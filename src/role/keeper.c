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
#include <stdbool.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/log.h"
#include "base/wipe.h"
#include "crypto/secret.h"
#include "role/keep_block.h"
#include "role/desk.h"
#include "role/keep.h"
#include "role/keep_find.h"
#include "role/message.h"
#include "role/runtime.h"

enum { TICK_MS = 60000, RANGE_MAX = 1 << 20, FRAMES_MAX = 64, NONCES = 256 };

struct keeper {
	struct role *role;
	struct keep *keep;
	bool reconciled;
	uint64_t unsettled_at; /* where the next frame begins */
	int64_t tick_at_ms;

	struct keep_ask ask[KEEP_BATCH_MAX];
	struct keep_answer answer[KEEP_BATCH_MAX];
	size_t n_asks; /* of frames that are not answered yet */
	size_t frame_asks[FRAMES_MAX];
	size_t n_frames;
	struct keep_claim claim[KEEP_BATCH_MAX];
	struct keep_claimed claimed[KEEP_BATCH_MAX];
	uint32_t claim_id[KEEP_BATCH_MAX];
	size_t n_claims;
	struct keep_leave leave[KEEP_BATCH_MAX];
	struct keep_left left[KEEP_BATCH_MAX];
	uint32_t leave_id[KEEP_BATCH_MAX];
	bool gone[KEEP_BATCH_MAX];
	uint64_t slot[KEEP_BATCH_MAX];
	enum keep_free_outcome freed[KEEP_BATCH_MAX];
	struct keep_unsettled unsettled[KEEP_BATCH_MAX];

	struct keep_find *find; /* of a desk; NULL: none is under way */
	uint32_t find_id;
	struct desk_head find_head;
	struct age_recipient find_to;
	struct desk_nonce nonce[NONCES]; /* a ring */
	size_t n_nonces;
};

/* ---- reconcile ---- */

/* One frame at a time: after a restore there may be millions of entries. */
static enum err send_unsettled(struct keeper *k)
{
	struct link *web = &k->role->link[ROLE_WEB];
	size_t n = 0;
	struct buf *b;
	enum err e = keep_unsettled(
		k->keep, &k->unsettled_at, k->unsettled, KEEP_BATCH_MAX, &n);

	if (e != OK)
		return e;
	b = link_begin(web, MSG_UNSETTLED);
	buf_byte(b, n < KEEP_BATCH_MAX);
	buf_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		put_unsettled(b, &k->unsettled[i]);
	return link_end(web);
}

/* This keeper may be an older copy than web's database (keep_raise). */
static enum err agree(struct keeper *k, struct view *v)
{
	struct link *web = &k->role->link[ROLE_WEB];
	uint64_t top = view_u64(v);
	uint64_t forgotten = 0;
	enum err e = OK;

	if (!view_done(v))
		return OK;
	e = keep_raise(k->keep, top, &forgotten);
	if (e != OK)
		return e;
	if (forgotten > 0)
		log_notice_int("keeper-is-older-than-the-database", "slots",
			(int64_t)(top + 1 - forgotten));
	k->reconciled = true;
	buf_u64(link_begin(web, MSG_AGREED), forgotten);
	return link_end(web);
}

/* Web has committed a frame: the next one may come. */
static enum err hear_reconciled(struct keeper *k, struct view *v)
{
	bool last = view_u8(v) != 0;
	size_t n = take_slots(v, k->slot, KEEP_BATCH_MAX);
	enum err e = keep_settled(k->keep, k->slot, n);

	if (e == OK) {
		n = take_slots(v, k->slot, KEEP_BATCH_MAX);
		e = keep_free(k->keep, k->slot, n, true, k->freed);
	}
	if (e == OK) {
		n = take_slots(v, k->slot, KEEP_BATCH_MAX);
		e = keep_booked(k->keep, k->slot, n);
	}
	if (e != OK || v->bad)
		return e;
	return last ? agree(k, v) : send_unsettled(k);
}

/* Web's database is from a backup: it wants to hear of every entry. */
static enum err hear_tell_all(struct keeper *k)
{
	enum err e = keep_tell_all(k->keep);

	k->reconciled = false;
	k->unsettled_at = 0;
	return e == OK ? send_unsettled(k) : e;
}

/* ---- web ---- */

/* As with asks: what waits is one batch. */
static enum err answer_claims(struct keeper *k)
{
	struct link *web = &k->role->link[ROLE_WEB];
	size_t n = k->n_claims;
	struct buf *b;
	enum err e;

	if (n == 0)
		return OK;
	FAULT("keeper-claims-heard");
	e = keep_claim(k->keep, k->claim, n, k->claimed);
	wipe(k->claim, n * sizeof(k->claim[0]));
	k->n_claims = 0;
	if (e != OK)
		return e;
	FAULT("keeper-claims-done");
	b = link_begin(web, MSG_CLAIMED);
	buf_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		put_claimed(b,
			&(struct message_claimed){
				k->claim_id[i], k->claimed[i] });
	return link_end(web);
}

static enum err hear_claims(struct keeper *k, struct view *v)
{
	size_t n = view_u32(v);
	enum err e = OK;

	if (n > KEEP_BATCH_MAX)
		return OK;
	if (k->n_claims + n > KEEP_BATCH_MAX)
		e = answer_claims(k);
	if (e != OK)
		return e;
	for (size_t i = 0; i < n && !v->bad; i++) {
		struct message_claim m;

		take_claim(v, &m);
		k->claim[k->n_claims + i] = m.claim;
		k->claim_id[k->n_claims + i] = m.id;
		wipe(&m, sizeof(m));
	}
	if (view_done(v)) /* else web talks nonsense: no answer */
		k->n_claims += n;
	return OK;
}

static enum err hear_expire(struct keeper *k, struct view *v)
{
	struct link *web = &k->role->link[ROLE_WEB];
	size_t n = take_slots(v, k->slot, KEEP_BATCH_MAX);
	size_t freed = 0;
	enum err e = keep_free(k->keep, k->slot, n, false, k->freed);

	if (e != OK)
		return e;
	for (size_t i = 0; i < n; i++)
		if (k->freed[i] == KEEP_FREED)
			k->slot[freed++] = k->slot[i];
	put_slots(link_begin(web, MSG_EXPIRED), k->slot, freed);
	return link_end(web);
}

static enum err hear_leave(struct keeper *k, struct view *v)
{
	struct link *web = &k->role->link[ROLE_WEB];
	size_t n = view_u32(v);
	struct buf *b;
	enum err e;

	if (n > KEEP_BATCH_MAX)
		return OK;
	for (size_t i = 0; i < n && !v->bad; i++) {
		struct message_leave m;

		take_leave(v, &m);
		k->leave[i] = m.leave;
		k->leave_id[i] = m.id;
		wipe(&m, sizeof(m));
	}
	if (!view_done(v))
		return OK; /* web talks nonsense: no answer */
	FAULT("keeper-leave-heard");
	e = keep_leave(k->keep, k->leave, n, k->left);
	wipe(k->leave, n * sizeof(k->leave[0]));
	if (e != OK)
		return e;
	FAULT("keeper-leave-done");
	b = link_begin(web, MSG_LEFT);
	buf_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		put_left(b,
			&(struct message_left){ k->leave_id[i], k->left[i] });
	return link_end(web);
}

static enum err hear_destroy(struct keeper *k, struct view *v)
{
	struct link *web = &k->role->link[ROLE_WEB];
	size_t n = take_slots(v, k->slot, KEEP_BATCH_MAX);
	size_t gone = 0;
	enum err e = keep_destroy(k->keep, k->slot, n, k->gone);

	FAULT("keeper-destroyed");
	if (e != OK)
		return e;
	for (size_t i = 0; i < n; i++)
		if (k->gone[i])
			k->slot[gone++] = k->slot[i];
	if (gone < n)
		log_notice_int(
			"destroy-not-asked-for", "count", (int64_t)(n - gone));
	put_slots(link_begin(web, MSG_DESTROYED), k->slot, gone);
	return link_end(web);
}

/* sealer's half of what died here. */
static void tell_forget(struct keeper *k, const uint64_t petition[], size_t n)
{
	struct link *sealer = &k->role->link[ROLE_SEALER];

	if (n == 0 || !link_up(sealer))
		return;
	put_slots(link_begin(sealer, MSG_FORGET_KEYS), petition, n);
	if (link_end(sealer) != OK)
		k->role->lost[ROLE_SEALER] = true;
}

static void tell_forget_all(struct keeper *k)
{
	size_t cursor = 0, n;

	do {
		n = keep_shredded(k->keep, &cursor, k->slot, KEEP_BATCH_MAX);
		tell_forget(k, k->slot, n);
	} while (n > 0);
}

static void tell_weeks(struct keeper *k)
{
	struct link *sealer = &k->role->link[ROLE_SEALER];
	uint64_t first = keep_first_week(k->keep);

	if (!link_up(sealer))
		return;
	buf_u64(link_begin(sealer, MSG_FORGET_WEEKS),
		first == 0 ? UINT64_MAX : first);
	if (link_end(sealer) != OK)
		k->role->lost[ROLE_SEALER] = true;
}

static enum err hear_shred(struct keeper *k, struct view *v)
{
	struct link *web = &k->role->link[ROLE_WEB];
	enum keep_shred what = (enum keep_shred)view_u8(v);
	size_t n = take_slots(v, k->slot, KEEP_BATCH_MAX);
	size_t dead = 0;
	struct buf *b;

	if (what != KEEP_SHRED_TAGS && what != KEEP_SHRED_ALL)
		return OK;
	for (size_t i = 0; i < n; i++) {
		bool done = false;
		enum err e = k->slot[i] == 0
			? OK
			: keep_shred(k->keep, k->slot[i], what, &done);

		if (e != OK)
			return e;
		if (done)
			k->slot[dead++] = k->slot[i];
	}
	tell_forget(k, k->slot, dead);
	b = link_begin(web, MSG_SHREDDED);
	buf_byte(b, (uint8_t)what);
	put_slots(b, k->slot, dead);
	return link_end(web);
}

static enum err hear_web(struct keeper *k)
{
	struct link *web = &k->role->link[ROLE_WEB];
	uint8_t type;
	struct view v;
	enum err e = OK;

	while (e == OK && link_next(web, &type, &v)) {
		size_t n;

		if (type == MSG_RECONCILED) {
			e = hear_reconciled(k, &v);
		} else if (type == MSG_TELL_ALL) {
			e = hear_tell_all(k);
		} else if (type == MSG_SETTLED) {
			n = take_slots(&v, k->slot, KEEP_BATCH_MAX);
			e = keep_settled(k->keep, k->slot, n);
		} else if (type == MSG_BOOKED) {
			n = take_slots(&v, k->slot, KEEP_BATCH_MAX);
			e = keep_booked(k->keep, k->slot, n);
		} else if (type == MSG_CLAIMS) {
			e = hear_claims(k, &v);
		} else if (type == MSG_EXPIRE) {
			e = hear_expire(k, &v);
		} else if (type == MSG_LEAVE) {
			e = hear_leave(k, &v);
		} else if (type == MSG_DESTROY) {
			e = hear_destroy(k, &v);
		} else if (type == MSG_SHRED) {
			e = hear_shred(k, &v);
		}
	}
	return e == OK ? answer_claims(k) : e;
}

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
	if (k->n_asks + n > KEEP_BATCH_MAX || k->n_frames == FRAMES_MAX)
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
	for (size_t i = 0; i < NONCES; i++)
		if (memcmp(&k->nonce[i], n, sizeof(*n)) == 0)
			return false;
	k->nonce[k->n_nonces++ % NONCES] = *n;
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

static enum err hear_desk(struct keeper *k, struct view *v)
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
static enum err go_on_finding(struct keeper *k)
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
			e = hear_desk(k, &v);
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
		tell_weeks(k);
	}
	e = role_wait(r, k->find != NULL ? 0 : (int)(k->tick_at_ms - now));
	if (e == OK && r->fresh[ROLE_WEB]) {
		r->fresh[ROLE_WEB] = false;
		k->reconciled = false;
		k->unsettled_at = 0;
		e = send_unsettled(k);
	}
	if (e == OK && link_up(&r->link[ROLE_WEB]) &&
		link_pump(&r->link[ROLE_WEB]) != OK)
		r->lost[ROLE_WEB] = true;
	if (e == OK)
		e = hear_web(k);
	if (e == OK)
		e = hear_sealer(k);
	if (e == OK)
		e = go_on_finding(k);
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
		tell_forget_all(k);
		tell_weeks(k);
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

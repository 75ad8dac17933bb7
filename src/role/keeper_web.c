/*
 * keeper_web.c - what web says to keeper: what it has, and what it asks for.
 *
 * Web reconciles first, a frame at a time; claims, leavings and shreddings are
 * batches with one wait for the disk.
 */
#include "role/keeper_own.h"

#include "base/fault.h"
#include "base/log.h"
#include "base/wipe.h"

/* ---- reconcile ---- */

/* One frame at a time: after a restore there may be millions of entries. */
enum err keeper_send_unsettled(struct keeper *k)
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
	return last ? agree(k, v) : keeper_send_unsettled(k);
}

/* Web's database is from a backup: it wants to hear of every entry. */
static enum err hear_tell_all(struct keeper *k)
{
	enum err e = keep_tell_all(k->keep);

	k->reconciled = false;
	k->unsettled_at = 0;
	return e == OK ? keeper_send_unsettled(k) : e;
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

void keeper_tell_forget_all(struct keeper *k)
{
	size_t cursor = 0, n;

	do {
		n = keep_shredded(k->keep, &cursor, k->slot, KEEP_BATCH_MAX);
		tell_forget(k, k->slot, n);
	} while (n > 0);
}

void keeper_tell_weeks(struct keeper *k)
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

enum err keeper_hear_web(struct keeper *k)
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

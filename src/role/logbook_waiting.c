#include "base/clock.h"
#include "role/logbook_own.h"
#include "tlog/promise.h"

/* Beyond so many leaves in one checkpoint the rest goes with the next. */
#define ORDER_MAX ((size_t)1 << 20)

/* ---- the table of petitions ---- */

static size_t place(const struct petition_table *t, uint64_t id)
{
	size_t i = (size_t)((id * 0x9E3779B97F4A7C15u) >> 20) & (t->cap - 1);

	while (t->at[i].id != 0 && t->at[i].id != id)
		i = (i + 1) & (t->cap - 1);
	return i;
}

struct petition_rec *petition_find(const struct petition_table *t, uint64_t id)
{
	size_t i;

	if (t->cap == 0 || id == 0)
		return NULL;
	i = place(t, id);
	return t->at[i].id == 0 ? NULL : &t->at[i];
}

static enum err grow_table(struct petition_table *t)
{
	struct petition_table bigger = { .cap = t->cap == 0 ? 64 : t->cap * 2,
		.count = t->count };

	bigger.at = calloc(bigger.cap, sizeof(*bigger.at));
	if (bigger.at == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < t->cap; i++)
		if (t->at[i].id != 0)
			bigger.at[place(&bigger, t->at[i].id)] = t->at[i];
	free(t->at);
	*t = bigger;
	return OK;
}

enum err petition_need(struct petition_table *t, uint64_t id,
	struct petition_rec **ret_petition)
{
	size_t i;

	if (t->count * 2 >= t->cap) {
		enum err e = grow_table(t);

		if (e != OK)
			return e;
	}
	i = place(t, id);
	if (t->at[i].id == 0) {
		t->at[i] = (struct petition_rec){ .id = id };
		t->count++;
	}
	*ret_petition = &t->at[i];
	return OK;
}

/* ---- what waits ---- */

/* True when the petition's PETITION leaf stands before whatever w becomes. */
static bool is_published(const struct petition_rec *p, const struct waiting *w)
{
	if (p == NULL || p->first_seq == 0)
		return false;
	return w->v.type == LEAF_SIGN || p->sequenced ||
		p->first_seq < w->v.ev_seq;
}

/* True for the leaves that sum up what came before them. */
static bool sums_up(const struct waiting *w)
{
	return w->v.type == LEAF_CLOSE || w->v.type == LEAF_TALLY;
}

static int64_t ripe_at(const struct logbook *l, const struct petition_rec *p)
{
	if (p->signs >= l->setup.settings.ripe_count)
		return INT64_MIN;
	return p->oldest_ms + (int64_t)l->setup.settings.ripe_s * 1000;
}

/* When w makes a checkpoint due; INT64_MAX if it waits for another. */
static int64_t due_of(struct logbook *l, const struct waiting *w)
{
	struct petition_rec *p = petition_find(&l->petitions, w->v.petition);

	if (w->v.petition != 0 && w->v.type != LEAF_PETITION &&
		!is_published(p, w))
		return INT64_MAX;
	if (w->v.type == LEAF_SIGN) {
		if (p->signs++ == 0 || w->since_ms < p->oldest_ms)
			p->oldest_ms = w->since_ms;
		return ripe_at(l, p);
	}
	if (leaf_has_target((enum leaf_type)w->v.type) &&
		waiting_find(l, w->v.number) != NULL)
		return INT64_MAX;
	if (sums_up(w) && p->signs > 0)
		return INT64_MAX;
	return INT64_MIN;
}

static void ripen_one(struct logbook *l, const struct waiting *w)
{
	int64_t due = due_of(l, w);

	if (due < l->ripe_ms)
		l->ripe_ms = due;
}

void waiting_ripen(struct logbook *l)
{
	l->ripe_ms = INT64_MAX;
	for (size_t i = 0; i < l->n_waiting; i++) {
		struct petition_rec *p =
			petition_find(&l->petitions, l->waiting[i].v.petition);

		if (p != NULL)
			p->signs = 0;
	}
	for (size_t i = 0; i < l->n_waiting; i++)
		ripen_one(l, &l->waiting[i]);
}

static enum err make_room(struct logbook *l)
{
	size_t cap = l->waiting_cap == 0 ? 64 : l->waiting_cap * 2;
	struct waiting *at;

	if (l->n_waiting < l->waiting_cap)
		return OK;
	at = realloc(l->waiting, cap * sizeof(*at));
	if (at == NULL)
		return ERR_MEMORY;
	l->waiting = at;
	l->waiting_cap = cap;
	return OK;
}

enum err waiting_add(struct logbook *l, const struct verdict *v)
{
	struct petition_rec *p;
	enum err e = make_room(l);

	if (e != OK)
		return e;
	l->waiting[l->n_waiting++] = (struct waiting){ .v = *v,
		.since_ms = clock_mono_ms(l->setup.clock) };
	if (v->type != LEAF_PETITION) {
		if (!l->replaying)
			ripen_one(l, &l->waiting[l->n_waiting - 1]);
		return OK;
	}
	e = petition_need(&l->petitions, v->petition, &p);
	if (e != OK)
		return e;
	l->ripe_ms = INT64_MIN;
	if (p->first_seq != 0)
		return OK;
	p->first_seq = v->ev_seq;
	/* Sponsors may wait for it: they count from the next checkpoint on,
	 * which is due at once. */
	return OK;
}

struct waiting *waiting_find(const struct logbook *l, uint64_t ev_seq)
{
	size_t low = 0;
	size_t high = l->n_waiting;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (l->waiting[mid].v.ev_seq < ev_seq)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == l->n_waiting || l->waiting[low].v.ev_seq != ev_seq)
		return NULL;
	return &l->waiting[low];
}

void waiting_drop_chosen(struct logbook *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n_waiting; i++)
		if (!l->waiting[i].chosen)
			l->waiting[kept++] = l->waiting[i];
	l->n_waiting = kept;
}

/* ---- choosing (docs/log.md section 5) ---- */

enum err order_add(struct order *o, uint64_t ev_seq)
{
	if (o->count == o->cap) {
		size_t cap = o->cap == 0 ? 256 : o->cap * 2;
		uint64_t *at = realloc(o->ev_seq, cap * sizeof(*at));

		if (at == NULL)
			return ERR_MEMORY;
		o->ev_seq = at;
		o->cap = cap;
	}
	o->ev_seq[o->count++] = ev_seq;
	return OK;
}

static enum err choose(struct logbook *l, struct waiting *w)
{
	w->chosen = true;
	return order_add(&l->order, w->v.ev_seq);
}

/* True if w, which is no SIGN, may be the next leaf: what it builds upon is a
 * leaf already or chosen before it. */
static bool may_go(const struct logbook *l, const struct petition_rec *p,
	const struct waiting *w)
{
	if (w->v.petition == 0 || w->v.type == LEAF_PETITION)
		return true;
	if (!is_published(p, w))
		return false;
	if (leaf_has_target((enum leaf_type)w->v.type)) {
		const struct waiting *t = waiting_find(l, w->v.number);

		return t == NULL || t->chosen;
	}
	return !sums_up(w) || p->left == 0;
}

/* All that may go and is no SIGN, in the order of acceptance; what stays
 * behind holds back the sums of its petition. */
static enum err choose_others(struct logbook *l)
{
	struct petition_rec *p;

	for (size_t i = 0; i < l->n_waiting; i++) {
		p = petition_find(&l->petitions, l->waiting[i].v.petition);
		if (p != NULL)
			p->left = 0;
	}
	for (size_t i = 0; i < l->n_waiting; i++) {
		struct waiting *w = &l->waiting[i];

		if (w->chosen)
			continue;
		p = petition_find(&l->petitions, w->v.petition);
		if (w->v.type != LEAF_SIGN && may_go(l, p, w) &&
			l->order.count < ORDER_MAX) {
			enum err e = choose(l, w);

			if (e != OK)
				return e;
		} else if (p != NULL) {
			p->left++;
		}
	}
	return OK;
}

static void shuffle(struct rng *rng, uint64_t *at, size_t n)
{
	for (; n > 1; n--) {
		size_t i = (size_t)rng_below(rng, n);
		uint64_t v = at[i];

		at[i] = at[n - 1];
		at[n - 1] = v;
	}
}

/* The clock was set ahead: were w to stay behind, the leaves of this hour would
 * say that its promise is broken.  An hour more, for it may end just now. */
static bool is_promised_by(const struct waiting *w, uint32_t hour)
{
	return w->v.hour != 0 &&
		promise_deadline_s(w->v.hour) <= ((uint64_t)hour + 1) * 3600;
}

static enum err choose_signs(struct logbook *l, int64_t now_ms)
{
	uint32_t hour = sequence_hour(l);
	size_t first = l->order.count;

	for (size_t i = 0; i < l->n_waiting; i++) {
		struct waiting *w = &l->waiting[i];
		struct petition_rec *p =
			petition_find(&l->petitions, w->v.petition);
		enum err e;

		if (w->v.type != LEAF_SIGN || !is_published(p, w) ||
			(ripe_at(l, p) > now_ms && !is_promised_by(w, hour)) ||
			l->order.count >= ORDER_MAX)
			continue;
		e = choose(l, w);
		if (e != OK)
			return e;
	}
	shuffle(l->setup.rng, l->order.ev_seq + first, l->order.count - first);
	return OK;
}

/* Others, SIGNs, and then the others that had to wait for these SIGNs. */
enum err waiting_choose(struct logbook *l, int64_t now_ms)
{
	enum err e;

	waiting_ripen(l);
	l->order.count = 0;
	for (size_t i = 0; i < l->n_waiting; i++)
		l->waiting[i].chosen = false;
	e = choose_others(l);
	if (e != OK || l->order.count >= ORDER_MAX)
		return e;
	e = choose_signs(l, now_ms);
	return e == OK ? choose_others(l) : e;
}

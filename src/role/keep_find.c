#include "role/keep_find.h"

#include "base/wipe.h"
#include "role/keep_priv.h"

enum {
	STEP_ENTRIES = 16384, /* 3 MiB: a few milliseconds */
	WAVE_HOURS = 48,
	WAVE_MIN = 3,
	WAVES_MAX = 64,
	CELLS = 1 << 16 /* tags counted; beyond half of it new ones are not */
};

struct cell {
	struct desk_wave wave; /* count 0: free */
};

struct keep_find {
	enum desk_op op;
	uint32_t purpose;
	uint64_t petition;
	struct tag tag;
	uint64_t at; /* slots below are still to be looked at */
	uint32_t since_hour; /* WAVES */
	bool any_young; /* in this piece */
	struct desk_row row[DESK_ROWS_MAX];
	size_t n_rows;
	size_t n_over; /* rows beyond those, put in the oldest's place */
	struct cell *cell; /* WAVES: CELLS of them */
	size_t n_cells;
	struct keep_marks seen; /* WAVES: slots of this petition */
	struct desk_wave wave[WAVES_MAX];
	size_t n_waves;
};

/* Files are read forwards, so that the oldest row gives way; entries are read
 * backwards, so that a full list is the end (keep_find_step). */
static struct desk_row *next_row(struct keep_find *f)
{
	if (f->n_rows < DESK_ROWS_MAX)
		return &f->row[f->n_rows++];
	return f->at > 1 ? NULL : &f->row[f->n_over++ % DESK_ROWS_MAX];
}

static void add_row(struct keep_find *f, const struct keep_entry *e, bool exact)
{
	struct desk_row *row = next_row(f);

	if (row != NULL)
		*row = (struct desk_row){ .slot = e->slot,
			.petition = e->petition,
			.hour = e->hour,
			.state = (uint8_t)e->state,
			.exact = exact };
}

static bool lives(const struct keep_entry *e)
{
	return e->state != KEEP_NONE && e->state != KEEP_DEAD;
}

/* ---- by e-mail address: the index ---- */

static enum err find_mailbox(
	struct keep *k, struct keep_find *f, const struct keep_target *t)
{
	const struct hmac_key *k2 =
		keyring_get(k->ring, t->petition, PURPOSE_EMAIL_CANONICAL);
	const struct hmac_key *k2_exact =
		keyring_get(k->ring, t->petition, PURPOSE_EMAIL_EXACT);
	struct keep_mailbox box;
	struct tag tag, exact;
	enum err e;

	/* A petition whose keys are destroyed has nothing to find. */
	if (k2 == NULL || k2_exact == NULL)
		return OK;
	tag_finish(k2, PURPOSE_EMAIL_CANONICAL, &t->half, &tag);
	tag_finish(k2_exact, PURPOSE_EMAIL_EXACT, &t->exact, &exact);
	e = keep_mailbox_read(k, t->petition, &tag, &box);
	for (size_t i = 0; e == OK && i < box.n; i++)
		add_row(f, &box.entry[i],
			same_bytes(&box.entry[i].tag[KEEP_E1], &exact,
				sizeof(exact)));
	return e;
}

/* ---- by internet address: the files of the weeks ---- */

struct ip_walk {
	struct keep *k;
	struct keep_find *f;
	size_t column; /* of a row's three tags */
	struct tag tag;
};

static enum err take_ip(void *context, uint64_t slot, const struct tag tag[3])
{
	struct ip_walk *w = context;
	struct keep_entry e;
	enum err err;

	if (!same_bytes(&tag[w->column], &w->tag, sizeof(struct tag)))
		return OK;
	err = keep_store_get(&w->k->store, slot, &e);
	if (err == OK && lives(&e) &&
		(w->f->petition == 0 || e.petition == w->f->petition))
		add_row(w->f, &e, true);
	return err;
}

static enum err find_ip(struct keep *k, struct keep_find *f, uint64_t week,
	const struct tag *tag)
{
	struct ip_walk w = {
		.k = k, .f = f, .column = f->purpose - PURPOSE_IP, .tag = *tag
	};

	return keep_search_scan(&k->search, week, take_ip, &w);
}

static enum err find_ip_target(
	struct keep *k, struct keep_find *f, const struct keep_target *t)
{
	const struct hmac_key *k2 =
		keyring_get(k->ring, t->petition, f->purpose);
	struct tag tag;

	if (k2 == NULL)
		return OK;
	tag_finish(k2, f->purpose, &t->half, &tag);
	return find_ip(k, f, t->petition, &tag);
}

/* ---- waves ---- */

static void count_one(struct keep_find *f, uint32_t purpose,
	const struct tag *tag, uint32_t hour)
{
	uint64_t key;
	size_t at;

	memcpy(&key, tag->byte, sizeof(key));
	at = keep_index_mix(key + purpose) % CELLS;
	while (f->cell[at].wave.count != 0 &&
		(f->cell[at].wave.purpose != purpose ||
			memcmp(&f->cell[at].wave.tag, tag, sizeof(*tag)) != 0))
		at = (at + 1) % CELLS;
	if (f->cell[at].wave.count == 0) {
		if (f->n_cells == CELLS / 2)
			return;
		f->n_cells++;
		f->cell[at].wave = (struct desk_wave){ .purpose = purpose,
			.tag = *tag,
			.first_hour = hour,
			.last_hour = hour };
	}
	f->cell[at].wave.count++;
	if (hour < f->cell[at].wave.first_hour)
		f->cell[at].wave.first_hour = hour;
	if (hour > f->cell[at].wave.last_hour)
		f->cell[at].wave.last_hour = hour;
}

static struct tag short_tag(const uint8_t bytes[3])
{
	struct tag tag = { { 0 } };

	memcpy(tag.byte, bytes, 3);
	return tag;
}

static enum err count_ip(void *context, uint64_t slot, const struct tag tag[3])
{
	struct ip_walk *w = context;
	struct keep_entry e;
	enum err err;

	if (keep_marks_next(&w->f->seen, slot) != slot)
		return OK;
	err = keep_store_get(&w->k->store, slot, &e);
	for (uint32_t i = 0; err == OK && i < 3; i++)
		count_one(w->f, PURPOSE_IP + i, &tag[i], e.hour);
	return err;
}

static int by_count(const void *a, const void *b)
{
	const struct desk_wave *x = a, *y = b;

	return x->count == y->count ? 0 : x->count < y->count ? 1 : -1;
}

static enum err end_waves(struct keep *k, struct keep_find *f)
{
	struct ip_walk w = { .k = k, .f = f };
	uint64_t week = week_of_hour(clock_hour(k->clock));
	size_t n = 0;
	enum err e = keep_search_scan(&k->search, week, count_ip, &w);

	if (e == OK && week > 0)
		e = keep_search_scan(&k->search, week - 1, count_ip, &w);
	/* The table becomes the list. */
	for (size_t i = 0; e == OK && i < CELLS; i++)
		if (f->cell[i].wave.count >= WAVE_MIN)
			f->cell[n++] = f->cell[i];
	qsort(f->cell, n, sizeof(f->cell[0]), by_count);
	for (size_t i = 0; i < n && i < WAVES_MAX; i++)
		f->wave[f->n_waves++] = f->cell[i].wave;
	return e;
}

/* ---- by postcode or domain, and waves: the entries ---- */

static enum err take_entry(void *context, const struct keep_entry *e)
{
	struct keep_find *f = context;
	struct tag postcode = short_tag(e->postcode);
	struct tag domain = short_tag(e->domain);

	f->any_young = f->any_young || e->hour >= f->since_hour;
	if (e->petition != f->petition || !lives(e))
		return OK;
	if (f->op != DESK_WAVES) {
		if (same_bytes(f->purpose == PURPOSE_POSTCODE ? &postcode
							      : &domain,
			    &f->tag, sizeof(f->tag)))
			add_row(f, e, true);
		return OK;
	}
	if (e->hour < f->since_hour)
		return OK;
	count_one(f, PURPOSE_POSTCODE, &postcode, e->hour);
	count_one(f, PURPOSE_MAIL_DOMAIN, &domain, e->hour);
	return keep_marks_set(&f->seen, e->slot);
}

static int newest_first(const void *a, const void *b)
{
	const struct desk_row *x = a, *y = b;

	return x->slot == y->slot ? 0 : x->slot < y->slot ? 1 : -1;
}

static enum err end(struct keep *k, struct keep_find *f)
{
	qsort(f->row, f->n_rows, sizeof(f->row[0]), newest_first);
	return f->op == DESK_WAVES ? end_waves(k, f) : OK;
}

enum err keep_find_step(struct keep *k, struct keep_find *f, bool *ret_done)
{
	uint64_t first = f->at > STEP_ENTRIES ? f->at - STEP_ENTRIES : 1;
	enum err e = keep_begin(k, 0);

	*ret_done = false;
	f->any_young = false;
	if (e == OK && f->at > 1)
		e = keep_store_scan_some(
			&k->store, first, f->at - first, take_entry, f);
	f->at = first;
	if (e == OK &&
		(first == 1 || f->n_rows == DESK_ROWS_MAX || !f->any_young)) {
		*ret_done = true;
		e = end(k, f);
	}
	return e;
}

/* ---- beginning ---- */

static bool is_mail(uint32_t purpose)
{
	return purpose == PURPOSE_EMAIL_CANONICAL;
}

static bool is_ip(uint32_t purpose)
{
	return purpose >= PURPOSE_IP && purpose <= PURPOSE_IP_WIDE;
}

static bool is_of_entries(uint32_t purpose)
{
	return purpose == PURPOSE_POSTCODE || purpose == PURPOSE_MAIL_DOMAIN;
}

/* What needs no steps is found at once. */
static enum err begin_search(
	struct keep *k, struct keep_find *f, const struct keep_question *q)
{
	const struct hmac_key *k2;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < q->n_targets; i++) {
		if (is_mail(q->purpose))
			e = find_mailbox(k, f, &q->target[i]);
		else if (is_ip(q->purpose))
			e = find_ip_target(k, f, &q->target[i]);
	}
	if (!is_of_entries(q->purpose))
		return e;
	k2 = keyring_get(k->ring, q->petition, q->purpose);
	if (k2 == NULL || q->n_targets != 1)
		return e;
	tag_finish(k2, q->purpose, &q->target[0].half, &f->tag);
	f->at = k->store.end;
	return e;
}

static enum err begin_cluster(struct keep *k, struct keep_find *f)
{
	uint64_t week = week_of_hour(clock_hour(k->clock));
	enum err e;

	if (is_of_entries(f->purpose)) {
		f->at = k->store.end;
		return OK;
	}
	e = find_ip(k, f, week, &f->tag);
	return e == OK && week > 0 ? find_ip(k, f, week - 1, &f->tag) : e;
}

static enum err begin_waves(struct keep *k, struct keep_find *f)
{
	uint32_t now = clock_hour(k->clock);

	f->cell = calloc(CELLS, sizeof(*f->cell));
	if (f->cell == NULL)
		return ERR_MEMORY;
	f->since_hour = now > WAVE_HOURS ? now - WAVE_HOURS : 0;
	f->at = k->store.end;
	return OK;
}

static bool has_answer(const struct keep_question *q)
{
	switch (q->op) {
	case DESK_SEARCH:
		return is_mail(q->purpose) || is_ip(q->purpose) ||
			(is_of_entries(q->purpose) && q->petition != 0);
	case DESK_CLUSTER:
		return q->petition != 0 &&
			(is_ip(q->purpose) || is_of_entries(q->purpose));
	case DESK_WAVES:
		return q->petition != 0;
	default:
		return false;
	}
}

enum err keep_find_begin(struct keep *k, const struct keep_question *q,
	struct keep_find **ret_find)
{
	struct keep_find *f;
	enum err e = keep_begin(k, 0);

	if (e == OK && !has_answer(q))
		e = ERR_INVALID;
	if (e != OK)
		return e;
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return ERR_MEMORY;
	f->op = q->op;
	f->purpose = q->purpose;
	f->petition = q->petition;
	f->tag = q->tag;
	if (q->op == DESK_SEARCH)
		e = begin_search(k, f, q);
	else if (q->op == DESK_CLUSTER)
		e = begin_cluster(k, f);
	else
		e = begin_waves(k, f);
	if (e != OK) {
		keep_find_free(f);
		return e;
	}
	*ret_find = f;
	return OK;
}

const struct desk_row *keep_find_rows(const struct keep_find *f, size_t *ret_n)
{
	*ret_n = f->n_rows;
	return f->row;
}

const struct desk_wave *keep_find_waves(
	const struct keep_find *f, size_t *ret_n)
{
	*ret_n = f->n_waves;
	return f->wave;
}

void keep_find_free(struct keep_find *f)
{
	if (f == NULL)
		return;
	keep_marks_release(&f->seen);
	free(f->cell);
	wipe(f, sizeof(*f));
	free(f);
}

#include "store/sqlite/similar.h"

#include <math.h>

enum { TITLE_WEIGHT = 2, BACKGROUND_WEIGHT = 1, ROOM_MAX_BYTES = 64 << 20 };

const struct similar_how similar_usual = {
	.texts = 10, .terms = 30, .weight = 1, .signed_weight = 0.2
};

/* ---- the draft ---- */

/* The lexemes of one part of the draft, each once. */
struct part {
	struct similar *r;
	struct str seen[SIMILAR_TERMS_MAX / 2];
	size_t n;
	double weight;
};

static void take(void *arg, struct str lexeme)
{
	struct part *p = arg;

	if (lexeme.len == 0 || p->n == sizeof(p->seen) / sizeof(p->seen[0]))
		return;
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->seen[i], lexeme))
			return;
	lexeme = arena_copy(p->r->arena, lexeme);
	if (lexeme.at == NULL)
		return;
	p->seen[p->n++] = lexeme;
	similar_add(p->r, lexeme, p->weight);
}

static enum err read_part(struct similar *r, struct str text, double weight)
{
	struct str *langs = NULL;
	struct part *p = ARENA_NEW(r->arena, struct part);
	size_t n = 0;
	enum err e;

	if (p == NULL)
		return ERR_TOO_LARGE;
	*p = (struct part){ .r = r, .weight = weight };
	e = search_langs(r->arena, r->store, &langs, &n);
	for (size_t i = 0; i < n && e == OK; i++)
		e = lexicon_read(r->store->lexicon, langs[i], text, take, p);
	return e;
}

static enum err read_totals(struct similar *r)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(r->store, SQL_SIMILAR_TOTAL,
		"SELECT texts, action, background, additional_details"
		" FROM search_total",
		&stmt);

	if (e == OK)
		e = sql_only(r->store, stmt, ERR_CORRUPT);
	if (e != OK)
		return e;
	r->texts = (double)sql_u64(stmt, 0);
	for (int i = 0; i < SIMILAR_FIELDS; i++)
		r->mean[i] = r->texts > 0
			? (double)sql_u64(stmt, i + 1) / r->texts
			: 1;
	sql_end(stmt);
	return OK;
}

/* ---- the petitions ---- */

enum err similar_state_of(
	struct similar *r, uint64_t petition, struct similar_state *ret_state)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(r->store, SQL_SIMILAR_STATE,
		"SELECT state, archived, carried_over + counted"
		" FROM petition WHERE id = ?1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, petition);
	e = sql_only(r->store, stmt, ERR_CORRUPT);
	if (e != OK)
		return e;
	ret_state->state = (enum petition_state)sql_u64(stmt, 0);
	ret_state->archived = sql_u64(stmt, 1) != 0;
	ret_state->count = sql_u64(stmt, 2);
	sql_end(stmt);
	return OK;
}

static bool is_asked(
	const struct store_similar *ask, const struct similar_state *v)
{
	if (v->archived && !ask->archived)
		return false;
	return (ask->open && v->state == PETITION_OPEN) ||
		(ask->closed && v->state == PETITION_CLOSED) ||
		(ask->rejected && v->state == PETITION_REJECTED);
}

struct best {
	uint64_t petition[STORE_SIMILAR_MAX];
	double score[STORE_SIMILAR_MAX]; /* the highest first */
	size_t n;
	size_t max;
};

static void place(struct best *b, uint64_t petition, double score)
{
	size_t at = b->n;

	if (b->n == b->max && score <= b->score[b->n - 1])
		return;
	if (b->n < b->max)
		b->n++;
	else
		at--;
	for (; at > 0 && b->score[at - 1] < score; at--) {
		b->score[at] = b->score[at - 1];
		b->petition[at] = b->petition[at - 1];
	}
	b->score[at] = score;
	b->petition[at] = petition;
}

/* Texts come by score: once even the most signatures that there can be would
 * lift none of them into the list, it stands. */
static enum err choose(struct similar *r, const struct similar_how *how,
	const struct store_similar *ask, struct best *best)
{
	const double most = 1 + how->signed_weight * 10;
	struct similar_text **order;
	size_t n;
	enum err e = similar_order(r, &order, &n);

	for (size_t i = 0; e == OK && i < n; i++) {
		struct similar_state v;
		double score = order[i]->score;

		if (best->n == best->max &&
			score * most < best->score[best->n - 1])
			return OK;
		e = similar_state_of(r, order[i]->petition, &v);
		if (e == OK && is_asked(ask, &v))
			place(best, order[i]->petition,
				score *
					(1 +
						how->signed_weight *
							log10(1 +
								(double)v
									.count)));
	}
	return e;
}

/* ---- all of it ---- */

static enum err rank(struct similar *r, const struct similar_how *how,
	const struct store_similar *ask, struct best *best)
{
	enum err e = read_totals(r);

	if (e == OK)
		e = read_part(r, ask->title, TITLE_WEIGHT);
	if (e == OK)
		e = read_part(r, ask->background, BACKGROUND_WEIGHT);
	if (e != OK || r->terms == 0)
		return e;
	e = similar_read(r);
	if (e != OK)
		return e;
	similar_score(r);
	if (how->texts > 0 && how->terms > 0) {
		e = similar_feedback(r, how);
		if (e != OK)
			return e;
		similar_score(r);
	}
	return choose(r, how, ask, best);
}

static enum err tell(struct arena *a, struct store *s, const struct best *best,
	struct store_summary **ret_summaries, size_t *ret_count)
{
	struct store_summary *at =
		ARENA_ARRAY(a, struct store_summary, STORE_SIMILAR_MAX);
	enum err e = at == NULL ? ERR_TOO_LARGE : OK;

	for (size_t i = 0; e == OK && i < best->n; i++)
		e = store_summary_get(a, s, best->petition[i], &at[i]);
	if (e != OK)
		return e;
	*ret_summaries = at;
	*ret_count = best->n;
	return OK;
}

enum err similar_by(struct arena *a, struct store *s,
	const struct similar_how *how, const struct store_similar *ask,
	struct store_summary **ret_summaries, size_t *ret_count)
{
	struct best best = { .max = ask->max < STORE_SIMILAR_MAX
			? ask->max
			: STORE_SIMILAR_MAX };
	struct arena room;
	struct similar *r;
	enum err e = OK;

	*ret_summaries = NULL;
	*ret_count = 0;
	if (str_trim(ask->title).len == 0 || best.max == 0)
		return OK;
	if (s->in_batch)
		e = search_catch_up(s);
	if (e != OK)
		return e;
	arena_init(&room, ROOM_MAX_BYTES);
	r = ARENA_NEW(&room, struct similar);
	if (r == NULL)
		e = ERR_TOO_LARGE;
	if (e == OK) {
		*r = (struct similar){
			.arena = &room, .store = s, .except = ask->except
		};
		e = rank(r, how, ask, &best);
	}
	arena_release(&room);
	return e == OK ? tell(a, s, &best, ret_summaries, ret_count) : e;
}

enum err store_similar(struct arena *a, struct store *s,
	const struct store_similar *ask, struct store_summary **ret_summaries,
	size_t *ret_count)
{
	return similar_by(a, s, &similar_usual, ask, ret_summaries, ret_count);
}

/*
 * similar_terms.c - the terms of a question, where they stand, and the score
 * of each text.
 *
 * The places come from FTS5's own index, term by term.  A term that stands
 * nearly everywhere says little and costs most: the rarest are read first,
 * and once PLACES_MAX are read the rest is left out.
 */
#include <math.h>
#include <stdlib.h>

#include "store/sqlite/similar.h"

enum { PLACES_MAX = 60000, TABLE_MIN = 4096, HITS_MIN = 64 };

/* Chosen by tests/reading/similar_test.py's corpus; see docs/search.md. */
static const double saturation = 3;
static const double length_share = 0.75;
static const double field_weight[SIMILAR_FIELDS] = { 3, 1.5, 1 };

double similar_rarity(const struct similar *r, uint64_t spread)
{
	double n = (double)spread;

	if (n > r->texts)
		n = r->texts;
	return log(1 + (r->texts - n + 0.5) / (n + 0.5));
}

double similar_field(double length, int field)
{
	return field_weight[field] / length;
}

double similar_length(const struct similar *r, double lexemes, int field)
{
	return 1 - length_share + length_share * lexemes / r->mean[field];
}

double similar_gain(double tf)
{
	return tf * (saturation + 1) / (tf + saturation);
}

void similar_add(struct similar *r, struct str lexeme, double weight)
{
	for (size_t i = 0; i < r->terms; i++)
		if (str_eq(r->term[i].lexeme, lexeme)) {
			r->term[i].weight += weight;
			return;
		}
	if (r->terms == SIMILAR_TERMS_MAX)
		return;
	lexeme = arena_copy(r->arena, lexeme);
	if (lexeme.at != NULL)
		r->term[r->terms++] = (struct similar_term){ .lexeme = lexeme,
			.weight = weight };
}

enum err similar_spread(
	struct similar *r, struct str lexeme, uint64_t *ret_spread)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(r->store, SQL_SIMILAR_SPREAD,
		"SELECT doc FROM search_lexeme WHERE term = ?1", &stmt);

	if (e != OK)
		return e;
	sql_bind_text(stmt, 1, lexeme);
	return sql_number(r->store, stmt, 0, ret_spread);
}

/* ---- the table of texts ---- */

static size_t place_of(const struct similar *r, uint64_t petition)
{
	size_t at = (size_t)(petition * UINT64_C(0x9E3779B97F4A7C15) >> 32);

	for (;; at++) {
		at &= r->table_size - 1;
		if (r->table[at].petition == 0 ||
			r->table[at].petition == petition)
			return at;
	}
}

static enum err make_table(struct similar *r)
{
	/* Twice what can be in it: never full. */
	double most = r->texts < PLACES_MAX ? r->texts : PLACES_MAX;

	r->table_size = TABLE_MIN;
	while ((double)r->table_size < 2 * most)
		r->table_size *= 2;
	r->table = ARENA_ARRAY(r->arena, struct similar_text, r->table_size);
	return r->table == NULL ? ERR_TOO_LARGE : OK;
}

static enum err measure(struct similar *r, struct similar_text *text)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(r->store, SQL_SIMILAR_SIZE,
		"SELECT action, background, additional_details"
		" FROM search_size WHERE petition_id = ?1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, text->petition);
	e = sql_only(r->store, stmt, ERR_CORRUPT);
	if (e != OK)
		return e;
	for (int i = 0; i < SIMILAR_FIELDS; i++)
		text->length[i] =
			(float)similar_length(r, (double)sql_u64(stmt, i), i);
	sql_end(stmt);
	return OK;
}

static enum err find_text(
	struct similar *r, uint64_t petition, uint32_t *ret_text)
{
	size_t at = place_of(r, petition);

	*ret_text = (uint32_t)at;
	if (r->table[at].petition == petition)
		return OK;
	r->table[at].petition = petition;
	return measure(r, &r->table[at]);
}

/* ---- where a term stands ---- */

static int field_of(struct str column)
{
	if (str_eq(column, STR("action")))
		return 0;
	return str_eq(column, STR("background")) ? 1 : 2;
}

/* The places of one term come text by text: gain is the frequency until the
 * next text begins. */
static enum err take_place(
	struct similar *r, struct similar_term *t, sqlite3_stmt *stmt)
{
	const char *name = (const char *)sqlite3_column_text(stmt, 1);
	int field = name == NULL ? 2 : field_of(str_c(name));
	uint32_t text;
	enum err e = find_text(r, sql_u64(stmt, 0), &text);

	if (e != OK)
		return e;
	if (t->hits == 0 || t->hit[t->hits - 1].text != text) {
		if (t->hits == t->spread)
			return ERR_CORRUPT;
		t->hit[t->hits++] = (struct similar_hit){ .text = text };
	}
	t->hit[t->hits - 1].gain += (float)similar_field(
		(double)r->table[text].length[field], field);
	r->places++;
	return OK;
}

static enum err read_places(struct similar *r, struct similar_term *t)
{
	sqlite3_stmt *stmt;
	bool row = false;
	enum err e;

	t->hit = ARENA_ARRAY(r->arena, struct similar_hit, (size_t)t->spread);
	if (t->hit == NULL)
		return ERR_TOO_LARGE;
	e = sql_take(r->store, SQL_SIMILAR_PLACES,
		"SELECT doc, col FROM search_place WHERE term = ?1", &stmt);
	if (e != OK)
		return e;
	sql_bind_text(stmt, 1, t->lexeme);
	while ((e = sql_step(r->store, stmt, &row)) == OK && row) {
		e = take_place(r, t, stmt);
		if (e != OK) {
			sql_end(stmt);
			return e;
		}
	}
	for (size_t i = 0; i < t->hits; i++)
		t->hit[i].gain = (float)similar_gain((double)t->hit[i].gain);
	if (e == OK)
		sql_end(stmt);
	return e;
}

static int by_spread(const void *va, const void *vb)
{
	const struct similar_term *a = va;
	const struct similar_term *b = vb;

	if (a->spread != b->spread)
		return a->spread < b->spread ? -1 : 1;
	return str_cmp(a->lexeme, b->lexeme);
}

enum err similar_read(struct similar *r)
{
	enum err e = r->table == NULL ? make_table(r) : OK;

	for (size_t i = 0; i < r->terms && e == OK; i++) {
		struct similar_term *t = &r->term[i];

		if (t->hit != NULL || t->spread > 0)
			continue;
		e = similar_spread(r, t->lexeme, &t->spread);
		t->rarity = similar_rarity(r, t->spread);
	}
	qsort(r->term, r->terms, sizeof(r->term[0]), by_spread);
	for (size_t i = 0; i < r->terms && e == OK; i++) {
		struct similar_term *t = &r->term[i];

		if (t->hit == NULL && t->spread > 0 &&
			r->places + t->spread <= PLACES_MAX)
			e = read_places(r, t);
	}
	return e;
}

/* ---- scores ---- */

void similar_score(struct similar *r)
{
	for (size_t i = 0; i < r->table_size; i++)
		r->table[i].score = 0;
	for (size_t i = 0; i < r->terms; i++) {
		const struct similar_term *t = &r->term[i];

		for (size_t k = 0; k < t->hits; k++)
			r->table[t->hit[k].text].score +=
				t->weight * t->rarity * (double)t->hit[k].gain;
	}
}

static int by_score(const void *va, const void *vb)
{
	const struct similar_text *a = *(struct similar_text *const *)va;
	const struct similar_text *b = *(struct similar_text *const *)vb;

	if (a->score > b->score || a->score < b->score)
		return a->score > b->score ? -1 : 1;
	return a->petition < b->petition ? -1 : a->petition > b->petition;
}

enum err similar_order(
	struct similar *r, struct similar_text ***ret_order, size_t *ret_count)
{
	struct similar_text **order =
		ARENA_ARRAY(r->arena, struct similar_text *, r->table_size);
	size_t n = 0;

	if (order == NULL)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < r->table_size; i++)
		if (r->table[i].score > 0 && r->table[i].petition != r->except)
			order[n++] = &r->table[i];
	qsort(order, n, sizeof(*order), by_score);
	*ret_order = order;
	*ret_count = n;
	return OK;
}

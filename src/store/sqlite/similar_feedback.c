/*
 * similar_feedback.c - pseudo-relevance feedback (Lavrenko and Croft's
 * relevance model, mixed with the question as RM3 does it).
 *
 * Two people ask for the same in different words.  The texts likest to a
 * draft, rejected ones too, hold the words that others used: those that at
 * least two of them share join the question, each with the weight it has in
 * them.
 */
#include <stdlib.h>

#include "store/sqlite/similar.h"

struct word {
	struct str lexeme; /* null: an empty place */
	double tf; /* in the text that is read */
	double sum; /* over the texts before it */
	unsigned text; /* the number of the text that tf is of; from 1 on */
	unsigned texts;
	double value;
};

struct reading {
	struct similar *r;
	struct word *words; /* SIMILAR_SLOTS, open addressing */
	size_t count;
	unsigned text;
	double weight; /* of the text that is read */
};

static size_t hash(struct str s)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325);

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.at[i]) * UINT64_C(0x100000001B3);
	return (size_t)(h ^ h >> 32);
}

/* NULL once there are too many. */
static struct word *find_word(struct reading *w, struct str lexeme)
{
	for (size_t at = hash(lexeme);; at++) {
		struct word *word = &w->words[at & (SIMILAR_SLOTS - 1)];

		if (word->lexeme.at != NULL && str_eq(word->lexeme, lexeme))
			return word;
		if (word->lexeme.at != NULL)
			continue;
		if (w->count == SIMILAR_WORDS_MAX)
			return NULL;
		w->count++;
		word->lexeme = lexeme;
		return word;
	}
}

static void read_field(
	struct reading *w, struct str text, double length, int field)
{
	struct str lexeme;

	while (str_split(&text, ' ', &lexeme)) {
		struct word *word;

		if (lexeme.len == 0 || str_eq(lexeme, STR("~")) ||
			str_eq(lexeme, STR(";")))
			continue;
		word = find_word(w, lexeme);
		if (word == NULL)
			continue;
		if (word->text != w->text) {
			word->text = w->text;
			word->texts++;
			word->tf = 0;
		}
		word->tf += similar_field(length, field);
	}
}

static void end_text(struct reading *w)
{
	for (size_t i = 0; i < SIMILAR_SLOTS; i++) {
		struct word *word = &w->words[i];

		if (word->text == w->text && word->tf > 0)
			word->sum += w->weight * similar_gain(word->tf);
	}
}

static enum err read_text(struct reading *w, const struct similar_text *text)
{
	struct store *s = w->r->store;
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_SIMILAR_TEXTS,
		"SELECT action, background, additional_details"
		" FROM search_text WHERE petition_id = ?1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, text->petition);
	e = sql_only(s, stmt, ERR_NOT_FOUND);
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	w->text++;
	for (int i = 0; i < SIMILAR_FIELDS && e == OK; i++) {
		struct str field = sql_text(w->r->arena, stmt, i, &e);

		if (e == OK)
			read_field(w, field, (double)text->length[i], i);
	}
	sql_end(stmt);
	end_text(w);
	return e;
}

/* Those that nobody may see yet stay out of it: their words would show in
 * what is found. */
static enum err read_likest(struct reading *w, size_t texts)
{
	struct similar_text **order;
	size_t n;
	size_t done = 0;
	enum err e = similar_order(w->r, &order, &n);

	for (size_t i = 0; e == OK && i < n && done < texts; i++) {
		struct similar_state v;
		double share = order[i]->score / order[0]->score;

		e = similar_state_of(w->r, order[i]->petition, &v);
		if (e != OK)
			return e;
		if (v.state != PETITION_OPEN && v.state != PETITION_CLOSED &&
			v.state != PETITION_REJECTED)
			continue;
		w->weight = share * share;
		e = read_text(w, order[i]);
		done++;
	}
	return e;
}

static int by_value(const void *va, const void *vb)
{
	const struct word *a = va;
	const struct word *b = vb;

	if (a->value > b->value || a->value < b->value)
		return a->value > b->value ? -1 : 1;
	return str_cmp(a->lexeme, b->lexeme);
}

static double spread_of(const struct similar *r, struct str lexeme)
{
	for (size_t i = 0; i < r->terms; i++)
		if (str_eq(r->term[i].lexeme, lexeme))
			return (double)r->term[i].spread;
	return 0;
}

/* The words that two texts share, moved to the front; their value is told. */
static enum err value_shared(struct reading *w, size_t *ret_shared)
{
	size_t n = 0;

	for (size_t i = 0; i < SIMILAR_SLOTS; i++) {
		struct word word = w->words[i];
		uint64_t spread;
		enum err e = OK;

		if (word.lexeme.at == NULL || word.texts < 2)
			continue;
		spread = (uint64_t)spread_of(w->r, word.lexeme);
		if (spread == 0)
			e = similar_spread(w->r, word.lexeme, &spread);
		if (e != OK)
			return e;
		word.value = word.sum * similar_rarity(w->r, spread);
		w->words[n++] = word;
	}
	*ret_shared = n;
	return OK;
}

static void join(struct reading *w, size_t n, double weight)
{
	struct similar *r = w->r;
	double own = 0;
	double all = 0;

	for (size_t i = 0; i < r->terms; i++)
		own += r->term[i].weight;
	for (size_t i = 0; i < r->terms; i++)
		r->term[i].weight /= own;
	for (size_t i = 0; i < n; i++)
		all += w->words[i].value;
	for (size_t i = 0; i < n; i++)
		similar_add(r, w->words[i].lexeme,
			weight * w->words[i].value / all);
}

enum err similar_feedback(struct similar *r, const struct similar_how *how)
{
	struct reading w = { .r = r };
	size_t n = 0;
	enum err e;

	w.words = ARENA_ARRAY(r->arena, struct word, SIMILAR_SLOTS);
	if (w.words == NULL)
		return ERR_TOO_LARGE;
	e = read_likest(&w, how->texts);
	if (e == OK)
		e = value_shared(&w, &n);
	if (e != OK || n == 0)
		return e;
	qsort(w.words, n, sizeof(w.words[0]), by_value);
	join(&w, n < how->terms ? n : how->terms, how->weight);
	return similar_read(r);
}

/*
 * similar.h - which petitions are like a draft: BM25 over the fields, asked
 * again with the words that the likest texts share, and weighed by how many
 * have signed (docs/search.md).
 *
 * How much of each is here as numbers, so that an evaluation can ask for
 * other ones; the site takes similar_usual.
 */
#ifndef STORE_SQLITE_SIMILAR_H
#define STORE_SQLITE_SIMILAR_H

#include "store/sqlite/search.h"

struct similar_how {
	size_t texts; /* that are read again; 0: none */
	size_t terms; /* that are taken from them; 0: none */
	double weight; /* of all these together; the draft's own have 1 */
	double signed_weight; /* for each factor of ten of signatures */
};

extern const struct similar_how similar_usual;

/* As store_similar, in another way. */
MUST_USE enum err similar_by(struct arena *a, struct store *s,
	const struct similar_how *how, const struct store_similar *ask,
	struct store_summary **ret_summaries, size_t *ret_count);

/* ---- what the files of it share ---- */

enum {
	SIMILAR_FIELDS = 3, /* title, background, additional details */
	SIMILAR_TERMS_MAX = 256,
	SIMILAR_WORDS_MAX = 4096, /* of the texts that are read again */
	SIMILAR_SLOTS = 8192 /* a power of two, above both */
};

/* A text that has one of the terms. */
struct similar_text {
	uint64_t petition; /* 0: an empty place of the table */
	float length[SIMILAR_FIELDS]; /* the share of BM25 that is of it */
	double score;
};

struct similar_hit {
	uint32_t text; /* place in the table */
	float gain; /* of the term in it, without the term's own weights */
};

struct similar_term {
	struct str lexeme;
	double weight; /* in the question */
	double rarity; /* BM25's idf */
	uint64_t spread; /* texts that have it */
	struct similar_hit *hit;
	size_t hits;
};

struct similar {
	struct arena *arena;
	struct store *store;
	uint64_t except; /* a text that is left out; 0: none */
	double texts; /* in the index */
	double mean[SIMILAR_FIELDS]; /* length of a field, in lexemes */
	struct similar_term term[SIMILAR_TERMS_MAX];
	size_t terms;
	struct similar_text *table; /* by petition, open addressing */
	size_t table_size; /* a power of two */
	uint64_t places; /* read so far */
};

/* Take a lexeme into the question; the weight is added if it is there. */
void similar_add(struct similar *r, struct str lexeme, double weight);

/* Read where the terms stand that were not read before, the rarest first, as
 * far as the bound on work goes. */
MUST_USE enum err similar_read(struct similar *r);

/* In how many texts it is. */
MUST_USE enum err similar_spread(
	struct similar *r, struct str lexeme, uint64_t *ret_spread);

double similar_rarity(const struct similar *r, uint64_t spread);

/* BM25 over fields: tf is the sum over fields of similar_field. */
double similar_field(double length, int field);
double similar_length(const struct similar *r, double lexemes, int field);
double similar_gain(double tf);

/* Score all texts of the table. */
void similar_score(struct similar *r);

/* Its texts, the highest score first; ties by number.  ret_count of them. */
MUST_USE enum err similar_order(
	struct similar *r, struct similar_text ***ret_order, size_t *ret_count);

struct similar_state {
	enum petition_state state;
	bool archived;
	uint64_t count;
};
MUST_USE enum err similar_state_of(
	struct similar *r, uint64_t petition, struct similar_state *ret_state);

/* similar_feedback.c: words that the likest texts share join the question. */
MUST_USE enum err similar_feedback(
	struct similar *r, const struct similar_how *how);

#endif

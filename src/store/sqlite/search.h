/*
 * search.h - the index of petitions' texts, as far as this folder uses it.
 */
#ifndef STORE_SQLITE_SEARCH_H
#define STORE_SQLITE_SEARCH_H

#include "store/sqlite/sql.h"

/* Bring the index up to date with the texts, in the open transaction. */
MUST_USE enum err search_catch_up(struct store *s);

/* The same in a transaction of its own, and for all texts if the index was
 * made by another version of domain/lexeme.h.  For the writer, once. */
MUST_USE enum err search_open(struct store *s);

/*
 * What people typed, as FTS5 is asked for it: every word (and every phrase in
 * quotes) in one same field, in any of the languages that texts are in.
 * Null if nothing was typed, empty if nothing can be found: there are only
 * stop words or signs in it.
 */
MUST_USE enum err search_match(struct arena *a, struct store *s,
	struct str words, struct str *ret_match);

enum { SEARCH_LANGS_MAX = 8 };

/* The languages that texts are in: what people type is read in each. */
MUST_USE enum err search_langs(struct arena *a, struct store *s,
	struct str **ret_langs, size_t *ret_count);

#endif

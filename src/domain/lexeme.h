/*
 * lexeme.h - what words are compared by: their stems, without case and
 * accents.
 *
 * A text becomes a row of lexemes, one for each token (domain/token.h): the
 * Snowball stem of a word in the text's language, anything else as it is; both
 * in lower case and without the accents of Latin, Greek and Cyrillic letters.
 * In English, the words that nearly every text has ("the", "of") are stop
 * words: they have no lexeme, but keep their place.  This is what PostgreSQL's
 * configuration "english" does, accents aside, and what search therefore asks
 * of any backend.  A language without a stemmer is searched by whole words.
 *
 * A lexicon is used by one thread.
 */
#ifndef DOMAIN_LEXEME_H
#define DOMAIN_LEXEME_H

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

/* What is written and read back is by this version; a change of how texts are
 * read takes the next one. */
#define LEXEME_VERSION STR("1")

enum { LEXEME_MAX_BYTES = 1024 };

struct lexicon;

MUST_USE enum err lexicon_new(struct lexicon **ret_lexicon);
void lexicon_free(struct lexicon *l); /* NULL is allowed */

/* lexeme is borrowed, and empty for a stop word; it holds no white space, no
 * quotes and no control characters. */
typedef void lexeme_take(void *arg, struct str lexeme);

/*
 * Give the lexemes of a text in their order.  lang is BCP 47 and may be null;
 * anything may stand in text.  Tokens of more than LEXEME_MAX_BYTES are passed
 * over.  ERR_MEMORY.
 */
MUST_USE enum err lexicon_read(struct lexicon *l, struct str lang,
	struct str text, lexeme_take *take, void *arg);

#endif

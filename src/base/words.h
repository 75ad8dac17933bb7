/*
 * words.h - the seam for translations.
 *
 * Every text that a person reads is written in English in the code and is the
 * key (gettext's msgid) to its translations.  A catalogue answers with the
 * translation; without one, English stands.  Keys are literals, so that
 * xgettext finds them (tools/pot.sh names the functions that take them).
 *
 * A message may hold places for values, {1} to {9}, and links, [text]; their
 * order may differ in a translation.  See page/say.h for writing them.
 *
 * A catalogue is layers of .mo files (mo.h), asked one after another: what a
 * site has put in place of our words, then our translation.  Its header names
 * the language (Language: BCP 47, X-Language-Name: in itself) and the side
 * that lines begin at (X-Direction: rtl; without it ltr).  Catalogues are made
 * once and only read after that, by as many threads as there are.
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/mo.h"
#include "base/str.h"

enum { CATALOGUE_LAYERS = 3 };

struct catalogue {
	struct str lang; /* BCP 47: "en-GB" */
	struct str name; /* of the language, in itself: "English" */
	bool right_to_left;
	struct str thousands; /* between groups of three digits: "," */
	struct mo layer[CATALOGUE_LAYERS];
	size_t layers;
};

/* British English, as it stands in the code; static. */
const struct catalogue *catalogue_english(void);

/*
 * Put together from the bytes of layers, the one that goes before all others
 * first; STR_NULL among them are skipped.  English stands below them.  The
 * bytes are borrowed for as long as a.  ERR_INVALID, with *ret_layer and
 * *ret_why in words for an operator.
 */
MUST_USE enum err catalogue_make(struct arena *a, const struct str *layer,
	size_t n, const struct catalogue **ret_catalogue, size_t *ret_layer,
	const char **ret_why);

/* The translation of msgid, or msgid itself; c may be NULL. */
struct str words_find(const struct catalogue *c, struct str msgid);
/* The form for n; English has one for 1 and many for the rest. */
struct str words_find_plural(
	const struct catalogue *c, struct str one, struct str many, uint64_t n);

/* The same of a literal. */
#define words_say(c, s) words_find((c), STR(s))
/* A key in a table, translated where it is used; a literal. */
#define words_mark(s) STR_INIT(s)

#endif

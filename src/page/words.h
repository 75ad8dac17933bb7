/*
 * words.h - the seam for translations.
 *
 * Every text that a person reads is written in English in the code and is the
 * key (gettext's msgid) to its translations.  A catalogue answers with the
 * translation; without one, English stands.  Keys are literals, so that
 * xgettext finds them (--keyword=tr:2
 * --keyword=site_tr:2 --keyword=say:2 --keyword=sayf:2 --keyword=say_in:3
 * --keyword=sayf_in:3 --keyword=say_count:2,3 --keyword=words_mark:1).
 *
 * A message may hold places for values, {1} to {9}, and links, [text]; their
 * order may differ in a translation.  See say.h for writing them.
 */
#ifndef PAGE_WORDS_H
#define PAGE_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct catalogue {
	struct str lang; /* BCP 47: "en-GB" */
	bool right_to_left;
	struct str thousands; /* between groups of three digits: "," */
	/* The translation, or STR_NULL.  Both borrow from the catalogue. */
	struct str (*find)(const struct catalogue *c, struct str msgid);
	/* The one of the plural forms that n takes, or STR_NULL. */
	struct str (*find_plural)(
		const struct catalogue *c, struct str one, uint64_t n);
};

/* British English, built in; static. */
const struct catalogue *catalogue_english(void);

/* The translation of msgid, or msgid itself. */
struct str words_find(const struct catalogue *c, struct str msgid);
/* The form for n; English has one for 1 and many for the rest. */
struct str words_find_plural(
	const struct catalogue *c, struct str one, struct str many, uint64_t n);

/* A key in a table, translated where it is used; a literal. */
#define words_mark(s) STR_INIT(s)

#endif

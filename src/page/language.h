/*
 * language.h - the languages of a site, in addresses and by preference.
 *
 * A page has one address for each language, /cy/petitions/1, and one without:
 * /petitions/1, which answers in the language that the browser prefers
 * (Accept-Language), or else in the site's first.  docs/interface.md says why.
 * What is no page (JSON, feeds, files, the log) has one address, whatever the
 * language.
 *
 * A *view* is a number: view v is language v, whose links lead on in it; the
 * first language's have no prefix, so that its addresses are those of a site
 * with one language.  View n, n being the number of languages, is the first
 * language asked for by name: its links keep the name, whatever the browser
 * prefers.  A site with one language has view 0 only.
 */
#ifndef PAGE_LANGUAGE_H
#define PAGE_LANGUAGE_H

#include "base/words.h"

enum { LANGUAGES_MAX = 16, VIEWS_MAX = LANGUAGES_MAX + 1 };

struct language {
	struct str tag; /* as the site's settings write it: "cy" */
	struct str prefix; /* "/cy" */
	const struct catalogue *words;
};

/* The translation that the program brings along for this tag, a .mo file;
 * STR_NULL: none. */
struct str language_built_in(struct str tag);
/* True for "en", whose words stand in the code. */
bool language_is_source(struct str tag);
/* True if tag may stand in settings, addresses and names of files: letters,
 * digits and "-" as BCP 47 has them. */
bool language_tag_fits(struct str tag);

/* True for paths of pages: they take a prefix, and vary by preference. */
bool language_has(struct str path);

/* The language that path begins with, and what follows it ("/" for nothing);
 * n if it begins with none, and ret_rest is path. */
size_t language_of_path(const struct language *list, size_t n, struct str path,
	struct str *ret_rest);
/* The one that this field's value likes best (RFC 9110 section 12.5.4, RFC
 * 4647 section 3.4); 0 if it likes none of them. */
size_t language_preferred(
	const struct language *list, size_t n, struct str accept);

/* How many views n languages make. */
size_t language_views(size_t n);

#endif

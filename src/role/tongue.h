/*
 * tongue.h - the languages of a site: [site] languages of its configuration,
 * and SITE/locale/LANG.mo, whose words go before ours.
 *
 * What cannot be used is told once each, in a sentence for an operator, and
 * left out; a site always has one language at least.  Read once at the start;
 * afterwards only read, by every thread.
 */
#ifndef ROLE_TONGUE_H
#define ROLE_TONGUE_H

#include "page/language.h"
#include "role/config.h"

struct tongues {
	struct arena arena;
	struct buf own[LANGUAGES_MAX]; /* files of SITE/locale */
	struct language list[LANGUAGES_MAX];
	size_t n; /* at least 1 */
};

typedef void (*tongue_complain)(void *context, const char *sentence);

/* locale_fd is SITE/locale, -1 if there is none.  ERR_MEMORY only. */
MUST_USE enum err tongues_load(const struct config *config, int locale_fd,
	tongue_complain complain, void *context, struct tongues *ret_tongues);
void tongues_release(struct tongues *t);

#endif

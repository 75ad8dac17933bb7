/*
 * theme.h - SITE/theme: theme.css, logo.svg or logo.png, header.html and
 * footer.html (NAME.LANG.html for other languages than the first).
 *
 * Each file is optional and stands alone: what cannot be used is told with
 * file and line, and the page is ours there.  Read once at the start;
 * afterwards only read, by every thread.
 */
#ifndef ROLE_THEME_H
#define ROLE_THEME_H

#include "page/language.h"
#include "page/pages.h"

struct theme_text {
	struct buf markup;
	const struct catalogue *words; /* of the language it is written in */
};

struct theme {
	struct buf css, logo; /* empty: none */
	bool logo_is_svg;
	char css_path[32], logo_path[32]; /* "/theme/HASH.css" */
	struct theme_text header[VIEWS_MAX], footer[VIEWS_MAX];
};

typedef void (*theme_complain)(void *context, const char *sentence);

/* theme_fd is SITE/theme, -1 if there is none; list is borrowed while the
 * theme lives.  ERR_MEMORY only. */
MUST_USE enum err theme_load(int theme_fd, const struct language *list,
	size_t n, theme_complain complain, void *context,
	struct theme *ret_theme);
void theme_release(struct theme *t);

/* What the pages of a view need; borrows from t. */
struct page_theme theme_page(const struct theme *t, size_t view);

#endif

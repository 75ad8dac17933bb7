/*
 * content.h - pages of words: Markdown (CommonMark), ours or the operator's.
 *
 * The first line is the title, "# Title".  {response_threshold},
 * {debate_threshold}, {months} and {site} stand for the site's own values.
 * html/markdown.h says what becomes of it.  With three or more headings of the second level there is a list of
 * them.
 */
#ifndef PAGE_CONTENT_H
#define PAGE_CONTENT_H

#include "page/pages.h"

enum { CONTENT_MAX_BYTES = 256 << 10 };

/* The names of such pages: "help" and so on. */
const struct str *content_names(size_t *ret_count);

/* The page of this name from an operator's Markdown; STR_NULL: our own words.
 * ERR_INVALID if that is no page: not UTF-8, or without a title. */
MUST_USE enum err page_content(struct buf *out, const struct page_site *site,
	struct str name, struct str markdown);

#endif

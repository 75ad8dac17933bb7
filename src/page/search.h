/*
 * search.h - the field for words, as the home page and the lists show it, and
 * what to do when nothing was found.
 */
#ifndef PAGE_SEARCH_H
#define PAGE_SEARCH_H

#include "page/layout.h"

/* A form that keeps facet, period and topics of the list it stands on. */
void search_form(struct page *p, const struct page_browse *b);

/* "12 petitions match “trees”." */
void search_found(struct page *p, const struct page_browse *b);

/* Nothing was: why that may be, and where else to look. */
void search_nothing(struct page *p, const struct page_browse *b);

#endif

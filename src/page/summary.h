/*
 * summary.h - a petition in a list, as the home page and the lists show it.
 */
#ifndef PAGE_SUMMARY_H
#define PAGE_SUMMARY_H

#include "page/layout.h"

/* <ol class="petitions">, in the order given. */
void summary_list(struct page *p, const struct page_list *list);

/* The same of open ones, each with a link to sign it. */
void summary_list_to_sign(struct page *p, const struct page_list *list);

#endif

/*
 * receipt.h - the parts of the page after confirming that are not the receipt
 * itself: signed.c.
 */
#ifndef PAGE_RECEIPT_H
#define PAGE_RECEIPT_H

#include "page/layout.h"

/* How many have signed, this signature with its checkpoint. */
void receipt_count(struct page *p, const struct page_receipt *r);
/* Where it counts, and who sits there; nothing if nobody knows. */
void receipt_area(struct page *p, const struct page_receipt *r);
/* Ways to tell others while the petition is open, and what happens next; nothing
 * of a signature that is not counted. */
void receipt_more(struct page *p, const struct page_receipt *r);

#endif

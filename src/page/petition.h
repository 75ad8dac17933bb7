/*
 * petition.h - the parts of a petition's page; page_petition joins them.
 */
#ifndef PAGE_PETITION_H
#define PAGE_PETITION_H

#include "html/markdown.h"
#include "page/layout.h"

/* What staff wrote, in Markdown; its highest heading becomes this level. */
void petition_words(struct page *p, struct str markdown, unsigned heading);

/* Response, debate and other parliamentary business (outcome.c). */
void petition_outcome(struct page *p, const struct petition *t, bool reveal);
/* The count, its way to the thresholds, the button (tally.c). */
void petition_tally(struct page *p, const struct petition *t,
	const struct page_around *around);
/* The curve of its signatures (growth.c). */
void petition_growth(struct page *p, const struct petition *t,
	const struct page_around *around);
/* "Check the count yourself" (tally.c). */
void petition_check(struct page *p, const struct petition *t);
/* Where to get involved and how to follow it (follow.c). */
void petition_follow(struct page *p, const struct petition *t);
/* Why it was rejected (rejection.c). */
void petition_rejection(struct page *p, const struct petition *t);

/* Those of its period if it is archived, else the site's. */
uint64_t petition_response_threshold(
	const struct page *p, const struct petition *t);
uint64_t petition_debate_threshold(
	const struct page *p, const struct petition *t);

#endif

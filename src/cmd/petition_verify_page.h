/*
 * petition_verify_page.h - do a site's petitions say the counts that its log
 * gives?
 *
 * /petitions/ID.json is compared with the recount.  A page may be some
 * seconds older than the checkpoint, or newer: before a difference counts as
 * one, both are asked for again.
 */
#ifndef CMD_PETITION_VERIFY_PAGE_H
#define CMD_PETITION_VERIFY_PAGE_H

#include "cmd/petition_verify_history.h"

/* Compare every petition of h, or only this one (unless 0); s is remote. */
void pages_verify(struct source *s, const struct history_terms *terms,
	struct history *h, uint64_t only, struct verdict *v);

#endif

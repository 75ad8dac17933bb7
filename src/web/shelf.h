/*
 * shelf.h - finished pages, made once after a change and given out as they
 * are.
 *
 * Taking a page that is there costs no lock and no query.  What changed is
 * marked; its old page is given out until the new one is finished.  A page
 * somebody asked for since it was last made is made again at once, any other
 * at its next request.  One thread makes them, with a reader of its own.
 *
 * The pages together have a ceiling in bytes: beyond it those that nobody has
 * asked for since the hand came by last go, as in a clock, and are made again
 * when they are asked for.
 */
#ifndef WEB_SHELF_H
#define WEB_SHELF_H

#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "domain/petition.h"
#include "http/http.h"
#include "page/pages.h"

struct shelf;

/* A petition as far as forms and short answers need it; its texts live as
 * long as the brief. */
struct brief;
const struct petition *brief_petition(const struct brief *b);
void brief_free(struct brief *b); /* drop a reference; NULL is allowed */

enum shelf_page {
	/* What /petitions/ID… and /archived/petitions/ID… answer; the one that
	 * is not the petition's place redirects to the other. */
	SHELF_PETITION,
	SHELF_PETITION_JSON,
	SHELF_PETITION_COUNT, /* count.json */
	SHELF_ARCHIVED,
	SHELF_ARCHIVED_JSON,
	SHELF_HOME,
	SHELF_READERS, /* who can open what */
	SHELF_CHECKPOINT, /* id is the year: its newest that web committed */
	SHELF_YEARS /* the years of those checkpoints, one a line */
};

/* store_path as for store_open; there is a site for each view
 * (page/language.h), copied, their texts borrowed for good.  Each view of a
 * page is made when it is first asked for; data are the same in all of them,
 * and are made with the first.  ERR of the store. */
MUST_USE enum err shelf_open(const char *store_path,
	const struct page_site *sites, size_t views, struct clock *clock,
	size_t max_bytes, struct shelf **ret_shelf);
void shelf_close(struct shelf *s); /* NULL is allowed */

/* In an http thread: answer r with this page, now or (r is parked then) as
 * soon as it is made.  id is the petition's or a year, else 0. */
void shelf_reply(struct shelf *s, struct http_request *r, enum shelf_page page,
	uint64_t id);

/* How many pages stand there, and their bytes. */
struct shelf_size {
	size_t n;
	size_t bytes;
};
struct shelf_size shelf_size(const struct shelf *s);
/* When the newest checkpoint was made, 0 before the first. */
int64_t shelf_checkpoint_ms(const struct shelf *s);

/* Rises with every change of petitions: what was made from the store is as
 * new as this was when its making began. */
uint64_t shelf_generation(const struct shelf *s);

/* A reference to the petition's brief, or NULL: none of that id.  May be made
 * in place when it is asked for the first time. */
MUST_USE struct brief *shelf_brief(struct shelf *s, uint64_t id);

/* ---- from the flow ---- */

/* This petition (0: all of them, and their number) changed in the store. */
void shelf_changed(struct shelf *s, uint64_t id);
/* A checkpoint was committed. */
void shelf_checkpoint(struct shelf *s, uint32_t year, int64_t made_ms);
/* Sealer declared who can open what. */
void shelf_declared(struct shelf *s);

/* Answer the parked, make no more. */
void shelf_stop(struct shelf *s);

#endif

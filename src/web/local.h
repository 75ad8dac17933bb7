/*
 * local.h - petitions where people live: /petitions/local and below.
 *
 * What somebody searches for comes by POST and is in no address; the answer is
 * a redirect to the page of the area, or the form again.
 */
#ifndef WEB_LOCAL_H
#define WEB_LOCAL_H

#include "page/local.h"
#include "web/answers.h"

enum { LOCAL_MAX = 50 }; /* petitions of one area */

/* An area as pages show it; borrows from the row. */
struct page_area local_shown(
	const struct store_place_row *area, struct str slug);

answer_make local_make; /* the form and all areas */
answer_make area_make; /* page, JSON and CSV of one */

#endif

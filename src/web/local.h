/*
 * local.h - petitions where people live: /petitions/local and below.
 *
 * What somebody searches for comes by POST and is in no address; the answer is
 * a redirect to the page of the area, or the form again.
 */
#ifndef WEB_LOCAL_H
#define WEB_LOCAL_H

#include "web/answers.h"

enum { LOCAL_MAX = 50 }; /* petitions of one area */

answer_make local_make; /* the form and all areas */
answer_make area_make; /* page, JSON and CSV of one */

#endif

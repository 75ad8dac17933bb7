/*
 * about.h - pages around petitions: those not published yet, the lists of the
 * institution, and the addresses that have moved.
 */
#ifndef WEB_ABOUT_H
#define WEB_ABOUT_H

#include "web/answers.h"

/* Where anybody who asks for a petition is sent while it is not published;
 * a null view in any other state. */
struct str waiting_part(enum petition_state state);

/* /petitions/ID/gathering-support and /moderation-info */
answer_make waiting_make;
answer_make periods_page_make; /* /parliaments */
answer_make topics_page_make; /* /topics */
answer_make manifest_make; /* /manifest.json */

#endif

/*
 * similar.h - which petitions are like a draft: for programs, and for people
 * before they start another one.
 */
#ifndef WEB_SIMILAR_H
#define WEB_SIMILAR_H

#include "web/answers.h"

answer_make similar_make; /* /petitions/similar.json */
answer_make check_make; /* /petitions/check */

#endif

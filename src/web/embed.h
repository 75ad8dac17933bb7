/*
 * embed.h - what other sites show of a petition (docs/embedding.md).
 */
#ifndef WEB_EMBED_H
#define WEB_EMBED_H

#include "web/answers.h"

answer_make widget_make; /* /petitions/ID/widget */
answer_make card_make; /* /petitions/ID/card.png: Open Graph */
answer_make badge_make; /* /petitions/ID/badge.svg */

#endif

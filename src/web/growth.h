/*
 * growth.h - how petitions grew, for programs, and which grow fastest.
 */
#ifndef WEB_GROWTH_H
#define WEB_GROWTH_H

#include "web/answers.h"

/* /petitions/ID/history.json and .csv, and below /archived */
answer_make history_json_make;
answer_make history_csv_make;
/* /trending.json (reference 4.7) */
answer_make trending_make;

#endif

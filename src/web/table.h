/*
 * table.h - the small tables of the public interface: periods, areas, topics,
 * departments.
 */
#ifndef WEB_TABLE_H
#define WEB_TABLE_H

#include "web/answers.h"

answer_make periods_make; /* /parliaments.json */
answer_make period_make; /* /parliaments/PERIOD.json */
answer_make period_areas_make; /* /parliaments/PERIOD/constituencies.json */
answer_make areas_make; /* /constituencies.json */
answer_make topics_make;
answer_make departments_make;

#endif

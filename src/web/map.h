/*
 * map.h - where a petition's signatures came from, drawn: /petitions/ID/map,
 * map.svg, map.png, and their twins below /archived.
 */
#ifndef WEB_MAP_H
#define WEB_MAP_H

#include "web/answers.h"

answer_make map_make;
answer_make map_svg_make;
answer_make map_png_make;

#endif

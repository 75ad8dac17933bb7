/*
 * feed.h - what machines follow: Atom feeds (RFC 4287), the site map, robots,
 * and a petition's page with its response opened.
 */
#ifndef WEB_FEED_H
#define WEB_FEED_H

#include "web/answers.h"

/* /feeds/newest.atom, responded.atom, debated.atom */
answer_make feed_make;
/* /petitions/ID.atom and /archived/petitions/ID.atom: its timeline. */
answer_make petition_feed_make;
/* ?reveal_response=yes */
answer_make petition_reveal_make;
answer_make sitemap_make;
answer_make robots_make;

#endif

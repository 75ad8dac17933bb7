/*
 * demo.h - the database of a new site, and the samples in it.
 */
#ifndef CMD_DEMO_H
#define CMD_DEMO_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"

/* Make site/web/site.db; with samples, put our sample petitions into it, their
 * dates moved so that today is where they were written for. */
MUST_USE enum err demo_database(const char *site, bool samples);

#endif

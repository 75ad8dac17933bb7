/*
 * listed.h - the comma-separated lists of the settings: mail domains and
 * country codes.  Case does not matter; blanks around an entry do not either.
 */
#ifndef DOMAIN_LISTED_H
#define DOMAIN_LISTED_H

#include <stdbool.h>

#include "base/str.h"

/* "XK, AQ" has "xk". */
bool word_is_listed(struct str list, struct str word);

/*
 * True if domain is an entry, or falls under one: *.example.org is any name
 * of one label before example.org, **.example.org one or more.
 */
bool domain_is_listed(struct str list, struct str domain);

#endif

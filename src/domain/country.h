/*
 * country.h - the countries and territories a signer may live in.
 *
 * Codes are ISO 3166-1 alpha-2, with three that the United Kingdom's petition
 * site uses beside them (XK Kosovo, BAT British Antarctic Territory, and GB
 * for the United Kingdom whole).  Names are short English ones; translations
 * go by code.  Everything here is constant.
 */
#ifndef DOMAIN_COUNTRY_H
#define DOMAIN_COUNTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

#define COUNTRY_DEFAULT "GB"

struct country {
	struct str code;
	struct str name;
};

/* The list: GB first, the rest by name.  Static, never freed. */
const struct country *country_list(size_t *ret_count);

/* True if code (upper case) is in the list. */
bool country_known(struct str code);

/* The English name, or STR_NULL. */
struct str country_name(struct str code);

#endif

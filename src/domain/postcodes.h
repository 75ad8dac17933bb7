/*
 * postcodes.h - from a postcode to the areas it lies in.
 *
 * An index in memory or mapped from a file, in a format of our own
 * (docs/formats.md, "Postcodes"): about one and a half bytes a postcode, a look-up
 * reads one block of 64.  It is made by postcodes_build.h.  Postcodes are
 * canonical (domain/text.h): letters and digits, upper case.  Nothing here
 * allocates; what is found is views into the index.  Bytes of any kind are
 * safe to look into.
 */
#ifndef DOMAIN_POSTCODES_H
#define DOMAIN_POSTCODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

enum {
	POSTCODES_KEY_MAX = 12, /* characters of a postcode: 37^12 < 2^63 */
	POSTCODES_AREAS = 8, /* of one postcode, at most */
	POSTCODES_AREA_BYTES = 32, /* of an area's code, at most */
	POSTCODES_BLOCK = 64, /* postcodes */
	POSTCODES_HEAD_BYTES = 64
};

/* Four bytes as they stand at the beginning. */
#define POSTCODES_MAGIC "PPI1"

struct postcodes {
	struct str bytes; /* null: there is no index, and nothing is found */
	uint32_t key_len; /* characters of the longest */
	uint32_t count; /* postcodes */
	uint32_t blocks;
	uint32_t sets; /* different lists of areas */
	uint32_t areas;
	size_t area_at;
	size_t set_at;
	size_t block_at;
	size_t body_at;
};

struct postcode_found {
	bool ended; /* no letter goes there any more */
	struct str area[POSTCODES_AREAS]; /* codes, the first file's first */
	size_t n; /* 0: it lies in no area */
};

/* Bytes are borrowed.  ERR_INVALID if this is no index, or not a whole one;
 * whether a bit is wrong is for postcodes_intact. */
MUST_USE enum err postcodes_open(struct str bytes, struct postcodes *ret_index);

/* True if the checksum is right: reads everything. */
bool postcodes_intact(const struct postcodes *p);

/* False if it is not in the index. */
bool postcodes_find(const struct postcodes *p, struct str postcode,
	struct postcode_found *ret_found);

/* The number of a postcode of at most key_len characters: it sorts as the text
 * does.  False if it is empty, longer, or not canonical. */
bool postcodes_key(struct str postcode, uint32_t key_len, uint64_t *ret_key);

#endif

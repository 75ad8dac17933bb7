/*
 * load_index.h - petitiond load SITE postcodes: lists into the index of
 * postcodes, of a stopped site or through its running server.
 */
#ifndef CMD_LOAD_INDEX_H
#define CMD_LOAD_INDEX_H

#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

/* All files together become the index, in the place of the one before; what is
 * wrong is complained of, and the old one stays then. */
MUST_USE enum err load_index(const char *site, char **files, size_t n_files);

/* Append to out the index of a list that is in memory. */
MUST_USE enum err load_index_of(
	struct str name, struct str bytes, struct buf *out);

#endif

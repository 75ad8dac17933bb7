/*
 * asset.h - the stylesheet, scripts and pictures built into the program.
 *
 * The build (tools/embed.py) packs src/page/assets: each file is served at
 * /assets/STEM.HASH.EXT, HASH being the first 16 hex digits of its SHA-256,
 * so that it may be cached for ever; it comes plain and, where that is
 * smaller, gzipped.  Everything here is constant.
 */
#ifndef PAGE_ASSET_H
#define PAGE_ASSET_H

#include "base/str.h"

struct asset {
	struct str name; /* "style.css" */
	struct str path; /* "/assets/style.0123456789abcdef.css" */
	struct str type; /* the content type */
	struct str body;
	struct str gzip; /* STR_NULL when it would not be smaller */
};

/* By the path of a request; NULL when there is none. */
const struct asset *asset_find(struct str path);
/* By the file's own name; NULL when there is none. */
const struct asset *asset_named(struct str name);
/* All of them, in the order of their names. */
const struct asset *asset_list(size_t *ret_count);

#endif

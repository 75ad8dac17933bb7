/*
 * petition_verify_source.h - where the public files come from: a folder, a
 * site over HTTP with an optional cache folder, or an evidence file.
 *
 * Paths are those of docs/log.md, section 1 ("log/2026/checkpoint").  Over
 * HTTP one connection serves all (libcurl).  Only files that never change
 * are kept in the cache; a run that was broken off goes on from there, and a
 * download of such a file from where it broke off.
 */
#ifndef CMD_PETITION_VERIFY_SOURCE_H
#define CMD_PETITION_VERIFY_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "cmd/petition_verify_pieces.h"

struct source;

enum source_life { SOURCE_CHANGES, SOURCE_FIXED };

/* where is a folder, http://… or https://…; cache is NULL for none.
 * ERR_INVALID if the URL is none, else what the system says. */
MUST_USE enum err source_open(
	const char *where, const char *cache, struct source **ret_source);
/* The pieces of an evidence file; borrowed. */
MUST_USE enum err source_of_pieces(
	struct pieces *p, struct source **ret_source);
void source_free(struct source *s);

bool source_is_remote(const struct source *s);
/* True once a file came out of the cache instead of the site. */
bool source_used_cache(const struct source *s);
/* A few words on the last failure that was not ERR_NOT_FOUND. */
const char *source_why(const struct source *s);

/* Replace b's contents by the file.  ERR_NOT_FOUND: there is none;
 * ERR_TOO_LARGE: beyond b's ceiling; others: this machine could not look. */
MUST_USE enum err source_get(struct source *s, const char *path,
	enum source_life life, struct buf *b);
/* The same without a look in the cache, which gets the new contents. */
MUST_USE enum err source_get_anew(
	struct source *s, const char *path, struct buf *b);

#endif

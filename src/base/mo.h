/*
 * mo.h - reading a compiled catalogue of messages (.mo), as msgfmt writes it.
 *
 * Format: manual of GNU gettext, "The Format of GNU MO Files", revision 0,
 * either byte order; the hash table is not used, because the messages are
 * sorted.  The whole file is judged when it is opened, so that a look-up
 * cannot fail or leave it: every text lies inside, ends in NUL, and is UTF-8;
 * the ids are sorted and none comes twice; every message with plural forms
 * has as many as the header says.
 *
 * A struct mo borrows the file's bytes and never changes: many threads may
 * ask one at the same time.  There is no locale of the system in it.
 */
#ifndef BASE_MO_H
#define BASE_MO_H

#include <stdint.h>

#include "base/buf.h"
#include "base/plural.h"

enum { MO_MAX_BYTES = 4 << 20 };

struct mo {
	struct str bytes;
	bool swapped; /* the other byte order */
	uint32_t n; /* messages, the header among them */
	uint32_t ids; /* where the tables begin */
	uint32_t texts;
	struct str header; /* "Language: cy\n..."; may be empty */
	struct plural plural;
};

/* ERR_INVALID, and *ret_why in words for an operator, if it is none. */
MUST_USE enum err mo_open(
	struct str bytes, struct mo *ret_mo, const char **ret_why);

/* A field of the header, trimmed; STR_NULL if there is none. */
struct str mo_field(const struct mo *mo, struct str name);

/* The translation of id (for a message with plural forms, of its first form);
 * STR_NULL: there is none. */
struct str mo_find(const struct mo *mo, struct str id);
/* Of its form for n. */
struct str mo_find_plural(const struct mo *mo, struct str id, uint64_t n);

/* The i-th message, for tools: forms are separated by NUL. */
struct str mo_id(const struct mo *mo, uint32_t i);
struct str mo_text(const struct mo *mo, uint32_t i);

struct mo_message {
	struct str id, text; /* forms separated by NUL */
};

/* Write such a file: the header first, then messages sorted by id. */
void mo_write(struct buf *b, const struct mo_message *m, uint32_t n);

#endif

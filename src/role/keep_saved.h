/*
 * keep_saved.h - keeper's indexes in a file, so that an opening need not read
 * every entry (docs/formats.md section 12).
 *
 * The file `index` is a copy of what is in memory when a journal segment
 * begins; the segments from that one on say what has happened since.  It is
 * derived: whatever is wrong with it, ERR_CORRUPT makes the opening read the
 * entries instead.  So nobody waits for the disk when it is written.
 *
 * Reading takes any bytes.  What it adds lies within the bounds it was given;
 * whether that is so of the entries is for keep_opening.c to look at.
 */
#ifndef ROLE_KEEP_SAVED_H
#define ROLE_KEEP_SAVED_H

#include "base/str.h"
#include "role/keep_index.h"
#include "role/keep_marks.h"
#include "role/keep_rids.h"

#define KEEP_SAVED_FILE "index"

struct keep_saved {
	uint64_t segment; /* of the journal, that the copy is older than */
	uint64_t end; /* above every slot that had an entry */
	/* Borrowed. */
	struct keep_index *people;
	struct keep_rids *rids;
	struct keep_marks *open;
};

/* Put it in the place of the one before; not synced. */
MUST_USE enum err keep_saved_write(int dir_fd, const struct keep_saved *s);

/* Fill the three, which are empty, and set segment and end.  ERR_CORRUPT for
 * bytes that were not written so, ERR_MEMORY: the three hold a part. */
MUST_USE enum err keep_saved_parse(struct str bytes, struct keep_saved *s);
/* The same of the file; ERR_NOT_FOUND if there is none. */
MUST_USE enum err keep_saved_read(int dir_fd, struct keep_saved *s);

#endif

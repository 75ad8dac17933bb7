/*
 * logbook_journal.h - the log's journal: segments of entries, each entry
 * durable before anything follows from it.
 *
 * A segment is the file journal-N (N in 16 hex digits, from 1), which begins
 *
 *     "PLJ1" ‖ zero[4] ‖ N u64 ‖ number of its first entry u64 ‖ salt[8] ‖
 *     check[8]
 *
 * and goes on with entries
 *
 *     salt[8] ‖ number u64 ‖ len u32 ‖ kind u8 ‖ zero[3] ‖ check[8] ‖ body
 *
 * where check is the first eight bytes of SHA-256 over what stands before it
 * and, for an entry, the body.  Every entry is synced before the next is
 * written, so a crash can tear only the last: an entry that fails its check
 * is forgotten if none with a higher number follows, and is damage if one
 * does.  The salt is random and never leaves the file, so that nobody can
 * put something into an event that looks like an entry.
 */
#ifndef ROLE_LOGBOOK_JOURNAL_H
#define ROLE_LOGBOOK_JOURNAL_H

#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/rng.h"
#include "base/str.h"

enum { JOURNAL_HEAD_BYTES = 40, JOURNAL_ENTRY_HEAD_BYTES = 32 };
#define JOURNAL_BODY_MAX ((size_t)64 << 20)

enum journal_kind { JOURNAL_EVENTS = 1, JOURNAL_ORDER = 2 };

struct journal {
	int dir_fd; /* borrowed */
	int fd; /* of the segment in use; -1: none */
	uint64_t segment;
	uint64_t next_entry;
	uint64_t bytes; /* of this segment */
	uint8_t salt[8];
};

/* Begin segment n, durably, and make it the one in use. */
MUST_USE enum err journal_begin(
	struct journal *j, struct rng *rng, uint64_t segment);
/* Append one entry and wait for the disk. */
MUST_USE enum err journal_append(
	struct journal *j, enum journal_kind kind, struct str body);
void journal_close(struct journal *j);
/* Remove the segments below this one. */
MUST_USE enum err journal_remove_below(struct journal *j, uint64_t segment);

/* What is done with each entry read. */
struct journal_reader {
	enum err (*entry)(struct journal_reader *r, enum journal_kind kind,
		struct str body);
};

/*
 * Read a segment whose first entry must be number j->next_entry, and make it
 * the one in use, cut behind its last whole entry.  ERR_NOT_FOUND if it is
 * not there, or is the unfinished beginning of one (then it is removed).
 * ERR_CORRUPT for damage; for a torn end too, unless may_be_torn.
 */
MUST_USE enum err journal_read(struct journal *j, uint64_t segment,
	bool may_be_torn, struct journal_reader *r);

/* The file's name, in ret_name[32]. */
void journal_name(uint64_t segment, char ret_name[32]);

#endif

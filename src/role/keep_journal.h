/*
 * keep_journal.h - keeper's journal: what must survive before it is answered.
 *
 * Segments journal-N (N in 16 hex digits, ascending) hold records
 *
 *     "PKJ1" ‖ len u32 ‖ CRC-32 of the body ‖ body[len]
 *
 * one a batch, so a batch is there whole or not at all.  Reading stops at the
 * first record of a segment that is not whole: a crash tore it, and nothing
 * of it was answered.  A segment is never appended to after a restart.
 *
 * The journal knows nothing of what a body means.
 */
#ifndef ROLE_KEEP_JOURNAL_H
#define ROLE_KEEP_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

struct keep_journal {
	int dir_fd;
	int fd;
	uint64_t number; /* of the segment that is written */
	uint64_t bytes; /* in it */
};

typedef enum err keep_replay_fn(void *context, struct str body);

/* Call replay for every whole record, oldest first.  *ret_first and *ret_last
 * are the lowest and the highest segment number there is, or 0. */
MUST_USE enum err keep_journal_read(int dir_fd, keep_replay_fn *replay,
	void *context, uint64_t *ret_first, uint64_t *ret_last);

/* Begin segment number, durably. */
MUST_USE enum err keep_journal_begin(
	int dir_fd, uint64_t number, struct keep_journal *ret_journal);
void keep_journal_close(struct keep_journal *j);

/* Append one record; wait for the disk if it must be durable. */
MUST_USE enum err keep_journal_append(
	struct keep_journal *j, struct str body, bool durable);

/* Delete the segments below the one that is written.  What they say must
 * stand durably elsewhere. */
MUST_USE enum err keep_journal_forget(const struct keep_journal *j);

#endif

/*
 * keep_store.h - keeper's files: entries, locks and the journal between.
 *
 *     slots       entry of slot s at s * 192; the first 192 bytes are a head
 *     locks       three masked locks of slot s at s * 96 (docs/formats.md
 *                 section 5); zeros are no lock
 *     journal-N   what slots does not hold for sure yet (keep_journal.h)
 *
 * A batch: entries are changed in memory (staged), where reads find them;
 * commit then
 *
 *  1 syncs the new locks (they were written when their entries were staged),
 *  2 writes one journal record and syncs it: this is the moment of truth,
 *  3 zeroes the locks of killed entries, and contact locks of signers who want
 *    no more mail, and syncs them,
 *  4 writes the entries to slots, without waiting.
 *
 * A crash before 2 leaves locks without an entry, of a slot that nobody was
 * told about.  One after 2 is mended by the replay at the next opening, which
 * does 3 and 4 again.  Locks never pass through the journal.
 *
 * When a segment is large or old: sync slots, begin a new one, and, when the
 * indexes are saved (keep_saved.h), delete the old.  So tags of killed entries
 * outlive them by that much, no longer.
 *
 * After any error the store is to be released and opened again.
 */
#ifndef ROLE_KEEP_STORE_H
#define ROLE_KEEP_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/tag.h"
#include "role/keep_entry.h"
#include "role/keep_journal.h"

#define KEEP_STORE_LOCKS 3
#define KEEP_LOCKS_FILE "locks"

/* Which locks of a slot go in step 3. */
struct keep_death {
	uint64_t slot;
	uint8_t first, count;
};

struct keep_store {
	int dir_fd;
	int slots_fd;
	int locks_fd;
	uint64_t end; /* above every slot that has an entry in the file */
	struct keep_journal journal;

	/* Of the opening: the oldest segment that was there, or 0, and the slots
	 * that the replay wrote, some of them more than once. */
	uint64_t first_segment;
	uint64_t *changed;
	size_t changed_count, changed_cap;

	/* The batch. */
	struct keep_entry *staged;
	size_t staged_count, staged_cap;
	uint32_t *place; /* hash of a slot to its index in staged, plus one */
	size_t place_cap; /* a power of two, more than 2 * staged_count */
	struct buf ops; /* the journal record to be */
	struct keep_death *dying;
	size_t dying_count, dying_cap;
	bool locks_written;
};

/* Open or make the files in dir_fd and replay the journal, which is kept until
 * keep_store_forget.  ERR_BUSY if another process has them. */
MUST_USE enum err keep_store_open(int dir_fd, struct keep_store *ret_store);
void keep_store_changed_release(struct keep_store *s);
void keep_store_release(struct keep_store *s);

/* The entry as the batch has it so far; of state KEEP_NONE if there is none. */
MUST_USE enum err keep_store_get(
	struct keep_store *s, uint64_t slot, struct keep_entry *ret_entry);

/* Stage a new entry and write its locks. */
MUST_USE enum err keep_store_add(struct keep_store *s,
	const struct keep_entry *e,
	const struct masked_lock lock[KEEP_STORE_LOCKS]);
/* Stage a claim of e, and the winner in its group's root. */
MUST_USE enum err keep_store_claim(
	struct keep_store *s, const struct keep_entry *e);
/* Stage the death of e (keep_entry_kill). */
MUST_USE enum err keep_store_kill(struct keep_store *s,
	const struct keep_entry *e, uint64_t winner, enum keep_rid_after rid);
/* Stage the mark that e's signer wants it gone. */
MUST_USE enum err keep_store_leave(
	struct keep_store *s, const struct keep_entry *e);
/* Stage the end of the slot's contact lock; its entry stays. */
MUST_USE enum err keep_store_stop(struct keep_store *s, uint64_t slot);
/* Stage an acknowledgement (keep_entry_acknowledge). */
MUST_USE enum err keep_store_acknowledge(
	struct keep_store *s, const struct keep_entry *e, enum keep_state to);

/* Make the batch so (durably if asked, which claims, deaths and additions
 * need), and begin an empty one. */
MUST_USE enum err keep_store_commit(struct keep_store *s, bool durable);

/* Empty the journal into slots and begin a segment: see above. */
MUST_USE enum err keep_store_rotate(struct keep_store *s);
/* Delete the segments before it. */
MUST_USE enum err keep_store_forget(struct keep_store *s);

MUST_USE enum err keep_store_lock(struct keep_store *s, uint64_t slot,
	enum compartment compartment, struct masked_lock *ret_lock);

/* Every entry in the file in the order of slots, those without state passed
 * over.  Not within a batch. */
typedef enum err keep_scan_fn(void *context, const struct keep_entry *e);
/* The same of n slots from first on. */
MUST_USE enum err keep_store_scan_some(struct keep_store *s, uint64_t first,
	uint64_t n, keep_scan_fn *fn, void *context);
MUST_USE enum err keep_store_scan(
	struct keep_store *s, keep_scan_fn *fn, void *context);

#endif

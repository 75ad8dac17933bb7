/*
 * publish.h - documents that leaves of the public log name (docs/log.md,
 * section 6): who can open what, what program runs, how a petition ended.
 *
 * All are called within the committer's batch.  A document and the event that
 * names it are stored together or not at all.
 */
#ifndef WEB_PUBLISH_H
#define WEB_PUBLISH_H

#include "base/attr.h"
#include "domain/store.h"

/* One KEY event for each new declaration, none for the one in force; the
 * readers of it are those of /who-can-read from now_ms on.  ret_ev_seq is its
 * event, or the last one there is. */
MUST_USE enum err publish_declaration(struct store *s, struct str text,
	int64_t now_ms, struct arena *a, uint64_t *ret_ev_seq);

/* One CODE event for each text that differs from the last; none for an empty
 * one.  Events are added to events. */
MUST_USE enum err publish_code(
	struct store *s, struct str text, struct arena *a, size_t *events);

/* A TALLY event for up to max petitions that are due one.  Events are added to
 * events. */
MUST_USE enum err publish_tallies(
	struct store *s, size_t max, struct arena *a, size_t *events);

#endif

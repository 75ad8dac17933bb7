/*
 * committer.h - the one thread that writes the database.
 *
 * It takes everything that waits, applies it in one transaction, waits for
 * the disk once, and hands all items back through the done queue with their
 * answers.  An item whose own operation failed has its err; if the commit
 * itself failed, all have its error and nothing was stored (docs/protocol.md,
 * step 6: nobody is told anything before the disk has it).
 */
#ifndef WEB_COMMITTER_H
#define WEB_COMMITTER_H

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/zone.h"
#include "domain/store.h"
#include "web/work.h"

struct committer;

/* An import of this kind is a PETITION document (docs/log.md section 6) of a
 * petition that the database does not have as published. */
#define COMMITTER_PUBLISHED "published"

/* How an import's bytes become petitions in the store: cmd/apply.h has it,
 * and is handed in because web may not know cmd. */
typedef enum err committer_import(struct store *s, struct work_import *import,
	const struct zone *zone, uint32_t months, struct arena *a);

struct committer_settings {
	struct clock *clock;
	const struct zone *zone;
	uint32_t months; /* how long a petition is open */
	uint32_t reminder_hours; /* who has not confirmed by then; 0: nobody */
	committer_import *import;
	struct str code; /* the CODE document; empty: nobody knows */
};

/* store is the writer and becomes the committer's until committer_stop. */
MUST_USE enum err committer_start(struct store *store,
	const struct committer_settings *settings, struct work_queue *done,
	struct committer **ret_committer);

/* Everything given before is committed; takes the chain. */
void committer_give(struct committer *c, struct work *chain);

/* Since its start: transactions, what they held, how many failed, how long
 * they took.  In any thread. */
struct committer_counts {
	uint64_t batches;
	uint64_t items;
	uint64_t failed;
	uint64_t us;
};
struct committer_counts committer_counts(const struct committer *c);

/* Commit what waits, end the thread.  NULL is allowed. */
void committer_stop(struct committer *c);

#endif

/*
 * petition_verify_history.h - a site's logs from their checkpoints to their
 * documents: signatures, roots, past, rules, counts.
 *
 * The logs of all years are one history, read in order (docs/log.md, section
 * 2): a rule is broken, and a signature counted, across New Year as within a
 * year.
 */
#ifndef CMD_PETITION_VERIFY_HISTORY_H
#define CMD_PETITION_VERIFY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/petition_verify_note.h"
#include "cmd/petition_verify_recount.h"
#include "cmd/petition_verify_source.h"
#include "cmd/petition_verify_state.h"
#include "cmd/petition_verify_verdict.h"

/* What to hold the logs against. */
struct history_terms {
	const struct keyring *keys; /* that may sign checkpoints */
	const struct state *state; /* of the last look; may be NULL */
	const struct promise *promise; /* a SIGN to look for; may be NULL */
	bool progress; /* say how far we are, not only on a terminal */
	bool tiles; /* look at the hash tiles, too */
	bool partial; /* documents need not be there */
};

/* One year's log. */
struct year {
	unsigned year;
	char origin[320]; /* empty if there was no good checkpoint */
	char note[NOTE_KEPT_BYTES]; /* the checkpoint … */
	size_t note_len; /* … as served; 0 if it was longer */
	uint64_t size;
	struct tree_root root;
	uint32_t last_hour; /* the newest leaf's */
};

/* What the log says of the SIGN that was looked for. */
enum kept_state { KEPT_COUNTED, KEPT_INVALIDATED, KEPT_WITHDRAWN };

struct history {
	struct year year[RECOUNT_MAX_YEARS]; /* ascending */
	size_t n;
	struct recount *recount; /* settled; NULL unless all years are there */
	const struct year *rewritten; /* the first that differs from the last
				       * look; NULL if none does */
	const struct year *kept; /* whose log has the promised SIGN … */
	uint64_t kept_leaf; /* … in this leaf; NULL if none has */
	enum kept_state kept_state;
	uint32_t kept_hour; /* of the leaf that took it out, and its reason */
	uint16_t kept_reason;
};

/* Look at the logs of these years, ascending; what is wrong goes to v.  The
 * caller releases; ret_history must not be moved. */
void history_verify(struct source *s, const unsigned *years, size_t n,
	const struct history_terms *terms, struct verdict *v,
	struct history *ret_history);
/* Look at the newest year's checkpoint again: how many leaves it gained.  False
 * after saying in v why that is unknown, or if h has no year. */
MUST_USE bool history_grown(struct source *s, const struct history_terms *terms,
	const struct history *h, struct verdict *v, uint64_t *ret_leaves);
/* When the newest leaf was sequenced, Unix time. */
uint64_t history_newest_s(const struct history *h);
void history_release(struct history *h);

#endif

/*
 * petition_verify_year.h - one year's log from its checkpoint to its
 * documents: signature, root, past, rules, counts.
 */
#ifndef CMD_PETITION_VERIFY_YEAR_H
#define CMD_PETITION_VERIFY_YEAR_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/petition_verify_note.h"
#include "cmd/petition_verify_recount.h"
#include "cmd/petition_verify_source.h"
#include "cmd/petition_verify_state.h"
#include "cmd/petition_verify_verdict.h"

/* What to hold a log against. */
struct year_terms {
	const struct keyring *keys; /* that may sign checkpoints */
	const struct state *state; /* of the last look; may be NULL */
	const struct promise *promise; /* a SIGN to look for; may be NULL */
};

struct year {
	unsigned year;
	char origin[320]; /* empty if there was no good checkpoint */
	uint64_t size;
	struct tree_root root;
	struct recount *recount; /* settled; NULL without a checkpoint */
	uint32_t last_hour; /* the newest leaf's */
	bool kept; /* the promised SIGN is there … */
	uint64_t kept_leaf; /* … in this leaf */
};

/* Look at a year's log; what is wrong goes to v.  The caller releases. */
void year_verify(struct source *s, unsigned year,
	const struct year_terms *terms, struct verdict *v,
	struct year *ret_year);
void year_release(struct year *y);

#endif

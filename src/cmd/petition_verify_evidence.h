/*
 * petition_verify_evidence.h - what was found wrong, for people who were not
 * there (docs/log.md, section 8).
 *
 * Kept is only what the site's signatures show by themselves, and only if
 * judging it as a stranger would proves the fault once more.
 */
#ifndef CMD_PETITION_VERIFY_EVIDENCE_H
#define CMD_PETITION_VERIFY_EVIDENCE_H

#include "cmd/petition_verify_look.h"
#include "cmd/petition_verify_pieces.h"

/* Write what proves the faults of v to the file that o names, which must not
 * be there; on stderr, where it is, or why there is none. */
void evidence_of_log(struct source *s, const struct options *o,
	const struct history_terms *terms, const struct history *h,
	const struct verdict *v);
/* The same of a promise that h does not keep; note is the promise. */
void evidence_of_promise(struct source *s, const struct options *o,
	const struct history *h, struct str note);

/* Judge evidence by the keys in o alone.  OK and a sentence if it proves its
 * fault; ERR_INVALID if it does not, ERR_BUSY if only a look at the site can
 * tell, and a sentence why. */
MUST_USE enum err evidence_judge(
	struct pieces *p, const struct options *o, char *ret_words, size_t cap);

#endif

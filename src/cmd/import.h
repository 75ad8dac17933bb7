/*
 * import.h - petitions from documents of the public interface.
 *
 * A file holds one document, or several behind each other (JSON lines): a
 * petition's own document ({"data":{…}}), an index page ({"data":[…]}), or a
 * bare element of one, live or archived.  What the document does not say
 * (older ones lack some keys) becomes null; unknown keys are passed over.
 * signature_count becomes the carried-over count.
 *
 * Nothing is stored here: each petition is handed to the caller, who stores
 * within one batch and drops it if any file fails.  A failure is told in one
 * sentence, "FILE:LINE: what is wrong: what to do".
 */
#ifndef CMD_IMPORT_H
#define CMD_IMPORT_H

#include "base/buf.h"
#include "base/zone.h"
#include "domain/petition.h"
#include "domain/store.h"

enum {
	IMPORT_FILE_MAX_BYTES = 1 << 30,
	IMPORT_SAMPLES_DAY = 20780 /* 2026-11-23 */
};

/* p and what it points to live until this returns.  ERR_EXISTS, ERR_DENIED
 * and the like end the import; their sentence is written by it. */
typedef enum err import_petition(void *arg, const struct petition *p);

struct import {
	const struct zone *zone; /* the site's; NULL is UTC */
	unsigned months; /* how long a petition is open */
	struct str lang; /* of all texts */
	/* The period of archived petitions whose document names none; NULL if
	 * not known, then such a petition has none. */
	const struct petition_period *period;
	/* Added to every moment and day of live petitions: init --demo brings the samples, which
	 * are written as if it were IMPORT_SAMPLES_DAY, to today. */
	int32_t shift_days;
	import_petition *petition;
	void *arg;
};

/*
 * Read path and hand over every petition in it, in order.  On failure problem
 * holds the sentence: ERR_INVALID for what is written in the file, else what
 * reading it or the caller's function answered.
 */
MUST_USE enum err import_file(
	const struct import *im, const char *path, struct buf *problem);

/* The same from bytes that were read already; name stands for the file in
 * sentences. */
MUST_USE enum err import_bytes(const struct import *im, struct str name,
	struct str bytes, struct buf *problem);

/* Where import_store puts what it is given. */
struct import_target {
	struct store *store; /* with an open batch */
	const struct zone *zone;
	bool replace;
	size_t petitions; /* how many were stored */
	size_t events; /* how many PETITION events among them */
};

/*
 * An import_petition for a struct import_target: store p, and if it is open
 * tell the log (its PETITION event and document).  ERR_EXISTS if the id is
 * taken, ERR_DENIED if the log holds another carried-over count.
 */
MUST_USE enum err import_store(void *target, const struct petition *p);

#endif

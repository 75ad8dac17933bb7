/*
 * apply.h - documents of petitions into a store: what the command, the demo
 * and the running server share.
 */
#ifndef CMD_APPLY_H
#define CMD_APPLY_H

#include "base/attr.h"
#include "base/err.h"
#include "domain/store.h"
#include "role/config.h"
#include "web/work.h"

struct apply {
	const struct zone *zone;
	uint32_t months;
	struct str period; /* STR_NULL: none */
	bool replace;
	int32_t shift_days;
	struct arena *arena; /* for what is returned */
};

/* All petitions of these bytes, within the batch that is open; name is the
 * file's, for complaints.  On an error, which takes nothing back by itself,
 * ret_complaint is a sentence. */
MUST_USE enum err apply_documents(struct store *s, const struct apply *apply,
	struct str name, struct str bytes, size_t *ret_count,
	struct str *ret_complaint);

/* A PETITION document: its petition is stored as open, if it is not here as
 * published.  The log is not told.  ERR_CORRUPT if it reads as none. */
MUST_USE enum err apply_published(struct store *s, const struct apply *apply,
	struct str name, struct str document);

/* For the committer: the same as one operation of its batch.  zone and months
 * of the site come from the role's configuration. */
enum err apply_import(struct store *s, struct work_import *import,
	const struct zone *zone, uint32_t months, struct arena *a);

#endif

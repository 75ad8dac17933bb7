/*
 * shelf_make.h - making what stands on the shelf, from the store.
 *
 * A maker has a reader of its own and belongs to one thread.  Snapshots and
 * briefs are counted; the last reference frees them.
 */
#ifndef WEB_SHELF_MAKE_H
#define WEB_SHELF_MAKE_H

#include <stdbool.h>

#include "domain/store.h"
#include "web/shelf.h"

enum shelf_class {
	CLASS_PETITION,
	CLASS_HOME,
	CLASS_READERS,
	CLASS_CHECKPOINT,
	CLASS_YEARS
};

struct snapshot {
	_Atomic unsigned refs;
	/* By enum shelf_page for a petition, else only the first. */
	struct http_reply *reply[SHELF_ARCHIVED_JSON + 1];
	struct brief *brief; /* of a petition */
};

struct maker {
	struct store *store;
	struct clock *clock;
	size_t views;
	struct page_site site[VIEWS_MAX];
	char log_path[32]; /* what site.log_path points to */
	struct http_reply *not_found[VIEWS_MAX];
};

MUST_USE enum err maker_open(struct maker *m, const char *store_path,
	const struct page_site *sites, size_t views, struct clock *clock);
void maker_close(struct maker *m);
/* From now on pages say that this is the newest checkpoint. */
void maker_checkpoint(struct maker *m, uint32_t year, int64_t made_ms);

/* True if there is such a thing to make. */
bool maker_has(struct maker *m, enum shelf_class class, uint64_t id);
/* Make it for a view, of which site is the newest; NULL when that failed
 * (logged). */
struct snapshot *make(struct maker *m, const struct page_site *site,
	unsigned view, enum shelf_class class, uint64_t id);
struct brief *make_brief(struct maker *m, uint64_t id);

/* NULL is allowed everywhere. */
struct snapshot *snapshot_ref(struct snapshot *s);
size_t snapshot_bytes(const struct snapshot *s);
void snapshot_free(struct snapshot *s);
struct brief *brief_ref(struct brief *b);

#endif

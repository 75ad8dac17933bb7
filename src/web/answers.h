/*
 * answers.h - finished replies to questions with parameters: lists, feeds,
 * tables.
 *
 * There are too many to keep all, so a bounded number of them and of their
 * bytes stands here, and those that were asked for longest ago go.  What a change of any petition made
 * old is made again when it is next asked for, once for everybody who waits.
 * One thread makes them, with a reader of its own; asking costs one lock.
 */
#ifndef WEB_ANSWERS_H
#define WEB_ANSWERS_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "domain/store.h"
#include "http/http.h"
#include "page/pages.h"
#include "web/shelf.h"

struct answers;

enum { ANSWERS_MAX = 512, ANSWERS_LIFE_MS = 60000 };

/* What a maker works with: its own until it returns. */
struct question {
	struct store *store;
	const struct page_site *site;
	int64_t now_ms;
	struct arena *arena; /* cleared afterwards */
	struct str path;
	struct str query; /* raw; STR_NULL when there is none */
	uint64_t id; /* of the path, if it has one */
};

/*
 * Make the whole reply, redirects and refusals included.  Its failure is
 * logged and becomes a page: ERR_INVALID 400, ERR_NOT_FOUND 404, as
 * err_http_status says.
 */
typedef enum err answer_make(
	const struct question *q, struct http_reply **ret_reply);

/* There is a site for each view (page/language.h), copied, their texts
 * borrowed for good; so is shelf. */
MUST_USE enum err answers_open(const char *store_path,
	const struct page_site *sites, size_t views, struct clock *clock,
	struct shelf *shelf, size_t max_bytes, struct answers **ret_answers);

/* How many replies stand here, and their bytes. */
struct shelf_size answers_size(struct answers *a);

/* In an http thread: answer r, now or (r is parked then) when it is made.
 * The same path and query always come with the same maker and id. */
void answers_reply(struct answers *a, struct http_request *r, answer_make *make,
	uint64_t id);

/* Answer those who wait, make no more. */
void answers_stop(struct answers *a);
void answers_close(struct answers *a); /* NULL is allowed */

#endif

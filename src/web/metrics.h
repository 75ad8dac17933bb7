/*
 * metrics.h - what operators watch: /healthz, /readyz and /metrics of the
 * second listener (docs/operating.md), which is not for the public.
 *
 * /metrics is Prometheus' text format 0.0.4.  It counts; it names routes,
 * never what was asked for or by whom.  Counting costs a request a few atomic
 * additions and no lock.
 */
#ifndef WEB_METRICS_H
#define WEB_METRICS_H

#include "base/attr.h"
#include "base/err.h"
#include "http/http.h"
#include "web/app.h"
#include "web/committer.h"

struct metrics;

struct metrics_role {
	const char *name;
	uint64_t resident_bytes;
	uint64_t starts;
};

/* Where the numbers are; all of it outlives the metrics. */
struct metrics_sources {
	struct app *app;
	struct committer *committer;
	struct http_server *const *server; /* the public one, once it runs */
	/* The processes of this site; how many of at most max there are. */
	size_t (*roles)(void *context, struct metrics_role *ret, size_t max);
	void *roles_context;
};

MUST_USE enum err metrics_open(struct metrics **ret_metrics);
void metrics_close(struct metrics *m); /* NULL is allowed */
/* Before the second listener is served. */
void metrics_watch(struct metrics *m, const struct metrics_sources *sources);

/* For the public server's http_handler; context is the struct app. */
void metrics_told(void *context, const struct http_request *r, unsigned status,
	int64_t us);

/* For the second server's; context is the struct metrics. */
size_t metrics_body_max(void *context, const struct http_request *r);
void metrics_handle(void *context, struct http_request *r);

#endif

#include "web/metrics.h"

#include "web/routes.h"

/* Requests that took at most so long, for the routes together with their
 * waiting for a commit. */
static const uint32_t BOUND_US[] = { 100, 250, 500, 1000, 2500, 5000, 10000,
	25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000,
	10000000 };
static const uint16_t STATUS[] = { 200, 301, 302, 303, 304, 400, 403, 404, 405,
	406, 408, 409, 410, 413, 414, 422, 429, 431, 500, 501, 503, 505 };

enum {
	N_BOUNDS = sizeof(BOUND_US) / sizeof(BOUND_US[0]),
	N_STATUS = sizeof(STATUS) / sizeof(STATUS[0]),
	ROLES_MAX = 8,
	TEXT_MAX_BYTES = 4 << 20
};

typedef atomic_uint_least64_t counter;

struct tally {
	counter status[N_STATUS + 1]; /* the last: any other */
	counter bound[N_BOUNDS + 1]; /* the last: longer than all */
	counter us;
};

struct metrics {
	struct metrics_sources from;
	struct tally tally[ROUTES_MAX + 1]; /* by mark: 0 is no route */
};

static void count(counter *c, uint64_t n)
{
	(void)atomic_fetch_add_explicit(c, n, memory_order_relaxed);
}

static uint64_t read_counter(const counter *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

enum err metrics_open(struct metrics **ret_metrics)
{
	*ret_metrics = calloc(1, sizeof(**ret_metrics));
	return *ret_metrics == NULL ? ERR_MEMORY : OK;
}

void metrics_close(struct metrics *m)
{
	free(m);
}

void metrics_watch(struct metrics *m, const struct metrics_sources *sources)
{
	m->from = *sources;
}

void metrics_told(void *context, const struct http_request *r, unsigned status,
	int64_t us)
{
	const struct app *app = context;
	struct tally *t =
		&app->metrics->tally[r->mark > ROUTES_MAX ? 0 : r->mark];
	size_t s = 0;
	size_t b = 0;

	while (s < N_STATUS && STATUS[s] != status)
		s++;
	while (b < N_BOUNDS && us > BOUND_US[b])
		b++;
	count(&t->status[s], 1);
	count(&t->bound[b], 1);
	count(&t->us, us < 0 ? 0 : (uint64_t)us);
}

/* ---- the text ---- */

static void head(
	struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP petitiond_%s %s\n# TYPE petitiond_%s %s\n", name,
		help, name, type);
}

static void gauge(
	struct buf *b, const char *name, const char *help, uint64_t value)
{
	head(b, name, "gauge", help);
	buf_printf(b, "petitiond_%s %llu\n", name, (unsigned long long)value);
}

static void total(
	struct buf *b, const char *name, const char *help, uint64_t value)
{
	head(b, name, "counter", help);
	buf_printf(b, "petitiond_%s %llu\n", name, (unsigned long long)value);
}

static void requests(struct buf *b, const struct metrics *m)
{
	head(b, "http_requests_total", "counter",
		"Requests by route and status; \"none\" was refused before.");
	for (unsigned mark = 0; mark <= routes_count(); mark++) {
		for (size_t s = 0; s <= N_STATUS; s++) {
			uint64_t n = read_counter(&m->tally[mark].status[s]);

			if (n == 0)
				continue;
			buf_printf(b,
				"petitiond_http_requests_total{method=\"%s\","
				"route=\"%s\",status=\"%u\"} %llu\n",
				routes_method(mark), routes_path(mark),
				s == N_STATUS ? 0 : STATUS[s],
				(unsigned long long)n);
		}
	}
}

static void one_duration(struct buf *b, unsigned mark, const struct tally *t)
{
	static const char name[] = "petitiond_http_request_duration_seconds";
	uint64_t n = 0;

	for (size_t i = 0; i <= N_BOUNDS; i++) {
		n += read_counter(&t->bound[i]);
		buf_printf(b, "%s_bucket{method=\"%s\",route=\"%s\",le=\"",
			name, routes_method(mark), routes_path(mark));
		if (i == N_BOUNDS)
			buf_c(b, "+Inf");
		else
			buf_printf(b, "%g", BOUND_US[i] / 1e6);
		buf_printf(b, "\"} %llu\n", (unsigned long long)n);
	}
	buf_printf(b, "%s_sum{method=\"%s\",route=\"%s\"} %.6f\n", name,
		routes_method(mark), routes_path(mark),
		(double)read_counter(&t->us) / 1e6);
	buf_printf(b, "%s_count{method=\"%s\",route=\"%s\"} %llu\n", name,
		routes_method(mark), routes_path(mark), (unsigned long long)n);
}

/* Routes nobody has asked for yet are left out. */
static void durations(struct buf *b, const struct metrics *m)
{
	head(b, "http_request_duration_seconds", "histogram",
		"From a request's head to its reply, waiting included.");
	for (unsigned mark = 0; mark <= routes_count(); mark++) {
		const struct tally *t = &m->tally[mark];
		uint64_t n = 0;

		for (size_t i = 0; i <= N_BOUNDS; i++)
			n += read_counter(&t->bound[i]);
		if (n > 0)
			one_duration(b, mark, t);
	}
}

static void queues(struct buf *b, const struct metrics *m)
{
	const struct app *app = m->from.app;
	struct http_counts http = http_count(*m->from.server);
	struct committer_counts c = committer_counts(m->from.committer);
	uint64_t mails = 0;

	gauge(b, "http_connections", "Open connections.", http.connections);
	gauge(b, "http_parked", "Requests that wait for an answer.",
		http.parked);
	gauge(b, "forms_waiting", "Forms and confirmations under way.",
		atomic_load(&app->state->waiting));
	gauge(b, "forms_taken", "1 while forms can be sent.",
		atomic_load(&app->state->takes_forms));
	total(b, "committer_batches_total", "Transactions.", c.batches);
	total(b, "committer_operations_total", "Operations in them.", c.items);
	total(b, "committer_failures_total", "Transactions that failed.",
		c.failed);
	head(b, "committer_seconds_total", "counter", "Time spent in them.");
	buf_printf(b, "petitiond_committer_seconds_total %.6f\n",
		(double)c.us / 1e6);
	if (reader_mails(app->reader, &mails) == OK)
		gauge(b, "mails_waiting", "Mails the relay has not taken.",
			mails);
	gauge(b, "mails_undeliverable",
		"Signatures whose mailbox does not exist, an hour ago at most.",
		atomic_load(&app->state->undeliverable));
	gauge(b, "bounces_not_understood",
		"Messages in the folder of bounces that are for people.",
		atomic_load(&app->state->bounces_left));
}

static void pages(struct buf *b, const struct metrics *m)
{
	const struct app *app = m->from.app;
	struct shelf_size shelf = shelf_size(app->shelf);
	struct shelf_size answers = answers_size(app->answers);
	int64_t made_ms = shelf_checkpoint_ms(app->shelf);
	int64_t age_ms = clock_wall_ms(app->clock) - made_ms;

	gauge(b, "shelf_pages", "Finished pages kept.", shelf.n);
	gauge(b, "shelf_bytes", "Their memory.", shelf.bytes);
	gauge(b, "answers_kept", "Lists, feeds and tables kept.", answers.n);
	gauge(b, "answers_bytes", "Their memory.", answers.bytes);
	if (made_ms > 0)
		gauge(b, "checkpoint_age_seconds",
			"Since the newest checkpoint of the log was made.",
			age_ms < 0 ? 0 : (uint64_t)age_ms / 1000);
}

static void roles(struct buf *b, const struct metrics *m)
{
	struct metrics_role role[ROLES_MAX];
	size_t n = m->from.roles(m->from.roles_context, role, ROLES_MAX);

	head(b, "role_resident_bytes", "gauge", "Resident memory of a role.");
	for (size_t i = 0; i < n; i++)
		buf_printf(b,
			"petitiond_role_resident_bytes{role=\"%s\"} %llu\n",
			role[i].name,
			(unsigned long long)role[i].resident_bytes);
	head(b, "role_starts_total", "counter",
		"How often a role was started; more than 1: it died.");
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "petitiond_role_starts_total{role=\"%s\"} %llu\n",
			role[i].name, (unsigned long long)role[i].starts);
}

static void put_metrics(struct buf *b, const struct metrics *m)
{
	requests(b, m);
	durations(b, m);
	queues(b, m);
	pages(b, m);
	roles(b, m);
}

/* ---- the second listener ---- */

static void answer(struct http_request *r, unsigned status, struct buf *b)
{
	const struct http_spec spec = { .status = status,
		.content_type =
			STR("text/plain; version=0.0.4; charset=utf-8") };
	struct http_reply *reply = NULL;

	if (http_once(&spec, b, &reply) != OK)
		reply = NULL;
	buf_release(b);
	http_reply(r, reply);
}

size_t metrics_body_max(void *context, const struct http_request *r)
{
	(void)context;
	(void)r;
	return 0;
}

void metrics_handle(void *context, struct http_request *r)
{
	struct metrics *m = context;
	bool ready = atomic_load(&m->from.app->state->takes_forms);
	uint64_t mails;
	struct buf b;

	buf_init(&b, TEXT_MAX_BYTES);
	if (r->method != HTTP_GET && r->method != HTTP_HEAD) {
		http_reply_plain(r, 405);
	} else if (str_eq(r->path, STR("/metrics"))) {
		put_metrics(&b, m);
		answer(r, 200, &b);
	} else if (str_eq(r->path, STR("/readyz"))) {
		buf_c(&b, ready ? "ok\n" : "forms are not taken\n");
		answer(r, ready ? 200 : 503, &b);
	} else if (str_eq(r->path, STR("/healthz"))) {
		bool good = reader_mails(m->from.app->reader, &mails) == OK;

		buf_c(&b, good ? "ok\n" : "the database does not answer\n");
		answer(r, good ? 200 : 503, &b);
	} else {
		http_reply_plain(r, 404);
	}
}

#include "web/answers.h"

#include <pthread.h>

#include "base/log.h"
#include "web/make.h"

enum {
	BUCKETS = 1024, /* a power of two */
	KEY_MAX_BYTES = 8 << 10,
	QUEUE_MAX = 1024, /* then the site is busy */
	KEPT_MAX_BYTES = 1 << 20, /* larger ones are made each time */
	ARENA_MAX_BYTES = 64 << 20
};

struct asker {
	struct asker *next;
	struct http_request *request;
};

struct entry {
	struct entry *next_in_bucket;
	struct entry *next_queued;
	struct entry *older, *newer; /* by when it was last asked for */
	uint64_t hash;
	answer_make *make;
	uint64_t id;
	unsigned view;
	struct str path, query; /* behind the entry itself */
	bool queued; /* the making thread has or will have it */
	struct http_reply *reply; /* NULL before it was made */
	uint64_t generation; /* of the shelf, when its making began */
	int64_t made_ms;
	struct asker *askers;
};

struct answers {
	struct page_site site[VIEWS_MAX];
	struct clock *clock;
	struct shelf *shelf;
	pthread_t thread;

	pthread_mutex_t mutex; /* for all below but the store */
	pthread_cond_t some;
	struct entry *bucket[BUCKETS];
	struct entry *oldest, *newest;
	size_t n;
	size_t bytes; /* of the replies */
	size_t max_bytes;
	struct entry *queue_head;
	struct entry **queue_tail;
	size_t n_queued;
	bool stopping;
	struct store *store; /* the making thread's own */
	struct arena arena; /* the same */
};

/* ---- the table, with the mutex held ---- */

static uint64_t hash_of(struct str path, struct str query, unsigned view)
{
	uint64_t h = 0xcbf29ce484222325u ^ view;

	for (size_t i = 0; i < path.len; i++)
		h = (h ^ (uint8_t)path.at[i]) * 0x100000001b3u;
	h = (h ^ '?') * 0x100000001b3u;
	for (size_t i = 0; i < query.len; i++)
		h = (h ^ (uint8_t)query.at[i]) * 0x100000001b3u;
	return h;
}

static void unlink_age(struct answers *a, struct entry *e)
{
	*(e->older == NULL ? &a->oldest : &e->older->newer) = e->newer;
	*(e->newer == NULL ? &a->newest : &e->newer->older) = e->older;
}

static void link_newest(struct answers *a, struct entry *e)
{
	e->older = a->newest;
	e->newer = NULL;
	*(a->newest == NULL ? &a->oldest : &a->newest->newer) = e;
	a->newest = e;
}

static void entry_free(struct entry *e)
{
	http_reply_free(e->reply);
	free(e);
}

/* reply takes the place of e's. */
static void keep_reply(
	struct answers *a, struct entry *e, struct http_reply *reply)
{
	if (e->reply != NULL)
		a->bytes -= http_reply_bytes(e->reply);
	if (reply != NULL)
		a->bytes += http_reply_bytes(reply);
	http_reply_free(e->reply);
	e->reply = reply;
}

static void drop(struct answers *a, struct entry *e)
{
	struct entry **at = &a->bucket[e->hash & (BUCKETS - 1)];

	while (*at != e)
		at = &(*at)->next_in_bucket;
	*at = e->next_in_bucket;
	unlink_age(a, e);
	a->n--;
	keep_reply(a, e, NULL);
	entry_free(e);
}

/* At most n entries, and not too many bytes; those being made stay. */
static void make_room(struct answers *a, size_t n)
{
	struct entry *e = a->oldest;

	while ((a->n > n || a->bytes > a->max_bytes) && e != NULL) {
		struct entry *newer = e->newer;

		if (!e->queued)
			drop(a, e);
		e = newer;
	}
}

static struct entry *find(
	struct answers *a, uint64_t hash, const struct http_request *r)
{
	struct entry *e = a->bucket[hash & (BUCKETS - 1)];

	while (e != NULL &&
		(e->hash != hash || e->view != r->view ||
			!str_eq(e->path, r->path) ||
			!str_eq(e->query, r->query)))
		e = e->next_in_bucket;
	return e;
}

static struct str keep(char **at, struct str s)
{
	struct str kept = { s.at == NULL ? NULL : *at, s.len };

	if (s.len > 0)
		memcpy(*at, s.at, s.len);
	*at += s.len;
	return kept;
}

static struct entry *add(struct answers *a, uint64_t hash,
	const struct http_request *r, answer_make *make, uint64_t id)
{
	struct entry *e = calloc(1, sizeof(*e) + r->path.len + r->query.len);
	char *at = (char *)(e + 1);

	if (e == NULL)
		return NULL;
	make_room(a, ANSWERS_MAX - 1);
	e->hash = hash;
	e->make = make;
	e->id = id;
	e->view = r->view;
	e->path = keep(&at, r->path);
	e->query = keep(&at, r->query);
	e->next_in_bucket = a->bucket[hash & (BUCKETS - 1)];
	a->bucket[hash & (BUCKETS - 1)] = e;
	link_newest(a, e);
	a->n++;
	return e;
}

static bool is_fresh(const struct answers *a, const struct entry *e)
{
	int64_t age_ms = clock_mono_ms(a->clock) - e->made_ms;

	return e->reply != NULL && age_ms < ANSWERS_LIFE_MS &&
		e->generation == shelf_generation(a->shelf);
}

/* ---- asking ---- */

static void enqueue(struct answers *a, struct entry *e)
{
	e->queued = true;
	e->next_queued = NULL;
	*a->queue_tail = e;
	a->queue_tail = &e->next_queued;
	a->n_queued++;
	(void)pthread_cond_signal(&a->some);
}

/* The finished reply, or NULL with r parked; 503 when neither can be. */
static struct http_reply *ask(struct answers *a, struct http_request *r,
	answer_make *make, uint64_t id, unsigned *ret_status)
{
	uint64_t hash = hash_of(r->path, r->query, r->view);
	struct entry *e = find(a, hash, r);
	struct asker *asker;

	*ret_status = 0;
	if (e != NULL) {
		unlink_age(a, e);
		link_newest(a, e);
		if (is_fresh(a, e))
			return http_reply_ref(e->reply);
	}
	*ret_status = 503;
	if (a->stopping || (e == NULL && a->n_queued >= QUEUE_MAX))
		return NULL;
	asker = calloc(1, sizeof(*asker));
	if (e == NULL && asker != NULL)
		e = add(a, hash, r, make, id);
	if (asker == NULL || e == NULL || http_park(r) != OK) {
		free(asker);
		return NULL;
	}
	*ret_status = 0;
	asker->request = r;
	asker->next = e->askers;
	e->askers = asker;
	if (!e->queued)
		enqueue(a, e);
	return NULL;
}

void answers_reply(struct answers *a, struct http_request *r, answer_make *make,
	uint64_t id)
{
	struct http_reply *reply;
	unsigned status;

	if (r->path.len + r->query.len > KEY_MAX_BYTES) {
		http_reply_plain(r, 414);
		return;
	}
	(void)pthread_mutex_lock(&a->mutex);
	reply = ask(a, r, make, id, &status);
	(void)pthread_mutex_unlock(&a->mutex);
	if (reply != NULL)
		http_reply(r, reply);
	else if (status != 0)
		http_reply_plain(r, status);
}

/* ---- making ---- */

static struct http_reply *make_error(const struct page_site *site, enum err e)
{
	struct http_spec spec = { .status = (unsigned)err_http_status(e),
		.content_type = STR("text/html; charset=utf-8"),
		.cache = HTTP_REVALIDATE };
	struct http_reply *reply = NULL;
	struct buf b;

	if (e != ERR_INVALID && e != ERR_NOT_FOUND && e != ERR_GONE)
		log_err("cannot-make-answer", e);
	make_speak(&spec, site);
	buf_init(&b, 1 << 20);
	page_error(&b, site, (int)spec.status);
	if (buf_err(&b) == OK && http_finish(&spec, buf_view(&b), &reply) != OK)
		reply = NULL;
	buf_release(&b);
	return reply;
}

static struct http_reply *make(struct answers *a, const struct entry *entry)
{
	struct page_site site = a->site[entry->view];
	const struct question q = { .store = a->store,
		.site = &site,
		.now_ms = clock_wall_ms(a->clock),
		.arena = &a->arena,
		.path = entry->path,
		.query = entry->query,
		.id = entry->id };
	struct http_reply *reply = NULL;
	enum err e;

	site.here = arena_printf(&a->arena, "%.*s%s%.*s", STR_ARG(entry->path),
		entry->query.at == NULL ? "" : "?", STR_ARG(entry->query));
	e = entry->make(&q, &reply);
	if (e != OK)
		reply = make_error(&site, e);
	arena_clear(&a->arena);
	return reply;
}

static void tell(struct asker *asker, struct http_reply *reply)
{
	while (asker != NULL) {
		struct asker *next = asker->next;

		http_answer(asker->request,
			reply == NULL ? NULL : http_reply_ref(reply));
		free(asker);
		asker = next;
	}
}

/* With the mutex held, which is let go while the reply is made. */
static void make_entry(struct answers *a, struct entry *e)
{
	uint64_t generation = shelf_generation(a->shelf);
	struct http_reply *reply;
	struct asker *askers;

	(void)pthread_mutex_unlock(&a->mutex);
	reply = make(a, e);
	(void)pthread_mutex_lock(&a->mutex);
	askers = e->askers;
	e->askers = NULL;
	keep_reply(a, e,
		reply == NULL || http_reply_body(reply).len > KEPT_MAX_BYTES
			? NULL
			: http_reply_ref(reply));
	e->generation = generation;
	e->made_ms = clock_mono_ms(a->clock);
	e->queued = false;
	make_room(a, ANSWERS_MAX);
	(void)pthread_mutex_unlock(&a->mutex);
	tell(askers, reply);
	http_reply_free(reply);
	(void)pthread_mutex_lock(&a->mutex);
}

static void *turn(void *arg)
{
	struct answers *a = arg;

	(void)pthread_mutex_lock(&a->mutex);
	while (!a->stopping) {
		struct entry *e = a->queue_head;

		if (e == NULL) {
			(void)pthread_cond_wait(&a->some, &a->mutex);
			continue;
		}
		a->queue_head = e->next_queued;
		if (a->queue_head == NULL)
			a->queue_tail = &a->queue_head;
		a->n_queued--;
		make_entry(a, e);
	}
	(void)pthread_mutex_unlock(&a->mutex);
	return NULL;
}

/* ---- opening and closing ---- */

enum err answers_open(const char *store_path, const struct page_site *sites,
	size_t views, struct clock *clock, struct shelf *shelf,
	size_t max_bytes, struct answers **ret_answers)
{
	struct answers *a = calloc(1, sizeof(*a));
	enum err e;

	if (a == NULL)
		return ERR_MEMORY;
	memcpy(a->site, sites, views * sizeof(*sites));
	a->clock = clock;
	a->shelf = shelf;
	a->max_bytes = max_bytes;
	a->queue_tail = &a->queue_head;
	arena_init(&a->arena, ARENA_MAX_BYTES);
	e = store_open(store_path, STORE_READER, &a->store);
	if (e == OK &&
		(pthread_mutex_init(&a->mutex, NULL) != 0 ||
			pthread_cond_init(&a->some, NULL) != 0 ||
			pthread_create(&a->thread, NULL, turn, a) != 0)) {
		store_close(a->store);
		e = ERR_MEMORY;
	}
	if (e != OK) {
		free(a);
		return e;
	}
	*ret_answers = a;
	return OK;
}

struct shelf_size answers_size(struct answers *a)
{
	struct shelf_size size;

	(void)pthread_mutex_lock(&a->mutex);
	size = (struct shelf_size){ a->n, a->bytes };
	(void)pthread_mutex_unlock(&a->mutex);
	return size;
}

void answers_stop(struct answers *a)
{
	(void)pthread_mutex_lock(&a->mutex);
	a->stopping = true;
	(void)pthread_cond_signal(&a->some);
	(void)pthread_mutex_unlock(&a->mutex);
	(void)pthread_join(a->thread, NULL);
	for (struct entry *e = a->oldest; e != NULL; e = e->newer) {
		tell(e->askers, NULL);
		e->askers = NULL;
	}
}

void answers_close(struct answers *a)
{
	if (a == NULL)
		return;
	while (a->oldest != NULL)
		drop(a, a->oldest);
	store_close(a->store);
	arena_release(&a->arena);
	(void)pthread_mutex_destroy(&a->mutex);
	(void)pthread_cond_destroy(&a->some);
	free(a);
}

#include "web/shelf.h"

#include <pthread.h>
#include <stdatomic.h>

#include "web/glance.h"
#include "web/shelf_make.h"

enum { HOME_LIFE_MS = 60000, FIRST_TABLE = 1024 };

/* What stands on the shelf at one place.  now is NULL until it was made. */
struct item {
	enum shelf_class class;
	uint64_t id;
	unsigned view;
	_Atomic(struct snapshot *) now;
	atomic_bool asked; /* given out since it was made */
	_Atomic int64_t made_ms; /* monotonic; of the home page only */
	atomic_bool used; /* given out since the hand came by */
	/* Under the mutex: */
	bool stale;
	bool queued;
	struct item *next_queued;
	struct parked *waiting;
};

struct parked {
	struct parked *next;
	struct http_request *request; /* NULL: nobody waits */
	enum shelf_page page;
	uint64_t id;
	unsigned view;
};

/* Open addressing; only the making thread adds, readers glance. */
struct table {
	size_t cap; /* a power of two */
	size_t n;
	_Atomic(struct item *) at[];
};

struct shelf {
	_Atomic(struct table *) table;
	struct glance glance;
	_Atomic uint64_t generation;
	_Atomic int64_t checkpoint_ms;
	atomic_size_t n_made; /* items with a page, and its bytes: */
	atomic_size_t bytes;
	size_t max_bytes;
	size_t hand; /* the making thread's own */
	pthread_t thread;

	pthread_mutex_t mutex; /* for all below */
	pthread_cond_t some;
	struct item *queue_head;
	struct item **queue_tail;
	struct parked *unknown; /* asked for what has no item yet */
	bool stopping;
	struct maker maker; /* the making thread's own, but its site */

	pthread_mutex_t brief_mutex;
	struct maker brief_maker; /* for shelf_brief */
};

static enum shelf_class class_of(enum shelf_page page)
{
	switch (page) {
	case SHELF_PETITION:
	case SHELF_PETITION_JSON:
	case SHELF_PETITION_COUNT:
	case SHELF_ARCHIVED:
	case SHELF_ARCHIVED_JSON:
		return CLASS_PETITION;
	case SHELF_HOME:
		return CLASS_HOME;
	case SHELF_READERS:
		return CLASS_READERS;
	case SHELF_CHECKPOINT:
		return CLASS_CHECKPOINT;
	case SHELF_YEARS:
		return CLASS_YEARS;
	}
	return CLASS_HOME;
}

/* Data have one view. */
static unsigned view_of(enum shelf_page page, unsigned view)
{
	switch (page) {
	case SHELF_PETITION:
	case SHELF_ARCHIVED:
	case SHELF_HOME:
	case SHELF_READERS:
		return view;
	default:
		return 0;
	}
}

/* ---- the table ---- */

static size_t place(const struct table *t, enum shelf_class class, uint64_t id,
	unsigned view)
{
	uint64_t h = ((id * 8 + class) * 32 + view) * 0x9E3779B97F4A7C15u;

	return (size_t)(h >> 32) & (t->cap - 1);
}

static struct item *find_in(
	struct table *t, enum shelf_class class, uint64_t id, unsigned view)
{
	for (size_t i = place(t, class, id, view);;
		i = (i + 1) & (t->cap - 1)) {
		struct item *item =
			atomic_load_explicit(&t->at[i], memory_order_acquire);

		if (item == NULL ||
			(item->class == class && item->id == id &&
				item->view == view))
			return item;
	}
}

static void put_in(struct table *t, struct item *item)
{
	size_t i = place(t, item->class, item->id, item->view);

	while (atomic_load(&t->at[i]) != NULL)
		i = (i + 1) & (t->cap - 1);
	atomic_store_explicit(&t->at[i], item, memory_order_release);
	t->n++;
}

static struct table *table_new(size_t cap)
{
	struct table *t = calloc(1, sizeof(*t) + cap * sizeof(t->at[0]));

	if (t != NULL)
		t->cap = cap;
	return t;
}

/* Items live until the shelf closes, so a reader may use one for ever. */
static struct item *find(
	struct shelf *s, enum shelf_class class, uint64_t id, unsigned view)
{
	unsigned side = glance_begin(&s->glance);
	struct item *item = find_in(atomic_load(&s->table), class, id, view);

	glance_end(&s->glance, side);
	return item;
}

static bool grow(struct shelf *s)
{
	struct table *old = atomic_load(&s->table);
	struct table *t;

	if (old->n * 2 < old->cap)
		return true;
	t = table_new(old->cap * 2);
	if (t == NULL)
		return false;
	for (size_t i = 0; i < old->cap; i++)
		if (atomic_load(&old->at[i]) != NULL)
			put_in(t, atomic_load(&old->at[i]));
	atomic_store(&s->table, t);
	glance_wait(&s->glance);
	free(old);
	return true;
}

/* Making thread only. */
static struct item *add(
	struct shelf *s, enum shelf_class class, uint64_t id, unsigned view)
{
	struct item *item = grow(s) ? calloc(1, sizeof(*item)) : NULL;

	if (item == NULL)
		return NULL;
	item->class = class;
	item->id = id;
	item->view = view;
	item->stale = true;
	put_in(atomic_load(&s->table), item);
	return item;
}

static struct snapshot *look(struct shelf *s, struct item *item)
{
	unsigned side = glance_begin(&s->glance);
	struct snapshot *now = snapshot_ref(atomic_load(&item->now));

	glance_end(&s->glance, side);
	return now;
}

/* ---- asking ---- */

static void enqueue(struct shelf *s, struct item *item)
{
	if (item->queued)
		return;
	item->queued = true;
	item->next_queued = NULL;
	*s->queue_tail = item;
	s->queue_tail = &item->next_queued;
	(void)pthread_cond_signal(&s->some);
}

static struct http_reply *reply_of(
	const struct snapshot *now, enum shelf_page page)
{
	return http_reply_ref(
		now->reply[page <= SHELF_ARCHIVED_JSON ? page : 0]);
}

/* Nothing is there yet: r waits for the making thread. */
static void park(struct shelf *s, struct http_request *r, struct item *item,
	enum shelf_page page, uint64_t id)
{
	struct parked *p = calloc(1, sizeof(*p));

	if (p == NULL || http_park(r) != OK) {
		free(p);
		http_reply_plain(r, 503);
		return;
	}
	*p = (struct parked){ .request = r,
		.page = page,
		.id = id,
		.view = view_of(page, r->view) };
	(void)pthread_mutex_lock(&s->mutex);
	if (item != NULL) {
		p->next = item->waiting;
		item->waiting = p;
		enqueue(s, item);
	} else {
		p->next = s->unknown;
		s->unknown = p;
		(void)pthread_cond_signal(&s->some);
	}
	(void)pthread_mutex_unlock(&s->mutex);
}

/* The home page tells of the last hour: it is made again when it is asked for
 * after a minute, whether or not anything changed. */
static void age(struct shelf *s, struct item *item)
{
	int64_t now_ms = clock_mono_ms(s->maker.clock);

	if (item->class != CLASS_HOME ||
		now_ms - atomic_load(&item->made_ms) < HOME_LIFE_MS)
		return;
	atomic_store(&item->made_ms, now_ms);
	(void)pthread_mutex_lock(&s->mutex);
	item->stale = true;
	enqueue(s, item);
	(void)pthread_mutex_unlock(&s->mutex);
}

void shelf_reply(struct shelf *s, struct http_request *r, enum shelf_page page,
	uint64_t id)
{
	struct item *item = find(s, class_of(page), id, view_of(page, r->view));
	struct snapshot *now = item == NULL ? NULL : look(s, item);

	if (now == NULL) {
		park(s, r, item, page, id);
		return;
	}
	if (!atomic_load_explicit(&item->used, memory_order_relaxed))
		atomic_store_explicit(&item->used, true, memory_order_relaxed);
	if (!atomic_load_explicit(&item->asked, memory_order_relaxed)) {
		atomic_store(&item->asked, true);
		(void)pthread_mutex_lock(&s->mutex);
		if (item->stale)
			enqueue(s, item);
		(void)pthread_mutex_unlock(&s->mutex);
	}
	age(s, item);
	http_reply(r, reply_of(now, page));
	snapshot_free(now);
}

/* Whoever signs a petition whose page nobody fetched yet has it made, so that
 * the next one finds its brief. */
static void want(struct shelf *s, uint64_t id)
{
	struct parked *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return;
	*p = (struct parked){ .page = SHELF_PETITION, .id = id };
	(void)pthread_mutex_lock(&s->mutex);
	p->next = s->unknown;
	s->unknown = p;
	(void)pthread_cond_signal(&s->some);
	(void)pthread_mutex_unlock(&s->mutex);
}

uint64_t shelf_generation(const struct shelf *s)
{
	return atomic_load(&s->generation);
}

struct brief *shelf_brief(struct shelf *s, uint64_t id)
{
	struct item *item = find(s, CLASS_PETITION, id, 0);
	struct snapshot *now = item == NULL ? NULL : look(s, item);
	struct brief *b;

	if (now != NULL) {
		b = brief_ref(now->brief);
		snapshot_free(now);
		return b;
	}
	(void)pthread_mutex_lock(&s->brief_mutex);
	b = make_brief(&s->brief_maker, id);
	(void)pthread_mutex_unlock(&s->brief_mutex);
	if (b != NULL)
		want(s, id);
	return b;
}

/* ---- making ---- */

static void answer(struct parked *p, const struct snapshot *now)
{
	while (p != NULL) {
		struct parked *next = p->next;

		if (p->request != NULL)
			http_answer(p->request,
				now == NULL ? NULL : reply_of(now, p->page));
		free(p);
		p = next;
	}
}

/* made (NULL: nothing) takes the place of what stands there. */
static void replace(struct shelf *s, struct item *item, struct snapshot *made)
{
	struct snapshot *old = atomic_exchange(&item->now, made);

	atomic_store(&item->asked, false);
	if (item->class == CLASS_HOME)
		atomic_store(&item->made_ms, clock_mono_ms(s->maker.clock));
	if (made != NULL) {
		(void)atomic_fetch_add(&s->n_made, 1);
		(void)atomic_fetch_add(&s->bytes, snapshot_bytes(made));
	}
	if (old == NULL)
		return;
	(void)atomic_fetch_sub(&s->n_made, 1);
	(void)atomic_fetch_sub(&s->bytes, snapshot_bytes(old));
	glance_wait(&s->glance);
	snapshot_free(old);
}

/* A petition's pages may go: they are many, and the others few. */
static bool may_go(struct item *item, const struct item *kept)
{
	return item != NULL && item != kept && item->class == CLASS_PETITION &&
		atomic_load(&item->now) != NULL;
}

/* Down to the ceiling, by the clock; kept was made just now.  Two turns of
 * the hand find everything that can go. */
static void make_room(struct shelf *s, const struct item *kept)
{
	struct table *t = atomic_load(&s->table);

	for (size_t i = 0; i < 2 * t->cap; i++) {
		struct item *item;

		if (atomic_load(&s->bytes) <= s->max_bytes)
			return;
		s->hand = (s->hand + 1) & (t->cap - 1);
		item = atomic_load(&t->at[s->hand]);
		if (!may_go(item, kept) || atomic_exchange(&item->used, false))
			continue;
		(void)pthread_mutex_lock(&s->mutex);
		item->stale = true;
		(void)pthread_mutex_unlock(&s->mutex);
		replace(s, item, NULL);
	}
}

/* With the mutex held, which is let go while the page is made. */
static void make_item(struct shelf *s, struct item *item)
{
	struct parked *waiting = item->waiting;
	bool stale = item->stale;
	struct page_site site = s->maker.site[item->view];
	char log_path[sizeof(s->maker.log_path)];
	struct snapshot *now;

	memcpy(log_path, s->maker.log_path, sizeof(log_path));
	site.log_path = str_c(log_path);
	item->waiting = NULL;
	item->stale = false;
	(void)pthread_mutex_unlock(&s->mutex);
	if (stale) {
		struct snapshot *made = make(
			&s->maker, &site, item->view, item->class, item->id);

		if (made != NULL) {
			replace(s, item, made);
			make_room(s, item);
		}
	}
	now = look(s, item);
	answer(waiting, now);
	snapshot_free(now);
	(void)pthread_mutex_lock(&s->mutex);
}

/* With the mutex held.  What does not exist gets no item, so that guessing
 * numbers fills no memory. */
static void make_unknown(struct shelf *s)
{
	struct parked *p = s->unknown;
	struct item *item;
	bool exists;

	s->unknown = p->next;
	p->next = NULL;
	(void)pthread_mutex_unlock(&s->mutex);
	item = find(s, class_of(p->page), p->id, p->view);
	exists = item != NULL || maker_has(&s->maker, class_of(p->page), p->id);
	if (item == NULL && exists)
		item = add(s, class_of(p->page), p->id, p->view);
	(void)pthread_mutex_lock(&s->mutex);
	if (item == NULL) {
		if (p->request != NULL)
			http_answer(p->request,
				exists ? NULL
				       : http_reply_ref(
						 s->maker.not_found[p->view]));
		free(p);
		return;
	}
	p->next = item->waiting;
	item->waiting = p;
	enqueue(s, item);
}

static void *turn(void *arg)
{
	struct shelf *s = arg;

	(void)pthread_mutex_lock(&s->mutex);
	while (!s->stopping) {
		struct item *item = s->queue_head;

		if (s->unknown != NULL) {
			make_unknown(s);
			continue;
		}
		if (item == NULL) {
			(void)pthread_cond_wait(&s->some, &s->mutex);
			continue;
		}
		s->queue_head = item->next_queued;
		if (s->queue_head == NULL)
			s->queue_tail = &s->queue_head;
		item->queued = false;
		make_item(s, item);
	}
	(void)pthread_mutex_unlock(&s->mutex);
	return NULL;
}

/* ---- changes ---- */

static void mark(struct shelf *s, struct item *item)
{
	item->stale = true;
	if (atomic_load(&item->asked))
		enqueue(s, item);
}

static void mark_all(struct shelf *s, enum shelf_class class, bool any)
{
	unsigned side = glance_begin(&s->glance);
	struct table *t = atomic_load(&s->table);

	for (size_t i = 0; i < t->cap; i++) {
		struct item *item = atomic_load(&t->at[i]);

		if (item != NULL && (any || item->class == class))
			mark(s, item);
	}
	glance_end(&s->glance, side);
}

static void mark_one(struct shelf *s, enum shelf_class class, uint64_t id)
{
	for (unsigned view = 0; view < s->maker.views; view++) {
		struct item *item = find(s, class, id, view);

		if (item != NULL)
			mark(s, item);
	}
}

void shelf_changed(struct shelf *s, uint64_t id)
{
	(void)atomic_fetch_add(&s->generation, 1);
	(void)pthread_mutex_lock(&s->mutex);
	if (id == 0)
		mark_all(s, CLASS_PETITION, true);
	else
		mark_one(s, CLASS_PETITION, id);
	mark_one(s, CLASS_HOME, 0);
	(void)pthread_mutex_unlock(&s->mutex);
}

struct shelf_size shelf_size(const struct shelf *s)
{
	return (struct shelf_size){ atomic_load(&s->n_made),
		atomic_load(&s->bytes) };
}

int64_t shelf_checkpoint_ms(const struct shelf *s)
{
	return atomic_load(&s->checkpoint_ms);
}

void shelf_checkpoint(struct shelf *s, uint32_t year, int64_t made_ms)
{
	atomic_store(&s->checkpoint_ms, made_ms);
	(void)pthread_mutex_lock(&s->mutex);
	maker_checkpoint(&s->maker, year, made_ms);
	mark_one(s, CLASS_CHECKPOINT, year);
	mark_one(s, CLASS_YEARS, 0);
	(void)pthread_mutex_unlock(&s->mutex);
}

void shelf_declared(struct shelf *s)
{
	(void)pthread_mutex_lock(&s->mutex);
	mark_one(s, CLASS_READERS, 0);
	(void)pthread_mutex_unlock(&s->mutex);
}

/* ---- opening and closing ---- */

enum err shelf_open(const char *store_path, const struct page_site *sites,
	size_t views, struct clock *clock, size_t max_bytes,
	struct shelf **ret_shelf)
{
	struct shelf *s = calloc(1, sizeof(*s));
	enum err e;

	if (s == NULL)
		return ERR_MEMORY;
	s->max_bytes = max_bytes;
	s->queue_tail = &s->queue_head;
	atomic_store(&s->table, table_new(FIRST_TABLE));
	e = maker_open(&s->maker, store_path, sites, views, clock);
	if (e != OK)
		goto err0;
	e = maker_open(&s->brief_maker, store_path, sites, views, clock);
	if (e != OK)
		goto err1;
	if (atomic_load(&s->table) == NULL ||
		pthread_mutex_init(&s->mutex, NULL) != 0 ||
		pthread_mutex_init(&s->brief_mutex, NULL) != 0 ||
		pthread_cond_init(&s->some, NULL) != 0 ||
		pthread_create(&s->thread, NULL, turn, s) != 0) {
		e = ERR_MEMORY;
		goto err2;
	}
	*ret_shelf = s;
	return OK;

err2:
	maker_close(&s->brief_maker);
err1:
	maker_close(&s->maker);
err0:
	free(atomic_load(&s->table));
	free(s);
	return e;
}

void shelf_stop(struct shelf *s)
{
	struct table *t = atomic_load(&s->table);

	(void)pthread_mutex_lock(&s->mutex);
	s->stopping = true;
	(void)pthread_cond_signal(&s->some);
	(void)pthread_mutex_unlock(&s->mutex);
	(void)pthread_join(s->thread, NULL);
	answer(s->unknown, NULL);
	s->unknown = NULL;
	for (size_t i = 0; i < t->cap; i++) {
		struct item *item = atomic_load(&t->at[i]);

		if (item == NULL)
			continue;
		answer(item->waiting, NULL);
		item->waiting = NULL;
	}
}

void shelf_close(struct shelf *s)
{
	struct table *t;

	if (s == NULL)
		return;
	t = atomic_load(&s->table);
	for (size_t i = 0; i < t->cap; i++) {
		struct item *item = atomic_load(&t->at[i]);

		if (item == NULL)
			continue;
		snapshot_free(atomic_load(&item->now));
		free(item);
	}
	free(t);
	maker_close(&s->maker);
	maker_close(&s->brief_maker);
	(void)pthread_mutex_destroy(&s->mutex);
	(void)pthread_mutex_destroy(&s->brief_mutex);
	(void)pthread_cond_destroy(&s->some);
	free(s);
}

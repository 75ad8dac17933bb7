#include "web/work.h"

#include <poll.h>

#include "base/tap.h"
#include "web/glance.h"

static bool readable(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };

	return poll(&p, 1, 0) == 1;
}

static void check_queue(void)
{
	struct work_queue q;
	struct work *w;

	CHECK(work_queue_init(&q, true) == OK);
	CHECK(!readable(q.event_fd));
	CHECK(work_take(&q) == NULL);
	for (int i = 0; i < 3; i++) {
		w = work_new(WORK_CONFIRM);
		w->id = (uint32_t)i + 1;
		work_push(&q, w);
	}
	CHECK(readable(q.event_fd));
	w = work_take(&q);
	CHECK(!readable(q.event_fd));
	for (uint32_t id = 1; w != NULL; id++) {
		struct work *next = w->next;

		CHECK_INT(w->id, id);
		work_free(w);
		w = next;
	}
	work_push(&q, work_new(WORK_HOUSEKEEP)); /* freed with the queue */
	work_close(&q);
	w = work_wait(&q);
	CHECK(w != NULL && w->kind == WORK_HOUSEKEEP);
	work_free(w);
	CHECK(work_wait(&q) == NULL);
	work_queue_release(&q);
}

/* Readers follow a pointer that a writer replaces and frees at once; the
 * sanitizer sees any that comes too late. */
struct shared {
	struct glance glance;
	_Atomic(unsigned *) at;
	atomic_bool done;
	atomic_uint looks;
	atomic_bool torn;
};

static void *look(void *arg)
{
	struct shared *s = arg;

	while (!atomic_load(&s->done)) {
		unsigned side = glance_begin(&s->glance);
		const unsigned *at = atomic_load(&s->at);

		if (at[0] != at[1])
			atomic_store(&s->torn, true);
		glance_end(&s->glance, side);
		(void)atomic_fetch_add(&s->looks, 1);
	}
	return NULL;
}

static unsigned *pair_of(unsigned n)
{
	unsigned *at = malloc(2 * sizeof(*at));

	if (at != NULL)
		at[0] = at[1] = n;
	return at;
}

static void check_glance(void)
{
	static struct shared s;
	pthread_t reader[2];

	atomic_store(&s.at, pair_of(0));
	for (int i = 0; i < 2; i++)
		CHECK(pthread_create(&reader[i], NULL, look, &s) == 0);
	for (unsigned n = 1; n < 3000; n++) {
		unsigned *old = atomic_exchange(&s.at, pair_of(n));

		glance_wait(&s.glance);
		old[0] = 1;
		old[1] = 2;
		free(old);
	}
	while (atomic_load(&s.looks) < 1000)
		(void)sched_yield();
	atomic_store(&s.done, true);
	for (int i = 0; i < 2; i++)
		CHECK(pthread_join(reader[i], NULL) == 0);
	CHECK(!atomic_load(&s.torn));
	free(atomic_load(&s.at));
}

int main(void)
{
	check_queue();
	check_glance();
	return tap_done();
}

#include "web/work.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/wipe.h"

static const size_t ARENA_MAX_BYTES = (size_t)256 << 20;

struct work *work_new(enum work_kind kind)
{
	struct work *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->kind = kind;
	arena_init(&w->arena, ARENA_MAX_BYTES);
	return w;
}

void work_free(struct work *w)
{
	if (w == NULL)
		return;
	if (w->kind == WORK_SIGN) {
		struct waiter *waiter = w->sign.waiters;

		while (waiter != NULL) {
			struct waiter *next = waiter->next;

			free(waiter);
			waiter = next;
		}
		buf_release(&w->sign.sealed);
	}
	if (w->kind == WORK_LEAVE)
		http_reply_free(w->leave.page);
	arena_release(&w->arena);
	wipe(w, sizeof(*w));
	free(w);
}

enum err work_queue_init(struct work_queue *q, bool with_fd)
{
	*q = (struct work_queue){ .event_fd = -1 };
	q->tail = &q->head;
	if (pthread_mutex_init(&q->mutex, NULL) != 0 ||
		pthread_cond_init(&q->some, NULL) != 0)
		return ERR_MEMORY;
	if (!with_fd)
		return OK;
	q->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return q->event_fd < 0 ? err_from_errno(errno) : OK;
}

void work_queue_release(struct work_queue *q)
{
	struct work *w = work_take(q);

	while (w != NULL) {
		struct work *next = w->next;

		work_free(w);
		w = next;
	}
	if (q->event_fd >= 0)
		(void)close(q->event_fd);
	(void)pthread_mutex_destroy(&q->mutex);
	(void)pthread_cond_destroy(&q->some);
}

void work_push_all(struct work_queue *q, struct work *chain)
{
	bool was_empty;
	size_t n = 0;

	if (chain == NULL)
		return;
	for (struct work *w = chain; w != NULL; w = w->next)
		n++;
	(void)pthread_mutex_lock(&q->mutex);
	was_empty = q->head == NULL;
	*q->tail = chain;
	while (*q->tail != NULL)
		q->tail = &(*q->tail)->next;
	q->n += n;
	(void)pthread_cond_signal(&q->some);
	(void)pthread_mutex_unlock(&q->mutex);
	if (was_empty && q->event_fd >= 0)
		(void)eventfd_write(q->event_fd, 1);
}

void work_push(struct work_queue *q, struct work *w)
{
	w->next = NULL;
	work_push_all(q, w);
}

static struct work *take_locked(struct work_queue *q)
{
	struct work *chain = q->head;

	q->head = NULL;
	q->tail = &q->head;
	q->n = 0;
	return chain;
}

struct work *work_take(struct work_queue *q)
{
	struct work *chain;
	eventfd_t seen;

	/* The fd first: what is pushed behind it makes it readable again. */
	if (q->event_fd >= 0)
		(void)eventfd_read(q->event_fd, &seen);
	(void)pthread_mutex_lock(&q->mutex);
	chain = take_locked(q);
	(void)pthread_mutex_unlock(&q->mutex);
	return chain;
}

struct work *work_wait(struct work_queue *q)
{
	struct work *chain;

	(void)pthread_mutex_lock(&q->mutex);
	while (q->head == NULL && !q->closed)
		(void)pthread_cond_wait(&q->some, &q->mutex);
	chain = take_locked(q);
	(void)pthread_mutex_unlock(&q->mutex);
	return chain;
}

void work_close(struct work_queue *q)
{
	(void)pthread_mutex_lock(&q->mutex);
	q->closed = true;
	(void)pthread_cond_broadcast(&q->some);
	(void)pthread_mutex_unlock(&q->mutex);
}

/*
 * reaper.c - ends what is beyond its deadline.
 *
 * Bytes do not extend a deadline, so nobody needs to be told of them: each
 * change of phase stores one number, and this thread reads all of them a few
 * times a deadline.  Shutting a socket down makes libmicrohttpd find its end.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wipe.h"
#include "http/server.h"

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* An eighth of the shortest deadline, but 10 ms to 1 s. */
static int64_t tick_ms(const struct http_settings *set)
{
	int64_t ms = least(least(set->head_ms, set->body_ms),
			     least(set->reply_ms, set->idle_ms)) /
		8;

	return ms < 10 ? 10 : least(ms, 1000);
}

/* True if a connection shall end.  With three quarters of all connections
 * taken, idle ones have a second, so that visitors who come find room.  When
 * the server stops, idle ones end at once, and fresh ones have a second, for
 * a request may be on its way. */
static bool is_over(const struct http_server *s, int64_t until, int64_t now_ms)
{
	const struct http_settings *set = &s->settings;
	int64_t end_ms = until / 8;

	if (end_ms <= now_ms)
		return true;
	switch ((enum phase)(until % 8)) {
	case PHASE_IDLE:
		return atomic_load(&s->stopping) ||
			(s->conn_n > set->max_connections / 4 * 3 &&
				now_ms - (end_ms - set->idle_ms) > 1000);
	case PHASE_FRESH:
		return atomic_load(&s->stopping) &&
			now_ms - (end_ms - set->head_ms) > 1000;
	default:
		return false;
	}
}

static void end_overdue(struct http_server *s, int64_t now_ms)
{
	for (struct http_conn *c = s->conns; c != NULL; c = c->next) {
		int64_t until =
			atomic_load_explicit(&c->until, memory_order_relaxed);

		if (is_over(s, until, now_ms))
			(void)shutdown(c->fd, SHUT_RDWR);
	}
}

/* Read and drop what has come; true if there may come more. */
static bool drain(int fd)
{
	char dropped[4096];
	bool more = true;

	for (int i = 0; more && i < 16; i++) {
		ssize_t n = recv(fd, dropped, sizeof(dropped), MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		more = n > 0;
	}
	wipe(dropped, sizeof(dropped)); /* a refused form is a form */
	return more;
}

static void drain_lingering(struct http_server *s, int64_t now_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->lingering_n; i++) {
		struct lingering l = s->lingering[i];

		if (drain(l.fd) && now_ms < l.until_ms)
			s->lingering[kept++] = l;
		else
			(void)close(l.fd);
	}
	s->lingering_n = kept;
}

static void close_lingering(struct http_server *s)
{
	for (size_t i = 0; i < s->lingering_n; i++)
		(void)close(s->lingering[i].fd);
	s->lingering_n = 0;
}

/* Wait one tick; lock held. */
static void wait_tick(struct http_server *s, int64_t ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)(ms % 1000 * 1000000);
	until.tv_sec += (time_t)(ms / 1000) + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	(void)pthread_cond_timedwait(&s->reaper_wakes, &s->lock, &until);
}

void *reaper_main(void *cls)
{
	struct http_server *s = cls;
	int64_t ms = tick_ms(&s->settings);

	(void)pthread_mutex_lock(&s->lock);
	while (!s->reaper_ends) {
		int64_t now_ms = server_now_ms();

		end_overdue(s, now_ms);
		drain_lingering(s, now_ms);
		wait_tick(s, ms);
	}
	close_lingering(s);
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}

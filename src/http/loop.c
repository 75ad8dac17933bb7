/*
 * loop.c - the threads that turn libmicrohttpd's daemons.
 *
 * Not its own threads: as of 0.9.75 those take events 128 at a time and, when
 * a take is full, wait for the next one as long as before, which is for ever,
 * with what they have taken unserved.  Exactly 128 requests that come at once
 * to a busy server then stand until somebody else comes.  MHD_run never waits.
 * But it may swallow the sign of a connection that is resumed meanwhile, so
 * whoever resumes one wakes its loop as well.
 */
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "http/server.h"

enum { TRIM_MS = 500 };

static int timeout_ms(struct MHD_Daemon *d)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(d, &ms) != MHD_YES)
		return -1;
	return ms > 60000 ? 60000 : (int)ms;
}

static void *turn(void *cls)
{
	struct http_loop *l = cls;
	struct http_server *s = l->server;
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd p[2] = {
		{ .fd = info->epoll_fd, .events = POLLIN },
		{ .fd = l->wake_fd, .events = POLLIN },
	};
	bool crowded = false;
	int64_t trim_at_ms = 0;
	eventfd_t seen;

	while (!atomic_load(&s->loops_end)) {
		int ms = timeout_ms(l->daemon);

		(void)poll(p, 2,
			crowded && (ms < 0 || ms > TRIM_MS) ? TRIM_MS : ms);
		if (p[1].revents != 0)
			(void)eventfd_read(l->wake_fd, &seen);
		atomic_store(&l->woken, false);
		if (atomic_load(&s->stopping) && !l->quiet) {
			(void)MHD_quiesce_daemon(l->daemon);
			l->quiet = true;
		}
		(void)MHD_run(l->daemon);
		if (server_now_ms() >= trim_at_ms) {
			crowded = trim_idle(s, l->daemon);
			trim_at_ms = server_now_ms() + TRIM_MS;
		}
	}
	return NULL;
}

bool loop_start(
	struct http_loop *l, struct http_server *s, struct MHD_Daemon *daemon)
{
	*l = (struct http_loop){ .server = s, .daemon = daemon };
	l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->wake_fd < 0)
		return false;
	if (pthread_create(&l->thread, NULL, turn, l) == 0)
		return true;
	(void)close(l->wake_fd);
	return false;
}

/* Whoever comes while it is awake already need not wake it. */
static void wake(struct http_loop *l)
{
	if (!atomic_exchange(&l->woken, true))
		(void)eventfd_write(l->wake_fd, 1);
}

void loops_wake(struct http_server *s)
{
	for (unsigned i = 0; i < s->loop_n; i++)
		wake(&s->loop[i]);
}

void loop_join(struct http_loop *l)
{
	wake(l);
	(void)pthread_join(l->thread, NULL);
	(void)close(l->wake_fd);
}

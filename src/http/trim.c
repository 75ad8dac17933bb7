/*
 * trim.c - idle connections give back what libmicrohttpd keeps for them.
 *
 * libmicrohttpd holds a pool of CONN_POOL_BYTES for every connection, fills
 * it with zeros when a request has ended, and so keeps its pages in memory
 * for as long as the connection stays.  Pages that hold nothing but zeros may
 * be dropped (madvise(2), MADV_DONTNEED): they read as zeros again when they
 * are next touched, so neither libmicrohttpd nor anybody else can tell.
 *
 * Two things make that safe.  Only the loop that turns a connection's daemon
 * trims it, between two turns, so nobody writes meanwhile.  And only pages
 * that lie wholly within the pool are looked at: where it begins is known for
 * certain if the kernel has received exactly the bytes of the first head when
 * that head is judged, since it is then the first thing in the pool.
 * Connections for which that cannot be said (a body, TLS, a socket that is no
 * TCP) keep their pool.
 */
#include <netinet/in.h>
/* The kernel's struct tcp_info is newer than netinet/tcp.h's. */
#include <linux/tcp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/server.h"

/* So few are not worth a look. */
static const unsigned CROWD = 128;
static const int64_t QUIET_MS = 500;
/* At one look: the lock is held meanwhile. */
static const unsigned AT_ONCE = 1024;

void trim_learn(struct http_conn *c, const char *head, size_t head_bytes)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (c->pool_asked)
		return;
	c->pool_asked = true;
	if (getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
		len >= offsetof(struct tcp_info, tcpi_segs_out) &&
		info.tcpi_bytes_received == head_bytes)
		c->pool_at = (uintptr_t)head;
}

static bool is_zero(const char *at, size_t len)
{
	return at[0] == 0 && memcmp(at, at + 1, len - 1) == 0;
}

static void drop_pages(struct http_conn *c)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = (c->pool_at + page - 1) / page * page;
	uintptr_t to = (c->pool_at + CONN_POOL_BYTES) / page * page;

	for (uintptr_t at = from; at + page <= to; at += page)
		if (is_zero((const char *)at, page))
			(void)madvise((void *)at, page, MADV_DONTNEED);
}

/* Idle for a while, and not trimmed since it became so. */
static bool is_due(const struct http_server *s, struct http_conn *c,
	const struct MHD_Daemon *daemon, int64_t now_ms)
{
	int64_t until = atomic_load_explicit(&c->until, memory_order_relaxed);

	return c->pool_at != 0 && c->daemon == daemon &&
		until % 8 == PHASE_IDLE && until != c->trimmed_until &&
		now_ms - (until / 8 - s->settings.idle_ms) >= QUIET_MS;
}

bool trim_idle(struct http_server *s, const struct MHD_Daemon *daemon)
{
	int64_t now_ms = server_now_ms();
	unsigned n = 0;
	bool crowded;

	(void)pthread_mutex_lock(&s->lock);
	crowded = s->conn_n > CROWD;
	for (struct http_conn *c = crowded ? s->conns : NULL;
		c != NULL && n < AT_ONCE; c = c->next) {
		if (!is_due(s, c, daemon, now_ms))
			continue;
		c->trimmed_until = atomic_load(&c->until);
		drop_pages(c);
		n++;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return crowded;
}

/*
 * conn.c - connections: who may connect, their phases and their end.
 */
#include <assert.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/server.h"

static const int64_t LINGER_MS = 2000;

int64_t server_now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t server_now_ms(void)
{
	return server_now_us() / 1000;
}

void conn_enter(struct http_conn *c, enum phase phase)
{
	const struct http_settings *set = &c->server->settings;
	const int64_t allowed_ms[] = {
		[PHASE_FRESH] = set->head_ms,
		[PHASE_HEAD] = set->head_ms,
		[PHASE_BODY] = set->body_ms,
		[PHASE_REPLY] = set->reply_ms,
		[PHASE_IDLE] = set->idle_ms,
	};
	int64_t end_ms = INT64_MAX / 16;

	if (phase != PHASE_HANDLER)
		end_ms = server_now_ms() + allowed_ms[phase];
	atomic_store_explicit(
		&c->until, conn_until(end_ms, phase), memory_order_relaxed);
}

enum MHD_Result conn_accept(
	void *cls, const struct sockaddr *addr, socklen_t addr_len)
{
	struct http_server *s = cls;
	struct http_addr peer = http_addr_of(addr);
	bool good;

	(void)addr_len;
	if (http_is_trusted(&peer, s->settings.trusted, s->settings.trusted_n))
		return MHD_YES;
	(void)pthread_mutex_lock(&s->lock);
	good = limit_allows(&s->by_peer, &peer);
	(void)pthread_mutex_unlock(&s->lock);
	return good ? MHD_YES : MHD_NO;
}

static struct http_conn *conn_new(
	struct http_server *s, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *fd =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *addr = MHD_get_connection_info(
		mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct http_conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	c->server = s;
	c->mhd = mhd;
	c->fd = fd->connect_fd;
	c->daemon = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_DAEMON)
			    ->daemon;
	c->peer = http_addr_of(addr == NULL ? NULL : addr->client_addr);
	c->trusted = http_is_trusted(
		&c->peer, s->settings.trusted, s->settings.trusted_n);
	conn_enter(c, PHASE_FRESH);
	return c;
}

static void conn_started(struct http_server *s, struct http_conn *c)
{
	(void)pthread_mutex_lock(&s->lock);
	c->next = s->conns;
	if (c->next != NULL)
		c->next->prev = c;
	s->conns = c;
	s->conn_n++;
	if (!c->trusted)
		c->counted = limit_take(&s->by_peer, &c->peer);
	(void)pthread_mutex_unlock(&s->lock);
}

/* Keep the socket open, our end shut, for the reaper to drain; lock held. */
static void linger(struct http_server *s, int fd)
{
	int copy;

	if (s->lingering_n == SERVER_MAX_LINGERING)
		return;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0)
		return;
	(void)shutdown(copy, SHUT_WR);
	s->lingering[s->lingering_n++] = (struct lingering){
		.fd = copy,
		.until_ms = server_now_ms() + LINGER_MS,
	};
}

/* As of 0.9.75 libmicrohttpd stops listening when a daemon is full, and begins
 * again only in the turn behind the one in which a connection ended: without
 * this, whoever waits at the door would wait for somebody else to move. */
static void let_in(struct http_server *s)
{
	if (s->conn_n + 1 >= s->settings.max_connections / s->settings.threads)
		loops_wake(s);
}

/* libmicrohttpd closes the socket only behind this, so whoever holds the lock
 * and finds a connection in the list may use its descriptor. */
static void conn_closed(struct http_server *s, struct http_conn *c)
{
	(void)pthread_mutex_lock(&s->lock);
	assert(c->parked == NULL);
	if (c->next != NULL)
		c->next->prev = c->prev;
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		s->conns = c->next;
	s->conn_n--;
	let_in(s);
	if (c->counted)
		limit_give(&s->by_peer, &c->peer);
	if (c->lingers)
		linger(s, c->fd);
	(void)pthread_cond_broadcast(&s->changed);
	(void)pthread_mutex_unlock(&s->lock);
	free(c);
}

void conn_notify(void *cls, struct MHD_Connection *mhd, void **socket_context,
	enum MHD_ConnectionNotificationCode what)
{
	struct http_server *s = cls;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		struct http_conn *c = conn_new(s, mhd);

		*socket_context = c;
		conn_started(s, c);
	} else {
		conn_closed(s, *socket_context);
		*socket_context = NULL;
	}
}

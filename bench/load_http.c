#include "load.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MAX = 8192, BODY_CHUNK = 65536, BODY_MAX = 1 << 20 };

struct conn {
	struct source source;
	struct client *client;
	struct conn *next_idle;
	int fd; /* -1: to be opened */
	bool busy;
	struct load_ask ask;
	struct buf body; /* what was read of it, if it is wanted */
	int status; /* 0 while the head is not whole */
	uint64_t body_left;
	bool closes;
	size_t head_len;
	char head[HEAD_MAX];
};

struct client {
	int epoll_fd;
	struct sockaddr_in server;
	load_done *done;
	void *context;
	unsigned count;
	unsigned busy;
	struct conn *idle;
	struct conn *conn;
	char chunk[BODY_CHUNK];
};

/* Leaves fd -1 if nobody listens. */
static void conn_open(struct conn *c)
{
	struct client *client = c->client;
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = &c->source };
	int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		load_die("no more sockets");
	if (connect(fd, (const struct sockaddr *)&client->server,
		    sizeof(client->server)) != 0) {
		(void)close(fd);
		return;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (epoll_ctl(client->epoll_fd, EPOLL_CTL_ADD, fd, &ev) != 0)
		load_die("epoll_ctl");
	c->fd = fd;
}

static void conn_close(struct conn *c)
{
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
}

static void finish(struct conn *c, int status)
{
	struct client *client = c->client;
	struct load_reply reply = { .kind = c->ask.kind,
		.status = status,
		.due_ns = c->ask.due_ns,
		.life = c->ask.life,
		.head = { c->head, c->head_len },
		.body = buf_view(&c->body) };

	client->done(client->context, &reply);
	c->busy = false;
	client->busy--;
	c->next_idle = client->idle;
	client->idle = c;
}

static void lost(struct conn *c)
{
	bool was_busy = c->busy;

	conn_close(c);
	if (was_busy)
		finish(c, LOAD_STATUS_CLOSED);
}

struct str load_field(struct str head, const char *name)
{
	const char *at = memmem(head.at, head.len, name, strlen(name));
	const char *eol;

	if (at == NULL)
		return STR_NULL;
	at += strlen(name);
	eol = memchr(at, '\r', head.len - (size_t)(at - head.at));
	return (struct str){ at, eol == NULL ? 0 : (size_t)(eol - at) };
}

/* False if the head is not one. */
static bool read_head(struct conn *c, size_t end)
{
	struct str head = { c->head, end };
	uint64_t status, len = 0;

	if (!str_starts(head, STR("HTTP/1.1 ")) ||
		str_u64((struct str){ c->head + 9, 3 }, &status) != OK ||
		status > LOAD_STATUS_MAX)
		return false;
	if (str_u64(load_field(head, "\r\nContent-Length: "), &len) != OK &&
		status != 204 && status != 304)
		return false;
	c->status = (int)status;
	c->closes = str_eq_nocase(
		load_field(head, "\r\nConnection: "), STR("close"));
	c->body_left = len;
	return true;
}

static bool take_body(struct conn *c, const char *at, size_t n)
{
	if (n > c->body_left)
		return false;
	if (c->ask.wants_body)
		buf_put(&c->body, at, n);
	c->body_left -= n;
	if (c->body_left > 0)
		return true;
	if (c->closes)
		conn_close(c);
	finish(c, c->status);
	return true;
}

static void conn_ready(struct source *s)
{
	struct conn *c = (struct conn *)(void *)s;
	bool in_head = c->status == 0;
	char *to = in_head ? c->head + c->head_len : c->client->chunk;
	size_t room = in_head ? HEAD_MAX - c->head_len : BODY_CHUNK;
	ssize_t n = recv(c->fd, to, room, MSG_DONTWAIT);
	const char *end;
	size_t more;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || !c->busy) {
		lost(c);
		return;
	}
	if (!in_head) {
		if (!take_body(c, to, (size_t)n))
			lost(c);
		return;
	}
	c->head_len += (size_t)n;
	end = memmem(c->head, c->head_len, "\r\n\r\n", 4);
	if (end == NULL) {
		if (c->head_len == HEAD_MAX)
			lost(c);
		return;
	}
	end += 4;
	more = c->head_len - (size_t)(end - c->head);
	c->head_len -= more;
	if (!read_head(c, c->head_len) || !take_body(c, end, more))
		lost(c);
}

struct client *client_open(int epoll_fd, const struct sockaddr_in *server,
	unsigned connections, load_done *done, void *context)
{
	struct client *c = calloc(1, sizeof(*c));

	if (c == NULL ||
		(c->conn = calloc(connections, sizeof(*c->conn))) == NULL)
		load_die("no memory");
	c->epoll_fd = epoll_fd;
	c->server = *server;
	c->done = done;
	c->context = context;
	c->count = connections;
	for (unsigned i = 0; i < connections; i++) {
		struct conn *conn = &c->conn[i];

		conn->source.ready = conn_ready;
		conn->client = c;
		buf_init(&conn->body, BODY_MAX);
		conn_open(conn);
		if (conn->fd < 0)
			load_die("cannot connect to the server");
		conn->next_idle = c->idle;
		c->idle = conn;
	}
	return c;
}

bool client_is_idle(const struct client *c)
{
	return c->idle != NULL;
}

unsigned client_busy(const struct client *c)
{
	return c->busy;
}

void client_send(
	struct client *c, const struct load_ask *ask, struct str request)
{
	struct conn *conn = c->idle;

	if (conn->fd < 0)
		conn_open(conn);
	c->idle = conn->next_idle;
	c->busy++;
	conn->busy = true;
	conn->ask = *ask;
	buf_clear(&conn->body);
	conn->status = 0;
	conn->head_len = 0;
	if (conn->fd < 0 ||
		send(conn->fd, request.at, request.len,
			MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)request.len)
		lost(conn);
}

void client_close(struct client *c)
{
	for (unsigned i = 0; i < c->count; i++) {
		conn_close(&c->conn[i]);
		buf_release(&c->conn[i].body);
	}
	free(c->conn);
	free(c);
}

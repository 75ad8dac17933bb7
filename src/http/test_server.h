/*
 * test_server.h - for the tests of this folder: a server on loopback with a
 * port of the kernel's choice, and raw sockets that talk to it.
 */
#ifndef HTTP_TEST_SERVER_H
#define HTTP_TEST_SERVER_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/tap.h"
#include "http/http.h"

struct test_server {
	struct http_server *http;
	int listen_fd;
	struct sockaddr_in addr;
};

static inline struct test_server test_start(
	struct http_settings set, struct http_handler handler)
{
	struct test_server t = {
		.addr = { .sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) },
	};
	socklen_t len = sizeof(t.addr);

	t.listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(t.listen_fd, (struct sockaddr *)&t.addr, len) != 0 ||
		listen(t.listen_fd, 128) != 0 ||
		getsockname(t.listen_fd, (struct sockaddr *)&t.addr, &len) != 0)
		abort();
	set.listen_fd = t.listen_fd;
	if (http_start(&set, &handler, &t.http) != OK)
		abort();
	return t;
}

static inline void test_stop(struct test_server *t)
{
	http_stop(t->http);
	(void)close(t->listen_fd);
}

static inline int test_connect(const struct test_server *t)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (const struct sockaddr *)&t->addr, sizeof(t->addr)) !=
		0)
		abort();
	return fd;
}

/* False if the other side is gone. */
static inline bool test_send(int fd, struct str s)
{
	while (s.len > 0) {
		ssize_t n = send(fd, s.at, s.len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		s = str_slice(s, (size_t)n, s.len);
	}
	return true;
}

/* One reply, or all until the end if whole; waits as long as it takes, the
 * test runner's own time limit aside.  The text lives in b. */
static inline struct str test_receive(int fd, struct buf *b, bool whole)
{
	for (;;) {
		char part[4096];
		char *end = b->len > 0 ? strstr(b->at, "\r\n\r\n") : NULL;
		char *length =
			end != NULL ? strstr(b->at, "Content-Length: ") : NULL;
		ssize_t n;

		if (!whole && end != NULL) {
			size_t head = (size_t)(end + 4 - b->at);
			size_t body = 0;

			if (length != NULL && length < end)
				body = strtoul(length + 16, NULL, 10);
			if (b->len >= head + body)
				return buf_view(b);
		}
		n = recv(fd, part, sizeof(part), 0);
		if (n <= 0)
			return buf_view(b);
		buf_put(b, part, (size_t)n);
	}
}

/* The status of a reply, 0 if there was none. */
static inline int test_status(struct str reply)
{
	if (!str_starts(reply, STR("HTTP/1.")) || reply.len < 12)
		return 0;
	return (reply.at[9] - '0') * 100 + (reply.at[10] - '0') * 10 +
		(reply.at[11] - '0');
}

static inline bool test_has(struct str reply, const char *text)
{
	return reply.len > 0 && strstr(reply.at, text) != NULL;
}

/* Send bytes on a connection of their own and return all that comes until the
 * server closes or, if stays, the first reply. */
static inline struct str test_ask(const struct test_server *t, struct str bytes,
	bool stays, struct buf *b)
{
	int fd = test_connect(t);
	struct str reply;

	buf_clear(b);
	(void)test_send(fd, bytes);
	reply = test_receive(fd, b, !stays);
	(void)close(fd);
	return reply;
}

#endif

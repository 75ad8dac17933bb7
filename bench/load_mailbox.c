#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAIL_MAX_BYTES = 1 << 18, TOKEN_MAX = 64, ADDRESS_MAX = 320 };

struct guest;

struct mailbox {
	struct source source;
	struct guest *first;
	int epoll_fd;
	int fd;
	load_mail *took;
	void *context;
};

/* A relay's client: its bytes up to the end of what is not worked off. */
struct guest {
	struct source source;
	struct mailbox *box;
	struct guest *before, *behind;
	int fd;
	bool in_data;
	size_t to_len;
	char to[ADDRESS_MAX]; /* the envelope's, without angle brackets */
	size_t len;
	char at[MAIL_MAX_BYTES];
};

static void say(struct guest *g, const char *line)
{
	size_t len = strlen(line);

	if (send(g->fd, line, len, MSG_NOSIGNAL) != (ssize_t)len)
		load_die("the mailer does not read");
}

/* The code stands behind "/c/" and before "#"; soft line breaks of
 * quoted-printable (RFC 2045 section 6.7) are skipped. */
static void take_mail(struct guest *g, size_t len)
{
	const char *end = g->at + len;
	const char *at = memmem(g->at, len, "/c/", 3);
	char token[TOKEN_MAX];
	size_t n = 0;

	for (at = at == NULL ? end : at + 3; at < end && *at != '#'; at++) {
		if (*at == '=' || *at == '\r' || *at == '\n')
			continue;
		if (n == sizeof(token))
			break;
		token[n++] = *at;
	}
	g->box->took(g->box->context, (struct str){ g->to, g->to_len },
		(struct str){ token, at < end && *at == '#' ? n : 0 });
}

static void drop(struct guest *g, size_t n)
{
	g->len -= n;
	memmove(g->at, g->at + n, g->len);
}

/* RCPT TO:<address> (RFC 5321 section 4.1.1.3). */
static void take_recipient(struct guest *g, struct str line)
{
	size_t from = str_find(line, '<') + 1, to = str_find(line, '>');

	g->to_len = 0;
	if (from >= to || to >= line.len || to - from > sizeof(g->to))
		return;
	g->to_len = to - from;
	memcpy(g->to, line.at + from, g->to_len);
}

/* False when the guest said goodbye. */
static bool take_line(struct guest *g, size_t len)
{
	struct str line = { g->at, len };

	if (str_starts(line, STR("QUIT"))) {
		say(g, "221 bye\r\n");
		return false;
	}
	if (str_starts(line, STR("RCPT")))
		take_recipient(g, line);
	if (str_starts(line, STR("DATA"))) {
		g->in_data = true;
		say(g, "354 go on\r\n");
	} else if (str_starts(line, STR("EHLO"))) {
		say(g, "250-mailbox\r\n250-PIPELINING\r\n250 8BITMIME\r\n");
	} else {
		say(g, "250 ok\r\n");
	}
	return true;
}

/* False when the guest is gone. */
static bool work_off(struct guest *g)
{
	for (;;) {
		const char *mark = g->in_data ? "\r\n.\r\n" : "\n";
		const char *end = memmem(g->at, g->len, mark, strlen(mark));
		size_t n;

		if (end == NULL)
			return g->len < MAIL_MAX_BYTES;
		n = (size_t)(end - g->at) + strlen(mark);
		if (g->in_data) {
			take_mail(g, n);
			g->in_data = false;
			say(g, "250 taken\r\n");
		} else if (!take_line(g, n)) {
			return false;
		}
		drop(g, n);
	}
}

static void guest_free(struct guest *g)
{
	if (g->before == NULL)
		g->box->first = g->behind;
	else
		g->before->behind = g->behind;
	if (g->behind != NULL)
		g->behind->before = g->before;
	(void)close(g->fd);
	free(g);
}

static void guest_ready(struct source *s)
{
	struct guest *g = (struct guest *)(void *)s;
	ssize_t n = recv(
		g->fd, g->at + g->len, MAIL_MAX_BYTES - g->len, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		g->len += (size_t)n;
		if (work_off(g))
			return;
	}
	guest_free(g);
}

static void welcome(struct source *s)
{
	struct mailbox *box = (struct mailbox *)(void *)s;
	struct guest *g = calloc(1, sizeof(*g));
	struct epoll_event ev = { .events = EPOLLIN };
	int one = 1;

	if (g == NULL)
		load_die("no memory");
	g->source.ready = guest_ready;
	g->box = box;
	g->fd = accept4(box->fd, NULL, NULL, SOCK_CLOEXEC);
	if (g->fd < 0) {
		free(g);
		return;
	}
	(void)setsockopt(g->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	g->behind = box->first;
	if (box->first != NULL)
		box->first->before = g;
	box->first = g;
	ev.data.ptr = &g->source;
	if (epoll_ctl(box->epoll_fd, EPOLL_CTL_ADD, g->fd, &ev) != 0)
		load_die("epoll_ctl");
	say(g, "220 mailbox\r\n");
}

struct mailbox *mailbox_open(
	int epoll_fd, uint16_t port, load_mail *took, void *context)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	struct mailbox *box = calloc(1, sizeof(*box));
	struct epoll_event ev = { .events = EPOLLIN };
	int one = 1;

	if (box == NULL)
		load_die("no memory");
	*box = (struct mailbox){
		.source = { welcome },
		.epoll_fd = epoll_fd,
		.took = took,
		.context = context,
	};
	box->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)setsockopt(box->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	ev.data.ptr = &box->source;
	if (bind(box->fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
		listen(box->fd, 256) != 0 ||
		epoll_ctl(epoll_fd, EPOLL_CTL_ADD, box->fd, &ev) != 0)
		load_die("cannot open the mailbox's port");
	return box;
}

void mailbox_close(struct mailbox *box)
{
	while (box->first != NULL)
		guest_free(box->first);
	(void)close(box->fd);
	free(box);
}

#include "mail/sink.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"

enum { GUESTS_MAX = 256, DATA_MAX_BYTES = 1 << 20 };

struct guest {
	struct sink *sink;
	int fd; /* -1 when it is gone; under lock */
	pthread_t thread;
};

struct sink {
	int fd;
	uint16_t port;
	pthread_t thread;
	pthread_mutex_t lock; /* over all below */
	bool away;
	bool once_seen;
	unsigned taken;
	unsigned connections;
	struct buf last;
	struct guest guests[GUESTS_MAX];
};

/* A conversation's state, of one thread. */
struct talk {
	struct guest *guest;
	FILE *in;
	int fd;
	bool drops;
	bool spam;
	struct buf data;
};

static bool say(struct talk *t, const char *line)
{
	size_t len = strlen(line);

	return send(t->fd, line, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool is_away(struct sink *s)
{
	bool away;

	pthread_mutex_lock(&s->lock);
	away = s->away;
	pthread_mutex_unlock(&s->lock);
	return away;
}

static bool first_once(struct sink *s)
{
	bool first;

	pthread_mutex_lock(&s->lock);
	first = !s->once_seen;
	s->once_seen = true;
	pthread_mutex_unlock(&s->lock);
	return first;
}

static bool answer_rcpt(struct talk *t, struct str line)
{
	struct sink *s = t->guest->sink;

	t->drops = str_starts(line, STR("RCPT TO:<drop@"));
	t->spam = str_starts(line, STR("RCPT TO:<spam@"));
	if (is_away(s))
		return say(t, "421 away\r\n");
	if (str_starts(line, STR("RCPT TO:<refused@")))
		return say(t, "550 no such person\r\n");
	if (str_starts(line, STR("RCPT TO:<nobody@")))
		return say(t, "550 5.1.1 no such mailbox\r\n");
	if (str_starts(line, STR("RCPT TO:<policy@")))
		return say(t, "550 5.7.1 not from you\r\n");
	if (str_starts(line, STR("RCPT TO:<later@")) ||
		(str_starts(line, STR("RCPT TO:<once@")) && first_once(s)))
		return say(t, "450 not now\r\n");
	return say(t, "250 ok\r\n");
}

static void keep(struct talk *t)
{
	struct sink *s = t->guest->sink;

	pthread_mutex_lock(&s->lock);
	s->taken++;
	buf_clear(&s->last);
	buf_str(&s->last, buf_view(&t->data));
	pthread_mutex_unlock(&s->lock);
}

static bool take_data(struct talk *t)
{
	char line[2048];

	if (!say(t, "354 go on\r\n"))
		return false;
	buf_clear(&t->data);
	while (fgets(line, sizeof(line), t->in) != NULL) {
		if (t->drops)
			return false;
		if (strcmp(line, ".\r\n") == 0) {
			if (t->spam)
				return say(t, "554 no\r\n");
			keep(t);
			return say(t, "250 taken\r\n");
		}
		buf_c(&t->data, line[0] == '.' ? line + 1 : line);
	}
	return false;
}

static bool answer(struct talk *t, struct str line)
{
	if (str_starts(line, STR("RCPT ")))
		return answer_rcpt(t, line);
	if (str_starts(line, STR("DATA")))
		return take_data(t);
	if (str_starts(line, STR("QUIT"))) {
		(void)say(t, "221 bye\r\n");
		return false;
	}
	return say(t, "250 ok\r\n");
}

static void converse(struct talk *t)
{
	char line[2048];

	if (is_away(t->guest->sink)) {
		(void)say(t, "421 away\r\n");
		return;
	}
	if (!say(t, "220 sink\r\n"))
		return;
	while (fgets(line, sizeof(line), t->in) != NULL &&
		answer(t, str_c(line)))
		;
}

static void *serve(void *arg)
{
	struct talk t = { .guest = arg };

	pthread_mutex_lock(&t.guest->sink->lock);
	t.fd = t.guest->fd;
	pthread_mutex_unlock(&t.guest->sink->lock);
	t.in = fdopen(t.fd, "r");
	buf_init(&t.data, DATA_MAX_BYTES);
	if (t.in != NULL)
		converse(&t);
	buf_release(&t.data);
	pthread_mutex_lock(&t.guest->sink->lock);
	t.guest->fd = -1;
	if (t.in != NULL)
		(void)fclose(t.in);
	else
		close(t.fd);
	pthread_mutex_unlock(&t.guest->sink->lock);
	return NULL;
}

/* Guests are never reused, so that close can join them all. */
static void *welcome(void *arg)
{
	struct sink *s = arg;
	int fd;

	while ((fd = accept(s->fd, NULL, NULL)) != -1) {
		struct guest *g;
		int one = 1;

		(void)setsockopt(
			fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		pthread_mutex_lock(&s->lock);
		g = &s->guests[s->connections];
		if (s->connections == GUESTS_MAX) {
			close(fd);
		} else {
			*g = (struct guest){ .sink = s, .fd = fd };
			if (pthread_create(&g->thread, NULL, serve, g) != 0)
				abort();
			s->connections++;
		}
		pthread_mutex_unlock(&s->lock);
	}
	return NULL;
}

static enum err listen_free(int *ret_fd, uint16_t *ret_port)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return ERR_IO;
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
		listen(fd, 64) != 0 ||
		getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
		close(fd);
		return ERR_IO;
	}
	*ret_fd = fd;
	*ret_port = ntohs(at.sin_port);
	return OK;
}

enum err sink_open(struct sink **ret_sink)
{
	struct sink *s = calloc(1, sizeof(*s));
	enum err e;

	if (s == NULL)
		return ERR_MEMORY;
	e = listen_free(&s->fd, &s->port);
	if (e != OK) {
		free(s);
		return e;
	}
	buf_init(&s->last, DATA_MAX_BYTES);
	pthread_mutex_init(&s->lock, NULL);
	if (pthread_create(&s->thread, NULL, welcome, s) != 0)
		abort();
	*ret_sink = s;
	return OK;
}

void sink_close(struct sink *s)
{
	if (s == NULL)
		return;
	(void)shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < s->connections; i++) {
		if (s->guests[i].fd != -1)
			(void)shutdown(s->guests[i].fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&s->lock);
	for (unsigned i = 0; i < s->connections; i++)
		pthread_join(s->guests[i].thread, NULL);
	close(s->fd);
	buf_release(&s->last);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

uint16_t sink_port(const struct sink *s)
{
	return s->port;
}

void sink_away(struct sink *s, bool away)
{
	pthread_mutex_lock(&s->lock);
	s->away = away;
	pthread_mutex_unlock(&s->lock);
}

static unsigned read_count(struct sink *s, const unsigned *count)
{
	unsigned n;

	pthread_mutex_lock(&s->lock);
	n = *count;
	pthread_mutex_unlock(&s->lock);
	return n;
}

unsigned sink_taken(struct sink *s)
{
	return read_count(s, &s->taken);
}

unsigned sink_connections(struct sink *s)
{
	return read_count(s, &s->connections);
}

void sink_last(struct sink *s, struct buf *b)
{
	pthread_mutex_lock(&s->lock);
	buf_str(b, buf_view(&s->last));
	pthread_mutex_unlock(&s->lock);
}

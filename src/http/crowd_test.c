/*
 * As many requests at once as the HTTP library takes events in one go, while
 * the server is busy: all are answered though nobody comes behind them.
 */
#include <pthread.h>

#include "http/test_server.h"

enum { CROWD = 128 };

/* "/wait" is answered when the test says so. */
struct door {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool inside;
	bool open;
};

static size_t body_max(void *context, const struct http_request *r)
{
	(void)context;
	(void)r;
	return 0;
}

static void handle(void *context, struct http_request *r)
{
	struct door *d = context;

	if (str_eq(r->path, STR("/wait"))) {
		(void)pthread_mutex_lock(&d->lock);
		d->inside = true;
		(void)pthread_cond_broadcast(&d->changed);
		while (!d->open)
			(void)pthread_cond_wait(&d->changed, &d->lock);
		(void)pthread_mutex_unlock(&d->lock);
	}
	http_reply_plain(r, 404);
}

static void wait_until_inside(struct door *d)
{
	(void)pthread_mutex_lock(&d->lock);
	while (!d->inside)
		(void)pthread_cond_wait(&d->changed, &d->lock);
	(void)pthread_mutex_unlock(&d->lock);
}

static void open_door(struct door *d)
{
	(void)pthread_mutex_lock(&d->lock);
	d->open = true;
	(void)pthread_cond_broadcast(&d->changed);
	(void)pthread_mutex_unlock(&d->lock);
}

static void ask(int fd, const char *path)
{
	char text[128];
	int n = snprintf(
		text, sizeof(text), "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", path);

	(void)test_send(fd, (struct str){ text, (size_t)n });
}

static int count_answers(const int fd[CROWD])
{
	struct buf b;
	int n = 0;

	buf_init(&b, 65536);
	for (int i = 0; i < CROWD; i++) {
		buf_clear(&b);
		n += test_status(test_receive(fd[i], &b, false)) == 404;
	}
	buf_release(&b);
	return n;
}

int main(void)
{
	struct http_settings set = http_settings_default();
	struct door d = { .inside = false };
	struct test_server t;
	int fd[CROWD];
	int busy;

	(void)pthread_mutex_init(&d.lock, NULL);
	(void)pthread_cond_init(&d.changed, NULL);
	set.max_per_address = CROWD + 1;
	t = test_start(set, (struct http_handler){ &d, body_max, handle });
	for (int i = 0; i < CROWD; i++) {
		fd[i] = test_connect(&t);
		ask(fd[i], "/first");
	}
	CHECK_INT(count_answers(fd), CROWD);
	busy = test_connect(&t);
	ask(busy, "/wait");
	wait_until_inside(&d);
	for (int i = 0; i < CROWD; i++)
		ask(fd[i], "/second");
	open_door(&d);
	CHECK_INT(count_answers(fd), CROWD);
	for (int i = 0; i < CROWD; i++)
		(void)close(fd[i]);
	(void)close(busy);
	test_stop(&t);
	return tap_done();
}

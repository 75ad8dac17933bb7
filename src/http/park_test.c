/*
 * Requests answered from another thread: in order and out of it, with the
 * client gone, with too many of them, and with the server stopping before,
 * while and after they are answered.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "http/test_server.h"

enum { QUEUE = 1024, CLIENTS = 8, ROUNDS = 50 };

/* Parked requests on their way to whoever answers. */
struct queue {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct http_request *request[QUEUE];
	size_t n;
	bool ended;
	atomic_uint busy; /* how often http_park said ERR_BUSY */
};

static size_t body_max(void *context, const struct http_request *r)
{
	(void)context;
	(void)r;
	return 1000;
}

static void handle(void *context, struct http_request *r)
{
	struct queue *q = context;

	if (http_park(r) != OK) {
		(void)atomic_fetch_add(&q->busy, 1);
		http_reply_plain(r, 503);
		return;
	}
	(void)pthread_mutex_lock(&q->lock);
	q->request[q->n++] = r;
	(void)pthread_cond_broadcast(&q->changed);
	(void)pthread_mutex_unlock(&q->lock);
}

static void queue_init(struct queue *q)
{
	*q = (struct queue){ .ended = false };
	(void)pthread_mutex_init(&q->lock, NULL);
	(void)pthread_cond_init(&q->changed, NULL);
}

/* Wait until at least n requests are parked here. */
static void queue_wait(struct queue *q, size_t n)
{
	(void)pthread_mutex_lock(&q->lock);
	while (q->n < n)
		(void)pthread_cond_wait(&q->changed, &q->lock);
	(void)pthread_mutex_unlock(&q->lock);
}

/* Says the body back, so that each client sees whether it got its own. */
static void echo(struct http_request *r)
{
	struct http_spec spec = { .content_type = STR("text/plain") };
	struct http_reply *reply = NULL;
	struct buf b;

	buf_init(&b, 2000);
	buf_str(&b, r->path);
	buf_byte(&b, ' ');
	buf_str(&b, r->host);
	buf_byte(&b, ' ');
	buf_str(&b, r->body);
	if (http_once(&spec, &b, &reply) != OK)
		abort();
	http_answer(r, reply);
}

static size_t answer_all(struct queue *q)
{
	struct http_request *taken[QUEUE];
	size_t n;

	(void)pthread_mutex_lock(&q->lock);
	while (q->n == 0 && !q->ended)
		(void)pthread_cond_wait(&q->changed, &q->lock);
	n = q->n;
	memcpy(taken, q->request, n * sizeof(taken[0]));
	q->n = 0;
	(void)pthread_mutex_unlock(&q->lock);
	for (size_t i = n; i > 0; i--) /* last come, first served */
		echo(taken[i - 1]);
	return n;
}

static void *answerer(void *context)
{
	while (answer_all(context) > 0)
		;
	return NULL;
}

static void end_answerer(struct queue *q, pthread_t thread)
{
	(void)pthread_mutex_lock(&q->lock);
	q->ended = true;
	(void)pthread_cond_broadcast(&q->changed);
	(void)pthread_mutex_unlock(&q->lock);
	(void)pthread_join(thread, NULL);
}

static void post(int fd, int client, int round)
{
	char text[256];
	int n = snprintf(text, sizeof(text),
		"POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\n"
		"%03d-%04d",
		client, round);

	(void)test_send(fd, (struct str){ text, (size_t)n });
}

static bool got(int fd, int client, int round, struct buf *b)
{
	char want[64];

	buf_clear(b);
	(void)snprintf(
		want, sizeof(want), "\r\n\r\n/p h %03d-%04d", client, round);
	return test_has(test_receive(fd, b, false), want);
}

/* Many kept connections, many rounds, every answer its client's own. */
static void test_answers(unsigned threads)
{
	struct http_settings set = http_settings_default();
	struct queue q;
	struct test_server t;
	pthread_t thread;
	struct buf b;
	int fd[CLIENTS];
	int good = 0;

	queue_init(&q);
	buf_init(&b, 65536);
	set.threads = threads;
	t = test_start(set, (struct http_handler){ &q, body_max, handle });
	if (pthread_create(&thread, NULL, answerer, &q) != 0)
		abort();
	for (int i = 0; i < CLIENTS; i++)
		fd[i] = test_connect(&t);
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < CLIENTS; i++)
			post(fd[i], i, round);
		for (int i = 0; i < CLIENTS; i++)
			good += got(fd[i], i, round, &b);
	}
	CHECK_INT(good, CLIENTS * ROUNDS);
	for (int i = 0; i < CLIENTS; i++)
		(void)close(fd[i]);
	test_stop(&t);
	end_answerer(&q, thread);
	buf_release(&b);
}

/* The client leaves while its request is parked; the request stays readable,
 * and answering it is as good as any other answer. */
static void test_client_leaves(void)
{
	struct http_settings set = http_settings_default();
	struct queue q;
	struct test_server t;
	struct buf b;
	int fd;

	queue_init(&q);
	buf_init(&b, 65536);
	t = test_start(set, (struct http_handler){ &q, body_max, handle });
	fd = test_connect(&t);
	post(fd, 1, 1);
	queue_wait(&q, 1);
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER,
		&(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
	(void)close(fd); /* with a reset */
	fd = test_connect(&t);
	post(fd, 2, 2);
	queue_wait(&q, 2);
	CHECK_INT(http_count(t.http).parked, 2);
	CHECK_STR(q.request[0]->body, STR("001-0001"));
	CHECK_INT(answer_all(&q), 2);
	CHECK(got(fd, 2, 2, &b));
	CHECK_INT(http_count(t.http).parked, 0);
	(void)close(fd);
	test_stop(&t);
	buf_release(&b);
}

static void test_too_many(void)
{
	struct http_settings set = http_settings_default();
	struct queue q;
	struct test_server t;
	struct buf b;
	int fd[3];

	queue_init(&q);
	buf_init(&b, 65536);
	set.max_parked = 2;
	t = test_start(set, (struct http_handler){ &q, body_max, handle });
	for (int i = 0; i < 3; i++) {
		fd[i] = test_connect(&t);
		post(fd[i], i, 0);
		if (i < 2)
			queue_wait(&q, (size_t)i + 1);
	}
	CHECK_INT(test_status(test_receive(fd[2], &b, false)), 503);
	CHECK(test_has(buf_view(&b), "\r\nRetry-After: "));
	CHECK_INT(atomic_load(&q.busy), 1);
	CHECK_INT(answer_all(&q), 2);
	CHECK(got(fd[0], 0, 0, &b) && got(fd[1], 1, 0, &b));
	for (int i = 0; i < 3; i++)
		(void)close(fd[i]);
	test_stop(&t);
	buf_release(&b);
}

/* Nobody answers: the stop does, with 503; the requests stay valid and are
 * answered when there is no server any more. */
static void test_stop_refuses(void)
{
	struct http_settings set = http_settings_default();
	struct queue q;
	struct test_server t;
	struct buf b;
	int fd[CLIENTS];

	queue_init(&q);
	buf_init(&b, 65536);
	set.stop_ms = 50;
	t = test_start(set, (struct http_handler){ &q, body_max, handle });
	for (int i = 0; i < CLIENTS; i++) {
		fd[i] = test_connect(&t);
		post(fd[i], i, 9);
	}
	queue_wait(&q, CLIENTS);
	test_stop(&t);
	for (int i = 0; i < CLIENTS; i++) {
		buf_clear(&b);
		CHECK_INT(test_status(test_receive(fd[i], &b, true)), 503);
		(void)close(fd[i]);
	}
	CHECK_INT(q.request[0]->body.len, 8);
	CHECK_INT(answer_all(&q), CLIENTS);
	buf_release(&b);
}

static void *stop_server(void *context)
{
	test_stop(context);
	return NULL;
}

/* Answered while the server waits for it: the answer still arrives. */
static void test_stop_waits(void)
{
	struct http_settings set = http_settings_default();
	struct queue q;
	struct test_server t;
	pthread_t thread;
	struct buf b;
	int fd, idle;

	queue_init(&q);
	buf_init(&b, 65536);
	set.idle_ms = 400; /* so that the reaper looks often */
	t = test_start(set, (struct http_handler){ &q, body_max, handle });
	idle = test_connect(&t);
	fd = test_connect(&t);
	post(fd, 5, 5);
	queue_wait(&q, 1);
	if (pthread_create(&thread, NULL, stop_server, &t) != 0)
		abort();
	CHECK_INT(test_receive(idle, &b, true).len, 0); /* it has begun */
	CHECK_INT(answer_all(&q), 1);
	CHECK(got(fd, 5, 5, &b));
	(void)pthread_join(thread, NULL);
	(void)close(fd);
	(void)close(idle);
	buf_release(&b);
}

/* Stop and answers race; whoever wins, each client hears something. */
static void test_stop_races(void)
{
	for (int round = 0; round < 20; round++) {
		struct http_settings set = http_settings_default();
		struct queue q;
		struct test_server t;
		pthread_t thread;
		struct buf b;
		int fd[CLIENTS];
		int good = 0;

		queue_init(&q);
		buf_init(&b, 65536);
		set.stop_ms = 0;
		t = test_start(
			set, (struct http_handler){ &q, body_max, handle });
		for (int i = 0; i < CLIENTS; i++) {
			fd[i] = test_connect(&t);
			post(fd[i], i, round);
		}
		queue_wait(&q, CLIENTS);
		if (pthread_create(&thread, NULL, answerer, &q) != 0)
			abort();
		test_stop(&t);
		for (int i = 0; i < CLIENTS; i++) {
			int status;

			buf_clear(&b);
			status = test_status(test_receive(fd[i], &b, true));
			good += status == 200 || status == 503;
			(void)close(fd[i]);
		}
		if (good != CLIENTS)
			CHECK_INT(good, CLIENTS);
		end_answerer(&q, thread);
		buf_release(&b);
	}
	CHECK(true);
}

int main(void)
{
	test_answers(1);
	test_answers(2);
	test_client_leaves();
	test_too_many();
	test_stop_refuses();
	test_stop_waits();
	test_stop_races();
	return tap_done();
}

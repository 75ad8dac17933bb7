/*
 * Deadlines are totals: whoever drips bytes is ended while the drip goes on.
 * How long that takes is not looked at, only that it happens: the test
 * itself would drip for ever.  And limits: so many connections an address
 * and in total, so many requests a client behind a proxy.
 */
#include <pthread.h>

#include "http/test_server.h"

enum { BIG = 16 * 1024 * 1024 };

struct site {
	struct http_reply *big;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct http_request *parked;
};

static size_t body_max(void *context, const struct http_request *r)
{
	(void)context;
	(void)r;
	return 100000;
}

static void handle(void *context, struct http_request *r)
{
	struct site *site = context;

	if (str_eq(r->path, STR("/big"))) {
		http_reply(r, http_reply_ref(site->big));
	} else if (str_eq(r->path, STR("/park"))) {
		if (http_park(r) != OK)
			abort();
		(void)pthread_mutex_lock(&site->lock);
		site->parked = r;
		(void)pthread_cond_signal(&site->changed);
		(void)pthread_mutex_unlock(&site->lock);
	} else {
		http_reply_plain(r, 404);
	}
}

/* Send start, then drip one byte after the other until the server ends it. */
static bool drip_is_ended(struct test_server *t, struct str start, char byte)
{
	int fd = test_connect(t);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	(void)test_send(fd, start);
	while (poll(&p, 1, 10) == 0)
		(void)test_send(fd, (struct str){ &byte, 1 });
	(void)close(fd);
	return (p.revents & (POLLIN | POLLHUP | POLLERR)) != 0;
}

static void test_drips(struct test_server *t)
{
	CHECK(drip_is_ended(t, STR_NULL, 'G'));
	CHECK(drip_is_ended(t, STR("GET /"), 'a'));
	CHECK(drip_is_ended(t, STR("GET / HTTP/1.1\r\nHost: a\r\nX: "), 'a'));
	CHECK(drip_is_ended(t,
		STR("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999"
		    "\r\n\r\n"),
		'a'));
}

/* A second head on a kept connection, and no head at all. */
static void test_kept(struct test_server *t)
{
	struct buf b;
	int fd = test_connect(t);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	buf_init(&b, 65536);
	(void)test_send(fd, STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
	CHECK_INT(test_status(test_receive(fd, &b, false)), 404);
	(void)test_send(fd, STR("GET / HTTP/1.1\r\nX: "));
	while (poll(&p, 1, 10) == 0)
		(void)test_send(fd, STR("a"));
	CHECK((p.revents & (POLLIN | POLLHUP)) != 0);
	(void)close(fd);

	fd = test_connect(t);
	buf_clear(&b);
	(void)test_send(fd, STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
	/* Idle: returns because the server closes. */
	CHECK_INT(test_status(test_receive(fd, &b, true)), 404);
	(void)close(fd);
	fd = test_connect(t);
	buf_clear(&b);
	CHECK_INT(test_receive(fd, &b, true).len, 0); /* said nothing */
	(void)close(fd);
	buf_release(&b);
}

/* A client that reads hardly anything does not keep its connection. */
static void test_slow_reader(struct test_server *t)
{
	int fd = test_connect(t);
	int small = 4096;
	char byte;
	size_t got = 0;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	(void)test_send(fd, STR("GET /big HTTP/1.1\r\nHost: a\r\n\r\n"));
	while (http_count(t->http).connections > 0) {
		got += recv(fd, &byte, 1, 0) == 1;
		(void)poll(NULL, 0, 5);
	}
	CHECK(got < BIG);
	(void)close(fd);
}

/* What waits for us has no deadline: here it waits longer than every one. */
static void test_parked_stays(struct test_server *t, struct site *site)
{
	struct buf b;
	int fd = test_connect(t);

	buf_init(&b, 65536);
	(void)test_send(fd, STR("GET /park HTTP/1.1\r\nHost: a\r\n\r\n"));
	(void)pthread_mutex_lock(&site->lock);
	while (site->parked == NULL)
		(void)pthread_cond_wait(&site->changed, &site->lock);
	(void)pthread_mutex_unlock(&site->lock);
	test_drips(t); /* four deadlines one after the other */
	http_answer(site->parked, NULL);
	CHECK_INT(test_status(test_receive(fd, &b, false)), 500);
	(void)close(fd);
	buf_release(&b);
}

static void test_per_address(struct site *site)
{
	struct http_settings set = http_settings_default();
	struct test_server t;
	struct buf b;
	int fd[4];

	buf_init(&b, 65536);
	set.max_per_address = 3;
	set.stop_ms = 100;
	t = test_start(set, (struct http_handler){ site, body_max, handle });
	for (int i = 0; i < 3; i++) {
		fd[i] = test_connect(&t);
		(void)test_send(
			fd[i], STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
		buf_clear(&b);
		CHECK_INT(test_status(test_receive(fd[i], &b, false)), 404);
	}
	fd[3] = test_connect(&t);
	buf_clear(&b);
	CHECK_INT(test_receive(fd[3], &b, true).len, 0); /* shown the door */
	(void)close(fd[0]);
	while (http_count(t.http).connections > 2)
		(void)poll(NULL, 0, 5);
	CHECK_INT(test_status(test_ask(&t,
			  STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), true, &b)),
		404);
	for (int i = 1; i < 4; i++)
		(void)close(fd[i]);
	test_stop(&t);
	buf_release(&b);
}

/* Loopback is a proxy here: exempt itself, not so the clients it names. */
static void test_behind_proxy(struct site *site)
{
	struct http_settings set = http_settings_default();
	struct http_net proxy;
	struct test_server t;
	struct buf b;
	int fd;

	buf_init(&b, 65536);
	CHECK_INT(http_net_parse(STR("127.0.0.0/8"), &proxy), OK);
	set.trusted = &proxy;
	set.trusted_n = 1;
	set.max_per_address = 1;
	set.stop_ms = 100;
	t = test_start(set, (struct http_handler){ site, body_max, handle });
	site->parked = NULL;
	fd = test_connect(&t);
	(void)test_send(fd,
		STR("GET /park HTTP/1.1\r\nHost: a\r\n"
		    "X-Forwarded-For: 1.1.1.1\r\n"
		    "X-Forwarded-For: 192.0.2.7\r\n\r\n"));
	(void)pthread_mutex_lock(&site->lock);
	while (site->parked == NULL)
		(void)pthread_cond_wait(&site->changed, &site->lock);
	(void)pthread_mutex_unlock(&site->lock);
	http_addr_write(&b, &site->parked->client);
	CHECK_STR(buf_view(&b), STR("192.0.2.7"));
	CHECK_INT(test_status(test_ask(&t,
			  STR("GET / HTTP/1.1\r\nHost: a\r\n"
			      "X-Forwarded-For: 192.0.2.7\r\n\r\n"),
			  false, &b)),
		429);
	CHECK_INT(test_status(test_ask(&t,
			  STR("GET / HTTP/1.1\r\nHost: a\r\n"
			      "X-Forwarded-For: 192.0.2.8\r\n\r\n"),
			  true, &b)),
		404);
	http_answer(site->parked, NULL);
	(void)close(fd);
	test_stop(&t);
	buf_release(&b);
}

/* The status of a request that says whom it is for. */
static int ask_for(struct test_server *t, const char *forwarded)
{
	struct buf q, b;
	int status;

	buf_init(&q, 4096);
	buf_init(&b, 65536);
	buf_printf(&q,
		"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
		"X-Forwarded-For: %s\r\n\r\n",
		forwarded);
	status = test_status(test_ask(t, buf_view(&q), false, &b));
	buf_release(&q);
	buf_release(&b);
	return status;
}

/* Park a request of this client; its end of the connection. */
static int park_for(
	struct test_server *t, struct site *site, const char *forwarded)
{
	struct buf q;
	int fd = test_connect(t);

	buf_init(&q, 4096);
	buf_printf(&q,
		"GET /park HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: %s"
		"\r\n\r\n",
		forwarded);
	(void)pthread_mutex_lock(&site->lock);
	site->parked = NULL;
	(void)test_send(fd, buf_view(&q));
	while (site->parked == NULL)
		(void)pthread_cond_wait(&site->changed, &site->lock);
	(void)pthread_mutex_unlock(&site->lock);
	buf_release(&q);
	return fd;
}

/* A customer has a /64 at least, and all of it is one client. */
static void test_by_prefix(struct site *site)
{
	static const struct {
		const char *forwarded;
		int status;
	} row[] = {
		{ "2001:db8:1:2::1", 429 },
		{ "2001:db8:1:2:ffff:ffff:ffff:ffff", 429 },
		{ "[2001:db8:1:2::3]:50000", 429 },
		{ "192.0.2.1, 2001:db8:1:2::4", 429 },
		{ "2001:db8:1:2::1, 192.0.2.1", 404 },
		{ "2001:db8:1:3::1", 404 },
		{ "2001:db8:2:2::1", 404 },
	};
	struct http_settings set = http_settings_default();
	struct http_net proxy;
	struct test_server t;
	int fd;

	CHECK_INT(http_net_parse(STR("127.0.0.1"), &proxy), OK);
	set.trusted = &proxy;
	set.trusted_n = 1;
	set.max_per_address = 1;
	set.stop_ms = 100;
	t = test_start(set, (struct http_handler){ site, body_max, handle });
	fd = park_for(&t, site, "2001:db8:1:2::1");
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		tap_check_int(ask_for(&t, row[i].forwarded), row[i].status,
			row[i].forwarded, __FILE__, __LINE__);
	http_answer(site->parked, NULL);
	(void)close(fd);
	test_stop(&t);
}

/* Nobody but a proxy says who the client is. */
static void test_liar(struct site *site)
{
	struct http_settings set = http_settings_default();
	struct http_net proxy;
	struct test_server t;
	struct buf b;
	int fd;

	buf_init(&b, 64);
	CHECK_INT(http_net_parse(STR("192.0.2.1"), &proxy), OK);
	set.trusted = &proxy;
	set.trusted_n = 1;
	set.stop_ms = 100;
	t = test_start(set, (struct http_handler){ site, body_max, handle });
	fd = park_for(&t, site, "198.51.100.7, 192.0.2.1");
	http_addr_write(&b, &site->parked->client);
	CHECK_STR(buf_view(&b), STR("127.0.0.1"));
	http_answer(site->parked, NULL);
	(void)close(fd);
	test_stop(&t);
	buf_release(&b);
}

/* Whoever comes when all places are taken by idle connections finds room
 * long before those have had their time. */
static void test_room_is_made(struct site *site)
{
	enum { PLACES = 4 };
	struct http_settings set = http_settings_default();
	struct test_server t;
	struct buf b;
	int fd[PLACES];

	buf_init(&b, 65536);
	set.max_connections = PLACES;
	set.idle_ms = 1000000000;
	set.stop_ms = 100;
	t = test_start(set, (struct http_handler){ site, body_max, handle });
	for (int i = 0; i < PLACES; i++) {
		fd[i] = test_connect(&t);
		(void)test_send(
			fd[i], STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
		buf_clear(&b);
		CHECK_INT(test_status(test_receive(fd[i], &b, false)), 404);
	}
	CHECK_INT(http_count(t.http).connections, PLACES);
	while (test_status(test_ask(&t,
		       STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), true, &b)) !=
		404)
		(void)poll(NULL, 0, 20);
	CHECK(http_count(t.http).connections <= PLACES);
	for (int i = 0; i < PLACES; i++)
		(void)close(fd[i]);
	test_stop(&t);
	buf_release(&b);
}

int main(void)
{
	struct http_settings set = http_settings_default();
	struct http_spec spec = { .content_type = STR("text/plain") };
	struct site site = { 0 };
	struct test_server t;
	char *big = calloc(1, BIG);

	(void)pthread_mutex_init(&site.lock, NULL);
	(void)pthread_cond_init(&site.changed, NULL);
	CHECK_INT(http_finish(&spec, (struct str){ big, BIG }, &site.big), OK);
	free(big);
	set.head_ms = 200;
	set.body_ms = 200;
	set.reply_ms = 200;
	set.idle_ms = 200;
	set.stop_ms = 100;
	t = test_start(set, (struct http_handler){ &site, body_max, handle });
	test_drips(&t);
	test_kept(&t);
	test_slow_reader(&t);
	test_parked_stays(&t, &site);
	test_stop(&t);
	test_per_address(&site);
	test_behind_proxy(&site);
	test_by_prefix(&site);
	test_liar(&site);
	test_room_is_made(&site);
	http_reply_free(site.big);
	return tap_done();
}

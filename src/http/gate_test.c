/*
 * Every row is sent over a socket.  A refusal must come with its status and
 * the end of the connection, and the handler must never have seen it; a
 * second request hidden behind the first must not be answered.
 */
#include "http/gate.h"

#include <stdatomic.h>

#include "http/test_server.h"

#define OK_HEAD "GET /ok HTTP/1.1\r\nHost: a.example\r\n"
#define POST_HEAD "POST /form HTTP/1.1\r\nHost: a.example\r\n"
#define SMUGGLED "GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n"

static const struct {
	const char *what;
	int status;
	struct str bytes;
} refused[] = {
	{ "Content-Length and Transfer-Encoding", 400,
		STR_INIT(POST_HEAD "Content-Length: 3\r\n"
				   "Transfer-Encoding: chunked\r\n\r\n"
				   "0\r\n\r\n" SMUGGLED) },
	{ "Transfer-Encoding: chunked", 501,
		STR_INIT(POST_HEAD "Transfer-Encoding: chunked\r\n\r\n"
				   "3\r\na=b\r\n0\r\n\r\n") },
	{ "Transfer-Encoding: identity", 501,
		STR_INIT(POST_HEAD "Transfer-Encoding: identity\r\n\r\n") },
	{ "Transfer-Encoding: xchunked", 501,
		STR_INIT(POST_HEAD "Transfer-Encoding: xchunked\r\n\r\n") },
	{ "two different Content-Length", 400,
		STR_INIT(POST_HEAD "Content-Length: 3\r\n"
				   "Content-Length: 48\r\n\r\na=b" SMUGGLED) },
	{ "two equal Content-Length", 400,
		STR_INIT(POST_HEAD "Content-Length: 3\r\n"
				   "Content-Length: 3\r\n\r\na=b") },
	{ "Content-Length: 3, 3", 400,
		STR_INIT(POST_HEAD "Content-Length: 3, 3\r\n\r\na=b") },
	{ "Content-Length: +3", 400,
		STR_INIT(POST_HEAD "Content-Length: +3\r\n\r\na=b") },
	{ "Content-Length: -3", 400,
		STR_INIT(POST_HEAD "Content-Length: -3\r\n\r\na=b") },
	{ "Content-Length: 0x3", 400,
		STR_INIT(POST_HEAD "Content-Length: 0x3\r\n\r\na=b") },
	{ "empty Content-Length", 400,
		STR_INIT(POST_HEAD "Content-Length: \r\n\r\na=b") },
	{ "Content-Length of 10 GB", 413,
		STR_INIT(POST_HEAD "Content-Length: 10737418240\r\n\r\na=b") },
	{ "Content-Length beyond 64 bits", 413,
		STR_INIT(POST_HEAD "Content-Length: 99999999999999999999999"
				   "\r\n\r\na=b") },
	{ "a body beyond the route's limit", 413,
		STR_INIT(POST_HEAD "Content-Length: 17\r\n\r\na=b") },
	{ "a body just beyond what 31 bits can say", 413,
		STR_INIT(POST_HEAD "Content-Length: 2147483648\r\n\r\na") },
	{ "Content-Length with letters behind it", 400,
		STR_INIT(POST_HEAD "Content-Length: 3a\r\n\r\na=b") },
	{ "Content-Length with a space inside", 400,
		STR_INIT(POST_HEAD "Content-Length: 1 6\r\n\r\na=b") },
	{ "bare LF in a chunk", 501,
		STR_INIT(POST_HEAD "Transfer-Encoding: chunked\r\n\r\n"
				   "3\na=b\n0\n\n") },
	{ "Transfer-Encoding in HTTP/1.0", 501,
		STR_INIT("POST /form HTTP/1.0\r\n"
			 "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n") },
	{ "a body where none is taken", 413,
		STR_INIT(OK_HEAD "Content-Length: 1\r\n\r\na") },
	{ "bare CR smuggling a Transfer-Encoding", 400,
		STR_INIT(
			POST_HEAD "X: y\rTransfer-Encoding: chunked\r\n\r\n") },
	{ "bare CR in a value", 400, STR_INIT(OK_HEAD "X: y\rZ: w\r\n\r\n") },
	{ "bare LF behind a field", 400, STR_INIT(OK_HEAD "X: y\n\r\n") },
	{ "bare LF behind the request line", 400,
		STR_INIT("GET /ok HTTP/1.1\nHost: a.example\r\n\r\n") },
	{ "bare LF throughout", 400,
		STR_INIT("GET /ok HTTP/1.1\nHost: a.example\n\n") },
	{ "bare LF as the last line", 400, STR_INIT(OK_HEAD "\n") },
	{ "folded Transfer-Encoding", 400,
		STR_INIT(POST_HEAD "Transfer-Encoding:\r\n chunked\r\n\r\n") },
	{ "folded field", 400, STR_INIT(OK_HEAD "X: y\r\n z\r\n\r\n") },
	{ "folded by a tab", 400, STR_INIT(OK_HEAD "X: y\r\n\tz\r\n\r\n") },
	{ "folded first line", 400,
		STR_INIT("GET /ok HTTP/1.1\r\n Host: a.example\r\n\r\n") },
	{ "NUL in a value", 400, STR_INIT(OK_HEAD "X: y\0z\r\n\r\n") },
	{ "NUL at a value's start", 400, STR_INIT(OK_HEAD "X: \0\r\n\r\n") },
	{ "NUL in a name", 400, STR_INIT(OK_HEAD "X\0Y: z\r\n\r\n") },
	{ "NUL in the target", 400,
		STR_INIT("GET /o\0k HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "NUL in the method", 400,
		STR_INIT("G\0T /ok HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "NUL hidden by as many bare LF", 400,
		STR_INIT(OK_HEAD "X: y\0z\r\nA: b\nC: d\n\r\n") },
	{ "fold hidden by as many bare LF", 400,
		STR_INIT(OK_HEAD "X: y\r\n z\r\nA: b\nC: d\nE: f\n\r\n") },
	{ "control byte in a value", 400,
		STR_INIT(OK_HEAD "X: y\x01\r\n\r\n") },
	{ "DEL in a value", 400, STR_INIT(OK_HEAD "X: y\x7f\r\n\r\n") },
	{ "space before the colon", 400, STR_INIT(OK_HEAD "X : y\r\n\r\n") },
	{ "space before Content-Length's colon", 400,
		STR_INIT(POST_HEAD "Content-Length : 3\r\n\r\na=b") },
	{ "space in a name", 400, STR_INIT(OK_HEAD "X Y: z\r\n\r\n") },
	{ "no name", 400, STR_INIT(OK_HEAD ": y\r\n\r\n") },
	{ "no colon", 400, STR_INIT(OK_HEAD "X\r\n\r\n") },
	{ "no Host", 400, STR_INIT("GET /ok HTTP/1.1\r\nX: y\r\n\r\n") },
	{ "no field at all", 400, STR_INIT("GET /ok HTTP/1.1\r\n\r\n") },
	{ "two Host", 400, STR_INIT(OK_HEAD "Host: b.example\r\n\r\n") },
	{ "two equal Host", 400, STR_INIT(OK_HEAD "Host: a.example\r\n\r\n") },
	{ "empty Host", 400, STR_INIT("GET /ok HTTP/1.1\r\nHost:\r\n\r\n") },
	{ "Host with a path", 400,
		STR_INIT("GET /ok HTTP/1.1\r\nHost: a.example/x\r\n\r\n") },
	{ "Host with an at sign", 400,
		STR_INIT("GET /ok HTTP/1.1\r\nHost: u@a.example\r\n\r\n") },
	{ "Host list", 400,
		STR_INIT("GET /ok HTTP/1.1\r\nHost: a, b\r\n\r\n") },
	{ "HTTP/0.9", 400, STR_INIT("GET /ok\r\n\r\n") },
	{ "HTTP/0.9 by name", 505,
		STR_INIT("GET /ok HTTP/0.9\r\nHost: a.example\r\n\r\n") },
	{ "HTTP/1.2", 505,
		STR_INIT("GET /ok HTTP/1.2\r\nHost: a.example\r\n\r\n") },
	{ "HTTP/2.0", 505,
		STR_INIT("GET /ok HTTP/2.0\r\nHost: a.example\r\n\r\n") },
	{ "version in lower case", 400,
		STR_INIT("GET /ok http/1.1\r\nHost: a.example\r\n\r\n") },
	{ "two spaces before the target", 400,
		STR_INIT("GET  /ok HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "two spaces behind the target", 400,
		STR_INIT("GET /ok  HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "space behind the version", 400,
		STR_INIT("GET /ok HTTP/1.1 \r\nHost: a.example\r\n\r\n") },
	{ "tab in the request line", 400,
		STR_INIT("GET\t/ok HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "space in the target", 400,
		STR_INIT("GET /o k HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "method in lower case", 405,
		STR_INIT("get /ok HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "a method that is no token", 400,
		STR_INIT("G(T /ok HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "TRACE", 405,
		STR_INIT("TRACE /ok HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "CONNECT", 405,
		STR_INIT("CONNECT a.example:1 HTTP/1.1\r\nHost: a\r\n\r\n") },
	{ "DELETE", 405,
		STR_INIT("DELETE /ok HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "target *", 400,
		STR_INIT("OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "target without a slash", 400,
		STR_INIT("GET ok HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "target of another scheme", 400,
		STR_INIT(
			"GET ftp://a/ok HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "absolute target without a host", 400,
		STR_INIT(
			"GET http:///ok HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "dots", 400,
		STR_INIT("GET /x/../ok HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "encoded dots", 400,
		STR_INIT("GET /%2e%2E/ok HTTP/1.1\r\nHost: a\r\n\r\n") },
	{ "encoded slash", 400,
		STR_INIT("GET /a%2fb HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "encoded NUL", 400,
		STR_INIT("GET /ok%00 HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "half an escape", 400,
		STR_INIT("GET /ok%2 HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "fragment", 400,
		STR_INIT("GET /ok#x HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "raw UTF-8 in the target", 400,
		STR_INIT("GET /\xc3\xab HTTP/1.1\r\nHost: a.example\r\n\r\n") },
};

static const struct {
	const char *what;
	struct str bytes;
} accepted[] = {
	{ "plain", STR_INIT(OK_HEAD "\r\n") },
	{ "HTTP/1.0 without Host", STR_INIT("GET /ok HTTP/1.0\r\n\r\n") },
	{ "absolute form",
		STR_INIT("GET http://a.example/ok HTTP/1.1\r\n"
			 "Host: a.example\r\n\r\n") },
	{ "escaped letters",
		STR_INIT("GET /%6f%6B HTTP/1.1\r\nHost: a.example\r\n\r\n") },
	{ "query", STR_INIT("GET /ok?a=b&&c HTTP/1.1\r\nHost: a\r\n\r\n") },
	{ "no white space", STR_INIT(OK_HEAD "X:y\r\n\r\n") },
	{ "white space around", STR_INIT(OK_HEAD "X: \t y \t \r\n\r\n") },
	{ "empty value", STR_INIT(OK_HEAD "X:\r\nY: \r\n\r\n") },
	{ "obs-text", STR_INIT(OK_HEAD "X: Zo\xeb\r\n\r\n") },
	{ "empty line before", STR_INIT("\r\n" OK_HEAD "\r\n") },
	{ "Content-Length: 0", STR_INIT(OK_HEAD "Content-Length: 0\r\n\r\n") },
	{ "cookies", STR_INIT(OK_HEAD "Cookie: a=b; c=\"d\"\r\n\r\n") },
	{ "Host with port",
		STR_INIT("GET /ok HTTP/1.1\r\nHost: [::1]:80\r\n\r\n") },
	{ "form",
		STR_INIT(POST_HEAD "Content-Length: 3\r\nContent-Type: "
				   "application/x-www-form-urlencoded\r\n"
				   "\r\na=b") },
	{ "a body as large as the route allows",
		STR_INIT(POST_HEAD "Content-Length: 16\r\nContent-Type: "
				   "application/x-www-form-urlencoded\r\n"
				   "\r\na=b&c=0123456789") },
};

struct seen {
	atomic_int n; /* how often the handler ran */
};

static size_t body_max(void *context, const struct http_request *r)
{
	(void)context;
	return r->method == HTTP_POST ? 16 : 0;
}

static void handle(void *context, struct http_request *r)
{
	struct seen *seen = context;
	struct form form;
	bool good;

	(void)atomic_fetch_add(&seen->n, 1);
	if (r->method == HTTP_POST)
		good = str_eq(r->path, STR("/form")) &&
			http_form(r, FORM_TWICE_REFUSED, &form) == OK &&
			str_eq(form_get(&form, STR("a")), STR("b"));
	else
		good = str_eq(r->path, STR("/ok"));
	http_reply_plain(r, good ? 403 : 404);
}

/* 403 stands for "seen and understood": no refusal has it. */
static void test_accepted(struct test_server *t, struct seen *seen)
{
	struct buf b;

	buf_init(&b, 65536);
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		int before = atomic_load(&seen->n);
		struct str reply = test_ask(t, accepted[i].bytes, true, &b);

		tap_check_int(test_status(reply), 403, accepted[i].what,
			__FILE__, __LINE__);
		CHECK_INT(atomic_load(&seen->n), before + 1);
	}
	buf_release(&b);
}

static void test_refused(struct test_server *t, struct seen *seen)
{
	struct buf b;

	buf_init(&b, 65536);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		int before = atomic_load(&seen->n);
		struct str reply = test_ask(t, refused[i].bytes, false, &b);

		tap_check_int(test_status(reply), refused[i].status,
			refused[i].what, __FILE__, __LINE__);
		CHECK_INT(atomic_load(&seen->n), before);
	}
	buf_release(&b);
}

/* A head with a target of target_len bytes, field_n fields beside Host, and
 * one more whose value fills it up to head_len bytes (0: none). */
static void sized_head(
	struct buf *b, size_t target_len, size_t field_n, size_t head_len)
{
	buf_clear(b);
	buf_c(b, "GET /ok?");
	for (size_t i = 4; i < target_len; i++)
		buf_byte(b, 'a');
	buf_c(b, " HTTP/1.1\r\nHost: a.example\r\n");
	for (size_t i = 0; i < field_n; i++)
		buf_c(b, "X: y\r\n");
	if (head_len != 0) {
		buf_c(b, "Y: ");
		while (b->len < head_len - 4)
			buf_byte(b, 'z');
		buf_c(b, "\r\n");
	}
	buf_c(b, "\r\n");
}

static void test_sizes(struct test_server *t)
{
	static const struct {
		size_t target_len, field_n, head_len;
		int status;
	} row[] = {
		{ 4, 0, 0, 403 },
		{ 2048, 0, 0, 403 },
		{ 2049, 0, 0, 414 },
		{ 6000, 0, 0, 414 },
		{ 4, 63, 0, 403 },
		{ 4, 64, 0, 431 },
		{ 4, 400, 0, 431 },
		{ 4, 0, 8192, 403 },
		{ 4, 0, 8193, 431 },
		{ 2048, 62, 8192, 403 }, /* all of it at once */
		{ 4, 0, 40000, 431 },
	};
	struct buf head, b;

	buf_init(&head, 65536);
	buf_init(&b, 65536);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct str reply;

		sized_head(&head, row[i].target_len, row[i].field_n,
			row[i].head_len);
		reply = test_ask(t, buf_view(&head), row[i].status == 403, &b);
		CHECK_INT(test_status(reply), row[i].status);
	}
	buf_release(&head);
	buf_release(&b);
}

/* Two requests sent at once are two answers. */
static void test_pipelined(struct test_server *t)
{
	struct buf b;
	struct str reply;
	int fd = test_connect(t);

	buf_init(&b, 65536);
	(void)test_send(
		fd, STR(OK_HEAD "\r\n" OK_HEAD "Connection: close\r\n\r\n"));
	reply = test_receive(fd, &b, true);
	CHECK_INT(test_status(reply), 403);
	CHECK(strstr(reply.at + 12, "HTTP/1.1 403") != NULL);
	(void)close(fd);
	buf_release(&b);
}

/* The reply to a body that is too large arrives although the client goes on
 * sending for a while: the socket lingers instead of being reset. */
static void test_refusal_arrives(struct test_server *t)
{
	char body[65536];
	struct buf b;
	int fd = test_connect(t);

	memset(body, 'a', sizeof(body));
	buf_init(&b, 65536);
	(void)test_send(fd, STR(POST_HEAD "Content-Length: 262144\r\n\r\n"));
	for (int i = 0; i < 4; i++)
		(void)test_send(fd, (struct str){ body, sizeof(body) });
	CHECK_INT(test_status(test_receive(fd, &b, true)), 413);
	(void)close(fd);
	buf_release(&b);
}

static void test_expect(struct test_server *t)
{
	struct buf b;
	int fd = test_connect(t);

	buf_init(&b, 65536);
	(void)test_send(fd,
		STR(POST_HEAD "Content-Length: 3\r\n"
			      "Expect: 100-continue\r\n\r\n"));
	CHECK_INT(test_status(test_receive(fd, &b, false)), 100);
	buf_clear(&b);
	(void)test_send(fd, STR("a=b"));
	CHECK_INT(test_status(test_receive(fd, &b, false)), 404);
	(void)close(fd);
	buf_release(&b);
}

int main(void)
{
	struct seen seen = { 0 };
	struct http_handler handler = { &seen, body_max, handle };
	struct http_settings set = http_settings_default();
	struct test_server t;

	set.stop_ms = 100;
	set.idle_ms = 500; /* what is let in by mistake must not hang us */
	t = test_start(set, handler);
	test_accepted(&t, &seen);
	test_refused(&t, &seen);
	test_sizes(&t);
	test_pipelined(&t);
	test_refusal_arrives(&t);
	test_expect(&t);
	test_stop(&t);
	return tap_done();
}

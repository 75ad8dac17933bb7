/*
 * Replies as they arrive: fields, variants, 304, HEAD, files and refusals to
 * make what should not be made.
 */
#include "http/reply.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include "base/file.h"
#include "http/test_server.h"

enum { BODY_BYTES = 10240 };

struct site {
	struct http_reply *page;
	int dir_fd;
};

static size_t no_body(void *context, const struct http_request *r)
{
	(void)context;
	(void)r;
	return 0;
}

static struct http_reply *once(void)
{
	struct http_spec spec = {
		.status = 422,
		.content_type = STR("text/html; charset=utf-8"),
	};
	struct http_reply *reply = NULL;
	struct buf b;

	buf_init(&b, 1024);
	buf_c(&b, "once only");
	return http_once(&spec, &b, &reply) == OK ? reply : NULL;
}

static struct http_reply *file(struct site *site, struct str path)
{
	struct http_spec spec = {
		.content_type = STR("application/octet-stream"),
		.cache = HTTP_IMMUTABLE,
		.public_data = true,
	};
	struct http_reply *reply = NULL;

	return http_file(&spec, site->dir_fd, path, &reply) == OK ? reply
								  : NULL;
}

static void handle(void *context, struct http_request *r)
{
	struct site *site = context;
	struct http_reply *reply = NULL;

	if (str_eq(r->path, STR("/page")))
		reply = http_reply_ref(site->page);
	else if (str_eq(r->path, STR("/once")))
		reply = once();
	else if (str_eq(r->path, STR("/away")))
		CHECK_INT(http_redirect(303, STR("/there?a=%20"), &reply), OK);
	else if (r->method == HTTP_OPTIONS)
		CHECK_INT(http_options(false, true, &reply), OK);
	else if (str_starts(r->path, STR("/file/")))
		reply = file(site, str_slice(r->path, 6, r->path.len));
	http_reply(r, reply);
}

/* One request with these fields; the reply, ended by the server. */
static struct str ask(struct test_server *t, const char *line,
	const char *fields, struct buf *b)
{
	struct buf q;
	struct str reply;

	buf_init(&q, 4096);
	buf_printf(&q, "%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n",
		line, fields);
	reply = test_ask(t, buf_view(&q), false, b);
	buf_release(&q);
	return reply;
}

static struct str body_of(struct str reply)
{
	const char *end = strstr(reply.at, "\r\n\r\n");

	return str_slice(reply, (size_t)(end + 4 - reply.at), reply.len);
}

/* Value of field in reply, as "Name: ". */
static struct str value_of(struct str reply, const char *name)
{
	const char *at = strstr(reply.at, name);
	struct str v;

	if (at == NULL)
		return STR_NULL;
	v = str_slice(reply, (size_t)(at - reply.at) + strlen(name), reply.len);
	return str_slice(v, 0, str_find(v, '\r'));
}

static void test_security_fields(struct test_server *t)
{
	static const char *const line[] = { "GET /page", "GET /once",
		"GET /away", "GET /file/plain.txt", "GET /nothing",
		"PUT /page" };
	struct buf b;

	buf_init(&b, 65536);
	for (size_t i = 0; i < sizeof(line) / sizeof(line[0]); i++) {
		struct str r = ask(t, line[i], "", &b);

		CHECK(test_has(r,
			"\r\nContent-Security-Policy: default-src "
			"'none'; "));
		CHECK(test_has(r, "\r\nReferrer-Policy: no-referrer\r\n"));
		CHECK(test_has(r, "\r\nX-Content-Type-Options: nosniff\r\n"));
		CHECK(test_has(r, "\r\nPermissions-Policy: "));
		CHECK(test_has(
			r, "\r\nCross-Origin-Opener-Policy: same-origin\r\n"));
		CHECK(test_has(r, "\r\nCache-Control: "));
	}
	buf_release(&b);
}

static bool unpacks_to(struct str packed, struct str want)
{
	static char out[BODY_BYTES + 1];
	z_stream z = { 0 };
	bool good;

	z.next_in = (Bytef *)(uintptr_t)packed.at;
	z.avail_in = (uInt)packed.len;
	z.next_out = (Bytef *)out;
	z.avail_out = sizeof(out);
	good = inflateInit2(&z, 15 + 16) == Z_OK &&
		inflate(&z, Z_FINISH) == Z_STREAM_END &&
		str_eq((struct str){ out, z.total_out }, want);
	(void)inflateEnd(&z);
	return good;
}

static void test_variants(struct test_server *t, struct str body)
{
	struct buf b, plain;
	struct str r, p;

	buf_init(&b, 65536);
	buf_init(&plain, 65536);
	p = ask(t, "GET /page", "", &plain);
	CHECK_INT(test_status(p), 200);
	CHECK_STR(body_of(p), body);
	CHECK_STR(value_of(p, "Vary: "), STR("Accept-Encoding"));
	CHECK(!test_has(p, "Content-Encoding"));
	r = ask(t, "GET /page", "Accept-Encoding: br, gzip\r\n", &b);
	CHECK_STR(value_of(r, "Content-Encoding: "), STR("gzip"));
	CHECK_STR(value_of(r, "Vary: "), STR("Accept-Encoding"));
	CHECK(unpacks_to(body_of(r), body));
	CHECK(!str_eq(value_of(r, "ETag: "), value_of(p, "ETag: ")));
	CHECK(str_starts(value_of(p, "ETag: "), STR("\"")));
	r = ask(t, "HEAD /page", "", &b);
	CHECK_INT(test_status(r), 200);
	CHECK_STR(value_of(r, "Content-Length: "), STR("10240"));
	CHECK_STR(value_of(r, "ETag: "), value_of(p, "ETag: "));
	CHECK_INT(body_of(r).len, 0);
	buf_release(&b);
	buf_release(&plain);
}

static void test_unchanged(struct test_server *t)
{
	struct buf b, first, q;
	struct str r, tag;

	buf_init(&b, 65536);
	buf_init(&first, 65536);
	buf_init(&q, 4096);
	tag = value_of(ask(t, "GET /page", "", &first), "ETag: ");
	buf_printf(&q, "If-None-Match: \"x\", %.*s\r\n", STR_ARG(tag));
	r = ask(t, "GET /page", q.at, &b);
	CHECK_INT(test_status(r), 304);
	CHECK_INT(body_of(r).len, 0);
	CHECK_STR(value_of(r, "ETag: "), tag);
	CHECK_STR(value_of(r, "Content-Length: "), STR("10240"));
	CHECK_STR(value_of(r, "Cache-Control: "), HTTP_REVALIDATE);
	CHECK_STR(value_of(r, "Vary: "), STR("Accept-Encoding"));
	r = ask(t, "HEAD /page", q.at, &b);
	CHECK_INT(test_status(r), 304);
	buf_c(&q, "Accept-Encoding: gzip\r\n"); /* the tag of the other one */
	CHECK_INT(test_status(ask(t, "GET /page", q.at, &b)), 200);
	CHECK_INT(test_status(ask(t, "GET /once", "If-None-Match: *\r\n", &b)),
		422);
	buf_release(&b);
	buf_release(&first);
	buf_release(&q);
}

static void test_single(struct test_server *t)
{
	struct buf b;
	struct str r;

	buf_init(&b, 65536);
	r = ask(t, "GET /once", "", &b);
	CHECK_INT(test_status(r), 422);
	CHECK_STR(body_of(r), STR("once only"));
	CHECK_STR(value_of(r, "Cache-Control: "), STR("no-store"));
	CHECK(!test_has(r, "ETag"));
	r = ask(t, "GET /away", "", &b);
	CHECK_INT(test_status(r), 303);
	CHECK_STR(value_of(r, "Location: "), STR("/there?a=%20"));
	CHECK_INT(body_of(r).len, 0);
	r = ask(t, "OPTIONS /data", "", &b);
	CHECK_INT(test_status(r), 204);
	CHECK_STR(value_of(r, "Allow: "), STR("GET, HEAD, OPTIONS"));
	CHECK_STR(value_of(r, "Access-Control-Allow-Origin: "), STR("*"));
	r = ask(t, "GET /nothing", "", &b); /* http_reply(r, NULL) */
	CHECK_INT(test_status(r), 500);
	buf_release(&b);
}

static void test_files(struct test_server *t)
{
	static const char *const absent[] = { "GET /file/absent",
		"GET /file/link", "GET /file/sub", "GET /file/fifo",
		"GET /file/.hidden", "GET /file/sub/.hidden",
		"GET /file/plain.txt/", "GET /file/a~b" };
	struct buf b;
	struct str r;

	buf_init(&b, 65536);
	r = ask(t, "GET /file/sub/inner", "", &b);
	CHECK_INT(test_status(r), 200);
	CHECK_STR(body_of(r), STR("inside"));
	r = ask(t, "GET /file/plain.txt", "", &b);
	CHECK_STR(body_of(r), STR("plain"));
	CHECK_STR(value_of(r, "Cache-Control: "), HTTP_IMMUTABLE);
	CHECK_STR(value_of(r, "Access-Control-Allow-Origin: "), STR("*"));
	CHECK(str_starts(value_of(r, "ETag: "), STR("W/\"")));
	r = ask(t, "GET /file/plain.txt", "If-None-Match: *\r\n", &b);
	CHECK_INT(test_status(r), 304);
	CHECK_STR(value_of(r, "Access-Control-Allow-Origin: "), STR("*"));
	CHECK_STR(value_of(r, "Cache-Control: "), HTTP_IMMUTABLE);
	CHECK_INT(body_of(r).len, 0);
	r = ask(t, "HEAD /file/plain.txt", "", &b);
	CHECK_INT(test_status(r), 200);
	CHECK_STR(value_of(r, "Content-Length: "), STR("5"));
	CHECK_STR(value_of(r, "Access-Control-Allow-Origin: "), STR("*"));
	CHECK_INT(body_of(r).len, 0);
	r = ask(t, "GET /file/empty", "", &b);
	CHECK_INT(test_status(r), 200);
	CHECK_INT(body_of(r).len, 0);
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		tap_check_int(test_status(ask(t, absent[i], "", &b)), 500,
			absent[i], __FILE__, __LINE__);
	buf_release(&b);
}

static void test_refused_makers(void)
{
	struct http_header h = { STR("X"), STR("a\r\nSet-Cookie: b") };
	struct http_spec spec = { .header = &h, .header_n = 1 };
	struct http_reply *r = NULL;
	struct buf b;

	CHECK_INT(http_finish(&spec, STR("x"), &r), ERR_INVALID);
	CHECK_INT(http_redirect(303, STR("/\r\nX: y"), &r), ERR_INVALID);
	CHECK_INT(http_redirect(303, STR("/\xc3\xab"), &r), ERR_INVALID);
	CHECK_INT(http_redirect(303, STR(""), &r), ERR_INVALID);
	buf_init(&b, 4);
	buf_c(&b, "too long");
	CHECK_INT(http_once(&(struct http_spec){ 0 }, &b, &r), ERR_TOO_LARGE);
	buf_release(&b);
	CHECK(r == NULL);
	http_reply_free(NULL);
}

static void make_folder(char *path, int *ret_fd)
{
	int fd;

	if (mkdtemp(path) == NULL || file_open_dir(AT_FDCWD, path, &fd) != OK)
		abort();
	CHECK_INT(file_create(fd, "plain.txt", "plain", 5, 0644), OK);
	CHECK_INT(file_create(fd, "empty", "", 0, 0644), OK);
	CHECK_INT(file_create(fd, ".hidden", "x", 1, 0644), OK);
	CHECK_INT(file_create(fd, "a~b", "x", 1, 0644), OK);
	CHECK_INT(file_mkdir(fd, "sub", 0755), OK);
	CHECK_INT(file_create(fd, "sub/inner", "inside", 6, 0644), OK);
	CHECK_INT(file_create(fd, "sub/.hidden", "x", 1, 0644), OK);
	CHECK(symlinkat("plain.txt", fd, "link") == 0);
	CHECK(mkfifoat(fd, "fifo", 0644) == 0);
	*ret_fd = fd;
}

static void remove_folder(const char *path, int fd)
{
	static const char *const file[] = { "plain.txt", "empty", ".hidden",
		"a~b", "sub/inner", "sub/.hidden", "link", "fifo" };

	for (size_t i = 0; i < sizeof(file) / sizeof(file[0]); i++)
		(void)unlinkat(fd, file[i], 0);
	(void)unlinkat(fd, "sub", AT_REMOVEDIR);
	(void)close(fd);
	CHECK(rmdir(path) == 0);
}

int main(void)
{
	char path[] = "/tmp/http-reply-test-XXXXXX";
	static char text[BODY_BYTES];
	struct str body = { text, sizeof(text) };
	struct http_spec spec = {
		.content_type = STR("text/html; charset=utf-8"),
		.cache = HTTP_REVALIDATE,
	};
	struct site site = { 0 };
	struct http_handler handler = { &site, no_body, handle };
	struct test_server t;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i * i % 23);
	make_folder(path, &site.dir_fd);
	CHECK_INT(http_finish(&spec, body, &site.page), OK);
	CHECK_INT(http_reply_status(site.page), 200);
	CHECK_STR(http_reply_body(site.page), body);
	t = test_start(http_settings_default(), handler);
	test_security_fields(&t);
	test_variants(&t, body);
	test_unchanged(&t);
	test_single(&t);
	test_files(&t);
	test_refused_makers();
	test_stop(&t);
	http_reply_free(site.page);
	remove_folder(path, site.dir_fd);
	return tap_done();
}

/*
 * plain.c - the server's own replies: a line of text for each status.
 */
#include <assert.h>

#include "http/server.h"

static const struct {
	unsigned status;
	unsigned retry_after_s;
	struct str text;
} PLAIN[] = {
	{ 400, 0, STR_INIT("400 This request cannot be understood.\n") },
	{ 403, 0, STR_INIT("403 This is not allowed.\n") },
	{ 404, 0, STR_INIT("404 There is nothing here.\n") },
	{ 405, 0, STR_INIT("405 This method is not offered here.\n") },
	{ 408, 0, STR_INIT("408 This took too long.\n") },
	{ 413, 0, STR_INIT("413 This is too much to send here.\n") },
	{ 414, 0, STR_INIT("414 This address is too long.\n") },
	{ 415, 0, STR_INIT("415 This kind of content is not taken here.\n") },
	{ 429, 30, STR_INIT("429 Too many requests; please wait a little.\n") },
	{ 431, 0, STR_INIT("431 The fields of this request are too long.\n") },
	{ 500, 0, STR_INIT("500 Something went wrong on our side.\n") },
	{ 501, 0, STR_INIT("501 This is not supported here.\n") },
	{ 503, 10, STR_INIT("503 Too busy; please try again shortly.\n") },
	{ 505, 0, STR_INIT("505 Only HTTP/1.1 and 1.0 are spoken here.\n") },
};

_Static_assert(sizeof(PLAIN) / sizeof(PLAIN[0]) == SERVER_REPLY_MAX,
	"one slot a status");

static enum err make_one(size_t i, bool closes, struct http_reply **ret_reply)
{
	static const struct http_header ALLOW = { STR_INIT("Allow"),
		STR_INIT("GET, HEAD, POST, OPTIONS") };
	struct http_spec spec = {
		.status = PLAIN[i].status,
		.content_type = STR("text/plain; charset=utf-8"),
		.retry_after_s = PLAIN[i].retry_after_s,
		.closes = closes,
		.header = &ALLOW,
		.header_n = PLAIN[i].status == 405 ? 1 : 0,
	};

	return http_finish(&spec, PLAIN[i].text, ret_reply);
}

enum err server_replies_make(struct http_server *s)
{
	for (size_t i = 0; i < SERVER_REPLY_MAX; i++) {
		enum err e = make_one(i, false, &s->plain[i]);

		if (e == OK)
			e = make_one(i, true, &s->closing[i]);
		if (e != OK)
			return e;
	}
	return OK;
}

void server_replies_free(struct http_server *s)
{
	for (size_t i = 0; i < SERVER_REPLY_MAX; i++) {
		http_reply_free(s->plain[i]);
		http_reply_free(s->closing[i]);
	}
}

struct http_reply *server_reply_for(
	struct http_server *s, unsigned status, bool closes)
{
	for (size_t i = 0; i < SERVER_REPLY_MAX; i++)
		if (PLAIN[i].status == status)
			return http_reply_ref(
				closes ? s->closing[i] : s->plain[i]);
	assert(status == 500);
	return server_reply_for(s, 500, closes);
}

/*
 * http.h - the server: connections, limits, deadlines, requests and answers.
 *
 * HTTP/1.1 (RFC 9110, 9112) over libmicrohttpd, which nothing outside this
 * folder knows.  In front of it stands a strict gate (gate.h): a request that
 * two readers could understand differently is refused with 400 and the
 * connection closed.  Deadlines are totals: bytes do not extend them.
 *
 * The handler runs in a server thread and must not wait.  It either answers
 * at once with http_reply, or calls http_park, hands the request to another
 * thread, and that one calls http_answer, once.  Between, the request and its
 * arena stay as they are, even if the client leaves or the server stops.
 *
 * The process: http_start sets M_PERTURB (mallopt(3)), so that memory in
 * which libmicrohttpd held a body is overwritten when it is given back.
 * SIGPIPE needs no care.  Times are milliseconds.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"
#include "http/addr.h"
#include "http/form.h"
#include "http/reply.h"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_OPTIONS };

/* Texts live until the request is answered; so does what the arena gives. */
struct http_request {
	enum http_method method;
	struct str path; /* decoded, unambiguous (target.h) */
	struct str query; /* raw; STR_NULL when there is none */
	struct str host; /* the Host field; STR_NULL in HTTP/1.0 */
	struct str body; /* complete when the handler runs */
	/* The application's own: which of its forms of the answer. */
	unsigned view;
	struct http_addr client; /* behind trusted proxies; len 0: unknown */
	struct arena arena; /* wiped when the request has ended */
	unsigned mark; /* the handler's own, 0 before it; for told */
};

struct http_handler {
	void *context;
	/* How many bytes of body this method and path may bring (only these
	 * and the client are set); 0 for none.  Content-Length beyond it is
	 * answered 413 without reading. */
	size_t (*body_max)(void *context, const struct http_request *r);
	/* Answer r or park it. */
	void (*handle)(void *context, struct http_request *r);
};

struct http_settings {
	int listen_fd; /* listening, stays the caller's */
	unsigned threads; /* 1 or 2 */
	unsigned max_connections;
	unsigned max_per_address; /* IPv4 address or IPv6 /64 */
	unsigned max_parked; /* http_park answers ERR_BUSY beyond */
	size_t max_arena_bytes; /* per request, its body included */
	const struct http_net *trusted; /* proxies; borrowed for good */
	size_t trusted_n;
	int64_t head_ms; /* from the connection or the request line on */
	int64_t body_ms;
	int64_t reply_ms; /* until the last byte is with the kernel */
	int64_t idle_ms; /* between requests */
	int64_t stop_ms; /* how long http_stop lets what waits be answered */
	/* TLS 1.2 and 1.3 by GnuTLS, without session tickets: for small sites;
	 * large ones put a proxy in front.  NULL: no TLS. */
	const char *tls_cert_pem;
	const char *tls_key_pem;
	/* A reply goes out (the kernel may still have to take it), us behind
	 * the head's arrival; context is the handler's, NULL is allowed.
	 * Refusals of the gate have mark 0.  In a server thread: must not
	 * wait. */
	void (*told)(void *context, const struct http_request *r,
		unsigned status, int64_t us);
};

/* Everything but listen_fd, as meant for production: 4096 connections, 64 an
 * address, 2048 parked, head 10 s, body 20 s, reply 30 s, idle 15 s. */
struct http_settings http_settings_default(void);

struct http_server;

MUST_USE enum err http_start(const struct http_settings *settings,
	const struct http_handler *handler, struct http_server **ret_server);

/* Accept no more, answer what waits, at most stop_ms long; then 503 for what
 * is still parked, and the end of every connection.  Requests that were
 * parked stay valid until http_answer is called for them.  NULL is fine. */
void http_stop(struct http_server *server);

/* Connections open and requests parked now. */
struct http_counts {
	unsigned connections;
	unsigned parked;
};
struct http_counts http_count(struct http_server *server);

/* Inside the handler, once.  Takes the reference; NULL means the server's
 * own 500, so what a maker of reply.h failed to make needs no second path. */
void http_reply(struct http_request *r, struct http_reply *reply);
/* Inside the handler: a short text of the server's own for this status. */
void http_reply_plain(struct http_request *r, unsigned status);

/* Inside the handler, before the request is published to another thread.
 * ERR_BUSY when too many are parked or the server stops: answer at once. */
MUST_USE enum err http_park(struct http_request *r);
/* In any thread, once for each parked request, which is gone behind it.
 * Takes the reference; NULL means 500. */
void http_answer(struct http_request *r, struct http_reply *reply);

/* Inside the handler: a field's value without white space around it, the
 * first if there are several; STR_NULL if there is none. */
struct str http_field(const struct http_request *r, struct str name);

/* The query, or the body if it says it is a form (ERR_INVALID if not). */
MUST_USE enum err http_query(
	struct http_request *r, enum form_twice twice, struct form *ret_form);
MUST_USE enum err http_form(
	struct http_request *r, enum form_twice twice, struct form *ret_form);

/* Inside the handler: csrf.h's decision for this request. */
bool http_same_origin(const struct http_request *r, struct str own_origin);

#endif

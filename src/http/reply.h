/*
 * reply.h - what a request is answered with.
 *
 * A reply is immutable and counted.  Whoever makes one holds a reference;
 * http_reply and http_answer take it away.  A page made once and sent often is
 * kept by its owner and sent as http_reply(r, http_reply_ref(page)): nothing
 * is copied, nothing locked.  References may be dropped in any thread.
 *
 * Every reply carries the security fields: Content-Security-Policy (scripts,
 * styles, images, connections and forms of our own origin only; shown in
 * frames of others only if embeddable),
 * Referrer-Policy: no-referrer, X-Content-Type-Options, Permissions-Policy,
 * Cross-Origin-Opener-Policy and Cross-Origin-Resource-Policy.
 *
 * Field values given by the caller must be visible ASCII and spaces, or the
 * maker answers ERR_INVALID: no value can start a line of its own.
 */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct http_reply;

struct http_header {
	struct str name;
	struct str value;
};

struct http_spec {
	unsigned status; /* 0 is 200 */
	struct str content_type; /* empty: no Content-Type */
	struct str cache; /* Cache-Control; empty: "no-store" */
	unsigned retry_after_s; /* 0: no Retry-After */
	struct str language; /* Content-Language; empty: none */
	bool by_language; /* Accept-Language may choose another (Vary) */
	bool public_data; /* any origin may read it (CORS) */
	bool embeddable; /* other sites may show it in a frame */
	bool closes; /* the connection ends behind this reply */
	const struct http_header *header; /* more of them */
	size_t header_n;
};

/* Cache-Control of a file whose name changes with its content. */
#define HTTP_IMMUTABLE STR("public, max-age=31536000, immutable")
/* Kept, but asked about each time (ETag). */
#define HTTP_REVALIDATE STR("public, no-cache")

/* A page for many requests: the body is copied once, a gzip variant made when
 * that is smaller, each with a strong ETag of its own.  GET and HEAD with a
 * matching If-None-Match become 304. */
MUST_USE enum err http_finish(const struct http_spec *spec, struct str body,
	struct http_reply **ret_reply);

/* A page for one request: takes the contents of body, which is left empty,
 * and wipes them when sent.  ERR of the buf if it had failed. */
MUST_USE enum err http_once(const struct http_spec *spec, struct buf *body,
	struct http_reply **ret_reply);

/* 303 (or another status of its kind) to location, a URL or a path. */
MUST_USE enum err http_redirect(
	unsigned status, struct str location, struct http_reply **ret_reply);

/* A file below dir_fd, sent from the page cache.  path is relative; each
 * segment is one or more of [A-Za-z0-9._-] and does not start with a dot;
 * the last one may not be a symbolic link.  A weak ETag is made of inode,
 * size and time.  ERR_NOT_FOUND for anything else but a plain file. */
MUST_USE enum err http_file(const struct http_spec *spec, int dir_fd,
	struct str path, struct http_reply **ret_reply);

/* The answer to OPTIONS where GET and HEAD are (post: and POST is) offered;
 * for public data it lets any origin ask. */
MUST_USE enum err http_options(
	bool post, bool public_data, struct http_reply **ret_reply);

struct http_reply *http_reply_ref(struct http_reply *reply);
void http_reply_free(struct http_reply *reply);

/* What the cases above look like, for tests and figures. */
unsigned http_reply_status(const struct http_reply *reply);
/* About how much memory it holds. */
size_t http_reply_bytes(const struct http_reply *reply);
struct str http_reply_body(const struct http_reply *reply);

#endif

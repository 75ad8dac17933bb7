/*
 * exchange.c - a request from its first line to its last byte of reply.
 *
 * libmicrohttpd calls exchange_target when the request line is there, then
 * exchange_step: once with the head, once for each piece of the body, once
 * when all is there, and once more after a parked request is resumed.  A
 * reply queued at the head ends the connection, so only refusals are.
 */
#include <assert.h>
#include <sys/socket.h>

#include "base/wipe.h"
#include "http/reply_mhd.h"
#include "http/server.h"
#include "http/target.h"

static struct http_conn *conn_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info->socket_context;
}

void *exchange_target(void *cls, const char *uri, struct MHD_Connection *mhd)
{
	struct http_server *s = cls;
	struct http_conn *c = conn_of(mhd);
	size_t len = strlen(uri);
	size_t kept = len < GATE_MAX_TARGET_BYTES ? len : GATE_MAX_TARGET_BYTES;
	struct exchange *x = malloc(sizeof(*x) + kept);

	if (x == NULL)
		abort();
	*x = (struct exchange){
		.conn = c,
		.target_at = uri,
		.target_len = len,
	};
	atomic_init(&x->refs, 1);
	arena_init(&x->request.arena, s->settings.max_arena_bytes);
	memcpy(x->target, uri, kept);
	/* The first head of a connection has had its deadline since accept. */
	if (atomic_load_explicit(&c->until, memory_order_relaxed) % 8 !=
		PHASE_FRESH)
		conn_enter(c, PHASE_HEAD);
	return x;
}

/* Drop one reference; the last one wipes all that was sent. */
static void exchange_unref(struct exchange *x)
{
	size_t kept = x->target_len < GATE_MAX_TARGET_BYTES
		? x->target_len
		: GATE_MAX_TARGET_BYTES;

	if (atomic_fetch_sub_explicit(&x->refs, 1, memory_order_acq_rel) != 1)
		return;
	http_reply_free(x->reply);
	arena_release(&x->request.arena);
	wipe(x, sizeof(*x) + kept);
	free(x);
}

static enum MHD_Result queue(struct exchange *x, const struct http_reply *reply)
{
	const struct http_server *s = x->conn->server;
	unsigned status;
	enum MHD_Result r =
		reply_queue(reply, x->conn->mhd, &x->facts, &status);

	if (s->settings.told != NULL)
		s->settings.told(s->handler.context, &x->request, status,
			server_now_us() - x->begun_us);
	return r;
}

/* Answer before the body was read; the connection ends behind it. */
static enum MHD_Result refuse(struct exchange *x, unsigned status)
{
	struct http_conn *c = x->conn;
	struct http_reply *reply = server_reply_for(c->server, status, true);
	enum MHD_Result r;

	c->lingers = true;
	conn_enter(c, PHASE_REPLY);
	r = queue(x, reply);
	http_reply_free(reply);
	return r;
}

static enum MHD_Result collect(void *cls, enum MHD_ValueKind kind,
	const char *name, size_t name_len, const char *value, size_t value_len)
{
	struct gate_head *h = cls;

	(void)kind;
	if (h->field_n < GATE_MAX_FIELDS)
		h->field[h->field_n] = (struct gate_field){
			{ name, name_len },
			{ value == NULL ? "" : value, value_len },
		};
	h->field_n++;
	return MHD_YES;
}

/* All X-Forwarded-For fields as one list. */
static struct str forwarded_of(struct arena *a, const struct gate_head *h)
{
	struct str all = STR_NULL;

	for (size_t i = 0; i < h->field_n; i++) {
		struct str v = h->field[i].value;

		if (!str_eq_nocase(h->field[i].name, STR("x-forwarded-for")))
			continue;
		all = all.at == NULL ? v
				     : arena_printf(a, "%.*s,%.*s",
					       STR_ARG(all), STR_ARG(v));
	}
	return all;
}

/* Who asks; 429 if a proxy brings too many requests of one client. */
static unsigned judge_client(struct exchange *x, const struct gate_head *h)
{
	struct http_conn *c = x->conn;
	struct http_server *s = c->server;
	struct http_request *r = &x->request;

	r->client = c->peer;
	if (!c->trusted)
		return 0;
	r->client = http_client_of(&c->peer, forwarded_of(&r->arena, h),
		s->settings.trusted, s->settings.trusted_n);
	(void)pthread_mutex_lock(&s->lock);
	x->counted = limit_take(&s->by_client, &r->client);
	(void)pthread_mutex_unlock(&s->lock);
	return x->counted ? 0 : 429;
}

/* Room for the body, if this route takes so much. */
static unsigned judge_body(struct exchange *x)
{
	const struct http_handler *h = &x->conn->server->handler;
	size_t max = h->body_max(h->context, &x->request);

	if (x->facts.content_length > max)
		return 413;
	if (x->facts.content_length == 0)
		return 0;
	x->body =
		arena_alloc(&x->request.arena, (size_t)x->facts.content_length);
	x->request.body.at = x->body;
	conn_enter(x->conn, PHASE_BODY);
	return x->body == NULL ? 413 : 0;
}

static unsigned judge(struct exchange *x, const struct gate_head *h)
{
	struct http_request *r = &x->request;
	struct http_target target;
	unsigned status = gate_judge(h, &x->facts);

	if (status != 0)
		return status;
	if (http_target_parse(&r->arena,
		    (struct str){ x->target, x->target_len }, &target) != OK)
		return 400;
	r->method = x->facts.method;
	r->path = target.path;
	r->query = target.query;
	r->host = x->facts.known[GATE_HOST];
	status = judge_client(x, h);
	return status != 0 ? status : judge_body(x);
}

static enum MHD_Result take_head(
	struct exchange *x, const char *method, const char *version)
{
	struct MHD_Connection *mhd = x->conn->mhd;
	const union MHD_ConnectionInfo *size = MHD_get_connection_info(
		mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	struct gate_head h;
	unsigned status;

	x->judged = true;
	x->begun_us = server_now_us();
	h.method = str_c(method);
	h.target = (struct str){ x->target_at, x->target_len };
	h.version = str_c(version);
	h.bytes = size->header_size;
	h.field_n = 0;
	(void)MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, collect, &h);
	status = judge(x, &h);
	if (status == 0)
		trim_learn(x->conn, h.method.at, h.bytes);
	return status == 0 ? MHD_YES : refuse(x, status);
}

static enum MHD_Result take_body(
	struct exchange *x, const char *data, size_t *data_len)
{
	struct str *body = &x->request.body;

	if (*data_len > x->facts.content_length - body->len)
		return MHD_NO;
	memcpy(x->body + body->len, data, *data_len);
	body->len += *data_len;
	*data_len = 0;
	return MHD_YES;
}

static enum MHD_Result send_reply(struct exchange *x)
{
	struct http_conn *c = x->conn;
	enum MHD_Result r;

	if (x->reply == NULL)
		x->reply = server_reply_for(c->server, 500, false);
	conn_enter(c, PHASE_REPLY);
	r = queue(x, x->reply);
	http_reply_free(x->reply);
	x->reply = NULL;
	return r;
}

static enum MHD_Result take_all(struct exchange *x)
{
	const struct http_handler *h = &x->conn->server->handler;

	if (!x->handled) {
		x->handled = true;
		conn_enter(x->conn, PHASE_HANDLER);
		h->handle(h->context, &x->request);
		wipe_stack(1); /* normalisers and parsers make copies there */
		if (x->parked)
			return MHD_YES;
	}
	return send_reply(x);
}

enum MHD_Result exchange_step(void *cls, struct MHD_Connection *mhd,
	const char *url, const char *method, const char *version,
	const char *data, size_t *data_len, void **con_cls)
{
	struct exchange *x = *con_cls;

	(void)cls;
	(void)mhd;
	(void)url;
	if (!x->judged)
		return take_head(x, method, version);
	if (*data_len > 0)
		return take_body(x, data, data_len);
	return take_all(x);
}

void exchange_completed(void *cls, struct MHD_Connection *mhd, void **con_cls,
	enum MHD_RequestTerminationCode why)
{
	struct http_server *s = cls;
	struct exchange *x = *con_cls;
	struct http_conn *c;

	(void)mhd;
	(void)why;
	if (x == NULL)
		return;
	c = x->conn;
	if (x->counted) {
		(void)pthread_mutex_lock(&s->lock);
		limit_give(&s->by_client, &x->request.client);
		(void)pthread_mutex_unlock(&s->lock);
	}
	*con_cls = NULL;
	exchange_unref(x);
	conn_enter(c, PHASE_IDLE);
	if (atomic_load_explicit(&s->stopping, memory_order_relaxed))
		(void)shutdown(c->fd, SHUT_RDWR);
}

void http_reply(struct http_request *r, struct http_reply *reply)
{
	struct exchange *x = (struct exchange *)r;

	assert(!x->parked && x->reply == NULL);
	x->reply = reply != NULL
		? reply
		: server_reply_for(x->conn->server, 500, false);
}

void http_reply_plain(struct http_request *r, unsigned status)
{
	struct exchange *x = (struct exchange *)r;

	http_reply(r, server_reply_for(x->conn->server, status, false));
}

enum err http_park(struct http_request *r)
{
	struct exchange *x = (struct exchange *)r;
	struct http_conn *c = x->conn;
	struct http_server *s = c->server;
	enum err e = ERR_BUSY;

	assert(!x->parked && x->reply == NULL);
	/* The field's memory ends with the connection, the request may not. */
	if (r->host.at != NULL)
		r->host = arena_copy(&r->arena, r->host);
	(void)pthread_mutex_lock(&s->lock);
	if (!s->no_parking && s->parked_n < s->settings.max_parked) {
		MHD_suspend_connection(c->mhd);
		(void)atomic_fetch_add(&x->refs, 1);
		x->parked = true;
		atomic_store(&x->state, ANSWER_PARKED);
		c->parked = x;
		s->parked_n++;
		e = OK;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return e;
}

/* True for the one thread that may answer x. */
static bool claim(struct exchange *x)
{
	enum answer_state parked = ANSWER_PARKED;

	return atomic_compare_exchange_strong(&x->state, &parked, ANSWER_GIVEN);
}

/* Give x, claimed, its reply and let its connection go on; lock held. */
static void resume(struct exchange *x, struct http_reply *reply)
{
	struct http_conn *c = x->conn;

	x->reply = reply;
	c->parked = NULL;
	c->server->parked_n--;
	(void)pthread_cond_signal(&c->server->changed);
	MHD_resume_connection(c->mhd);
	loops_wake(c->server);
}

void http_answer(struct http_request *r, struct http_reply *reply)
{
	struct exchange *x = (struct exchange *)r;

	if (claim(x)) {
		/* Suspended until we resume it, so it and the server live. */
		struct http_server *s = x->conn->server;

		(void)pthread_mutex_lock(&s->lock);
		resume(x, reply);
		(void)pthread_mutex_unlock(&s->lock);
	} else {
		http_reply_free(reply);
	}
	exchange_unref(x);
}

void exchange_refuse_parked(struct http_server *s)
{
	for (struct http_conn *c = s->conns; c != NULL; c = c->next)
		if (c->parked != NULL && claim(c->parked))
			resume(c->parked, server_reply_for(s, 503, true));
}

struct str http_field(const struct http_request *r, struct str name)
{
	const struct exchange *x = (const struct exchange *)r;
	const char *value = NULL;
	size_t len = 0;

	if (MHD_lookup_connection_value_n(x->conn->mhd, MHD_HEADER_KIND,
		    name.at, name.len, &value, &len) != MHD_YES)
		return STR_NULL;
	return str_trim((struct str){ value == NULL ? "" : value, len });
}

#include "http/reply.h"

#include <assert.h>
#include <stdatomic.h>

#include "base/wipe.h"
#include "http/gzip.h"
#include "http/reply_mhd.h"
#include "http/select.h"

/* One encoding of a reply.  As 304 the same response is queued: libmicrohttpd
 * then leaves the body away and keeps the length that 200 would have (RFC 9110
 * section 8.6). */
struct variant {
	struct MHD_Response *full;
	char etag[REPLY_ETAG_BYTES]; /* with its quotes; "" for none */
};

/* Nothing changes once made but refs; libmicrohttpd counts its own. */
struct http_reply {
	atomic_uint refs;
	unsigned status;
	struct str body; /* owned by plain.full */
	size_t packed_len; /* of the gzip variant */
	struct variant plain;
	struct variant gzip; /* full NULL: there is none */
};

static const struct http_header POLICY[] = {
	{ STR_INIT("Content-Security-Policy"),
		STR_INIT("default-src 'none'; style-src 'self'; "
			 "img-src 'self' data:; script-src 'self'; "
			 "connect-src 'self'; form-action 'self'; "
			 "frame-ancestors 'none'; base-uri 'none'") },
};

/* In somebody else's frame nothing runs and nothing is sent. */
static const struct http_header FRAMED_POLICY[] = {
	{ STR_INIT("Content-Security-Policy"),
		STR_INIT("default-src 'none'; style-src 'self'; "
			 "frame-ancestors *; base-uri 'none'") },
};

static const struct http_header SECURITY[] = {
	{ STR_INIT("Referrer-Policy"), STR_INIT("no-referrer") },
	{ STR_INIT("X-Content-Type-Options"), STR_INIT("nosniff") },
	{ STR_INIT("Permissions-Policy"),
		STR_INIT("camera=(), geolocation=(), microphone=(), "
			 "payment=(), usb=(), browsing-topics=()") },
	{ STR_INIT("Cross-Origin-Opener-Policy"), STR_INIT("same-origin") },
};

static const struct http_header SAME_ORIGIN[] = {
	{ STR_INIT("Cross-Origin-Resource-Policy"), STR_INIT("same-origin") },
};

static const struct http_header ANY_ORIGIN[] = {
	{ STR_INIT("Cross-Origin-Resource-Policy"), STR_INIT("cross-origin") },
	{ STR_INIT("Access-Control-Allow-Origin"), STR_INIT("*") },
};

static bool value_is_visible(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < ' ' || s.at[i] > '~')
			return false;
	return s.len > 0;
}

/* Adds to a response until something fails; the failure is remembered. */
struct maker {
	struct MHD_Response *response;
	enum err err;
};

static void add(struct maker *m, struct str name, struct str value)
{
	char c_name[64];
	char c_value[1024];

	if (m->err != OK)
		return;
	if (!value_is_visible(name) || !value_is_visible(value) ||
		name.len >= sizeof(c_name) || value.len >= sizeof(c_value)) {
		m->err = ERR_INVALID;
		return;
	}
	memcpy(c_name, name.at, name.len);
	c_name[name.len] = '\0';
	memcpy(c_value, value.at, value.len);
	c_value[value.len] = '\0';
	if (MHD_add_response_header(m->response, c_name, c_value) != MHD_YES)
		m->err = ERR_INVALID;
}

static void add_all(struct maker *m, const struct http_header *h, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(m, h[i].name, h[i].value);
}

#define ADD_TABLE(m, t) add_all((m), (t), sizeof(t) / sizeof((t)[0]))

static void add_spec(struct maker *m, const struct http_spec *spec)
{
	char seconds[16];

	if (spec->content_type.len > 0)
		add(m, STR("Content-Type"), spec->content_type);
	add(m, STR("Cache-Control"),
		spec->cache.len > 0 ? spec->cache : STR("no-store"));
	if (spec->language.len > 0)
		add(m, STR("Content-Language"), spec->language);
	if (spec->retry_after_s != 0) {
		(void)snprintf(
			seconds, sizeof(seconds), "%u", spec->retry_after_s);
		add(m, STR("Retry-After"), str_c(seconds));
	}
	if (spec->closes)
		add(m, STR("Connection"), STR("close"));
	if (spec->public_data)
		ADD_TABLE(m, ANY_ORIGIN);
	else
		ADD_TABLE(m, SAME_ORIGIN);
	if (spec->embeddable)
		ADD_TABLE(m, FRAMED_POLICY);
	else
		ADD_TABLE(m, POLICY);
	ADD_TABLE(m, SECURITY);
	add_all(m, spec->header, spec->header_n);
}

/* Put every field on response, which is destroyed on failure. */
static enum err dress(struct MHD_Response *response,
	const struct http_spec *spec, const char *etag, const char *encoding,
	bool varies)
{
	struct maker m = { .response = response };

	if (response == NULL)
		return ERR_MEMORY;
	add_spec(&m, spec);
	if (etag[0] != '\0')
		add(&m, STR("ETag"), str_c(etag));
	if (encoding != NULL)
		add(&m, STR("Content-Encoding"), str_c(encoding));
	if (varies && spec->by_language)
		add(&m, STR("Vary"), STR("Accept-Encoding, Accept-Language"));
	else if (varies)
		add(&m, STR("Vary"), STR("Accept-Encoding"));
	else if (spec->by_language)
		add(&m, STR("Vary"), STR("Accept-Language"));
	if (m.err != OK)
		MHD_destroy_response(response);
	return m.err;
}

static struct MHD_Response *response_of(struct str body)
{
	if (body.len == 0) {
		free((char *)body.at);
		return MHD_create_response_from_buffer(
			0, (char *)"", MHD_RESPMEM_PERSISTENT);
	}
	return MHD_create_response_from_buffer_with_free_callback(
		body.len, (char *)body.at, free);
}

static void variant_free(struct variant *v)
{
	if (v->full != NULL)
		MHD_destroy_response(v->full);
}

/* Fill v with response (taken). */
static enum err variant_make(const struct http_spec *spec,
	struct MHD_Response *response, const char *encoding, bool varies,
	struct variant *v)
{
	enum err e = dress(response, spec, v->etag, encoding, varies);

	if (e == OK)
		v->full = response;
	return e;
}

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * 0x9e3779b97f4a7c15u;
	return h ^ (h >> 29);
}

/* Names the content among all that one path ever has; guards against chance,
 * not against somebody who makes two bodies collide on purpose: the bodies
 * are ours. */
static void etag_of(struct str body, const char *suffix, char *ret_etag)
{
	uint64_t a = 0x243f6a8885a308d3u ^ body.len;
	uint64_t b = 0x13198a2e03707344u;

	for (size_t i = 0; i < body.len; i += 8) {
		uint64_t word = 0;
		size_t n = body.len - i < 8 ? body.len - i : 8;

		memcpy(&word, body.at + i, n);
		a = mix(a, word);
		b = mix(b, (word << 32 | word >> 32) + i);
	}
	(void)snprintf(ret_etag, REPLY_ETAG_BYTES, "\"%016llx%015llx%s\"",
		(unsigned long long)a, (unsigned long long)(b >> 4), suffix);
}

static struct http_reply *reply_new(unsigned status)
{
	struct http_reply *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	atomic_init(&r->refs, 1);
	r->status = status == 0 ? 200 : status;
	return r;
}

static enum err copy_bytes(struct str from, struct str *ret_copy)
{
	char *at = malloc(from.len + 1);

	if (at == NULL)
		return ERR_MEMORY;
	if (from.len > 0)
		memcpy(at, from.at, from.len);
	*ret_copy = (struct str){ at, from.len };
	return OK;
}

/* The variants of r: plain always, gzip where it pays. */
static enum err make_variants(
	struct http_reply *r, const struct http_spec *spec, struct str body)
{
	struct str copy = STR_NULL;
	struct str packed = STR_NULL;
	enum err e;

	e = copy_bytes(body, &copy);
	if (e != OK)
		return e;
	e = gzip_pack(body, &packed);
	if (e != OK && e != ERR_TOO_LARGE) {
		free((char *)copy.at);
		return e;
	}
	r->body = copy;
	etag_of(body, "", r->plain.etag);
	e = variant_make(
		spec, response_of(copy), NULL, packed.at != NULL, &r->plain);
	if (e != OK) {
		free((char *)packed.at);
		return e;
	}
	if (packed.at == NULL)
		return OK;
	r->packed_len = packed.len;
	etag_of(body, "-gz", r->gzip.etag);
	return variant_make(spec, response_of(packed), "gzip", true, &r->gzip);
}

enum err http_finish(const struct http_spec *spec, struct str body,
	struct http_reply **ret_reply)
{
	struct http_reply *r = reply_new(spec->status);
	enum err e;

	if (r == NULL)
		return ERR_MEMORY;
	e = make_variants(r, spec, body);
	if (e != OK) {
		http_reply_free(r);
		return e;
	}
	*ret_reply = r;
	return OK;
}

static void free_buf(void *context)
{
	struct buf *b = context;

	buf_release(b);
	free(b);
}

/* A response that owns the contents of body. */
static enum err response_of_buf(
	struct buf *body, struct MHD_Response **ret_response)
{
	struct buf *own = malloc(sizeof(*own));

	if (own == NULL)
		return ERR_MEMORY;
	*own = *body;
	buf_init(body, body->max_bytes);
	*ret_response = MHD_create_response_from_buffer_with_free_callback_cls(
		own->len, own->at, free_buf, own);
	if (*ret_response == NULL) {
		free_buf(own);
		return ERR_MEMORY;
	}
	return OK;
}

enum err reply_single(const struct http_spec *spec,
	struct MHD_Response *response, const char *etag,
	struct http_reply **ret_reply)
{
	struct http_reply *r = reply_new(spec->status);
	enum err e;

	if (r == NULL) {
		if (response != NULL)
			MHD_destroy_response(response);
		return ERR_MEMORY;
	}
	(void)snprintf(r->plain.etag, REPLY_ETAG_BYTES, "%s", etag);
	e = variant_make(spec, response, NULL, false, &r->plain);
	if (e != OK) {
		http_reply_free(r);
		return e;
	}
	*ret_reply = r;
	return OK;
}

enum err http_once(const struct http_spec *spec, struct buf *body,
	struct http_reply **ret_reply)
{
	struct MHD_Response *response = NULL;
	struct str text = buf_view(body);
	enum err e;

	e = buf_err(body);
	if (e != OK)
		return e;
	if (body->len == 0)
		response = response_of(STR_NULL);
	else
		e = response_of_buf(body, &response);
	if (e != OK)
		return e;
	e = reply_single(spec, response, "", ret_reply);
	if (e == OK)
		(*ret_reply)->body = text;
	return e;
}

enum err http_redirect(
	unsigned status, struct str location, struct http_reply **ret_reply)
{
	struct http_header h = { STR("Location"), location };
	struct http_spec spec = {
		.status = status,
		.header = &h,
		.header_n = 1,
	};

	return reply_single(&spec, response_of(STR_NULL), "", ret_reply);
}

enum err http_options(
	bool post, bool public_data, struct http_reply **ret_reply)
{
	struct str offered = post ? STR("GET, HEAD, POST, OPTIONS")
				  : STR("GET, HEAD, OPTIONS");
	struct http_header h[] = {
		{ STR("Allow"), offered },
		{ STR("Access-Control-Allow-Methods"), STR("GET, HEAD") },
		{ STR("Access-Control-Max-Age"), STR("86400") },
	};
	struct http_spec spec = {
		.status = 204,
		.public_data = public_data,
		.header = h,
		.header_n = public_data ? 3 : 1,
	};

	return reply_single(&spec, response_of(STR_NULL), "", ret_reply);
}

struct http_reply *http_reply_ref(struct http_reply *reply)
{
	(void)atomic_fetch_add_explicit(&reply->refs, 1, memory_order_relaxed);
	return reply;
}

void http_reply_free(struct http_reply *reply)
{
	if (reply == NULL ||
		atomic_fetch_sub_explicit(
			&reply->refs, 1, memory_order_acq_rel) != 1)
		return;
	variant_free(&reply->plain);
	variant_free(&reply->gzip);
	free(reply);
}

unsigned http_reply_status(const struct http_reply *reply)
{
	return reply->status;
}

struct str http_reply_body(const struct http_reply *reply)
{
	return reply->body;
}

size_t http_reply_bytes(const struct http_reply *reply)
{
	/* The security fields are most of a variant without its body. */
	static const size_t FIELDS_BYTES = 2048;

	return sizeof(*reply) + FIELDS_BYTES + reply->body.len +
		(reply->packed_len == 0 ? 0 : FIELDS_BYTES + reply->packed_len);
}

enum MHD_Result reply_queue(const struct http_reply *reply,
	struct MHD_Connection *connection, const struct gate_facts *facts,
	unsigned *ret_status)
{
	const struct variant *v = &reply->plain;
	struct str asked = facts->known[GATE_IF_NONE_MATCH];

	if (reply->gzip.full != NULL &&
		select_gzip(facts->known[GATE_ACCEPT_ENCODING]))
		v = &reply->gzip;
	*ret_status = reply->status;
	if (asked.at != NULL && v->etag[0] != '\0' && reply->status == 200 &&
		facts->method != HTTP_POST &&
		select_matches(asked, str_c(v->etag)))
		*ret_status = 304;
	return MHD_queue_response(connection, *ret_status, v->full);
}

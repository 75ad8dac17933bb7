#include "role/body.h"

#include "base/wipe.h"
#include "crypto/cbor.h"

static void put_text(struct buf *b, uint64_t key, struct str text)
{
	cbor_put_uint(b, key);
	cbor_put_text(b, text);
}

static void put_bytes(struct buf *b, uint64_t key, const void *at, size_t len)
{
	cbor_put_uint(b, key);
	cbor_put_bytes(b, at, len);
}

static void put_uint(struct buf *b, uint64_t key, uint64_t value)
{
	cbor_put_uint(b, key);
	cbor_put_uint(b, value);
}

void body_identity_put(struct buf *b, const struct body_identity *body)
{
	cbor_put_map(b, 7);
	put_text(b, 1, body->name);
	put_text(b, 2, body->email);
	put_text(b, 3, body->postcode);
	put_text(b, 4, body->country);
	put_text(b, 5, body->ip);
	put_bytes(b, 6, body->o.byte, sizeof(body->o.byte));
	cbor_put_uint(b, 7);
	cbor_put_bool(b, body->wants_updates);
}

void body_contact_put(struct buf *b, const struct body_contact *body)
{
	cbor_put_map(b, 2);
	put_text(b, 1, body->name);
	put_text(b, 2, body->email);
}

void body_standing_put(struct buf *b, const struct body_standing *body)
{
	cbor_put_map(b, 3);
	put_text(b, 1, body->name);
	put_text(b, 2, body->email);
	put_uint(b, 3, (uint64_t)body->part);
}

void body_mail_put(struct buf *b, const struct body_mail *body)
{
	cbor_put_map(b, 8);
	put_uint(b, 1, (uint64_t)body->verdict);
	put_text(b, 2, body->email);
	put_text(b, 3, body->name);
	put_bytes(b, 4, body->token.byte, sizeof(body->token.byte));
	put_bytes(b, 5, body->o.byte, sizeof(body->o.byte));
	put_bytes(b, 6, body->identity_record.byte,
		sizeof(body->identity_record.byte));
	put_uint(b, 7, body->petition);
	put_uint(b, 8, body->slot);
}

/* A map of n pairs begins here. */
static struct view begin(struct str bytes, uint64_t n)
{
	struct view v = view_of(bytes.at, bytes.len);

	if (cbor_map(&v) != n)
		v.bad = true;
	return v;
}

static struct str text(struct view *v, uint64_t key)
{
	cbor_key(v, key);
	return cbor_text(v);
}

static void bytes_of(struct view *v, uint64_t key, void *ret_bytes, size_t len)
{
	cbor_key(v, key);
	cbor_copy(v, ret_bytes, len);
}

static uint64_t uint_of(struct view *v, uint64_t key)
{
	cbor_key(v, key);
	return cbor_uint(v);
}

enum err body_identity_read(struct str bytes, struct body_identity *ret_body)
{
	struct view v = begin(bytes, 7);
	struct body_identity body = { .name = text(&v, 1) };
	enum err e = ERR_INVALID;

	body.email = text(&v, 2);
	body.postcode = text(&v, 3);
	body.country = text(&v, 4);
	body.ip = text(&v, 5);
	bytes_of(&v, 6, body.o.byte, sizeof(body.o.byte));
	cbor_key(&v, 7);
	body.wants_updates = cbor_bool(&v);
	if (view_done(&v)) {
		*ret_body = body;
		e = OK;
	}
	wipe(&body, sizeof(body));
	return e;
}

enum err body_contact_read(struct str bytes, struct body_contact *ret_body)
{
	struct view v = begin(bytes, 2);
	struct body_contact body = { .name = text(&v, 1) };

	body.email = text(&v, 2);
	if (!view_done(&v))
		return ERR_INVALID;
	*ret_body = body;
	return OK;
}

enum err body_standing_read(struct str bytes, struct body_standing *ret_body)
{
	struct view v = begin(bytes, 3);
	struct body_standing body = { .name = text(&v, 1) };
	uint64_t part;

	body.email = text(&v, 2);
	part = uint_of(&v, 3);
	if (!view_done(&v) ||
		(part != STANDING_CREATOR && part != STANDING_SPONSOR))
		return ERR_INVALID;
	body.part = (enum standing_part)part;
	*ret_body = body;
	return OK;
}

enum err body_mail_read(struct str bytes, struct body_mail *ret_body)
{
	struct view v = begin(bytes, 8);
	uint64_t verdict = uint_of(&v, 1);
	struct body_mail body = { .email = text(&v, 2) };
	enum err e = ERR_INVALID;

	body.name = text(&v, 3);
	bytes_of(&v, 4, body.token.byte, sizeof(body.token.byte));
	bytes_of(&v, 5, body.o.byte, sizeof(body.o.byte));
	bytes_of(&v, 6, body.identity_record.byte,
		sizeof(body.identity_record.byte));
	body.petition = uint_of(&v, 7);
	body.slot = uint_of(&v, 8);
	if (view_done(&v) && verdict <= JOB_SILENT) {
		body.verdict = (enum job_verdict)verdict;
		*ret_body = body;
		e = OK;
	}
	wipe(&body, sizeof(body));
	return e;
}

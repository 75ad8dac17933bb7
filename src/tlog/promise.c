#include "tlog/promise.h"

#include "base/enc.h"
#include "tlog/line.h"

void promise_write(
	struct buf *b, struct str host, const struct promise *promise)
{
	buf_str(b, host);
	buf_c(b, "/promise/v1\n");
	buf_decimal(b, promise->petition);
	buf_byte(b, '\n');
	enc_base64(b, promise->c, TLOG_C_BYTES);
	buf_byte(b, '\n');
	if (promise->deadline_s == 0)
		buf_byte(b, '-');
	else
		buf_decimal(b, promise->deadline_s);
	buf_byte(b, '\n');
}

void promise_sign(struct str host, const struct promise *promise,
	const struct sign_key *key, struct signature *ret_signature)
{
	struct buf body;

	buf_init(&body, PROMISE_MAX_BYTES);
	promise_write(&body, host, promise);
	sign(key, buf_view(&body), ret_signature);
	buf_release(&body);
}

void promise_note(struct buf *b, struct str host, const struct promise *promise,
	const struct vkey *name, const struct signature *signature)
{
	struct buf body;

	buf_init(&body, PROMISE_MAX_BYTES);
	promise_write(&body, host, promise);
	note_write(b, buf_view(&body), name, signature);
	if (buf_err(&body) != OK && b->err == OK)
		b->err = buf_err(&body);
	buf_release(&body);
}

enum err promise_parse(
	struct str body, struct str host, struct promise *ret_promise)
{
	struct str first, petition, c, deadline;
	struct promise p = { 0 };

	if (!line_take(&body, &first) || !line_take(&body, &petition) ||
		!line_take(&body, &c) || !line_take(&body, &deadline) ||
		body.len != 0)
		return ERR_INVALID;
	if (!str_starts(first, host) ||
		!str_eq(str_slice(first, host.len, first.len),
			STR("/promise/v1")))
		return ERR_INVALID;
	if (line_decimal(petition, &p.petition) != OK ||
		line_hash(c, p.c) != OK)
		return ERR_INVALID;
	if (!str_eq(deadline, STR("-")) &&
		(line_decimal(deadline, &p.deadline_s) != OK ||
			p.deadline_s == 0))
		return ERR_INVALID;
	*ret_promise = p;
	return OK;
}

enum err promise_open(struct str note, struct str host, const struct vkey *key,
	struct promise *ret_promise)
{
	struct note n;
	enum err e = note_parse(note, &n);

	if (e == OK)
		e = note_verify(&n, key);
	return e == OK ? promise_parse(n.text, host, ret_promise) : e;
}

/*
 * age_cctv.c - the age format's published vectors (C2SP CCTV), read from
 * standard input as tests/foreign/cctv.mjs hands them over:
 *
 *     u32 length, name, u32 length, identity, u32 length, expected outcome,
 *     32 bytes of SHA-256 of the plaintext, u32 length, file
 *
 * Prints TAP, one line a vector, without the plan (the script knows more).
 */
#include <unistd.h>

#include "base/buf.h"
#include "base/tap.h"
#include "base/view.h"
#include "crypto/age.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

static struct str take(struct view *v)
{
	uint32_t len = view_u32(v);

	return part_of(view_take(v, len), v->bad ? 0 : len);
}

static bool read_input(struct buf *b)
{
	char chunk[65536];
	ssize_t n;

	while ((n = read(STDIN_FILENO, chunk, sizeof(chunk))) > 0)
		buf_put(b, chunk, (size_t)n);
	return n == 0 && buf_err(b) == OK;
}

static enum err wanted(struct str expect)
{
	if (str_eq(expect, STR("success")))
		return OK;
	if (str_eq(expect, STR("no match")))
		return ERR_NOT_FOUND;
	if (str_eq(expect, STR("header failure")))
		return ERR_INVALID;
	if (str_eq(expect, STR("HMAC failure")) ||
		str_eq(expect, STR("payload failure")))
		return ERR_CRYPTO;
	return ERR_INTERNAL;
}

static void run(struct view *v)
{
	struct str name = take(v);
	struct str secret = take(v);
	struct str expect = take(v);
	const uint8_t *hash = view_take(v, 32);
	struct str file = take(v);
	struct age_identity identity = { { 0 } };
	struct sha256 got;
	struct buf plain;
	char what[128];
	enum err e = OK;
	bool good;

	if (v->bad)
		return;
	buf_init(&plain, (size_t)64 << 20);
	if (secret.len > 0)
		e = age_identity_parse(secret, &identity);
	good = e == OK;
	e = age_open(&identity, file, &plain);
	sha256(buf_view(&plain).at, plain.len, &got);
	good = good && e == wanted(expect) &&
		(e != OK || memcmp(got.byte, hash, 32) == 0);
	(void)snprintf(what, sizeof(what), "%.*s: %.*s (%s)", STR_ARG(name),
		STR_ARG(expect), err_name(e));
	(void)tap_check(good, what, __FILE__, __LINE__);
	buf_release(&plain);
}

int main(void)
{
	struct buf input;
	struct view v;

	buf_init(&input, (size_t)256 << 20);
	if (crypto_init() != OK || !read_input(&input))
		return 1;
	v = view_of(buf_view(&input).at, input.len);
	while (v.len > 0 && !v.bad)
		run(&v);
	CHECK(!v.bad);
	buf_release(&input);
	return tap_done();
}

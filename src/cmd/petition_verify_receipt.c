/*
 * Receipts (docs/log.md, section 7): does the file's secret make the entry it
 * names, was that promised, is it a leaf, and does it count?
 *
 * Name and address stay on this machine: only the log's public files are
 * read, whole, whoever's receipt it is.
 */
#include "cmd/petition_verify_receipt.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/enc.h"
#include "base/file.h"
#include "cmd/petition_verify_look.h"
#include "cmd/petition_verify_report.h"

#define RECEIPT_MAX_BYTES 65536

/* ---- the file ---- */

/* "KEY VALUE" of the next line. */
static bool take_line(struct str *text, struct str key, struct str *ret_value)
{
	struct str line;

	if (!str_split(text, '\n', &line) || !str_starts(line, key) ||
		line.len <= key.len || line.at[key.len] != ' ')
		return false;
	*ret_value = str_slice(line, key.len + 1, line.len);
	return true;
}

static bool take_bytes(struct str *text, struct str key, uint8_t ret_bytes[32])
{
	struct str value;
	size_t len = 0;

	return take_line(text, key, &value) &&
		dec_base64url(value, ret_bytes, 32, &len) == OK && len == 32;
}

enum err receipt_parse(struct str text, struct receipt *ret_receipt)
{
	struct receipt r = { .petition = 0 };
	struct str line, petition;

	if (!str_split(&text, '\n', &line) ||
		!str_eq(line, STR("petition receipt/v1")))
		return ERR_INVALID;
	if (!take_line(&text, STR("site"), &r.site) ||
		r.site.len >= RECEIPT_SITE_MAX ||
		!take_line(&text, STR("petition"), &petition) ||
		str_u64(petition, &r.petition) != OK || r.petition == 0 ||
		!take_bytes(&text, STR("commitment"), r.c) ||
		!take_bytes(&text, STR("secret"), r.o) ||
		!take_bytes(&text, STR("record"), r.h) ||
		!take_line(&text, STR("name"), &r.name) ||
		!take_line(&text, STR("email"), &r.email))
		return ERR_INVALID;
	if (text.len > 0 && text.at[0] == '\n')
		r.promise = str_slice(text, 1, text.len);
	else if (text.len > 0)
		return ERR_INVALID;
	*ret_receipt = r;
	return OK;
}

/* ---- C of docs/formats.md, section 3 ---- */

static void add_cbor_text(crypto_hash_sha256_state *s, struct str text)
{
	uint8_t head[3] = { 0 };
	size_t n = 1;

	if (text.len < 24) {
		head[0] = (uint8_t)(0x60 + text.len);
	} else if (text.len < 256) {
		head[0] = 0x78;
		head[1] = (uint8_t)text.len;
		n = 2;
	} else {
		head[0] = 0x79;
		put_u16(head + 1, (uint16_t)text.len);
		n = 3;
	}
	(void)crypto_hash_sha256_update(s, head, n);
	(void)crypto_hash_sha256_update(s, (const uint8_t *)text.at, text.len);
}

void receipt_commitment(const struct receipt *r, uint8_t ret_c[32])
{
	static const char label[] = "petition-leaf/v1";
	crypto_hash_sha256_state hash;
	crypto_auth_hmacsha256_state mac;
	uint8_t person[32], petition[8];

	(void)crypto_hash_sha256_init(&hash);
	(void)crypto_hash_sha256_update(&hash, (const uint8_t[]){ 0x82 }, 1);
	add_cbor_text(&hash, r->email);
	add_cbor_text(&hash, r->name);
	(void)crypto_hash_sha256_final(&hash, person);
	put_u64(petition, r->petition);
	(void)crypto_auth_hmacsha256_init(&mac, r->o, sizeof(r->o));
	(void)crypto_auth_hmacsha256_update(
		&mac, (const uint8_t *)label, sizeof(label) - 1);
	(void)crypto_auth_hmacsha256_update(&mac, petition, sizeof(petition));
	(void)crypto_auth_hmacsha256_update(&mac, person, sizeof(person));
	(void)crypto_auth_hmacsha256_update(&mac, r->h, sizeof(r->h));
	(void)crypto_auth_hmacsha256_final(&mac, ret_c);
}

/* ---- the look ---- */

/* The note that came with it must be about this entry, and signed. */
static void check_promise(struct source *s, const struct options *o,
	const struct receipt *r, struct verdict *v, struct promise *ret_promise)
{
	const struct vkey *by;
	struct keyring keys;
	struct promise p;
	struct str text;

	if (r->promise.len == 0 ||
		!look_keys(s, STR("promise"), &o->promise_keys, v, &keys))
		return;
	if (note_open(r->promise, &keys, &by, &text) != OK ||
		promise_parse(text, by, &p) != OK)
		verdict_fault(
			v, "the promise in it is not signed by the site's key");
	else if (p.petition != r->petition ||
		memcmp(p.c, r->c, sizeof(p.c)) != 0)
		verdict_fault(v, "the promise in it is about another entry");
	else
		*ret_promise = p;
}

enum { REASON_LIMIT = 1 };

static const char *const reasons[] = { "", "a limit", "fraud", "a duplicate",
	"by staff" };

static const char *taken_out(const struct history *h)
{
	if (h->kept_state == KEPT_WITHDRAWN)
		return "withdrawn";
	return h->kept_reason == REASON_LIMIT ? "set apart" : "invalidated";
}

static void print_day(uint32_t hour)
{
	time_t t = (time_t)hour * 3600;
	struct tm tm;

	if (gmtime_r(&t, &tm) != NULL)
		(void)printf(" on %04d-%02d-%02d", tm.tm_year + 1900,
			tm.tm_mon + 1, tm.tm_mday);
}

/* What the log says became of it, in one line. */
static enum verdict_exit say(const struct receipt *r, const struct history *h)
{
	if (h->kept == NULL) {
		(void)printf("WAITING: the entry is not in the log yet\n");
		return VERDICT_GOOD;
	}
	if (h->kept_state == KEPT_COUNTED)
		(void)printf("COUNTED: as leaf %" PRIu64
			     " of %s, for petition %" PRIu64 "\n",
			h->kept_leaf, h->kept->origin, r->petition);
	if (h->kept_state == KEPT_COUNTED)
		return VERDICT_GOOD;
	(void)printf("NOT COUNTED: leaf %" PRIu64 " of %s was %s", h->kept_leaf,
		h->kept->origin, taken_out(h));
	print_day(h->kept_hour);
	if (h->kept_state == KEPT_INVALIDATED && h->kept_reason <= 4)
		(void)printf(": %s", reasons[h->kept_reason]);
	(void)printf("\n");
	return VERDICT_NOT_COUNTED;
}

static enum verdict_exit look(const struct options *o, const struct receipt *r)
{
	struct verdict v = { .faults = 0 };
	struct history history = { .n = 0 };
	struct promise p = { .petition = r->petition };
	struct source *s = NULL;
	const char *words = NULL;
	uint8_t c[32];
	enum verdict_exit code = look_open(o, &s);

	if (code != VERDICT_GOOD)
		return code;
	memcpy(p.c, r->c, sizeof(p.c));
	receipt_commitment(r, c);
	if (sodium_memcmp(c, r->c, sizeof(c)) != 0)
		verdict_fault(&v,
			"this name and address do not make the entry that the "
			"receipt names");
	if (verdict_good(&v))
		check_promise(s, o, r, &v, &p);
	if (verdict_good(&v))
		look_history(s, o, &p, &v, &history);
	if (verdict_good(&v) && history.kept == NULL && r->promise.len > 0)
		look_judge(s, o, r->promise, &p, &history, &v, &words);
	if (verdict_good(&v))
		code = say(r, &history);
	else
		report_verdict(stdout, &v);
	if (!verdict_good(&v))
		code = verdict_exit(&v);
	history_release(&history);
	source_free(s);
	return code;
}

enum verdict_exit look_receipt(const struct options *given)
{
	char site[RECEIPT_SITE_MAX];
	struct options o = *given;
	struct receipt r;
	struct buf b;
	enum verdict_exit code = VERDICT_USAGE;
	enum err e;

	buf_init(&b, RECEIPT_MAX_BYTES);
	e = file_read(AT_FDCWD, o.receipt, &b);
	if (e == OK)
		e = receipt_parse(buf_view(&b), &r);
	if (e != OK) {
		(void)fprintf(stderr, "petition-verify: %s: %s\n", o.receipt,
			e == ERR_INVALID ? "no receipt" : err_text(e));
	} else {
		memcpy(site, r.site.at, r.site.len);
		site[r.site.len] = '\0';
		if (o.where == NULL)
			o.where = site;
		code = look(&o, &r);
	}
	sodium_memzero(b.at, b.len);
	buf_release(&b);
	return code;
}

/*
 * make.h - what the makers of answers.h share: reading what was asked for, and
 * finished replies of public data.
 */
#ifndef WEB_MAKE_H
#define WEB_MAKE_H

#include "http/form.h"
#include "json/json.h"
#include "web/answers.h"

enum make_type {
	MAKE_JSON,
	MAKE_MANIFEST,
	MAKE_CSV, /* to save as filtered-petitions.csv */
	MAKE_ARCHIVED_CSV, /* filtered-archived-petitions.csv */
	MAKE_ATOM,
	MAKE_XML,
	MAKE_TEXT,
	MAKE_SVG, /* to look at or to save */
	MAKE_TABLE /* CSV under the name of its address */
};

/* Say which language the page is in, and whether its address has others. */
void make_speak(struct http_spec *spec, const struct page_site *site);

/* Of a page for people that stands in b, which is released. */
MUST_USE enum err make_html(const struct page_site *site, struct buf *b,
	struct http_reply **ret_reply);
/* Of what stands in b, which is released; its failure is answered. */
MUST_USE enum err make_finish(
	struct buf *b, enum make_type type, struct http_reply **ret_reply);

/* A document being written, of at most max_bytes. */
struct make_json {
	struct json j;
	struct buf out;
};

void make_json_begin(struct make_json *m, size_t max_bytes);
/* The reply of what stands there, or why there is none: e, if that is not OK
 * already. */
MUST_USE enum err make_json_end(struct make_json *m, enum err e,
	enum make_type type, struct http_reply **ret_reply);

/* CSV to save: filename is the value of Content-Disposition. */
MUST_USE enum err make_download(
	struct buf *b, struct str disposition, struct http_reply **ret_reply);
/* A field of CSV: quoted; a first character that a spreadsheet would take for
 * a formula is percent-encoded. */
void make_csv_text(struct buf *out, struct str s);

/* What other sites show: kept for a minute by those who read them. */
enum make_embed { MAKE_FRAME, MAKE_BADGE, MAKE_CARD };
MUST_USE enum err make_embed(const struct page_site *site, struct buf *b,
	enum make_embed what, struct http_reply **ret_reply);

/* 302, to the page in the site's language; public_data lets scripts of any
 * origin follow. */
MUST_USE enum err make_redirect(const struct page_site *site,
	struct str location, bool public_data, struct http_reply **ret_reply);

/* The fields of the query; none without one. */
MUST_USE enum err make_query(const struct question *q, struct form *ret_form);

/* May p be looked at?  ERR_GONE, ERR_NOT_FOUND. */
MUST_USE enum err make_shown(const struct petition *p);
/* The same for what only petitions that took signatures have.  *ret_to is its
 * address, if it was asked for at that of archived ones, or of the others, and
 * is not there; else null. */
MUST_USE enum err make_signed(
	const struct question *q, const struct petition *p, struct str *ret_to);

/* Periods that have ended, the newest first. */
MUST_USE enum err make_periods(const struct question *q,
	struct store_period **ret_periods, size_t *ret_count);
/* All areas, and their slugs. */
MUST_USE enum err make_areas(const struct question *q,
	struct store_place_row **ret_areas, struct str **ret_slugs,
	size_t *ret_count);

/* What stands around a petition in the store: everything but reveal, which
 * stays as it is. */
MUST_USE enum err make_around(struct arena *a, struct store *s,
	uint64_t petition, struct page_around *ret_around);

/* The absolute address that was asked for, in q's arena. */
struct str make_self(const struct question *q);

#endif

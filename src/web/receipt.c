/*
 * receipt.c - receipts: what the public log holds of one signature.
 *
 * A receipt's address holds slot and C, which name nobody; the secret half
 * stays behind the "#" in the browser.  Who has the promise, which stands in
 * no public place, is the signer or was told by the signer: only they see
 * where the signature counts.
 */
#include "base/enc.h"
#include "json/json.h"
#include "page/local.h"
#include "tlog/promise.h"
#include "web/local.h"
#include "web/places.h"
#include "web/reader.h"
#include "web/routes.h"

static const size_t PAGE_MAX_BYTES = 1 << 20;

/* What a receipt borrows from while it is shown. */
struct shown {
	struct page_receipt receipt;
	struct page_area area;
	struct brief *brief;
	const struct places_now *now;
};

static void drop(struct app *app, struct shown *s)
{
	if (s->now != NULL)
		places_drop(app->places, s->now);
	brief_free(s->brief);
}

/* The promise comes along in the query, so that the address is the whole
 * receipt; what does not verify is not shown. */
static struct str promise_of(struct app *app, struct http_request *r,
	uint64_t petition, const struct commitment *c)
{
	const struct vkey *key = atomic_load(&app->state->promise_key);
	struct promise promise = { .petition = petition };
	struct promise opened;
	struct signature signature;
	struct form query;
	struct str text;
	struct buf b;
	struct str note = STR("");
	size_t len = 0;

	if (key == NULL || r->query.at == NULL ||
		http_query(r, FORM_TWICE_FIRST, &query) != OK ||
		str_u64(form_get(&query, STR("until")), &promise.deadline_s) !=
			OK)
		return note;
	text = form_get(&query, STR("promise"));
	if (dec_base64url(text, &signature, sizeof(signature), &len) != OK ||
		len != sizeof(signature))
		return note;
	memcpy(promise.c, c, sizeof(promise.c));
	buf_init(&b, PROMISE_MAX_BYTES);
	promise_note(&b, app->host, &promise, key, &signature);
	if (buf_err(&b) == OK &&
		promise_open(buf_view(&b), app->host, key, &opened) == OK)
		note = arena_copy(&r->arena, buf_view(&b));
	buf_release(&b);
	return note;
}

static enum page_counted counted_of(enum store_logged standing)
{
	switch (standing) {
	case LOGGED_NOT:
		return PAGE_WAITING;
	case LOGGED_COUNTED:
		return PAGE_COUNTED;
	case LOGGED_INVALIDATED:
		return PAGE_INVALIDATED;
	case LOGGED_WITHDRAWN:
		break;
	}
	return PAGE_WITHDRAWN;
}

static struct str log_path(struct http_request *r, uint32_t year)
{
	return arena_printf(&r->arena, "/log/%u", year);
}

/* What became of it in the log, and the area it counts for. */
static struct str log_says(struct app *app, struct http_request *r,
	const struct store_signature *row, struct page_receipt *ret)
{
	struct store_receipt log;

	if (reader_receipt(&r->arena, app->reader, row->slot, &log) != OK)
		return STR("");
	ret->state = counted_of(log.standing);
	if (row->place.leaf_index == STORE_NO_LEAF)
		ret->state = PAGE_WAITING; /* the two reads differ */
	ret->log_path = ret->state == PAGE_WAITING
		? app->site.log_path
		: log_path(r, row->place.log_year);
	if (log.out.leaf_index != STORE_NO_LEAF) {
		ret->reason = log.reason;
		ret->out_ms = (int64_t)log.out_hour * 3600 * 1000;
		ret->out_leaf = log.out.leaf_index;
		ret->out_log_path = log_path(r, log.out.log_year);
	}
	return log.area;
}

static void add_area(struct app *app, struct str code, struct shown *s)
{
	const struct store_place_row *area;

	if (code.len == 0 || s->receipt.promise.len == 0)
		return;
	s->now = places_take(app->places);
	area = places_area(s->now, code);
	if (area == NULL)
		return;
	s->area = local_shown(area, places_slug(s->now, area));
	s->receipt.area = &s->area;
}

/* False, and r answered, if there is no such confirmed signature.  Else s is
 * to be dropped. */
static bool find_receipt(struct app *app, struct http_request *r,
	const struct route_args *args, struct shown *s)
{
	struct store_signature row;
	struct commitment c;
	size_t len = 0;

	*s = (struct shown){ .now = NULL };
	if (dec_base64url(args->part[1], &c, sizeof(c), &len) != OK ||
		len != sizeof(c) ||
		reader_signature(app->reader, args->id, &row) != OK ||
		memcmp(row.commitment, &c, sizeof(c)) != 0 ||
		row.place.ev_seq == 0 ||
		(s->brief = shelf_brief(app->shelf, row.petition)) == NULL) {
		http_reply(r, app_error(app, 404));
		return false;
	}
	s->receipt = (struct page_receipt){ .slot = row.slot,
		.petition_id = row.petition,
		.action = brief_petition(s->brief)->action,
		.count = petition_count(brief_petition(s->brief)),
		.is_open = petition_is_open(
			brief_petition(s->brief), clock_wall_ms(app->clock)),
		.promise = promise_of(app, r, row.petition, &c),
		.log_path = app->site.log_path,
		.leaf = row.place.leaf_index };
	memcpy(s->receipt.commitment, &c, sizeof(s->receipt.commitment));
	add_area(app, log_says(app, r, &row, &s->receipt), s);
	return true;
}

void receipt_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct shown s;
	struct buf b;

	if (!find_receipt(app, r, args, &s))
		return;
	buf_init(&b, PAGE_MAX_BYTES);
	page_receipt(&b, &app->site, &s.receipt);
	http_reply(r, app_page(app, 200, &b));
	drop(app, &s);
}

/* ---- the same for programs ---- */

static const struct str states[] = {
	[PAGE_WAITING] = STR_INIT("waiting"),
	[PAGE_COUNTED] = STR_INIT("counted"),
	[PAGE_INVALIDATED] = STR_INIT("invalidated"),
	[PAGE_WITHDRAWN] = STR_INIT("withdrawn"),
};

static void put_out(struct json *j, const struct page_receipt *r)
{
	if (r->state != PAGE_INVALIDATED && r->state != PAGE_WITHDRAWN) {
		json_key_null(j, STR("out"));
		return;
	}
	json_key(j, STR("out"));
	json_object(j);
	json_key_text(j, STR("log"), r->out_log_path);
	json_key_u64(j, STR("leaf"), r->out_leaf);
	json_key_u64(j, STR("hour"), (uint64_t)(r->out_ms / 3600000));
	json_key_u64(j, STR("reason"), r->reason);
	json_end(j);
}

static void put_receipt(struct json *j, const struct page_receipt *r)
{
	struct buf c;

	buf_init(&c, 64);
	enc_base64url(&c, r->commitment, sizeof(r->commitment));
	json_object(j);
	json_key_u64(j, STR("slot"), r->slot);
	json_key_u64(j, STR("petition"), r->petition_id);
	json_key_text(j, STR("commitment"), buf_view(&c));
	json_key_text(j, STR("promise"), r->promise);
	json_key_text(j, STR("state"), states[r->state]);
	json_key_text(j, STR("log"), r->log_path);
	if (r->state != PAGE_WAITING)
		json_key_u64(j, STR("leaf"), r->leaf);
	else
		json_key_null(j, STR("leaf"));
	put_out(j, r);
	json_end(j);
	buf_release(&c);
}

void receipt_json_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct http_spec spec = { .content_type = STR(
					  "application/json; charset=utf-8") };
	struct http_reply *reply = NULL;
	struct shown s;
	struct json j;
	struct buf b;

	if (!find_receipt(app, r, args, &s))
		return;
	buf_init(&b, 1 << 16);
	json_init(&j, &b);
	put_receipt(&j, &s.receipt);
	drop(app, &s);
	if (json_done(&j) != OK || http_once(&spec, &b, &reply) != OK)
		reply = NULL;
	http_reply(r, reply);
	buf_release(&b);
}

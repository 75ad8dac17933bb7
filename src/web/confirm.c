/*
 * confirm.c - confirming a signature.
 *
 * GET shows a page with one button and changes nothing, because mail scanners
 * follow links, once keeper has said that the token is right; POST confirms.
 */
#include "base/enc.h"
#include "web/reader.h"
#include "web/routes.h"

static const size_t PAGE_MAX_BYTES = 1 << 20;

/* GET /c and GET /c?token=...: the second leads to the first's answer. */
void confirm_type(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct form query;
	struct str typed = STR_NULL;
	struct token token;
	uint64_t slot;
	struct buf b;

	(void)args;
	if (r->query.at != NULL &&
		http_query(r, FORM_TWICE_FIRST, &query) == OK)
		typed = form_get(&query, STR("token"));
	buf_init(&b, PAGE_MAX_BYTES);
	if (typed.at != NULL && token_parse(typed, &slot, &token) == OK) {
		buf_c(&b, "/c/");
		token_text(&b, slot, &token);
		http_reply(r, app_redirect(app, buf_view(&b)));
	} else {
		page_confirm_type(&b, &app->site,
			typed.at == NULL ? STR("") : typed, typed.at != NULL);
		http_reply(r, app_page(app, typed.at == NULL ? 200 : 422, &b));
	}
	buf_release(&b);
}

/* Links in the mail work for a day after the petition has closed. */
static const int64_t GRACE_MS = (int64_t)24 * 3600 * 1000;

/* What the link of a mail shows: its petition, NULL if there is none (any
 * more).  Whether the token is right is keeper's to say. */
struct link {
	uint64_t slot;
	struct token token;
	struct brief *brief;
	bool takes; /* it still takes this confirmation */
};

/* False: r was answered. */
static bool find(struct app *app, struct http_request *r, struct str text,
	struct link *ret_link)
{
	int64_t now = clock_wall_ms(app->clock);
	struct store_signature signature;
	const struct petition *p;

	*ret_link = (struct link){ .slot = 0 };
	if (token_parse(text, &ret_link->slot, &ret_link->token) != OK ||
		reader_signature(app->reader, ret_link->slot, &signature) !=
			OK ||
		(ret_link->brief = shelf_brief(
			 app->shelf, signature.petition)) == NULL) {
		http_reply(r, confirm_reply_bad(app));
		return false;
	}
	p = brief_petition(ret_link->brief);
	ret_link->takes = petition_is_open(p, now) ||
		signature.place.ev_seq != 0 ||
		(petition_is_visible(p) && now < p->deadline_ms + GRACE_MS);
	return true;
}

/* Once keeper has said that the token is right. */
static void show(struct app *app, struct http_request *r,
	const struct link *link, struct http_reply *page)
{
	look_ask(app, r, link->slot, &link->token, page);
	brief_free(link->brief);
}

static void show_closed(
	struct app *app, struct http_request *r, const struct link *link)
{
	show(app, r, link, sign_reply_closed(app, brief_petition(link->brief)));
}

void confirm_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct link link;
	struct buf b;

	if (!find(app, r, args->part[0], &link))
		return;
	if (!link.takes) {
		show_closed(app, r, &link);
		return;
	}
	buf_init(&b, PAGE_MAX_BYTES);
	page_confirm(&b, &app->site, brief_petition(link.brief),
		token_copy(&r->arena, link.slot, &link.token));
	show(app, r, &link, app_page(app, 200, &b));
}

void confirm_correct(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct link link;

	if (find(app, r, args->part[0], &link))
		show(app, r, &link,
			sign_reply_correct(app, r, brief_petition(link.brief),
				token_copy(&r->arena, link.slot, &link.token)));
}

void confirm_ask(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct link link;
	struct work *w;

	if (!find(app, r, args->part[0], &link))
		return;
	if (!link.takes) {
		show_closed(app, r, &link);
		return;
	}
	brief_free(link.brief);
	w = app_work(app, WORK_CONFIRM);
	if (w != NULL)
		w->confirm = (struct work_confirm){
			.slot = link.slot, .token = link.token, .request = r
		};
	if (!app_send(app, r, w))
		http_reply(r, app_again(app));
}

/* ---- what the flow answers with ---- */

struct http_reply *confirm_reply_bad(struct app *app)
{
	struct buf b;

	buf_init(&b, PAGE_MAX_BYTES);
	page_confirm_bad(&b, &app->site);
	return app_page(app, 404, &b);
}

struct http_reply *confirm_reply_again(struct app *app, uint64_t petition)
{
	struct brief *brief = shelf_brief(app->shelf, petition);
	struct buf b;
	struct http_reply *reply;

	buf_init(&b, PAGE_MAX_BYTES);
	page_confirm_again(
		&b, &app->site, brief == NULL ? NULL : brief_petition(brief));
	reply = app_page(app, 200, &b);
	brief_free(brief);
	return reply;
}

struct http_reply *confirm_reply_receipt(struct app *app,
	const struct work_confirm *w, uint64_t deadline_s,
	const struct signature *promise)
{
	struct http_reply *reply;
	struct buf b;

	buf_init(&b, 1024);
	buf_c(&b, "/receipts/");
	buf_decimal(&b, w->slot);
	buf_c(&b, "/");
	enc_base64url(&b, &w->c, sizeof(w->c));
	if (promise != NULL) {
		buf_c(&b, "?until=");
		buf_decimal(&b, deadline_s);
		buf_c(&b, "&promise=");
		enc_base64url(&b, promise, sizeof(*promise));
	}
	reply = app_redirect(app, buf_view(&b));
	buf_release(&b);
	return reply;
}

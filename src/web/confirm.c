/*
 * confirm.c - confirming a signature.
 *
 * GET shows a page with one button and changes nothing, because mail scanners
 * follow links; POST confirms.
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

/* The petition of the row that a token names, if it still takes
 * confirmations; else r was answered.  Whether the token is right is keeper's
 * to say, when the button is pressed. */
static struct brief *find_pending(struct app *app, struct http_request *r,
	struct str text, uint64_t *ret_slot, struct token *ret_token)
{
	int64_t now = clock_wall_ms(app->clock);
	struct store_signature signature;
	struct brief *brief = NULL;
	const struct petition *p;

	if (token_parse(text, ret_slot, ret_token) != OK ||
		reader_signature(app->reader, *ret_slot, &signature) != OK ||
		(brief = shelf_brief(app->shelf, signature.petition)) == NULL) {
		http_reply(r, confirm_reply_bad(app));
		return NULL;
	}
	p = brief_petition(brief);
	if (petition_is_open(p, now) || signature.place.ev_seq != 0 ||
		(petition_is_visible(p) && now < p->deadline_ms + GRACE_MS))
		return brief;
	http_reply(r, sign_reply_closed(app, p));
	brief_free(brief);
	return NULL;
}

void confirm_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct token token;
	uint64_t slot;
	struct brief *brief =
		find_pending(app, r, args->part[0], &slot, &token);
	struct buf b;

	if (brief == NULL)
		return;
	buf_init(&b, PAGE_MAX_BYTES);
	page_confirm(&b, &app->site, brief_petition(brief),
		token_copy(&r->arena, slot, &token));
	http_reply(r, app_page(app, 200, &b));
	brief_free(brief);
}

/* Whether the token is right keeper sees, when the new form comes to it. */
void confirm_correct(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct token token;
	uint64_t slot;
	struct brief *brief =
		find_pending(app, r, args->part[0], &slot, &token);

	if (brief == NULL)
		return;
	sign_correct(app, r, brief_petition(brief)->id,
		token_copy(&r->arena, slot, &token));
	brief_free(brief);
}

void confirm_ask(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct token token;
	struct work *w;
	uint64_t slot;
	struct brief *brief =
		find_pending(app, r, args->part[0], &slot, &token);

	if (brief == NULL)
		return;
	brief_free(brief);
	w = app_work(app, WORK_CONFIRM);
	if (w != NULL)
		w->confirm = (struct work_confirm){
			.slot = slot, .token = token, .request = r
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

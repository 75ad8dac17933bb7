/*
 * leave.c - what signers can do by a token of their mail: withdraw, stop
 * updates, have their data erased, ask to see it.
 *
 * GET shows a page with one button and changes nothing, because mail scanners
 * follow links, once keeper has said that the token is right (look_ask); POST
 * acts.  The page after it has an address without the
 * token, so that it may stay in a browser's history.
 */
#include "web/reader.h"
#include "web/routes.h"

static const size_t PAGE_MAX_BYTES = 1 << 20;

/* As the addresses call them. */
static const struct str wish_names[] = { [PAGE_WITHDRAW] = STR_INIT("withdraw"),
	[PAGE_STOP] = STR_INIT("updates"),
	[PAGE_ERASE] = STR_INIT("erase"),
	[PAGE_SHOW] = STR_INIT("data") };

static const struct str left_names[] = {
	[LEFT_WITHDRAWN] = STR_INIT("withdrawn"),
	[LEFT_ERASED] = STR_INIT("erased"),
	[LEFT_FREED] = STR_INIT("deleted"),
	[LEFT_STOPPED] = STR_INIT("stopped"),
	[LEFT_SHOWN] = STR_INIT("asked"),
	[LEFT_DONE] = STR_INIT("done"),
	[LEFT_OTHER] = STR_INIT("other"),
};

static const size_t N_WISHES = sizeof(wish_names) / sizeof(wish_names[0]);
static const size_t N_LEFT = sizeof(left_names) / sizeof(left_names[0]);

void look_ask(struct app *app, struct http_request *r, uint64_t slot,
	const struct token *token, struct http_reply *page)
{
	struct work *w = app_work(app, WORK_LEAVE);

	if (w == NULL)
		http_reply_free(page);
	else
		w->leave = (struct work_leave){ .wish = WORK_WISH_LOOK,
			.asked_slot = slot,
			.token = *token,
			.request = r,
			.page = page };
	if (!app_send(app, r, w))
		http_reply(r, app_error(app, 503));
}

/* The petition of the row that a token names; else r was answered.  Whether
 * the token is right is keeper's to say. */
static struct brief *find(struct app *app, struct http_request *r,
	struct str text, uint64_t *ret_slot, struct token *ret_token)
{
	struct store_signature signature;
	struct brief *b = NULL;

	if (token_parse(text, ret_slot, ret_token) == OK &&
		reader_signature(app->reader, *ret_slot, &signature) == OK)
		b = shelf_brief(app->shelf, signature.petition);
	if (b == NULL)
		http_reply(r, confirm_reply_bad(app));
	return b;
}

void leave_choose(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct token token;
	uint64_t slot;
	struct brief *brief = find(app, r, args->part[0], &slot, &token);
	struct buf b;

	if (brief == NULL)
		return;
	buf_init(&b, PAGE_MAX_BYTES);
	page_leave_choose(&b, &app->site, brief_petition(brief),
		petition_is_open(
			brief_petition(brief), clock_wall_ms(app->clock)),
		token_copy(&r->arena, slot, &token));
	look_ask(app, r, slot, &token, app_page(app, 200, &b));
	brief_free(brief);
}

static bool wish_of(struct str name, enum page_wish *ret_wish)
{
	for (size_t i = 0; i < N_WISHES; i++) {
		if (!str_eq(name, wish_names[i]))
			continue;
		*ret_wish = (enum page_wish)i;
		return true;
	}
	return false;
}

/* The same for an address that names a wish too. */
static struct brief *find_wish(struct app *app, struct http_request *r,
	const struct route_args *args, enum page_wish *ret_wish,
	uint64_t *ret_slot, struct token *ret_token)
{
	if (wish_of(args->part[1], ret_wish))
		return find(app, r, args->part[0], ret_slot, ret_token);
	http_reply(r, app_error(app, 404));
	return NULL;
}

void leave_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	enum page_wish wish;
	struct token token;
	uint64_t slot;
	struct brief *brief = find_wish(app, r, args, &wish, &slot, &token);
	struct buf b;

	if (brief == NULL)
		return;
	buf_init(&b, PAGE_MAX_BYTES);
	page_leave(&b, &app->site, brief_petition(brief),
		petition_is_open(
			brief_petition(brief), clock_wall_ms(app->clock)),
		wish);
	look_ask(app, r, slot, &token, app_page(app, 200, &b));
	brief_free(brief);
}

static enum work_wish work_wish_of(enum page_wish wish)
{
	return wish == PAGE_STOP    ? WORK_WISH_STOP
		: wish == PAGE_SHOW ? WORK_WISH_SHOW
				    : WORK_WISH_WITHDRAW;
}

void leave_ask(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	enum page_wish wish;
	struct token token;
	struct work *w;
	uint64_t slot;
	struct brief *brief = find_wish(app, r, args, &wish, &slot, &token);

	if (brief == NULL)
		return;
	brief_free(brief);
	w = app_work(app, WORK_LEAVE);
	if (w != NULL)
		w->leave = (struct work_leave){ .wish = work_wish_of(wish),
			.asked_slot = slot,
			.token = token,
			.request = r };
	if (!app_send(app, r, w))
		http_reply(r, app_again(app));
}

struct http_reply *leave_reply(struct app *app, struct work_leave *w)
{
	struct http_reply *page = w->page;
	char path[96];

	if (w->left == LEFT_WRONG)
		return confirm_reply_bad(app);
	if (w->wish == WORK_WISH_LOOK) {
		w->page = NULL;
		return page;
	}
	(void)snprintf(path, sizeof(path), "/petitions/%llu/signatures/left/%s",
		(unsigned long long)w->petition, left_names[w->left].at);
	return app_redirect(app, str_c(path));
}

void leave_done(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct brief *brief = shelf_brief(app->shelf, args->id);
	size_t left = 0;
	struct buf b;

	while (left < N_LEFT && !str_eq(args->part[1], left_names[left]))
		left++;
	if (brief == NULL || left == N_LEFT) {
		brief_free(brief);
		http_reply(r, app_error(app, 404));
		return;
	}
	buf_init(&b, PAGE_MAX_BYTES);
	page_left(&b, &app->site, brief_petition(brief), (enum page_left)left);
	http_reply(r, app_page(app, 200, &b));
	brief_free(brief);
}

#include "web/app.h"

#include "web/make.h"

static const size_t PAGE_MAX_BYTES = 64 << 10;

struct work *app_work(struct app *app, enum work_kind kind)
{
	struct work *w = NULL;

	if (!atomic_load(&app->state->takes_forms))
		return NULL;
	if (atomic_fetch_add(&app->state->waiting, 1) < APP_WAITING_MAX)
		w = work_new(kind);
	if (w == NULL)
		app_drop(app, NULL);
	return w;
}

void app_drop(struct app *app, struct work *w)
{
	(void)atomic_fetch_sub(&app->state->waiting, 1);
	work_free(w);
}

bool app_send(struct app *app, struct http_request *r, struct work *w)
{
	if (w == NULL)
		return false;
	if (http_park(r) != OK) {
		app_drop(app, w);
		return false;
	}
	work_push(&app->state->inbox, w);
	return true;
}

struct app *app_view(struct app *app, const struct http_request *r)
{
	return app->state->view[r->view];
}

uint32_t app_year(struct app *app)
{
	time_t now = (time_t)(clock_wall_ms(app->clock) / 1000);
	struct tm t = { 0 };

	(void)gmtime_r(&now, &t);
	return (uint32_t)t.tm_year + 1900;
}

struct http_reply *app_error(struct app *app, unsigned status)
{
	if (status < ERROR_FIRST || status > ERROR_LAST ||
		app->error[status - ERROR_FIRST] == NULL)
		status = 500;
	return http_reply_ref(app->error[status - ERROR_FIRST]);
}

struct http_reply *app_page(struct app *app, unsigned status, struct buf *b)
{
	struct http_spec spec = { .status = status,
		.content_type = STR("text/html; charset=utf-8") };
	struct http_reply *reply = NULL;
	enum err e;

	make_speak(&spec, &app->site);
	e = http_once(&spec, b, &reply);
	buf_release(b);
	return e == OK ? reply : app_error(app, (unsigned)err_http_status(e));
}

struct http_reply *app_again(struct app *app)
{
	struct buf b;

	buf_init(&b, PAGE_MAX_BYTES);
	page_again(&b, &app->site);
	return app_page(app, 503, &b);
}

struct http_reply *app_redirect(struct app *app, struct str location)
{
	struct http_reply *reply = NULL;
	struct buf to;
	enum err e;

	buf_init(&to, 4096);
	if (language_has(location) && str_starts(location, STR("/")))
		buf_str(&to, app->site.prefix);
	buf_str(&to, location);
	e = buf_err(&to);
	if (e == OK)
		e = http_redirect(303, buf_view(&to), &reply);
	buf_release(&to);
	return e == OK ? reply : app_error(app, 500);
}

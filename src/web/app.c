#include "web/app.h"

bool app_enter(struct app *app)
{
	if (atomic_fetch_add(&app->waiting, 1) < APP_WAITING_MAX)
		return true;
	app_leave(app);
	return false;
}

void app_leave(struct app *app)
{
	(void)atomic_fetch_sub(&app->waiting, 1);
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
	enum err e = http_once(&spec, b, &reply);

	return e == OK ? reply : app_error(app, (unsigned)err_http_status(e));
}

struct http_reply *app_redirect(struct app *app, struct str location)
{
	struct http_reply *reply = NULL;

	return http_redirect(303, location, &reply) == OK ? reply
							  : app_error(app, 500);
}

struct http_reply *app_public(
	struct app *app, struct str content_type, struct buf *b)
{
	struct http_spec spec = { .content_type = content_type,
		.cache = HTTP_REVALIDATE,
		.public_data = true };
	struct http_reply *reply = NULL;
	enum err e = buf_err(b);

	if (e == OK)
		e = http_finish(&spec, buf_view(b), &reply);
	return e == OK ? reply : app_error(app, (unsigned)err_http_status(e));
}

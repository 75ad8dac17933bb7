/*
 * desk.c - what moderators' desks post: relayed as it comes (docs/protocol.md,
 * "The desk").
 */
#include "web/routes.h"

static void take(
	struct app *app, struct http_request *r, enum work_desk_kind kind)
{
	struct work *w = app_work(app, WORK_DESK);

	if (w != NULL)
		w->desk = (struct work_desk){ .kind = kind,
			.request = r,
			.body = arena_copy(&w->arena, r->body) };
	if (w != NULL && w->desk.body.at == NULL) {
		app_drop(app, w);
		w = NULL;
	}
	if (!app_send(app, r, w))
		http_reply(r, app_error(app, 503));
}

void desk_ask(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	(void)args;
	take(app, r, WORK_DESK_RELAYED);
}

void desk_set_aside(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	(void)args;
	take(app, r, WORK_DESK_SET);
}

void desk_held(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	(void)args;
	take(app, r, WORK_DESK_HELD);
}

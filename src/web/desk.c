/*
 * desk.c - what moderators' desks post: relayed as it comes (docs/protocol.md,
 * "The desk").
 */
#include "web/routes.h"

static void take(
	struct app *app, struct http_request *r, enum work_desk_kind kind)
{
	struct work *w;

	if (!atomic_load(&app->state->takes_forms) || !app_enter(app)) {
		http_reply(r, app_error(app, 503));
		return;
	}
	w = work_new(WORK_DESK);
	if (w != NULL)
		w->desk.body = arena_copy(&w->arena, r->body);
	if (w == NULL || w->desk.body.at == NULL || http_park(r) != OK) {
		work_free(w);
		app_leave(app);
		http_reply(r, app_error(app, 503));
		return;
	}
	w->desk.kind = kind;
	w->desk.request = r;
	work_push(&app->state->inbox, w);
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

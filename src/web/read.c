/*
 * read.c - what everybody may read: petitions, the log, and a few words.
 */
#include "page/asset.h"
#include "page/content.h"
#include "web/about.h"
#include "web/feed.h"
#include "web/embed.h"
#include "web/growth.h"
#include "web/list.h"
#include "web/map.h"
#include "web/routes.h"
#include "web/local.h"
#include "web/similar.h"
#include "web/table.h"

void home_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	(void)args;
	shelf_reply(app->shelf, r, SHELF_HOME, 0);
}

/* ?reveal_response=yes is a page of its own, asked for less often. */
static bool reveals(const struct http_request *r)
{
	return str_eq(r->query, STR("reveal_response=yes"));
}

void petition_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	if (reveals(r))
		answers_reply(app->answers, r, petition_reveal_make, args->id);
	else
		shelf_reply(app->shelf, r, SHELF_PETITION, args->id);
}

void archived_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	if (reveals(r))
		answers_reply(app->answers, r, petition_reveal_make, args->id);
	else
		shelf_reply(app->shelf, r, SHELF_ARCHIVED, args->id);
}

#define FROM_SHELF(name, page)                                                 \
	void name(struct app *app, struct http_request *r,                     \
		const struct route_args *args)                                 \
	{                                                                      \
		shelf_reply(app->shelf, r, page, args->id);                    \
	}

FROM_SHELF(petition_json_show, SHELF_PETITION_JSON)
FROM_SHELF(petition_count_show, SHELF_PETITION_COUNT)
FROM_SHELF(archived_json_show, SHELF_ARCHIVED_JSON)

#define FROM_ANSWERS(name, make)                                               \
	void name(struct app *app, struct http_request *r,                     \
		const struct route_args *args)                                 \
	{                                                                      \
		answers_reply(app->answers, r, make, args->id);                \
	}

FROM_ANSWERS(petition_feed_show, petition_feed_make)
FROM_ANSWERS(period_list_show, periods_make)
FROM_ANSWERS(period_show, period_make)
FROM_ANSWERS(period_areas_show, period_areas_make)
FROM_ANSWERS(areas_show, areas_make)
FROM_ANSWERS(local_show, local_make)
FROM_ANSWERS(area_show, area_make)
FROM_ANSWERS(topics_show, topics_make)
FROM_ANSWERS(departments_show, departments_make)
FROM_ANSWERS(feed_show, feed_make)
FROM_ANSWERS(sitemap_show, sitemap_make)
FROM_ANSWERS(robots_show, robots_make)
FROM_ANSWERS(waiting_show, waiting_make)
FROM_ANSWERS(map_show, map_make)
FROM_ANSWERS(map_svg_show, map_svg_make)
FROM_ANSWERS(widget_show, widget_make)
FROM_ANSWERS(badge_show, badge_make)
FROM_ANSWERS(card_show, card_make)
FROM_ANSWERS(map_png_show, map_png_make)
FROM_ANSWERS(history_json_show, history_json_make)
FROM_ANSWERS(history_csv_show, history_csv_make)
FROM_ANSWERS(trending_show, trending_make)
FROM_ANSWERS(periods_page_show, periods_page_make)
FROM_ANSWERS(topics_page_show, topics_page_make)
FROM_ANSWERS(manifest_show, manifest_make)

/* True if the query has words to search for. */
static bool has_words(const struct http_request *r)
{
	struct str query = r->query;
	struct str pair;

	while (str_split(&query, '&', &pair))
		if (str_starts(pair, STR("q=")) && pair.len > 2)
			return true;
	return false;
}

void list_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	answers_reply(has_words(r) ? app->searches : app->answers, r, list_make,
		args->id);
}

void list_archived_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	answers_reply(has_words(r) ? app->searches : app->answers, r,
		list_archived_make, args->id);
}

void similar_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	answers_reply(app->searches, r, similar_make, args->id);
}

void check_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	answers_reply(app->searches, r, check_make, args->id);
}

void readers_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	(void)args;
	shelf_reply(app->shelf, r, SHELF_READERS, 0);
}

void text_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	size_t n;
	const struct str *name = content_names(&n);
	struct str path = str_slice(r->path, 1, r->path.len);

	(void)args;
	for (size_t i = 0; i < n && i < APP_TEXTS; i++) {
		if (!str_eq(name[i], path))
			continue;
		http_reply(r, http_reply_ref(app->text[i]));
		return;
	}
	http_reply(r, app_error(app, 404));
}

static void show_asset(struct app *app, struct http_request *r,
	const struct asset *asset, struct str cache)
{
	struct http_spec spec = { .cache = cache };
	struct http_reply *reply = NULL;

	if (asset == NULL) {
		http_reply(r, app_error(app, 404));
		return;
	}
	spec.content_type = asset->type;
	if (http_finish(&spec, asset->body, &reply) != OK)
		reply = NULL;
	http_reply(r, reply);
}

void asset_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	(void)args;
	show_asset(app, r, asset_find(r->path), HTTP_IMMUTABLE);
}

void theme_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	const struct page_theme *t = &app->site.theme;
	struct http_reply *reply = NULL;

	(void)args;
	if (str_eq(r->path, t->css_path))
		reply = app->theme[0];
	else if (str_eq(r->path, t->logo_path))
		reply = app->theme[1];
	http_reply(
		r, reply == NULL ? app_error(app, 404) : http_reply_ref(reply));
}

/* Browsers ask for these by themselves, without a hash in the name. */
void favicon_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct str name = str_eq(r->path, STR("/favicon.ico"))
		? STR("favicon.ico")
		: STR("icon-180.png");

	(void)args;
	show_asset(app, r, asset_named(name), HTTP_REVALIDATE);
}

/* ---- the log's files ---- */

static void show_file(struct app *app, struct http_request *r, struct str type,
	struct str cache)
{
	struct http_spec spec = {
		.content_type = type, .cache = cache, .public_data = true
	};
	struct http_reply *reply = NULL;
	enum err e = http_file(&spec, app->public_fd,
		str_slice(r->path, 1, r->path.len), &reply);

	http_reply(r,
		e == OK ? reply : app_error(app, (unsigned)err_http_status(e)));
}

/* Not the file that log wrote, but the one that web has committed, so that
 * no page is behind the checkpoint it is checked against. */
void log_checkpoint_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	shelf_reply(app->shelf, r, SHELF_CHECKPOINT, args->id);
}

/* The same holds for the list of years: none is in it before its checkpoint. */
void log_years_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	(void)args;
	shelf_reply(app->shelf, r, SHELF_YEARS, 0);
}

/* A full tile never changes; a partial one neither, but it may vanish.  What a
 * power cut left may be half a tile until log has been heard, which writes
 * anew all that its last segment has: nobody is to keep that for good. */
void log_file_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	bool whole = atomic_load(&app->state->promise_key) != NULL;

	(void)args;
	show_file(app, r, STR("application/octet-stream"),
		whole ? HTTP_IMMUTABLE : HTTP_REVALIDATE);
}

void log_keys_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	(void)args;
	show_file(app, r, STR("text/plain; charset=utf-8"), HTTP_REVALIDATE);
}

void document_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	(void)args;
	show_file(app, r, STR("text/plain; charset=utf-8"), HTTP_IMMUTABLE);
}

void health_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct http_spec spec = { .status = 200,
		.content_type = STR("text/plain; charset=utf-8") };
	struct http_reply *reply = NULL;
	struct buf b;

	(void)args;
	buf_init(&b, 256);
	if (atomic_load(&app->state->takes_forms)) {
		buf_c(&b, "ok\n");
	} else {
		spec.status = 503;
		buf_c(&b, "starting: pages are served, forms are not yet\n");
	}
	if (http_once(&spec, &b, &reply) != OK)
		reply = NULL;
	http_reply(r, reply);
}

#include "web/routes.h"

#include "base/log.h"

enum { NO_BODY = 0, FORM_BODY = 16 << 10 };

struct route {
	enum http_method method;
	const char *path;
	size_t body_max;
	handler *handle;
};

/* clang-format off */
static const struct route routes[] = {
	{ HTTP_GET,  "/",                                NO_BODY,   home_show },
	{ HTTP_GET,  "/petitions",                       NO_BODY,   list_show },
	{ HTTP_GET,  "/petitions.json",                  NO_BODY,   list_show },
	{ HTTP_GET,  "/petitions.csv",                   NO_BODY,   list_show },
	{ HTTP_GET,  "/petitions/local",                 NO_BODY,   local_show },
	{ HTTP_POST, "/petitions/local",                 FORM_BODY, local_ask },
	{ HTTP_GET,  "/petitions/local/:slug.json",      NO_BODY,   area_show },
	{ HTTP_GET,  "/petitions/local/:slug.csv",       NO_BODY,   area_show },
	{ HTTP_GET,  "/petitions/local/:slug",           NO_BODY,   area_show },
	{ HTTP_GET,  "/petitions/local/:slug/all.json",  NO_BODY,   area_show },
	{ HTTP_GET,  "/petitions/local/:slug/all.csv",   NO_BODY,   area_show },
	{ HTTP_GET,  "/petitions/local/:slug/all",       NO_BODY,   area_show },
	{ HTTP_GET,  "/petitions/similar.json",          NO_BODY,   similar_show },
	{ HTTP_GET,  "/petitions/check",                 NO_BODY,   check_show },
	{ HTTP_GET,  "/petitions/:id.json",              NO_BODY,   petition_json_show },
	{ HTTP_GET,  "/petitions/:id.atom",              NO_BODY,   petition_feed_show },
	{ HTTP_GET,  "/petitions/:id/count.json",        NO_BODY,   petition_count_show },
	{ HTTP_GET,  "/petitions/:id/map",               NO_BODY,   map_show },
	{ HTTP_GET,  "/petitions/:id/map.svg",           NO_BODY,   map_svg_show },
	{ HTTP_GET,  "/petitions/:id/widget",            NO_BODY,   widget_show },
	{ HTTP_GET,  "/petitions/:id/badge.svg",         NO_BODY,   badge_show },
	{ HTTP_GET,  "/petitions/:id/card.png",          NO_BODY,   card_show },
	{ HTTP_GET,  "/petitions/:id/map.png",           NO_BODY,   map_png_show },
	{ HTTP_GET,  "/petitions/:id/history.json",      NO_BODY,   history_json_show },
	{ HTTP_GET,  "/petitions/:id/history.csv",       NO_BODY,   history_csv_show },
	{ HTTP_GET,  "/petitions/:id/gathering-support", NO_BODY,   waiting_show },
	{ HTTP_GET,  "/petitions/:id/moderation-info",   NO_BODY,   waiting_show },
	{ HTTP_GET,  "/petitions/:id/recount",           NO_BODY,   recount_show },
	{ HTTP_GET,  "/petitions/:id",                   NO_BODY,   petition_show },
	{ HTTP_GET,  "/petitions/:id/signatures/new",    NO_BODY,   sign_new },
	{ HTTP_POST, "/petitions/:id/signatures/new",    FORM_BODY, sign_ask },
	{ HTTP_GET,  "/petitions/:id/signatures/no-email", NO_BODY, sign_no_email },
	{ HTTP_GET,  "/petitions/:id/signatures/thank-you", NO_BODY, sign_sent },
	{ HTTP_GET,  "/archived/petitions",              NO_BODY,   list_archived_show },
	{ HTTP_GET,  "/archived/petitions.json",         NO_BODY,   list_archived_show },
	{ HTTP_GET,  "/archived/petitions.csv",          NO_BODY,   list_archived_show },
	{ HTTP_GET,  "/archived/petitions/:id.json",     NO_BODY,   archived_json_show },
	{ HTTP_GET,  "/archived/petitions/:id.atom",     NO_BODY,   petition_feed_show },
	{ HTTP_GET,  "/archived/petitions/:id/map",      NO_BODY,   map_show },
	{ HTTP_GET,  "/archived/petitions/:id/map.svg",  NO_BODY,   map_svg_show },
	{ HTTP_GET,  "/archived/petitions/:id/map.png",  NO_BODY,   map_png_show },
	{ HTTP_GET,  "/archived/petitions/:id/history.json", NO_BODY, history_json_show },
	{ HTTP_GET,  "/archived/petitions/:id/history.csv", NO_BODY, history_csv_show },
	{ HTTP_GET,  "/archived/petitions/:id",          NO_BODY,   archived_show },
	{ HTTP_GET,  "/parliaments",                     NO_BODY,   periods_page_show },
	{ HTTP_GET,  "/topics",                          NO_BODY,   topics_page_show },
	{ HTTP_GET,  "/parliaments.json",                NO_BODY,   period_list_show },
	{ HTTP_GET,  "/parliaments/:period.json",        NO_BODY,   period_show },
	{ HTTP_GET,  "/parliaments/:period/constituencies.json", NO_BODY, period_areas_show },
	{ HTTP_GET,  "/constituencies.json",             NO_BODY,   areas_show },
	{ HTTP_GET,  "/topics.json",                     NO_BODY,   topics_show },
	{ HTTP_GET,  "/departments.json",                NO_BODY,   departments_show },
	{ HTTP_GET,  "/trending.json",                   NO_BODY,   trending_show },
	{ HTTP_GET,  "/feeds/:kind.atom",                NO_BODY,   feed_show },
	{ HTTP_GET,  "/sitemap.xml",                     NO_BODY,   sitemap_show },
	{ HTTP_GET,  "/manifest.json",                   NO_BODY,   manifest_show },
	{ HTTP_GET,  "/favicon.ico",                     NO_BODY,   favicon_show },
	{ HTTP_GET,  "/apple-touch-icon.png",            NO_BODY,   favicon_show },
	{ HTTP_GET,  "/robots.txt",                      NO_BODY,   robots_show },
	{ HTTP_GET,  "/c",                               NO_BODY,   confirm_type },
	{ HTTP_GET,  "/c/:token",                        NO_BODY,   confirm_show },
	{ HTTP_POST, "/c/:token",                        FORM_BODY, confirm_ask },
	{ HTTP_GET,  "/c/:token/correct",                NO_BODY,   confirm_correct },
	{ HTTP_GET,  "/s/:token",                        NO_BODY,   leave_choose },
	{ HTTP_GET,  "/s/:token/:wish",                  NO_BODY,   leave_show },
	{ HTTP_POST, "/s/:token/:wish",                  FORM_BODY, leave_ask },
	{ HTTP_GET,  "/petitions/:id/signatures/left/:what", NO_BODY, leave_done },
	{ HTTP_GET,  "/receipts/:id/:c.json",            NO_BODY,   receipt_json_show },
	{ HTTP_GET,  "/receipts/:id/:c",                 NO_BODY,   receipt_show },
	{ HTTP_POST, "/desk",                            FORM_BODY, desk_ask },
	{ HTTP_POST, "/desk/held",                       FORM_BODY, desk_held },
	{ HTTP_POST, "/desk/set-aside",                  FORM_BODY, desk_set_aside },
	{ HTTP_GET,  "/who-can-read",                    NO_BODY,   readers_show },
	{ HTTP_GET,  "/accessibility",                   NO_BODY,   text_show },
	{ HTTP_GET,  "/cookies",                         NO_BODY,   text_show },
	{ HTTP_GET,  "/help",                            NO_BODY,   text_show },
	{ HTTP_GET,  "/privacy",                         NO_BODY,   text_show },
	{ HTTP_GET,  "/standards",                       NO_BODY,   text_show },
	{ HTTP_GET,  "/assets/*",                        NO_BODY,   asset_show },
	{ HTTP_GET,  "/theme/:any",                      NO_BODY,   theme_show },
	{ HTTP_GET,  "/log/keys",                        NO_BODY,   log_keys_show },
	{ HTTP_GET,  "/log/years",                       NO_BODY,   log_years_show },
	{ HTTP_GET,  "/log/:id/checkpoint",              NO_BODY,   log_checkpoint_show },
	{ HTTP_GET,  "/log/:id/tile/*",                  NO_BODY,   log_file_show },
	{ HTTP_GET,  "/doc/:hash",                       NO_BODY,   document_show },
	{ HTTP_GET,  "/api/petitions",                   NO_BODY,   moved_show },
	{ HTTP_GET,  "/api/petitions/:any",              NO_BODY,   moved_show },
	{ HTTP_GET,  "/departments",                     NO_BODY,   moved_show },
	{ HTTP_GET,  "/departments/:any",                NO_BODY,   moved_show },
	{ HTTP_GET,  "/help/standards",                  NO_BODY,   moved_show },
	{ HTTP_GET,  "/how-it-works",                    NO_BODY,   moved_show },
	{ HTTP_GET,  "/faq",                             NO_BODY,   moved_show },
	{ HTTP_GET,  "/terms-and-conditions",            NO_BODY,   moved_show },
	{ HTTP_GET,  "/privacy-policy",                  NO_BODY,   moved_show },
	{ HTTP_GET,  "/petitions/check_results",         NO_BODY,   moved_show },
	{ HTTP_GET,  "/healthz",                         NO_BODY,   health_show },
	{ HTTP_GET,  "/health-check",                    NO_BODY,   health_check_show },
	{ HTTP_GET,  "/ping",                            NO_BODY,   ping_show },
};
/* clang-format on */

static const size_t N_ROUTES = sizeof(routes) / sizeof(routes[0]);

_Static_assert(sizeof(routes) / sizeof(routes[0]) <= ROUTES_MAX, "marks");

unsigned routes_count(void)
{
	return (unsigned)N_ROUTES;
}

const char *routes_path(unsigned mark)
{
	return mark == 0 || mark > N_ROUTES ? "none" : routes[mark - 1].path;
}

const char *routes_method(unsigned mark)
{
	if (mark == 0 || mark > N_ROUTES)
		return "none";
	return routes[mark - 1].method == HTTP_POST ? "POST" : "GET";
}

/* One part of the pattern against one part of the path: ":x" takes anything,
 * ":x.json" anything that ends so. */
static bool match_part(
	struct str pattern, struct str part, struct str *ret_value)
{
	size_t dot = str_find(pattern, '.');
	struct str tail = str_slice(pattern, dot, pattern.len);

	if (pattern.len == 0 || pattern.at[0] != ':') {
		*ret_value = STR_NULL;
		return str_eq(pattern, part);
	}
	if (part.len <= tail.len || !str_ends(part, tail))
		return false;
	*ret_value = str_slice(part, 0, part.len - tail.len);
	return true;
}

static bool is_id(struct str pattern)
{
	return str_eq(
		str_slice(pattern, 0, str_find(pattern, '.')), STR(":id"));
}

static bool match(
	const char *pattern_text, struct str path, struct route_args *args)
{
	struct str pattern = str_c(pattern_text);
	struct str want;
	struct str have;
	size_t n = 0;

	*args = (struct route_args){ .id = 0 };
	while (str_split(&pattern, '/', &want)) {
		struct str value;

		if (str_eq(want, STR("*"))) {
			args->part[n] = path;
			return path.at != NULL;
		}
		if (!str_split(&path, '/', &have) ||
			!match_part(want, have, &value))
			return false;
		if (value.at == NULL)
			continue;
		if (is_id(want) && str_u64(value, &args->id) != OK)
			return false;
		args->part[n++] = value;
	}
	return path.at == NULL;
}

/* Does what a pattern says before its first parameter fit?  Most rows are
 * passed over by this; match looks at the others. */
static bool may_match(const char *pattern, struct str path)
{
	for (size_t i = 0; pattern[i] != ':' && pattern[i] != '*'; i++) {
		if (i == path.len || pattern[i] == '\0')
			return i == path.len && pattern[i] == '\0';
		if (pattern[i] != path.at[i])
			return false;
	}
	return true;
}

static const struct route *find(enum http_method method, struct str path,
	struct route_args *args, bool *ret_other_method)
{
	*ret_other_method = false;
	if (method == HTTP_HEAD)
		method = HTTP_GET;
	for (size_t i = 0; i < N_ROUTES; i++) {
		if (!may_match(routes[i].path, path) ||
			!match(routes[i].path, path, args))
			continue;
		if (routes[i].method == method)
			return &routes[i];
		*ret_other_method = true;
	}
	return NULL;
}

size_t routes_body_max(void *context, const struct http_request *r)
{
	const struct app *app = context;
	struct route_args args;
	struct str path;
	bool other;
	const struct route *route;

	(void)language_of_path(
		app->site.languages, app->site.languages_count, r->path, &path);
	route = find(r->method, path, &args, &other);
	return route == NULL ? 0 : route->body_max;
}

static void answer_options(struct http_request *r, bool post)
{
	struct http_reply *reply = NULL;

	if (http_options(post, !post, &reply) != OK)
		reply = NULL;
	http_reply(r, reply);
}

/* Take the language off the path, or find the one that the browser prefers.
 * False if the path is of no page and begins with a language. */
static bool choose_view(const struct page_site *site, struct http_request *r)
{
	size_t n = site->languages_count;
	struct str rest;
	size_t i = language_of_path(site->languages, n, r->path, &rest);

	if (n < 2 || (i == n && !language_has(r->path)))
		return true;
	if (i == n)
		i = language_preferred(site->languages, n,
			http_field(r, STR("Accept-Language")));
	else if (i == 0)
		i = n;
	r->path = rest;
	r->view = (unsigned)i;
	return language_has(rest);
}

/* The format that a path asks for by its last dot is one that a service like
 * this could have: then it is refused, and not taken for a slip. */
static bool is_format(struct str extension)
{
	static const struct str known[] = { STR_INIT("atom"), STR_INIT("csv"),
		STR_INIT("gif"), STR_INIT("ics"), STR_INIT("jpeg"),
		STR_INIT("jpg"), STR_INIT("js"), STR_INIT("json"),
		STR_INIT("css"), STR_INIT("pdf"), STR_INIT("png"),
		STR_INIT("rss"), STR_INIT("svg"), STR_INIT("text"),
		STR_INIT("txt"), STR_INIT("xml"), STR_INIT("yaml"),
		STR_INIT("yml"), STR_INIT("zip") };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_eq(extension, known[i]))
			return true;
	return false;
}

/* What stands before the last dot, if nothing in it needs to be escaped in an
 * address; null if there is no dot. */
static struct str without_extension(struct str path)
{
	size_t dot = path.len;

	while (dot > 0 && path.at[dot - 1] != '.' && path.at[dot - 1] != '/')
		dot--;
	if (dot < 2 || path.at[dot - 1] != '.' || path.at[dot - 2] == '/')
		return STR_NULL;
	for (size_t i = 0; i < dot - 1; i++) {
		char c = path.at[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
			c != '/' && c != '-')
			return STR_NULL;
	}
	return str_slice(path, 0, dot - 1);
}

/* No route has this path.  406 for a page in a format that it does not have;
 * what only looks like a format leads to the page itself. */
static void answer_nowhere(struct app *app, struct http_request *r)
{
	struct str bare = without_extension(r->path);
	struct http_reply *reply = NULL;
	struct route_args args;
	bool other;

	if (bare.at == NULL || find(HTTP_GET, bare, &args, &other) == NULL)
		reply = app_error(app, 404);
	else if (is_format(str_slice(r->path, bare.len + 1, r->path.len)))
		reply = app_error(app, 406);
	else if (http_redirect(302, bare, &reply) != OK)
		reply = NULL;
	http_reply(r, reply);
}

void routes_handle(void *context, struct http_request *r)
{
	struct app *app = context;
	struct route_args args;
	const struct route *route = NULL;
	bool other = false;

	if (choose_view(&app->site, r))
		route = find(r->method, r->path, &args, &other);
	app = app_view(app, r);
	r->mark = route == NULL ? 0 : (unsigned)(route - routes) + 1;
	if (route == NULL && other && r->method == HTTP_OPTIONS)
		answer_options(
			r, find(HTTP_POST, r->path, &args, &other) != NULL);
	else if (route == NULL && other)
		http_reply(r, app_error(app, 405));
	else if (route == NULL)
		answer_nowhere(app, r);
	else if (route->method == HTTP_POST &&
		!http_same_origin(r, app->site.base_url))
		http_reply(r, app_error(app, 403));
	else
		route->handle(app, r, &args);
}

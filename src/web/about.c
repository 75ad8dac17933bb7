#include "web/about.h"

#include "json/json.h"
#include "page/asset.h"
#include "web/make.h"
#include "web/routes.h"

static const size_t PAGE_MAX_BYTES = 4 << 20;

/* ---- petitions on their way ---- */

struct str waiting_part(enum petition_state state)
{
	switch (state) {
	case PETITION_PENDING:
	case PETITION_VALIDATED:
		return STR("gathering-support");
	case PETITION_SPONSORED:
	case PETITION_FLAGGED:
		return STR("moderation-info");
	default:
		return STR_NULL;
	}
}

enum err waiting_make(const struct question *q, struct http_reply **ret_reply)
{
	struct petition *p;
	struct str part;
	struct buf b;
	enum err e = store_petition_element(q->arena, q->store, q->id, &p);

	if (e != OK)
		return e;
	part = waiting_part(p->state);
	if (!str_ends(q->path, part.at == NULL ? STR("/") : part))
		return make_redirect(q->site,
			arena_printf(q->arena, "/petitions/%llu%s%.*s",
				(unsigned long long)q->id,
				part.at == NULL ? "" : "/", STR_ARG(part)),
			false, ret_reply);
	buf_init(&b, PAGE_MAX_BYTES);
	page_waiting(&b, q->site, p);
	return make_html(q->site, &b, ret_reply);
}

/* ---- the institution ---- */

enum err periods_page_make(
	const struct question *q, struct http_reply **ret_reply)
{
	struct store_period *all;
	struct buf b;
	size_t n;
	enum err e = make_periods(q, &all, &n);

	if (e != OK)
		return e;
	buf_init(&b, PAGE_MAX_BYTES);
	page_periods(&b, q->site, all, n);
	return make_html(q->site, &b, ret_reply);
}

enum err topics_page_make(
	const struct question *q, struct http_reply **ret_reply)
{
	struct store_topic *all;
	struct buf b;
	size_t n;
	enum err e = store_topics(q->arena, q->store, &all, &n);

	if (e != OK)
		return e;
	buf_init(&b, PAGE_MAX_BYTES);
	page_topics(&b, q->site, all, n);
	return make_html(q->site, &b, ret_reply);
}

/* ---- for a telephone's home screen ---- */

static void icon(
	struct json *j, struct str name, struct str sizes, struct str purpose)
{
	const struct asset *a = asset_named(name);

	json_object(j);
	json_key_text(j, STR("src"), a == NULL ? STR("/") : a->path);
	json_key_text(j, STR("sizes"), sizes);
	json_key_text(j, STR("type"), STR("image/png"));
	if (purpose.len > 0)
		json_key_text(j, STR("purpose"), purpose);
	json_end(j);
}

enum err manifest_make(const struct question *q, struct http_reply **ret_reply)
{
	struct make_json m;

	make_json_begin(&m, PAGE_MAX_BYTES);
	json_object(&m.j);
	json_key_text(&m.j, STR("name"), q->site->title);
	json_key_text(&m.j, STR("short_name"), q->site->title);
	json_key_text(&m.j, STR("display"), STR("standalone"));
	json_key_text(&m.j, STR("orientation"), STR("portrait"));
	json_key_text(&m.j, STR("start_url"), STR("/"));
	json_key(&m.j, STR("icons"));
	json_array(&m.j);
	icon(&m.j, STR("icon-192.png"), STR("192x192"), STR(""));
	icon(&m.j, STR("icon-maskable.png"), STR("512x512"), STR("maskable"));
	icon(&m.j, STR("icon-512.png"), STR("512x512"), STR(""));
	json_end(&m.j);
	json_end(&m.j);
	return make_json_end(&m, OK, MAKE_MANIFEST, ret_reply);
}

/* ---- addresses of the reference that lead elsewhere ---- */

void moved_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	static const struct {
		struct str from;
		struct str to;
	} moved[] = {
		{ STR_INIT("/help/standards"), STR_INIT("/standards") },
		{ STR_INIT("/how-it-works"), STR_INIT("/help") },
		{ STR_INIT("/faq"), STR_INIT("/help") },
		{ STR_INIT("/terms-and-conditions"), STR_INIT("/help") },
		{ STR_INIT("/privacy-policy"), STR_INIT("/privacy") },
		{ STR_INIT("/petitions/check_results"),
			STR_INIT("/petitions/check") },
	};
	struct http_header location = { STR("Location"), STR("/") };
	const struct http_spec spec = { .status = 301,
		.cache = HTTP_IMMUTABLE,
		.header = &location,
		.header_n = 1 };
	struct http_reply *reply = NULL;

	(void)app;
	(void)args;
	for (size_t i = 0; i < sizeof(moved) / sizeof(moved[0]); i++)
		if (str_eq(r->path, moved[i].from))
			location.value = moved[i].to;
	if (http_finish(&spec, STR(""), &reply) != OK)
		reply = NULL;
	http_reply(r, reply);
}

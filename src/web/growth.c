#include "web/growth.h"

#include "domain/field.h"
#include "web/make.h"

enum { OUT_MAX_BYTES = 4 << 20, TRENDING = 10 };

static const int64_t MINUTE_MS = 60000;

/* ---- history ---- */

struct history {
	struct store_history *points;
	size_t n;
	struct str to; /* where the petition is, if it is not here */
};

static enum err find(const struct question *q, struct history *h)
{
	struct petition *p;
	enum err e = store_petition_element(q->arena, q->store, q->id, &p);

	if (e == OK)
		e = make_signed(q, p, &h->to);
	if (e != OK || h->to.at != NULL)
		return e;
	return store_history(q->arena, q->store, q->id, 0, STORE_HISTORY_MAX,
		&h->points, &h->n);
}

/* The history; or where it is, as the reply. */
static enum err find_or_lead(const struct question *q, struct history *h,
	struct http_reply **ret_reply)
{
	enum err e = find(q, h);

	return e == OK && h->to.at != NULL
		? make_redirect(q->site, h->to, true, ret_reply)
		: e;
}

enum err history_json_make(
	const struct question *q, struct http_reply **ret_reply)
{
	struct history h;
	struct make_json m;
	enum err e = find_or_lead(q, &h, ret_reply);

	if (e != OK || h.to.at != NULL)
		return e;
	make_json_begin(&m, OUT_MAX_BYTES);
	json_object(&m.j);
	field_self(&m.j, make_self(q));
	json_key(&m.j, STR("data"));
	json_array(&m.j);
	for (size_t i = 0; i < h.n; i++) {
		json_object(&m.j);
		field_moment(&m.j, STR("at"), h.points[i].at_ms);
		json_key_u64(&m.j, STR("signature_count"), h.points[i].count);
		json_end(&m.j);
	}
	json_end(&m.j);
	json_end(&m.j);
	return make_json_end(&m, OK, MAKE_JSON, ret_reply);
}

enum err history_csv_make(
	const struct question *q, struct http_reply **ret_reply)
{
	struct history h;
	struct buf b;
	enum err e = find_or_lead(q, &h, ret_reply);

	if (e != OK || h.to.at != NULL)
		return e;
	buf_init(&b, OUT_MAX_BYTES);
	buf_c(&b, "at,signature_count\n");
	for (size_t i = 0; i < h.n; i++) {
		when_put(&b, h.points[i].at_ms);
		buf_printf(
			&b, ",%llu\n", (unsigned long long)h.points[i].count);
	}
	return make_finish(&b, MAKE_TABLE, ret_reply);
}

/* ---- trending ---- */

static void trend(
	struct json *j, const struct question *q, const struct store_trend *t)
{
	json_object(j);
	json_key_text(j, STR("type"), STR("petition"));
	json_key_u64(j, STR("id"), t->id);
	field_self(j,
		arena_printf(q->arena, "%.*s/petitions/%llu.json",
			STR_ARG(q->site->base_url), (unsigned long long)t->id));
	json_key(j, STR("attributes"));
	json_object(j);
	json_key_text(j, STR("action"), t->action);
	json_key_u64(j, STR("signature_count"), t->gained);
	json_end(j);
	json_end(j);
}

enum err trending_make(const struct question *q, struct http_reply **ret_reply)
{
	int64_t until_ms = q->now_ms - q->now_ms % MINUTE_MS;
	struct store_trend *trends;
	struct make_json m;
	size_t n;
	enum err e = store_trending(
		q->arena, q->store, until_ms, TRENDING, &trends, &n);

	if (e != OK)
		return e;
	make_json_begin(&m, OUT_MAX_BYTES);
	json_object(&m.j);
	json_key(&m.j, STR("data"));
	json_array(&m.j);
	for (size_t i = 0; i < n; i++)
		trend(&m.j, q, &trends[i]);
	json_end(&m.j);
	field_self(&m.j, make_self(q));
	json_key(&m.j, STR("meta"));
	json_object(&m.j);
	field_moment(&m.j, STR("updated_at"), until_ms);
	json_end(&m.j);
	json_end(&m.j);
	return make_json_end(&m, OK, MAKE_JSON, ret_reply);
}

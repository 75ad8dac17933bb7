#include "web/growth.h"

#include "json/json.h"
#include "web/make.h"

enum { OUT_MAX_BYTES = 4 << 20, TRENDING = 10 };

static const int64_t MINUTE_MS = 60000;

/* ---- history ---- */

struct history {
	struct petition *petition;
	struct store_history *points;
	size_t n;
	struct str to; /* where the petition is, if it is not here */
};

static enum err find(const struct question *q, struct history *h)
{
	bool archived = str_starts(q->path, STR("/archived/"));
	enum err e =
		store_petition_element(q->arena, q->store, q->id, &h->petition);

	h->to = STR_NULL;
	if (e != OK)
		return e;
	if (petition_is_gone(h->petition))
		return ERR_GONE;
	if (!petition_is_visible(h->petition) ||
		h->petition->state == PETITION_REJECTED)
		return ERR_NOT_FOUND;
	if (h->petition->archived != archived)
		h->to = archived ? str_slice(q->path, sizeof("/archived") - 1,
					   q->path.len)
				 : arena_printf(q->arena, "/archived%.*s",
					   STR_ARG(q->path));
	return store_history(q->arena, q->store, q->id, 0, STORE_HISTORY_MAX,
		&h->points, &h->n);
}

static void key_moment(struct json *j, struct str key, int64_t at_ms)
{
	struct buf b;

	buf_init(&b, 64);
	when_put(&b, at_ms);
	json_key_text(j, key, buf_view(&b));
	buf_release(&b);
}

enum err history_json_make(
	const struct question *q, struct http_reply **ret_reply)
{
	struct history h;
	struct json j;
	struct buf b;
	enum err e = find(q, &h);

	if (e != OK)
		return e;
	if (h.to.at != NULL)
		return make_redirect(q->site, h.to, true, ret_reply);
	buf_init(&b, OUT_MAX_BYTES);
	json_init(&j, &b);
	json_object(&j);
	json_key(&j, STR("links"));
	json_object(&j);
	json_key_text(&j, STR("self"), make_self(q));
	json_end(&j);
	json_key(&j, STR("data"));
	json_array(&j);
	for (size_t i = 0; i < h.n; i++) {
		json_object(&j);
		key_moment(&j, STR("at"), h.points[i].at_ms);
		json_key_u64(&j, STR("signature_count"), h.points[i].count);
		json_end(&j);
	}
	json_end(&j);
	json_end(&j);
	e = json_done(&j);
	return e == OK ? make_finish(&b, MAKE_JSON, ret_reply)
		       : (buf_release(&b), e);
}

enum err history_csv_make(
	const struct question *q, struct http_reply **ret_reply)
{
	struct history h;
	struct buf b;
	enum err e = find(q, &h);

	if (e != OK)
		return e;
	if (h.to.at != NULL)
		return make_redirect(q->site, h.to, true, ret_reply);
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
	json_key(j, STR("links"));
	json_object(j);
	json_key_text(j, STR("self"),
		arena_printf(q->arena, "%.*s/petitions/%llu.json",
			STR_ARG(q->site->base_url), (unsigned long long)t->id));
	json_end(j);
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
	struct json j;
	struct buf b;
	size_t n;
	enum err e = store_trending(
		q->arena, q->store, until_ms, TRENDING, &trends, &n);

	if (e != OK)
		return e;
	buf_init(&b, OUT_MAX_BYTES);
	json_init(&j, &b);
	json_object(&j);
	json_key(&j, STR("data"));
	json_array(&j);
	for (size_t i = 0; i < n; i++)
		trend(&j, q, &trends[i]);
	json_end(&j);
	json_key(&j, STR("links"));
	json_object(&j);
	json_key_text(&j, STR("self"), make_self(q));
	json_end(&j);
	json_key(&j, STR("meta"));
	json_object(&j);
	key_moment(&j, STR("updated_at"), until_ms);
	json_end(&j);
	json_end(&j);
	e = json_done(&j);
	return e == OK ? make_finish(&b, MAKE_JSON, ret_reply)
		       : (buf_release(&b), e);
}

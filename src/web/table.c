#include "web/table.h"

#include "domain/field.h"
#include "domain/text.h"
#include "web/make.h"

static const size_t TABLE_MAX_BYTES = 4 << 20;

/* ---- periods ---- */

/* The five keys, without the object around them. */
static void put_period(struct json *j, const struct question *q,
	const struct petition_period *p)
{
	json_key_text(j, STR("period"), p->period);
	field_local(j, STR("dissolution_at"), p->dissolution_ms, q->site->zone);
	field_text(j, STR("government"), p->government);
	json_key_u64(j, STR("response_threshold"), p->response_threshold);
	json_key_u64(j, STR("debate_threshold"), p->debate_threshold);
}

enum err periods_make(const struct question *q, struct http_reply **ret_reply)
{
	struct store_period *all;
	struct make_json t;
	size_t n;
	enum err e = make_periods(q, &all, &n);

	if (e != OK)
		return e;
	make_json_begin(&t, TABLE_MAX_BYTES);
	json_array(&t.j);
	for (size_t i = 0; i < n; i++) {
		json_object(&t.j);
		put_period(&t.j, q, &all[i].is);
		json_end(&t.j);
	}
	json_end(&t.j);
	return make_json_end(&t, OK, MAKE_JSON, ret_reply);
}

/* What stands between "/parliaments/" and tail. */
static struct str period_of(struct str path, struct str tail)
{
	size_t from = sizeof("/parliaments/") - 1;

	return str_slice(path, from, path.len - tail.len);
}

static enum err find_period(const struct question *q, struct str name,
	struct store_period *ret_period)
{
	enum err e = store_period(q->arena, q->store, name, ret_period);

	if (e == OK &&
		(ret_period->is.dissolution_ms == WHEN_NONE ||
			ret_period->is.dissolution_ms > q->now_ms))
		return ERR_NOT_FOUND;
	return e;
}

/* Constituencies as they were when the period ended. */
static enum err areas_at(const struct question *q, const struct store_period *p,
	struct store_place_row **ret_areas, size_t *ret_count)
{
	return store_places(q->arena, q->store, STORE_AREA,
		day_of(q->site->zone, p->is.dissolution_ms), ret_areas,
		ret_count);
}

/* By its code; the list of all tells who sits for it too. */
static void put_area(
	struct json *j, const struct store_place_row *area, bool with_member)
{
	json_key(j, area->code);
	json_object(j);
	if (with_member) {
		field_text(j, STR("mp"), area->member);
		field_text(j, STR("party"), area->party);
	}
	json_key_text(j, STR("constituency"), area->name);
	json_key_text(j, STR("ons_code"), area->code);
	field_day(j, STR("start_date"), area->start_on);
	field_day(j, STR("end_date"), area->end_on);
	json_end(j);
}

enum err period_make(const struct question *q, struct http_reply **ret_reply)
{
	struct store_place_row *area;
	struct store_period p;
	struct make_json t;
	size_t n;
	enum err e = find_period(q, period_of(q->path, STR(".json")), &p);

	if (e == OK)
		e = areas_at(q, &p, &area, &n);
	if (e != OK)
		return e;
	make_json_begin(&t, TABLE_MAX_BYTES);
	json_object(&t.j);
	put_period(&t.j, q, &p.is);
	if (n > 0) {
		json_key(&t.j, STR("constituencies"));
		json_object(&t.j);
		for (size_t i = 0; i < n; i++)
			put_area(&t.j, &area[i], false);
		json_end(&t.j);
	}
	json_end(&t.j);
	return make_json_end(&t, OK, MAKE_JSON, ret_reply);
}

/* ---- constituencies ---- */

static enum err put_areas(const struct store_place_row *area, size_t n,
	struct http_reply **ret_reply)
{
	struct make_json t;

	make_json_begin(&t, TABLE_MAX_BYTES);
	json_object(&t.j);
	for (size_t i = 0; i < n; i++)
		put_area(&t.j, &area[i], true);
	json_end(&t.j);
	return make_json_end(&t, OK, MAKE_JSON, ret_reply);
}

enum err areas_make(const struct question *q, struct http_reply **ret_reply)
{
	struct store_place_row *area;
	size_t n;
	enum err e = store_places(
		q->arena, q->store, STORE_AREA, DAY_NONE, &area, &n);

	return e == OK ? put_areas(area, n, ret_reply) : e;
}

enum err period_areas_make(
	const struct question *q, struct http_reply **ret_reply)
{
	struct str name = period_of(q->path, STR("/constituencies.json"));
	struct store_place_row *area;
	struct store_period p;
	size_t n;
	enum err e;

	if (str_eq(name, STR("current")))
		return areas_make(q, ret_reply);
	e = find_period(q, name, &p);
	if (e == OK)
		e = areas_at(q, &p, &area, &n);
	return e == OK ? put_areas(area, n, ret_reply) : e;
}

/* ---- topics and departments ---- */

static int by_name(const void *a, const void *b)
{
	const struct store_topic *x = a;
	const struct store_topic *y = b;

	return str_cmp(x->name, y->name);
}

enum err topics_make(const struct question *q, struct http_reply **ret_reply)
{
	struct store_topic *topic;
	struct make_json t;
	size_t n;
	enum err e = store_topics(q->arena, q->store, &topic, &n);

	if (e != OK)
		return e;
	for (size_t i = 0; i < n; i++)
		if (topic[i].name.at == NULL)
			topic[i].name = text_of_code(q->arena, topic[i].code);
	if (n > 1)
		qsort(topic, n, sizeof(*topic), by_name);
	make_json_begin(&t, TABLE_MAX_BYTES);
	json_object(&t.j);
	for (size_t i = 0; i < n; i++) {
		json_key(&t.j, topic[i].code);
		json_object(&t.j);
		json_key_text(&t.j, STR("code"), topic[i].code);
		json_key_text(&t.j, STR("name"), topic[i].name);
		json_end(&t.j);
	}
	json_end(&t.j);
	return make_json_end(&t, OK, MAKE_JSON, ret_reply);
}

enum err departments_make(
	const struct question *q, struct http_reply **ret_reply)
{
	struct petition_department *d;
	struct make_json t;
	size_t n;
	enum err e = store_departments(q->arena, q->store, &d, &n);

	if (e != OK)
		return e;
	make_json_begin(&t, TABLE_MAX_BYTES);
	json_array(&t.j);
	for (size_t i = 0; i < n; i++) {
		json_object(&t.j);
		field_text(&t.j, STR("acronym"), d[i].acronym);
		json_key_text(&t.j, STR("name"), d[i].name);
		field_text(&t.j, STR("url"), d[i].url);
		json_end(&t.j);
	}
	json_end(&t.j);
	return make_json_end(&t, OK, MAKE_JSON, ret_reply);
}

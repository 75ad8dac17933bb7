#include "domain/field.h"

#include "domain/plain.h"
#include "domain/when.h"

/* What stands in value, which is released; or null. */
static void put(struct json *j, struct str key, struct buf *value, bool is_null)
{
	if (buf_err(value) != OK && j->err == OK)
		j->err = buf_err(value);
	json_key(j, key);
	if (is_null)
		json_null(j);
	else
		json_text(j, buf_view(value));
	buf_release(value);
}

void field_text(struct json *j, struct str key, struct str text)
{
	json_key(j, key);
	if (text.at == NULL)
		json_null(j);
	else
		json_text(j, text);
}

void field_plain(struct json *j, struct str key, struct str markdown)
{
	struct buf value;

	buf_init(&value, markdown.len + 64);
	plain_put(&value, markdown);
	put(j, key, &value, markdown.at == NULL);
}

void field_day(struct json *j, struct str key, int32_t day)
{
	struct buf value;

	buf_init(&value, 64);
	if (day != DAY_NONE)
		day_put(&value, day);
	put(j, key, &value, day == DAY_NONE);
}

void field_moment(struct json *j, struct str key, int64_t ms)
{
	struct buf value;

	buf_init(&value, 64);
	if (ms != WHEN_NONE)
		when_put(&value, ms);
	put(j, key, &value, ms == WHEN_NONE);
}

void field_local(
	struct json *j, struct str key, int64_t ms, const struct zone *zone)
{
	struct buf value;

	buf_init(&value, 64);
	if (ms != WHEN_NONE)
		when_put_local(&value, zone, ms);
	put(j, key, &value, ms == WHEN_NONE);
}

void field_self(struct json *j, struct str self)
{
	json_key(j, STR("links"));
	json_object(j);
	json_key_text(j, STR("self"), self);
	json_end(j);
}

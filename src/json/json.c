#include "json/json.h"

#include <assert.h>
#include <inttypes.h>

void json_init(struct json *j, struct buf *out)
{
	*j = (struct json){ .out = out };
}

/* What comes before any value: a comma in an array, nothing behind a key. */
static void before_value(struct json *j)
{
	assert(!j->complete);
	if (j->depth == 0)
		return;
	if (j->is_object[j->depth - 1]) {
		assert(j->has_key);
		j->has_key = false;
		return;
	}
	if (j->has_member[j->depth - 1])
		buf_byte(j->out, ',');
	j->has_member[j->depth - 1] = true;
}

static void after_value(struct json *j)
{
	if (j->depth == 0)
		j->complete = true;
}

static void open_with(struct json *j, char bracket, bool is_object)
{
	before_value(j);
	assert(j->depth < JSON_DEPTH);
	j->is_object[j->depth] = is_object;
	j->has_member[j->depth] = false;
	j->depth++;
	buf_byte(j->out, (uint8_t)bracket);
}

void json_object(struct json *j)
{
	open_with(j, '{', true);
}

void json_array(struct json *j)
{
	open_with(j, '[', false);
}

void json_end(struct json *j)
{
	assert(j->depth > 0 && !j->has_key);
	j->depth--;
	buf_byte(j->out, j->is_object[j->depth] ? '}' : ']');
	after_value(j);
}

/* The two-character escape of c (RFC 8259 section 7), or 0. */
static char short_escape(unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		return (char)c;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

static void put_escape(struct buf *out, unsigned char c)
{
	char letter = short_escape(c);

	if (letter != 0)
		buf_printf(out, "\\%c", letter);
	else
		buf_printf(out, "\\u%04x", c);
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\';
}

static void put_string(struct json *j, struct str s)
{
	size_t from = 0;

	if (!str_is_utf8(s) && j->err == OK)
		j->err = ERR_INVALID;
	buf_byte(j->out, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (is_plain((unsigned char)s.at[i]))
			continue;
		buf_put(j->out, s.at + from, i - from);
		put_escape(j->out, (unsigned char)s.at[i]);
		from = i + 1;
	}
	if (s.len > from)
		buf_put(j->out, s.at + from, s.len - from);
	buf_byte(j->out, '"');
}

void json_key(struct json *j, struct str key)
{
	assert(j->depth > 0 && j->is_object[j->depth - 1] && !j->has_key);
	if (j->has_member[j->depth - 1])
		buf_byte(j->out, ',');
	j->has_member[j->depth - 1] = true;
	put_string(j, key);
	buf_byte(j->out, ':');
	j->has_key = true;
}

void json_text(struct json *j, struct str text)
{
	before_value(j);
	put_string(j, text);
	after_value(j);
}

void json_u64(struct json *j, uint64_t v)
{
	before_value(j);
	buf_decimal(j->out, v);
	after_value(j);
}

void json_i64(struct json *j, int64_t v)
{
	before_value(j);
	buf_printf(j->out, "%" PRId64, v);
	after_value(j);
}

void json_bool(struct json *j, bool v)
{
	json_raw(j, v ? STR("true") : STR("false"));
}

void json_null(struct json *j)
{
	json_raw(j, STR("null"));
}

void json_raw(struct json *j, struct str value)
{
	before_value(j);
	buf_str(j->out, value);
	after_value(j);
}

void json_key_text(struct json *j, struct str key, struct str text)
{
	json_key(j, key);
	json_text(j, text);
}

void json_key_u64(struct json *j, struct str key, uint64_t v)
{
	json_key(j, key);
	json_u64(j, v);
}

void json_key_i64(struct json *j, struct str key, int64_t v)
{
	json_key(j, key);
	json_i64(j, v);
}

void json_key_bool(struct json *j, struct str key, bool v)
{
	json_key(j, key);
	json_bool(j, v);
}

void json_key_null(struct json *j, struct str key)
{
	json_key(j, key);
	json_null(j);
}

enum err json_done(const struct json *j)
{
	assert(j->complete);
	return j->err != OK ? j->err : buf_err(j->out);
}

/*
 * json.h - a streaming JSON writer (RFC 8259), sibling of html.
 *
 *     json_init(&j, &buf);
 *     json_object(&j);
 *     json_key(&j, STR("id"));
 *     json_u64(&j, 7);
 *     json_end(&j);
 *     e = json_done(&j);
 *
 * Commas and colons look after themselves.  Text is written as UTF-8; only
 * what RFC 8259 section 7 demands is escaped: quotes, backslash and control
 * characters.  Text that is not well-formed UTF-8 makes json_done answer
 * ERR_INVALID: nothing that came in unchecked goes out as JSON.
 *
 * The writer borrows its buf and allocates nothing; a full buf is reported
 * once, by json_done.  Misuse (a value without a key in an object, a key in
 * an array, an end without a start) is our bug and caught by assert.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

enum { JSON_DEPTH = 16 };

struct json {
	struct buf *out;
	enum err err;
	unsigned depth; /* open objects and arrays */
	bool is_object[JSON_DEPTH];
	bool has_member[JSON_DEPTH]; /* a comma is due */
	bool has_key; /* a key was written, its value is due */
	bool complete; /* the one top-level value stands */
};

void json_init(struct json *j, struct buf *out);

void json_object(struct json *j);
void json_array(struct json *j);
/* Close the innermost object or array. */
void json_end(struct json *j);

void json_key(struct json *j, struct str key);
void json_text(struct json *j, struct str text);
void json_u64(struct json *j, uint64_t v);
void json_i64(struct json *j, int64_t v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);
/* One complete JSON value, made elsewhere and trusted. */
void json_raw(struct json *j, struct str value);

/* A key and its value in one. */
void json_key_text(struct json *j, struct str key, struct str text);
void json_key_u64(struct json *j, struct str key, uint64_t v);
void json_key_i64(struct json *j, struct str key, int64_t v);
void json_key_bool(struct json *j, struct str key, bool v);
void json_key_null(struct json *j, struct str key);

/* The first failure, or OK.  Asserts that the document is complete. */
MUST_USE enum err json_done(const struct json *j);

#endif

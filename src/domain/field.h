/*
 * field.h - members of the public interface's documents: a key and its value,
 * or null where there is none.
 */
#ifndef DOMAIN_FIELD_H
#define DOMAIN_FIELD_H

#include "base/zone.h"
#include "json/json.h"

void field_text(struct json *j, struct str key, struct str text);
/* Markdown, told as plain.h says. */
void field_plain(struct json *j, struct str key, struct str markdown);
void field_day(struct json *j, struct str key, int32_t day);
void field_moment(struct json *j, struct str key, int64_t ms);
/* With the zone's offset. */
void field_local(
	struct json *j, struct str key, int64_t ms, const struct zone *zone);
/* "links": the document's own address. */
void field_self(struct json *j, struct str self);

#endif

/*
 * view.h - reading a message or a file from front to back.
 *
 * A view remembers its first failure: reads behind the end give zeros (or an
 * empty str) and set bad, so a decoder checks once, with view_done.
 */
#ifndef BASE_VIEW_H
#define BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/str.h"

struct view {
	const uint8_t *at;
	size_t len;
	bool bad;
};

struct view view_of(const void *at, size_t len);
uint8_t view_u8(struct view *v);
uint16_t view_u16(struct view *v);
uint32_t view_u32(struct view *v);
uint64_t view_u64(struct view *v);
/* The next n bytes, borrowed; NULL and bad when there are not so many. */
const uint8_t *view_take(struct view *v, size_t n);
/* Copy the next n bytes to ret_bytes; zeros when there are not so many. */
void view_copy(struct view *v, void *ret_bytes, size_t n);
/* A str with its u16 length before it. */
struct str view_str16(struct view *v);
/* True if all was read and nothing was missing. */
MUST_USE bool view_done(const struct view *v);

#endif

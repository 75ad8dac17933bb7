/*
 * buf.h - text and bytes that grow, up to a ceiling named at birth.
 *
 * A buf remembers its first failure (over the ceiling, out of memory) and
 * ignores every write behind it, so a writer checks once, at the end, with
 * buf_err.  Contents may be personal: release wipes.  A buf always holds a
 * NUL behind its last byte once anything was written; len does not count it.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

struct buf {
	char *at;
	size_t len;
	size_t cap;
	size_t max_bytes;
	enum err err;
};

void buf_init(struct buf *b, size_t max_bytes);
/* Forget the contents and the failure, keep the memory. */
void buf_clear(struct buf *b);
/* Wipe and give back.  The buf may be used again. */
void buf_release(struct buf *b);

void buf_put(struct buf *b, const void *at, size_t len);
void buf_str(struct buf *b, struct str s);
void buf_c(struct buf *b, const char *s);
void buf_byte(struct buf *b, uint8_t byte);
void buf_u16(struct buf *b, uint16_t v); /* big-endian, as all of ours */
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);
void buf_decimal(struct buf *b, uint64_t v);
void buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
/* n more bytes for the caller to fill, or NULL on failure. */
MUST_USE void *buf_space(struct buf *b, size_t n);
/* Drop the first n bytes. */
void buf_drop(struct buf *b, size_t n);

/* The first failure, or OK. */
MUST_USE enum err buf_err(const struct buf *b);
/* A view, valid until the next write. */
struct str buf_view(const struct buf *b);

#endif

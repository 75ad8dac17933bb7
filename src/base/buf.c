#include "base/buf.h"

#include <stdarg.h>

#include "base/bytes.h"
#include "base/wipe.h"

void buf_init(struct buf *b, size_t max_bytes)
{
	*b = (struct buf){ .max_bytes = max_bytes };
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->err = OK;
}

void buf_release(struct buf *b)
{
	size_t max_bytes = b->max_bytes;

	if (b->at != NULL)
		wipe(b->at, b->cap);
	free(b->at);
	buf_init(b, max_bytes);
}

/* Make room for n more bytes and a NUL; false on failure.  Not realloc: it
 * would leave what a person typed in freed memory. */
static bool reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap;
	char *at;

	if (b->err != OK)
		return false;
	if (n > b->max_bytes - b->len) {
		b->err = ERR_TOO_LARGE;
		return false;
	}
	if (b->len + n < cap)
		return true;
	cap = cap == 0 ? 256 : cap;
	while (cap <= b->len + n)
		cap *= 2;
	at = malloc(cap);
	if (at == NULL) {
		b->err = ERR_MEMORY;
		return false;
	}
	if (b->at != NULL) {
		memcpy(at, b->at, b->len);
		wipe(b->at, b->cap);
		free(b->at);
	}
	b->at = at;
	b->cap = cap;
	return true;
}

void *buf_space(struct buf *b, size_t n)
{
	void *at;

	if (!reserve(b, n))
		return NULL;
	at = b->at + b->len;
	b->len += n;
	b->at[b->len] = '\0';
	return at;
}

void buf_put(struct buf *b, const void *at, size_t len)
{
	void *to = buf_space(b, len);

	if (to != NULL && len > 0)
		memcpy(to, at, len);
}

void buf_str(struct buf *b, struct str s)
{
	buf_put(b, s.at, s.len);
}

void buf_c(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_byte(struct buf *b, uint8_t byte)
{
	buf_put(b, &byte, 1);
}

void buf_u16(struct buf *b, uint16_t v)
{
	uint8_t byte[2];

	put_u16(byte, v);
	buf_put(b, byte, sizeof(byte));
}

void buf_u32(struct buf *b, uint32_t v)
{
	uint8_t byte[4];

	put_u32(byte, v);
	buf_put(b, byte, sizeof(byte));
}

void buf_u64(struct buf *b, uint64_t v)
{
	uint8_t byte[8];

	put_u64(byte, v);
	buf_put(b, byte, sizeof(byte));
}

void buf_decimal(struct buf *b, uint64_t v)
{
	char text[20];
	size_t i = sizeof(text);

	do {
		text[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	buf_put(b, text + i, sizeof(text) - i);
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;
	char *at;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0) {
		b->err = b->err == OK ? ERR_INVALID : b->err;
		return;
	}
	at = buf_space(b, (size_t)n);
	if (at == NULL)
		return;
	va_start(args, format);
	(void)vsnprintf(at, (size_t)n + 1, format, args);
	va_end(args);
}

void buf_drop(struct buf *b, size_t n)
{
	if (n > b->len)
		n = b->len;
	if (n == 0)
		return;
	memmove(b->at, b->at + n, b->len - n);
	b->len -= n;
	wipe(b->at + b->len, n);
	b->at[b->len] = '\0';
}

enum err buf_err(const struct buf *b)
{
	return b->err;
}

struct str buf_view(const struct buf *b)
{
	return (struct str){ b->at == NULL ? "" : b->at, b->len };
}

#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>

#include "base/wipe.h"

struct arena_block {
	struct arena_block *next;
	size_t cap;
	size_t used;
	alignas(max_align_t) unsigned char byte[];
};

static const size_t FIRST_BLOCK_BYTES = 4096 - sizeof(struct arena_block) - 16;

void arena_init(struct arena *a, size_t max_bytes)
{
	*a = (struct arena){ .max_bytes = max_bytes };
}

static void free_chain(struct arena_block *b)
{
	while (b != NULL) {
		struct arena_block *next = b->next;

		wipe(b->byte, b->used);
		free(b);
		b = next;
	}
}

void arena_clear(struct arena *a)
{
	if (a->head == NULL)
		return;
	free_chain(a->head->next);
	a->head->next = NULL;
	wipe(a->head->byte, a->head->used);
	a->head->used = 0;
	a->used_bytes = 0;
}

void arena_release(struct arena *a)
{
	free_chain(a->head);
	a->head = NULL;
	a->used_bytes = 0;
}

static struct arena_block *grow(struct arena *a, size_t n)
{
	size_t cap = a->head == NULL ? FIRST_BLOCK_BYTES : a->head->cap * 2;
	struct arena_block *b;

	if (cap < n)
		cap = n;
	b = malloc(sizeof(*b) + cap);
	if (b == NULL)
		abort();
	*b = (struct arena_block){ .next = a->head, .cap = cap };
	a->head = b;
	return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
	const size_t align = alignof(max_align_t);
	struct arena_block *b = a->head;
	void *at;

	if (n > SIZE_MAX - align)
		return NULL;
	n = (n + align - 1) & ~(align - 1);
	if (n > a->max_bytes - a->used_bytes)
		return NULL;
	if (b == NULL || n > b->cap - b->used)
		b = grow(a, n);
	at = b->byte + b->used;
	b->used += n;
	a->used_bytes += n;
	return memset(at, 0, n);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		return NULL;
	return arena_alloc(a, n * size);
}

struct str arena_copy(struct arena *a, struct str s)
{
	char *at;

	if (s.len == SIZE_MAX)
		return STR_NULL;
	at = arena_alloc(a, s.len + 1);
	if (at == NULL)
		return STR_NULL;
	if (s.len > 0)
		memcpy(at, s.at, s.len);
	return (struct str){ at, s.len };
}

struct str arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	char *at;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		return STR_NULL;
	at = arena_alloc(a, (size_t)n + 1);
	if (at == NULL)
		return STR_NULL;
	va_start(args, format);
	(void)vsnprintf(at, (size_t)n + 1, format, args);
	va_end(args);
	return (struct str){ at, (size_t)n };
}

/*
 * arena.h - memory that dies together: one arena a request, one a command.
 *
 * Blocks are chained and grow; nothing in an arena is freed alone.  An arena
 * may hold what a person typed, so clear and release wipe what was handed
 * out.  Keys never live here: they belong in crypto's guarded memory.
 *
 * Ownership: a function that takes `struct arena *` first returns something
 * that lives as long as that arena.  Out of memory ends the process (arenas
 * are small and bounded by their ceiling); over the ceiling is NULL.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/attr.h"
#include "base/str.h"

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t used_bytes; /* handed out in all blocks */
	size_t max_bytes; /* the ceiling */
};

/* Make an empty arena that will hand out at most max_bytes. */
void arena_init(struct arena *a, size_t max_bytes);

/* Wipe all, keep one block for the next use. */
void arena_clear(struct arena *a);

/* Wipe all, give all back.  The arena may be used again. */
void arena_release(struct arena *a);

/* n zeroed bytes aligned for any type; NULL only beyond the ceiling. */
MUST_USE void *arena_alloc(struct arena *a, size_t n);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_array((a), (n), sizeof(type)))

/* n times size, NULL when that overflows or passes the ceiling. */
MUST_USE void *arena_array(struct arena *a, size_t n, size_t size);

/* A copy of s with a NUL behind it (not counted).  at is NULL on failure. */
struct str arena_copy(struct arena *a, struct str s);

/* A formatted text with a NUL behind it (not counted). */
struct str arena_printf(struct arena *a, const char *format, ...)
	PRINTF_LIKE(2, 3);

#endif

/*
 * heap.c - memory that is given back is wiped, whoever gives it back.
 *
 * What a person typed passes through libraries that free their buffers as they
 * are: libmicrohttpd, libcurl, SQLite, libunistring.  So the process has a
 * free() of its own, which every library is bound to.  mallopt(M_PERTURB)
 * would not do: chunks of the thread cache are not overwritten by it.
 *
 * glibc asks whoever replaces free() to replace its siblings too; __libc_malloc
 * and so on are its own ones under their other names.  Linked into petitiond
 * only, and not with a sanitizer, which brings an allocator of its own.
 */
#include <errno.h>
#include <malloc.h>

#include "base/wipe.h"

#ifndef PETITIOND_NO_SANDBOX

/* NOLINTBEGIN(bugprone-reserved-identifier) */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_memalign(size_t align, size_t size);
extern void __libc_free(void *at);
/* NOLINTEND(bugprone-reserved-identifier) */

void *malloc(size_t size)
{
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return __libc_calloc(n, size);
}

void *memalign(size_t align, size_t size)
{
	return __libc_memalign(align, size);
}

void *aligned_alloc(size_t align, size_t size)
{
	return __libc_memalign(align, size);
}

int posix_memalign(void **ret_at, size_t align, size_t size)
{
	void *at = __libc_memalign(align, size);

	if (at == NULL)
		return ENOMEM;
	*ret_at = at;
	return 0;
}

/* errno stays: it may be what the caller is about to report. */
void free(void *at)
{
	int error = errno;

	if (at != NULL) {
		wipe(at, malloc_usable_size(at));
		__libc_free(at);
	}
	errno = error;
}

/* Never in place: glibc's own would give the old place, or the rest of it,
 * back as it is. */
void *realloc(void *at, size_t size)
{
	size_t old = at == NULL ? 0 : malloc_usable_size(at);
	void *to;

	if (at != NULL && size <= old && size >= old / 2 && size > 0) {
		return at;
	}
	if (at != NULL && size == 0) {
		free(at);
		return NULL;
	}
	to = __libc_malloc(size);
	if (to != NULL && at != NULL) {
		memcpy(to, at, old < size ? old : size);
		free(at);
	}
	return to;
}

#endif

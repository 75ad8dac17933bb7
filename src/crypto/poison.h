/*
 * poison.h - for tests that run below valgrind: bytes marked as undefined make
 * memcheck report any branch or address that depends on them.
 *
 * What same_bytes returns is meant to be known: whoever compares acts on it.
 * So the program is linked with poison_args (src/crypto/meson.build), and the
 * answer, nothing else, is declared harmless.  A comparison that is not made
 * with same_bytes is reported, and so is whatever same_bytes itself would
 * branch on.
 */
#ifndef CRYPTO_POISON_H
#define CRYPTO_POISON_H

#include <stdbool.h>
#include <stddef.h>
#include <valgrind/memcheck.h>

#include "base/tap.h"
#include "base/wipe.h"

/* NOLINTBEGIN(bugprone-reserved-identifier) */
bool __real_same_bytes(const void *a, const void *b, size_t len);
bool __wrap_same_bytes(const void *a, const void *b, size_t len);
/* NOLINTEND(bugprone-reserved-identifier) */

static inline void poison(const void *at, size_t len)
{
	(void)VALGRIND_MAKE_MEM_UNDEFINED(at, len);
}

static inline void cleanse(const void *at, size_t len)
{
	(void)VALGRIND_MAKE_MEM_DEFINED(at, len);
}

/* Reports so far. */
static inline unsigned reports(void)
{
	return (unsigned)VALGRIND_COUNT_ERRORS;
}

bool __wrap_same_bytes(const void *a, const void *b, size_t len)
{
	bool same = __real_same_bytes(a, b, len);

	cleanse(&same, sizeof(same));
	return same;
}

#endif

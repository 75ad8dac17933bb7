/*
 * secret.h - memory for keys: between guard pages, kept out of swap and core
 * files, wiped when it is given back.
 *
 * Where the system refuses to lock the pages (RLIMIT_MEMLOCK) the memory works
 * all the same and may be swapped: a role asks secret_can_lock once at its
 * start and says so in its log.  A page or two and two guards are spent on
 * each allocation: allocate tables, not single keys, where there are many.
 */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/rng.h"

/* 32 bytes that open something. */
struct secret_key {
	uint8_t byte[32];
};

/* Ready the libraries below; call it once at the start of a process, before
 * anything else of crypto.  ERR_CRYPTO if they will not have it. */
MUST_USE enum err crypto_init(void);

/* len zeroed bytes, aligned to 16; NULL when there is no memory. */
MUST_USE void *secret_alloc(size_t len);
/* Wipe and give back; NULL is allowed. */
void secret_free(void *secret);

#define SECRET_NEW(type) ((type *)secret_alloc(sizeof(type)))

/* True if the system would lock len more bytes now. */
bool secret_can_lock(size_t len);

#endif

#include "crypto/secret.h"

#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

enum err crypto_init(void)
{
	return sodium_init() < 0 ? ERR_CRYPTO : OK;
}

/* libsodium locks the pages and marks them MADV_DONTDUMP, and goes on when it
 * may not; marking them does not depend on locking, so it is done again. */
static void keep_from_core_files(void *at, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = (uintptr_t)at / page * page;

	(void)madvise((void *)from, (uintptr_t)at + len - from, MADV_DONTDUMP);
}

void *secret_alloc(size_t len)
{
	size_t whole = (len + 15) / 16 * 16; /* the end lies on a page's end */
	void *at;

	if (len > SIZE_MAX - 65536)
		return NULL;
	at = sodium_malloc(whole);
	if (at == NULL)
		return NULL;
	keep_from_core_files(at, whole);
	sodium_memzero(at, whole);
	return at;
}

void secret_free(void *secret)
{
	sodium_free(secret);
}

bool secret_can_lock(size_t len)
{
	void *at = mmap(NULL, len, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool locked;

	if (at == MAP_FAILED)
		return false;
	locked = mlock(at, len) == 0;
	(void)munmap(at, len);
	return locked;
}

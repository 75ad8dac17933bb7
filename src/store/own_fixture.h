/*
 * own_fixture.h - for tests: a store in a folder of its own, below the folder
 * that the test runs in, gone when it ends.
 */
#ifndef STORE_OWN_FIXTURE_H
#define STORE_OWN_FIXTURE_H

#include "domain/store.h"

#include <unistd.h>

#include "base/tap.h"

struct fixture {
	char folder[64];
	char path[96];
	struct store *s;
	struct arena arena;
};

static inline void setup(struct fixture *f)
{
	(void)snprintf(f->folder, sizeof(f->folder), "store-test-XXXXXX");
	if (mkdtemp(f->folder) == NULL)
		abort();
	(void)snprintf(f->path, sizeof(f->path), "%s/web.db", f->folder);
	arena_init(&f->arena, 1 << 24);
	if (store_open(f->path, STORE_WRITER, &f->s) != OK)
		abort();
}

static inline void teardown(struct fixture *f)
{
	char other[128];

	store_close(f->s);
	arena_release(&f->arena);
	(void)unlink(f->path);
	(void)snprintf(other, sizeof(other), "%s-wal", f->path);
	(void)unlink(other);
	(void)snprintf(other, sizeof(other), "%s-shm", f->path);
	(void)unlink(other);
	CHECK_INT(rmdir(f->folder), 0);
}

static inline void count_finding(void *arg, struct str sentence)
{
	printf("# found: %.*s\n", STR_ARG(sentence));
	(*(size_t *)arg)++;
}

/* What store_check has to say, in sentences. */
static inline size_t findings(struct fixture *f)
{
	size_t n = 0;

	CHECK_INT(store_check(f->s, count_finding, &n), OK);
	return n;
}

#endif

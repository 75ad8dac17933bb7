/*
 * scarce.h - memory that runs out, for tests: the n-th allocation of our own
 * code fails, and whatever is freed is searched for secrets first.
 *
 *     scarce_secret("the name", "Ada", 3);
 *     scarce_every("keep a record", keep_it, &context);
 *
 * calls keep_it with its first allocation refused, then with its second, and so
 * on until none is refused any more.  keep_it is a whole life, from opening to
 * closing: it returns the first failure it met, and OK only if it found done
 * what it asked for.  Each refusal must come back as ERR_MEMORY (or be done
 * without), give back all that was taken, and leave no secret in memory that
 * was freed.  What a life prepares between scarce_off and scarce_on is not
 * counted.
 *
 * The program is linked with scarce_args (src/crypto/meson.build), so that our
 * objects' calls come here, whatever sanitizer lies below; those that libraries
 * make among themselves do not.  Guarded memory is wiped by libsodium when it
 * is given back, so there only refusing and counting is left to do.
 *
 * scarce_rng draws bytes that are never the same and all carry a mark, so
 * whatever was drawn is a secret to look for: keys, locks, tokens, seeds.
 */
#ifndef CRYPTO_SCARCE_H
#define CRYPTO_SCARCE_H

#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/rng.h"
#include "base/tap.h"

enum { SCARCE_SECRETS = 32, SCARCE_LIMIT = 20000, SCARCE_TELL = 8 };

#define SCARCE_MARK "\xd3s!cret\xe7"

struct scarce {
	size_t refuse; /* the allocation to refuse, counted from 1; 0: none */
	size_t asked; /* so far */
	long taken; /* and not given back */
	size_t found; /* secrets in what was freed */
	struct {
		const char *what;
		const void *at;
		size_t len;
	} secret[SCARCE_SECRETS];
	size_t n_secrets;
};

static struct scarce scarce_state = {
	.secret = { { "what was drawn", SCARCE_MARK, 8 } },
	.n_secrets = 1,
};

/* NOLINTBEGIN(bugprone-reserved-identifier) */
void *__real_malloc(size_t size);
void __real_free(void *at);
void *__real_sodium_malloc(size_t size);
void __real_sodium_free(void *at);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *at, size_t size);
void *__wrap_reallocarray(void *at, size_t n, size_t size);
void __wrap_free(void *at);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);
void *__wrap_sodium_malloc(size_t size);
void __wrap_sodium_free(void *at);

static inline bool scarce_refuses(void)
{
	return ++scarce_state.asked == scarce_state.refuse;
}

static inline void *scarce_taken(void *at)
{
	scarce_state.taken += at != NULL;
	return at;
}

/* Filled, so that what is found in it later was put there by us. */
void *__wrap_malloc(size_t size)
{
	void *at = scarce_refuses() ? NULL : __real_malloc(size);

	if (at != NULL)
		memset(at, 0xa5, malloc_usable_size(at));
	return scarce_taken(at);
}

void *__wrap_calloc(size_t n, size_t size)
{
	void *at = size > 0 && n > SIZE_MAX / size ? NULL
						   : __wrap_malloc(n * size);

	if (at != NULL)
		memset(at, 0, n * size);
	return at;
}

static inline void scarce_search(const void *at, size_t len)
{
	for (size_t i = 0; i < scarce_state.n_secrets; i++) {
		const char *what = scarce_state.secret[i].what;

		if (memmem(at, len, scarce_state.secret[i].at,
			    scarce_state.secret[i].len) == NULL)
			continue;
		if (scarce_state.found++ < SCARCE_TELL)
			printf("# %s is left in %zu bytes that were freed\n",
				what, len);
	}
}

void __wrap_free(void *at)
{
	if (at == NULL)
		return;
	scarce_search(at, malloc_usable_size(at));
	scarce_state.taken--;
	__real_free(at);
}

/* Always somewhere else: the old place is what has to be looked at. */
void *__wrap_realloc(void *at, size_t size)
{
	void *to = __wrap_malloc(size);
	size_t old = at == NULL ? 0 : malloc_usable_size(at);

	if (to != NULL && at != NULL) {
		memcpy(to, at, old < size ? old : size);
		__wrap_free(at);
	}
	return to;
}

void *__wrap_reallocarray(void *at, size_t n, size_t size)
{
	return size > 0 && n > SIZE_MAX / size ? NULL
					       : __wrap_realloc(at, n * size);
}

/* Hundreds of lives, none of which is to last: nobody waits for a disk. */
int __wrap_fsync(int fd)
{
	(void)fd;
	return 0;
}

int __wrap_fdatasync(int fd)
{
	(void)fd;
	return 0;
}

void *__wrap_sodium_malloc(size_t size)
{
	return scarce_taken(
		scarce_refuses() ? NULL : __real_sodium_malloc(size));
}

void __wrap_sodium_free(void *at)
{
	scarce_state.taken -= at != NULL;
	__real_sodium_free(at);
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* Look for these bytes, too; they are borrowed. */
static inline void scarce_secret(const char *what, const void *at, size_t len)
{
	if (scarce_state.n_secrets == SCARCE_SECRETS) {
		printf("Bail out! too many secrets\n");
		exit(1);
	}
	scarce_state.secret[scarce_state.n_secrets].what = what;
	scarce_state.secret[scarce_state.n_secrets].at = at;
	scarce_state.secret[scarce_state.n_secrets].len = len;
	scarce_state.n_secrets++;
}

/* Sixteen bytes at a time: the mark, then a number. */
static inline void scarce_fill(struct rng *r, void *at, size_t len)
{
	struct rng_fake *f = (struct rng_fake *)r;
	uint8_t block[16] = SCARCE_MARK;

	for (size_t done = 0; done < len; done += sizeof(block)) {
		size_t n =
			len - done < sizeof(block) ? len - done : sizeof(block);

		put_u64(block + 8, ++f->state);
		memcpy((uint8_t *)at + done, block, n);
	}
}

static inline void scarce_rng(struct rng_fake *ret_rng)
{
	*ret_rng = (struct rng_fake){ .rng = { scarce_fill } };
}

/* The test of the test: what is left behind is found. */
static inline void scarce_finds(void)
{
	struct rng_fake rng;
	uint8_t *at = malloc(100);

	scarce_rng(&rng);
	CHECK(at != NULL && scarce_state.found == 0);
	if (at == NULL)
		return;
	rng_fill(&rng.rng, at + 33, 32);
	printf("# the next line is meant\n");
	free(at);
	CHECK_INT(scarce_state.found, 1);
	scarce_state.found = 0;
}

/* Refuse nothing until scarce_on(what this returned). */
static inline size_t scarce_off(void)
{
	size_t refuse = scarce_state.refuse;

	scarce_state.refuse = 0;
	return refuse;
}

/* Refuse the allocation of this number, counted from now. */
static inline void scarce_on(size_t refuse)
{
	scarce_state.asked = 0;
	scarce_state.refuse = refuse;
}

typedef enum err scarce_fn(void *context);

static inline void scarce_every(const char *what, scarce_fn *fn, void *context)
{
	struct scarce *s = &scarce_state;
	size_t refused = 0, without = 0, strange = 0;
	long before = s->taken;
	enum err e = ERR_MEMORY;

	s->found = 0;
	for (size_t n = 1; n < SCARCE_LIMIT; n++) {
		scarce_on(n);
		e = fn(context);
		if (s->asked < n)
			break;
		refused++;
		without += e == OK;
		if (e != OK && e != ERR_MEMORY && strange++ < SCARCE_TELL)
			printf("# refusal %zu: %s\n", n, err_name(e));
	}
	(void)scarce_off();
	printf("# %s: %zu refused, %zu of them done without\n", what, refused,
		without);
	tap_check(e == OK && refused > without, what, __FILE__, __LINE__);
	CHECK_INT(strange, 0);
	CHECK_INT(s->taken, before);
	CHECK_INT(s->found, 0);
}

#endif

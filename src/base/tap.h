/*
 * tap.h - the Test Anything Protocol for the small test programs.
 *
 *     int main(void)
 *     {
 *             CHECK(str_eq(a, b));
 *             CHECK_INT(n, 3);
 *             return tap_done();
 *     }
 *
 * A test that cannot run here says so with tap_skip, never in silence.
 */
#ifndef BASE_TAP_H
#define BASE_TAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/str.h"

struct tap {
	unsigned run;
	unsigned failed;
};

static struct tap tap_state;

static inline bool tap_check(
	bool good, const char *what, const char *file, int line)
{
	tap_state.run++;
	printf("%sok %u - %s\n", good ? "" : "not ", tap_state.run, what);
	if (!good) {
		tap_state.failed++;
		printf("# at %s:%d\n", file, line);
	}
	(void)fflush(stdout);
	return good;
}

static inline bool tap_check_int(long long got, long long want,
	const char *what, const char *file, int line)
{
	bool good = tap_check(got == want, what, file, line);

	if (!good)
		printf("#  got %lld\n# want %lld\n", got, want);
	return good;
}

static inline bool tap_check_str(struct str got, struct str want,
	const char *what, const char *file, int line)
{
	bool good = tap_check(str_eq(got, want), what, file, line);

	if (!good)
		printf("#  got %.*s\n# want %.*s\n", STR_ARG(got),
			STR_ARG(want));
	return good;
}

#define CHECK(cond) tap_check((cond), #cond, __FILE__, __LINE__)
#define CHECK_INT(got, want)                                                   \
	tap_check_int((long long)(got), (long long)(want), #got " is " #want,  \
		__FILE__, __LINE__)
#define CHECK_STR(got, want)                                                   \
	tap_check_str((got), (want), #got " is " #want, __FILE__, __LINE__)

static inline void tap_skip(const char *why)
{
	tap_state.run++;
	printf("ok %u # SKIP %s\n", tap_state.run, why);
}

static inline int tap_done(void)
{
	printf("1..%u\n", tap_state.run);
	return tap_state.failed == 0 ? 0 : 1;
}

#endif

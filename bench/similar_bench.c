/*
 * similar_bench.c - what store_similar finds, and how long it takes: one line
 * of ids for each line of drafts.
 *
 *     similar_bench STORE TEXTS TERMS WEIGHT SIGNED < DRAFTS
 *
 * A draft is "id TAB title TAB background", id being left out (0: none); the rest is struct similar_how.  The
 * times (median, 95th of a hundred, slowest; ms) go to stderr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/sqlite/similar.h"

enum { LINE_MAX_BYTES = 1 << 20, DRAFTS_MAX = 100000 };

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double answer(struct store *s, const struct similar_how *how, char *line)
{
	struct str all = str_c(line);
	struct str id;
	struct store_similar ask = {
		.open = true, .closed = true, .max = STORE_SIMILAR_MAX
	};
	struct store_summary *found;
	struct arena a;
	size_t n;
	double start = now();

	(void)str_split(&all, '\t', &id);
	if (str_u64(id, &ask.except) != OK)
		abort();
	(void)str_split(&all, '\t', &ask.title);
	ask.background = str_trim(all);
	arena_init(&a, 1 << 20);
	if (similar_by(&a, s, how, &ask, &found, &n) != OK)
		abort();
	start = now() - start;
	for (size_t i = 0; i < n; i++)
		printf(i == 0 ? "%llu" : " %llu",
			(unsigned long long)found[i].id);
	printf("\n");
	arena_release(&a);
	return start;
}

int main(int argc, char **argv)
{
	static char line[LINE_MAX_BYTES];
	static double took[DRAFTS_MAX];
	struct similar_how how;
	struct store *s;
	size_t n = 0;

	if (argc != 6 || store_open(argv[1], STORE_READER, &s) != OK) {
		(void)fprintf(stderr,
			"usage: similar_bench STORE TEXTS TERMS "
			"WEIGHT SIGNED < DRAFTS\n");
		return 2;
	}
	how = (struct similar_how){ .texts = strtoul(argv[2], NULL, 10),
		.terms = strtoul(argv[3], NULL, 10),
		.weight = strtod(argv[4], NULL),
		.signed_weight = strtod(argv[5], NULL) };
	while (n < DRAFTS_MAX && fgets(line, sizeof(line), stdin) != NULL)
		took[n++] = answer(s, &how, line);
	store_close(s);
	if (n == 0)
		return 0;
	qsort(took, n, sizeof(took[0]), by_size);
	(void)fprintf(stderr, "%.1f %.1f %.1f\n", took[n / 2],
		took[n * 95 / 100], took[n - 1]);
	return 0;
}

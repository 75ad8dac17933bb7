#include "chart/classes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Above this many times the last class's beginning, the largest value stands
 * apart. */
enum { APART = 20 };

static int by_value(const void *a, const void *b)
{
	const uint64_t *p = a;
	const uint64_t *q = b;

	return *p < *q ? -1 : *p > *q;
}

/* Down to one or one and a half digits: 1, 2, … 9, 10, 15, 20, 25, … */
static uint64_t round_down(uint64_t v)
{
	uint64_t unit = 1;

	while (v / unit >= 100)
		unit *= 10;
	if (v / unit >= 10)
		unit *= 5;
	return v / unit * unit;
}

static void add(struct chart_classes *c, uint64_t from)
{
	if (c->n < CHART_CLASSES && (c->n == 0 || from > c->from[c->n - 1]))
		c->from[c->n++] = from;
}

/* Each distinct value its own class, if there are few. */
static bool few(const uint64_t *v, size_t n, struct chart_classes *c)
{
	size_t distinct = n > 0 ? 1 : 0;

	for (size_t i = 1; i < n; i++)
		distinct += v[i] != v[i - 1];
	if (distinct > CHART_CLASSES)
		return false;
	for (size_t i = 0; i < n; i++)
		add(c, v[i]);
	return true;
}

static void many(const uint64_t *v, size_t n, struct chart_classes *c)
{
	for (size_t i = 0; i < CHART_CLASSES; i++) {
		uint64_t from = round_down(v[i * n / CHART_CLASSES]);

		add(c, from == 0 ? 1 : from);
	}
	if (c->most / c->from[c->n - 1] >= APART) {
		double middle =
			sqrt((double)c->most) * sqrt((double)c->from[c->n - 1]);

		if (c->n == CHART_CLASSES)
			c->n--;
		add(c, round_down((uint64_t)middle));
	}
}

enum err chart_classify(
	const uint64_t *values, size_t count, struct chart_classes *ret_classes)
{
	uint64_t *v = malloc((count + 1) * sizeof(*v));
	size_t n = 0;

	if (v == NULL)
		return ERR_MEMORY;
	*ret_classes = (struct chart_classes){ .n = 0 };
	for (size_t i = 0; i < count; i++)
		if (values[i] > 0)
			v[n++] = values[i];
	qsort(v, n, sizeof(*v), by_value);
	if (n > 0)
		ret_classes->most = v[n - 1];
	ret_classes->is_exact = few(v, n, ret_classes);
	if (!ret_classes->is_exact)
		many(v, n, ret_classes);
	free(v);
	return OK;
}

unsigned chart_class(const struct chart_classes *c, uint64_t value)
{
	unsigned class = 0;

	while (class < c->n && value >= c->from[class])
		class ++;
	/* The smallest stands in the first class even if that was rounded. */
	return class == 0 && value > 0 && c->n > 0 ? 1 : class;
}

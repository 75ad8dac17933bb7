#include "chart/classes.h"

#include "base/tap.h"

static struct chart_classes of(const uint64_t *values, size_t n)
{
	struct chart_classes c = { .n = 99 };

	CHECK_INT(chart_classify(values, n, &c), OK);
	return c;
}

int main(void)
{
	static const uint64_t none[] = { 0, 0 };
	static const uint64_t few[] = { 3, 0, 1, 3, 7 };
	static const uint64_t apart[] = { 26, 29, 33, 37, 41, 48, 91, 10972 };
	uint64_t many[600];
	struct chart_classes c = of(none, 2);
	size_t in[CHART_CLASSES + 1] = { 0 };

	CHECK_INT(c.n, 0);
	CHECK_INT(chart_class(&c, 0), 0);
	c = of(few, 5);
	CHECK_INT(c.n, 3);
	CHECK_INT(c.from[0], 1);
	CHECK_INT(c.from[2], 7);
	CHECK_INT(c.most, 7);
	CHECK_INT(chart_class(&c, 0), 0);
	CHECK_INT(chart_class(&c, 3), 2);
	CHECK_INT(chart_class(&c, 7), 3);
	/* One that stands apart has a class for itself. */
	c = of(apart, 8);
	CHECK_INT(chart_class(&c, 10972), c.n);
	CHECK(chart_class(&c, 91) < c.n);
	CHECK_INT(chart_class(&c, 26), 1);
	/* Many: about as many in each, rising, round. */
	for (uint64_t i = 0; i < 600; i++)
		many[i] = 17 + i * i / 30;
	c = of(many, 600);
	CHECK_INT(c.n, CHART_CLASSES);
	for (size_t i = 0; i < 600; i++)
		in[chart_class(&c, many[i])]++;
	CHECK_INT(in[0], 0);
	for (size_t i = 1; i <= CHART_CLASSES; i++)
		CHECK(in[i] > 60 && in[i] < 140);
	for (size_t i = 1; i < c.n; i++)
		CHECK(c.from[i] > c.from[i - 1]);
	return tap_done();
}

/*
 * classes.h - numbers sorted into few classes for shading.
 *
 * Class 0 is for nothing at all; classes 1 to n each begin at a round number
 * and hold about as many of the values.  A value far above all others gets
 * the last class for itself.
 */
#ifndef CHART_CLASSES_H
#define CHART_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

enum { CHART_CLASSES = 6 };

struct chart_classes {
	uint64_t from[CHART_CLASSES]; /* of class i + 1, rising */
	size_t n; /* 0 if all values are 0 */
	bool is_exact; /* each class is one value */
	uint64_t most; /* the largest value */
};

MUST_USE enum err chart_classify(const uint64_t *values, size_t count,
	struct chart_classes *ret_classes);

/* 0 to n */
unsigned chart_class(const struct chart_classes *c, uint64_t value);

#endif

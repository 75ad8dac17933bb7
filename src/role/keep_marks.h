/*
 * keep_marks.h - a set of slots: one bit each, in pieces of 4 KiB that are
 * made when first touched.
 */
#ifndef ROLE_KEEP_MARKS_H
#define ROLE_KEEP_MARKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct keep_marks {
	uint64_t **piece;
	size_t pieces;
};

void keep_marks_release(struct keep_marks *m);
MUST_USE enum err keep_marks_set(struct keep_marks *m, uint64_t slot);
void keep_marks_clear(struct keep_marks *m, uint64_t slot);
/* The first member at or above slot; 0 if there is none. */
uint64_t keep_marks_next(const struct keep_marks *m, uint64_t slot);

#endif

/*
 * import_element.h - one JSON element becomes a petition.
 *
 * Texts are borrowed from the element, arrays live in the arena.  The first
 * thing that is wrong is remembered with the key it stands under; numbers and
 * texts of the element itself are not repeated, only its id.
 */
#ifndef CMD_IMPORT_ELEMENT_H
#define CMD_IMPORT_ELEMENT_H

#include <jansson.h>

#include "cmd/import.h"

struct import_fault {
	const char *key; /* NULL: nothing is wrong */
	const char *what; /* "is missing: add it" */
};

MUST_USE enum err import_element(struct arena *a, const struct import *im,
	const json_t *element, struct petition *ret_petition,
	struct import_fault *ret_fault);

#endif

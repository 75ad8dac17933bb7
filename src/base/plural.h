/*
 * plural.h - which plural form a number takes: the expression of a
 * catalogue's Plural-Forms field.
 *
 *     nplurals=3; plural=n==1 ? 0 : n>=2 && n<=4 ? 1 : 2;
 *
 * The expression is C's over the variable n with unsigned numbers, as in the
 * manual of GNU gettext ("Plural forms"): ?: || && == != < > <= >= + - * / %
 * ! and parentheses.  It comes from a file, so it is read once into a bounded
 * list of steps.  Running it cannot fail: a division by zero gives 0, and a
 * form that there is not is form 0.
 */
#ifndef BASE_PLURAL_H
#define BASE_PLURAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

enum { PLURAL_STEPS_MAX = 128, PLURAL_FORMS_MAX = 8 };

struct plural_step {
	uint8_t what; /* private to plural.c */
	uint32_t number;
};

struct plural {
	unsigned forms; /* 1 to PLURAL_FORMS_MAX */
	size_t n;
	struct plural_step step[PLURAL_STEPS_MAX];
};

/* One for 1, another for the rest, as in English. */
void plural_english(struct plural *ret_plural);
/* Read the field's value.  ERR_INVALID for anything else or too long. */
MUST_USE enum err plural_parse(struct str text, struct plural *ret_plural);
/* 0 to forms - 1. */
unsigned plural_form(const struct plural *p, uint64_t n);

#endif

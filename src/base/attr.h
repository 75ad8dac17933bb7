/*
 * attr.h - the compiler attributes that the house uses.
 *
 * MUST_USE goes before every function that can fail: ignoring its answer is
 * a warning, and warnings are errors.  PRINTF_LIKE(f, a) names the format's
 * and the first argument's positions, counted from one.
 */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define MUST_USE __attribute__((warn_unused_result))
#define NORETURN __attribute__((noreturn))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

#endif

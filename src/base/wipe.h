/*
 * wipe.h - forget bytes, and compare them without telling where they differ.
 */
#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include <stdbool.h>
#include <stddef.h>

/* Overwrite with zeros; never optimised away. */
void wipe(void *at, size_t len);

/* Overwrite the stack that calls before this one have left behind, depth times
 * 16 KiB of it: copies that libraries made of what went through them. */
void wipe_stack(unsigned depth);

/* True if equal; the time depends on len alone. */
bool same_bytes(const void *a, const void *b, size_t len);

#endif

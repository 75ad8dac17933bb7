/*
 * vitals.h - what the supervisor knows of each role's process, on a page of
 * memory that web can read: how much memory it has, how often it was started.
 *
 * The supervisor makes the page and never reads it, so web, who has it sealed
 * against writing, can tell nobody anything through it.
 */
#ifndef ROLE_VITALS_H
#define ROLE_VITALS_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"
#include "role/control.h"

struct vitals {
	atomic_uint_least64_t resident_bytes[ROLE_COUNT]; /* 0: not running */
	atomic_uint_least64_t starts[ROLE_COUNT];
};

/* A page to write, and a descriptor of it for vitals_read. */
MUST_USE enum err vitals_make(struct vitals **ret_vitals, int *ret_fd);
MUST_USE enum err vitals_read(int fd, const struct vitals **ret_vitals);

/* What the kernel says of pid (proc(5), statm); 0 if it says nothing. */
uint64_t vitals_resident_bytes(pid_t pid);

#endif

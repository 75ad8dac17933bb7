/*
 * sandbox.h - what each role may still do once it has begun.
 *
 * Two fences, both for good: Landlock, where the kernel has it, leaves a role
 * its own folder and what stands in the table of sandbox.c; seccomp leaves it
 * the system calls that its work needs, and a forbidden one ends the process
 * (SIGSYS), which the supervisor logs and repairs.
 *
 * A sanitized build runs without (docs/testing.md).
 */
#ifndef ROLE_SANDBOX_H
#define ROLE_SANDBOX_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"
#include "role/control.h"

/* True in builds that can enter the sandbox. */
bool sandbox_built(void);

/* No new privileges, no core dumps, no ptrace by others of the same user:
 * before any secret is read.  Also in sanitized builds. */
MUST_USE enum err sandbox_prepare(void);

/* Both fences, before the first thread and the first outside byte.  own_fd is
 * the role's folder, public_fd SITE/public or -1.  *ret_landlock says whether
 * the kernel had it. */
MUST_USE enum err sandbox_enter(
	enum role_name role, int own_fd, int public_fd, bool *ret_landlock);

#endif

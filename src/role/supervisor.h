/*
 * supervisor.h - starts the five roles, hands out their channels, starts
 * again whatever dies, and stops all in order.
 *
 * It holds the listening sockets and the credential, runs no outside byte
 * through any parser but the configuration's, and speaks to a role over its
 * control line only.  One SITE is served by one supervisor (SITE/lock).
 */
#ifndef ROLE_SUPERVISOR_H
#define ROLE_SUPERVISOR_H

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

/* Serve SITE until SIGTERM or SIGINT; the exit status.  listen overrides the
 * configuration's address unless it is STR_NULL. */
int supervisor_run(const char *site, struct str listen);

#endif

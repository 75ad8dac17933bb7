/*
 * seal_desk.h - sealer's part of a desk's request: opening it, and making the
 * half-tags of what it looks for.  Whether the desk may ask is keeper's to
 * judge (desk.h).
 */
#ifndef ROLE_SEAL_DESK_H
#define ROLE_SEAL_DESK_H

#include "base/clock.h"
#include "crypto/keyring.h"
#include "role/desk.h"
#include "role/keep_find.h"

/* The request's head and body, appended to b; the caller wipes it.
 * ERR_NOT_FOUND: this site has no desk key.  ERR_INVALID: no request, or a
 * body that is not the head's. */
MUST_USE enum err seal_desk_read(int own_fd, struct str request, struct buf *b);

/* What a SEARCH looks for, at most cap targets: one petition's, every
 * petition's that has keys, or two weeks'; what a BLOCK or UNBLOCK names, under
 * the site's key.  Others have none.  ERR_INVALID. */
MUST_USE enum err seal_desk_targets(struct keyring *ring, struct clock *clock,
	struct str request, struct keep_target *ret_target, size_t cap,
	size_t *ret_n);

#endif

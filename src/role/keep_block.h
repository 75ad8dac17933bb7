/*
 * keep_block.h - e-mail addresses whose signatures are set apart: tags of
 * their canonical form under one key of the site's, nothing else.
 *
 * The file `blocked` of SITE/keeper has 16 bytes an address, sorted.  Nobody
 * can read an address out of it; who wants one off the list has to know it.
 * A form's own tag under this key is compared and forgotten.
 */
#ifndef ROLE_KEEP_BLOCK_H
#define ROLE_KEEP_BLOCK_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"
#include "crypto/tag.h"

enum { KEEP_BLOCKED_MAX = 65536 };

struct keep;

/* Put an address on the list, or take it off, durably.  *ret_changed: it was
 * not there, or was.  ERR_TOO_LARGE: the list is full. */
MUST_USE enum err keep_block(struct keep *k, const struct half_tag *half,
	bool add, bool *ret_changed);
bool keep_is_blocked(const struct keep *k, const struct half_tag *half);
size_t keep_blocked_count(const struct keep *k);

#endif

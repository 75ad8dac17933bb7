/*
 * code.h - what program this is, for the public log (CODE, docs/log.md
 * section 6), so that a site cannot run one thing and say another unseen.
 */
#ifndef ROLE_CODE_H
#define ROLE_CODE_H

#include "base/attr.h"
#include "base/buf.h"

/* Into b, which is empty and not yet begun; released by the caller.  Reads the
 * program's own file, so before the sandbox. */
MUST_USE enum err code_declare(struct buf *b);

#endif

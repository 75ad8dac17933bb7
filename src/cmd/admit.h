/*
 * admit.h - who may ask as a desk (role/desk.h): the files of a site that say
 * so, for `petitiond init` and `petitiond keys`.
 */
#ifndef CMD_ADMIT_H
#define CMD_ADMIT_H

#include "base/attr.h"
#include "base/err.h"
#include "role/desk.h"

/* Let this desk ask; draws sealer's desk key if there is none yet, whose
 * recipient is returned.  A key that is admitted already gets a new name.
 * ERR_TOO_LARGE, or those of the files. */
MUST_USE enum err admit_desk(int site_dir_fd, const struct desk *desk,
	struct age_recipient *ret_sealer);
/* ERR_NOT_FOUND: it was not admitted. */
MUST_USE enum err dismiss_desk(int site_dir_fd, const struct sign_public *key);

/* Replace dir_fd/name with b, for the owner of the folder alone. */
MUST_USE enum err replace_owned(
	int dir_fd, const char *name, const struct buf *b);

#endif

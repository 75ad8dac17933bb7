/*
 * archive.h - the file that `petitiond backup` writes: a tar archive (POSIX
 * ustar; sizes of 8 GiB and more in base 256, as GNU tar has them), so that it
 * can be looked into with any tar.  Its first member is named as
 * ARCHIVE_FIRST and says which version it is.
 *
 * Only plain files; a reader takes nothing else.  Names have at most 99
 * bytes.
 */
#ifndef CMD_ARCHIVE_H
#define CMD_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

#define ARCHIVE_FIRST "petitiond-backup"
#define ARCHIVE_VERSION "petitiond backup 1\n"

enum { ARCHIVE_NAME_MAX = 99 };

/* Append to fd, at its position. */
MUST_USE enum err archive_put(
	int fd, const char *name, struct str contents, int64_t now_s);
/* From file's beginning. */
MUST_USE enum err archive_put_file(
	int fd, const char *name, int file_fd, int64_t now_s);
MUST_USE enum err archive_end(int fd);

struct archive_member {
	char name[ARCHIVE_NAME_MAX + 1];
	uint64_t bytes;
};

/* The next member; fd then stands at its contents.  *ret_found is false at the
 * end.  ERR_CORRUPT: no archive, or cut short. */
MUST_USE enum err archive_next(
	int fd, struct archive_member *ret_member, bool *ret_found);
/* Its contents to a file, or past them (to_fd -1). */
MUST_USE enum err archive_take(
	int fd, const struct archive_member *m, int to_fd);

#endif

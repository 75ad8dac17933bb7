/*
 * file.h - whole reads and writes, and files that are old or new but never
 * half.  Paths are NUL-terminated; every descriptor is close-on-exec.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

/* All of len at off.  ERR_CORRUPT when the file ends before. */
MUST_USE enum err file_pread(int fd, void *ret_bytes, size_t len, uint64_t off);
MUST_USE enum err file_pwrite(int fd, const void *at, size_t len, uint64_t off);
/* All of len at the current position (pipes and sockets too). */
MUST_USE enum err file_write(int fd, const void *at, size_t len);

/* Append the file at dir_fd/path (AT_FDCWD allowed) to b. */
MUST_USE enum err file_read(int dir_fd, const char *path, struct buf *b);
/* Read exactly len bytes; ERR_CORRUPT for any other size. */
MUST_USE enum err file_read_exact(
	int dir_fd, const char *path, void *ret_bytes, size_t len);
/* Write to a neighbour, fsync, rename over path, fsync the folder. */
MUST_USE enum err file_replace(
	int dir_fd, const char *path, const void *at, size_t len, mode_t mode);
/* Make path with these contents, durable; ERR_EXISTS if it is there. */
MUST_USE enum err file_create(
	int dir_fd, const char *path, const void *at, size_t len, mode_t mode);
/* The same as file_replace without waiting for the disk: for derived files
 * that a start rebuilds. */
MUST_USE enum err file_swap(
	int dir_fd, const char *path, const void *at, size_t len, mode_t mode);

MUST_USE enum err file_size(int fd, uint64_t *ret_bytes);
/* mkdir unless it is there; ERR_EXISTS if something else is. */
MUST_USE enum err file_mkdir(int dir_fd, const char *path, mode_t mode);
/* Make every missing folder of path (which names a file) below dir_fd. */
MUST_USE enum err file_mkdirs(int dir_fd, const char *path, mode_t mode);
MUST_USE enum err file_open_dir(int dir_fd, const char *path, int *ret_fd);
MUST_USE enum err file_sync_dir(int dir_fd);
MUST_USE enum err file_sync(int fd); /* fdatasync */

#endif

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err last_err(void)
{
	return err_from_errno(errno);
}

enum err file_pread(int fd, void *ret_bytes, size_t len, uint64_t off)
{
	char *p = ret_bytes;

	while (len > 0) {
		ssize_t n = pread(fd, p, len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return last_err();
		if (n == 0)
			return ERR_CORRUPT;
		p += n;
		len -= (size_t)n;
		off += (uint64_t)n;
	}
	return OK;
}

enum err file_pwrite(int fd, const void *at, size_t len, uint64_t off)
{
	const char *p = at;

	while (len > 0) {
		ssize_t n = pwrite(fd, p, len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return last_err();
		p += n;
		len -= (size_t)n;
		off += (uint64_t)n;
	}
	return OK;
}

enum err file_write(int fd, const void *at, size_t len)
{
	const char *p = at;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return last_err();
		p += n;
		len -= (size_t)n;
	}
	return OK;
}

enum err file_read(int dir_fd, const char *path, struct buf *b)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	enum err e = OK;

	if (fd < 0)
		return last_err();
	for (;;) {
		char chunk[16384];
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			e = last_err();
		if (n <= 0)
			break;
		buf_put(b, chunk, (size_t)n);
		if (buf_err(b) != OK)
			break;
	}
	(void)close(fd);
	return e != OK ? e : buf_err(b);
}

enum err file_read_exact(
	int dir_fd, const char *path, void *ret_bytes, size_t len)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	uint64_t size;
	enum err e;

	if (fd < 0)
		return last_err();
	e = file_size(fd, &size);
	if (e == OK && size != len)
		e = ERR_CORRUPT;
	if (e == OK)
		e = file_pread(fd, ret_bytes, len, 0);
	(void)close(fd);
	return e;
}

static enum err write_new(int dir_fd, const char *path, const void *at,
	size_t len, mode_t mode, int flags, bool durable)
{
	int fd = openat(
		dir_fd, path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode);
	enum err e;

	if (fd < 0)
		return last_err();
	e = file_write(fd, at, len);
	if (e == OK && durable && fsync(fd) != 0)
		e = last_err();
	if (close(fd) != 0 && e == OK)
		e = last_err();
	return e;
}

/* fsync the folder that holds path. */
static enum err sync_parent(int dir_fd, const char *path)
{
	char parent[4096];
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);
	int fd;
	enum err e;

	if (len >= sizeof(parent))
		return ERR_TOO_LARGE;
	memcpy(parent, path, len);
	parent[len] = '\0';
	e = file_open_dir(dir_fd,
		slash == NULL           ? "."
			: slash == path ? "/"
					: parent,
		&fd);
	if (e != OK)
		return e;
	e = file_sync_dir(fd);
	(void)close(fd);
	return e;
}

static enum err replace(int dir_fd, const char *path, const void *at,
	size_t len, mode_t mode, bool durable)
{
	char temp[4096];
	int n = snprintf(temp, sizeof(temp), "%s.new", path);
	enum err e;

	if (n < 0 || (size_t)n >= sizeof(temp))
		return ERR_TOO_LARGE;
	e = write_new(dir_fd, temp, at, len, mode, O_TRUNC, durable);
	if (e != OK)
		goto err0;
	if (renameat(dir_fd, temp, dir_fd, path) != 0) {
		e = last_err();
		goto err0;
	}
	return durable ? sync_parent(dir_fd, path) : OK;

err0:
	(void)unlinkat(dir_fd, temp, 0);
	return e;
}

enum err file_replace(
	int dir_fd, const char *path, const void *at, size_t len, mode_t mode)
{
	return replace(dir_fd, path, at, len, mode, true);
}

enum err file_swap(
	int dir_fd, const char *path, const void *at, size_t len, mode_t mode)
{
	return replace(dir_fd, path, at, len, mode, false);
}

enum err file_create(
	int dir_fd, const char *path, const void *at, size_t len, mode_t mode)
{
	enum err e = write_new(dir_fd, path, at, len, mode, O_EXCL, true);

	if (e == OK)
		e = sync_parent(dir_fd, path);
	else if (e != ERR_EXISTS)
		(void)unlinkat(dir_fd, path, 0);
	return e;
}

enum err file_size(int fd, uint64_t *ret_bytes)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return last_err();
	*ret_bytes = (uint64_t)st.st_size;
	return OK;
}

enum err file_mkdir(int dir_fd, const char *path, mode_t mode)
{
	struct stat st;

	if (mkdirat(dir_fd, path, mode) == 0)
		return OK;
	if (errno != EEXIST)
		return last_err();
	if (fstatat(dir_fd, path, &st, 0) != 0)
		return last_err();
	return S_ISDIR(st.st_mode) ? OK : ERR_EXISTS;
}

enum err file_mkdirs(int dir_fd, const char *path, mode_t mode)
{
	char part[4096];
	size_t len = strlen(path);

	if (len >= sizeof(part))
		return ERR_TOO_LARGE;
	for (size_t i = 1; i < len; i++) {
		enum err e;

		if (path[i] != '/')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		e = file_mkdir(dir_fd, part, mode);
		if (e != OK)
			return e;
	}
	return OK;
}

enum err file_open_dir(int dir_fd, const char *path, int *ret_fd)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return last_err();
	*ret_fd = fd;
	return OK;
}

enum err file_sync_dir(int dir_fd)
{
	return fsync(dir_fd) == 0 ? OK : last_err();
}

enum err file_sync(int fd)
{
	return fdatasync(fd) == 0 ? OK : last_err();
}

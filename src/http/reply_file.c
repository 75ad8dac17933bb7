/*
 * reply_file.c - http_file of reply.h: files below a folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/reply_mhd.h"

static bool segment_is_plain(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
			!(c >= '0' && c <= '9') && c != '.' && c != '_' &&
			c != '-')
			return false;
	}
	return s.len > 0 && s.at[0] != '.';
}

/* NUL-terminated path to ret_path, if reply.h allows it. */
static enum err plain_path(struct str path, char ret_path[PATH_MAX])
{
	struct str rest = path;
	struct str segment;

	if (path.len == 0 || path.len >= PATH_MAX)
		return ERR_NOT_FOUND;
	while (str_split(&rest, '/', &segment))
		if (!segment_is_plain(segment))
			return ERR_NOT_FOUND;
	memcpy(ret_path, path.at, path.len);
	ret_path[path.len] = '\0';
	return OK;
}

enum err http_file(const struct http_spec *spec, int dir_fd, struct str path,
	struct http_reply **ret_reply)
{
	char etag[REPLY_ETAG_BYTES];
	char c_path[PATH_MAX];
	struct stat st;
	enum err e;
	int fd;

	e = plain_path(path, c_path);
	if (e != OK)
		return e;
	/* Non-blocking: opening a fifo must not wait for its other end. */
	fd = openat(
		dir_fd, c_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOTDIR || errno == ELOOP ||
				errno == ENAMETOOLONG
			? ERR_NOT_FOUND
			: err_from_errno(errno);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return ERR_NOT_FOUND;
	}
	(void)snprintf(etag, sizeof(etag), "W/\"%llx-%llx-%llx%08lx\"",
		(unsigned long long)st.st_ino, (unsigned long long)st.st_size,
		(unsigned long long)st.st_mtim.tv_sec,
		(unsigned long)st.st_mtim.tv_nsec);
	return reply_single(spec,
		MHD_create_response_from_fd64((uint64_t)st.st_size, fd), etag,
		ret_reply);
}

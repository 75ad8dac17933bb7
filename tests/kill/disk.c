/*
 * disk.c - a disk and a clock that tests rule: preloaded into every process
 * of a site (LD_PRELOAD), with a page that the tester has mapped as well.
 *
 *  - It writes down, in that page, what is done to files and folders and what
 *    is synced, so that the tester can rebuild the folder as a disk may look
 *    after a power cut (disk.py).  kill -9 keeps the kernel's cache and with
 *    it every write that nobody synced; a power cut does not.
 *  - It says ENOSPC to the roles that the page names.
 *  - It moves the wall clock of each role, and lets time pass for all.
 *
 * Functions of libc that this project and SQLite use for these are replaced by
 * ones that do the same by system calls the sandbox allows.  A record has a
 * stamp of before and one of after the call, from one counter for all
 * processes: a write is durable if a sync of its file or folder began after
 * it had returned, and returned.  When the power is off nobody gets any
 * further: whoever comes by waits to be killed.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/str.h"

enum { ROLES = 6 }; /* the supervisor, then as in server.py */

/* disk.py knows this layout. */
struct page {
	_Atomic(uint64_t) tail; /* of the records, from the page's begin */
	_Atomic(uint64_t) stamp; /* the last one given */
	_Atomic(uint64_t) refused;
	uint64_t end; /* bytes of the page and its records */
	uint64_t dev; /* where the site is */
	_Atomic(uint32_t) off;
	_Atomic(uint32_t) full; /* a bit a role: no room for it */
	_Atomic(int32_t) room; /* pieces that still fit before that */
	uint32_t unused;
	_Atomic(int64_t) wall_ms[ROLES]; /* added to the time of day */
	_Atomic(int64_t) mono_ms; /* to everybody's monotonic clock */
};

enum { RECORDS_AT = 4096 };

enum kind {
	MADE = 1, /* a folder, inode, mode; name */
	WRITTEN, /* inode, offset; bytes */
	CUT, /* inode, size */
	RENAMED, /* old folder, new folder, inode; two names */
	REMOVED, /* folder; name */
	SYNCED, /* inode; 0: all */
};

struct record {
	uint32_t magic;
	uint32_t bytes; /* of record and data, a multiple of 8 */
	uint64_t began;
	_Atomic(uint64_t) ended; /* 0: it has not returned */
	uint64_t arg[3];
	uint32_t kind;
	uint32_t data_len;
};

#define MAGIC 0x6b736944u

static struct page *page;
static unsigned my_role;

static unsigned find_role(void)
{
	static const char *const names[ROLES] = { "", "web", "sealer", "keeper",
		"log", "mailer" };
	char line[256];
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline",
		O_RDONLY | O_CLOEXEC, 0);
	ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof(line) - 1);
	struct str rest = { line, n < 0 ? 0 : (size_t)n };
	struct str word;

	if (fd >= 0)
		(void)close(fd);
	while (str_split(&rest, '\0', &word))
		if (str_eq(word, STR("--role")) &&
			str_split(&rest, '\0', &word))
			for (unsigned i = 1; i < ROLES; i++)
				if (str_eq(word, str_c(names[i])))
					return i;
	return 0;
}

__attribute__((constructor)) static void begin(void)
{
	uint64_t fd;
	struct stat st;
	void *at;

	if (str_u64(str_c(getenv("PETITIOND_DISK_FD")), &fd) != OK ||
		fstat((int)fd, &st) != 0)
		return;
	my_role = find_role();
	at = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_NORESERVE, (int)fd, 0);
	if (at != MAP_FAILED)
		page = at;
}

/* ---- records ---- */

static void wait_if_off(void)
{
	while (page != NULL && atomic_load(&page->off) != 0)
		(void)syscall(SYS_nanosleep,
			&(struct timespec){ .tv_nsec = 10000000 }, NULL);
}

static uint64_t next_stamp(void)
{
	return atomic_fetch_add(&page->stamp, 1) + 1;
}

static struct record *note(
	enum kind kind, uint64_t a, uint64_t b, uint64_t c, size_t data_len)
{
	uint64_t bytes = sizeof(struct record) + ((data_len + 7) & ~(size_t)7);
	uint64_t at = atomic_fetch_add(&page->tail, bytes);
	struct record *r;

	if (at + bytes > page->end)
		return NULL; /* disk.py sees it by the tail */
	r = (struct record *)((char *)page + at);
	r->bytes = (uint32_t)bytes;
	r->arg[0] = a;
	r->arg[1] = b;
	r->arg[2] = c;
	r->kind = (uint32_t)kind;
	r->data_len = (uint32_t)data_len;
	r->began = next_stamp();
	r->magic = MAGIC;
	return r;
}

static void *data_of(struct record *r)
{
	return r + 1;
}

/* The call has returned rc; when the power is off it never will. */
static long done(struct record *r, long rc)
{
	int saved = errno;

	wait_if_off();
	if (r != NULL && rc >= 0)
		atomic_store(&r->ended, next_stamp());
	errno = saved;
	return rc;
}

static bool is_ours(const struct stat *st)
{
	return page != NULL && st->st_dev == page->dev &&
		(S_ISREG(st->st_mode) || S_ISDIR(st->st_mode));
}

static bool is_our_file(int fd, struct stat *ret_st)
{
	int saved = errno;
	bool yes = page != NULL && fd != STDERR_FILENO &&
		fstat(fd, ret_st) == 0 && is_ours(ret_st);

	errno = saved;
	return yes;
}

/* The folder that path is in, and its name there. */
static bool split(int dir_fd, const char *path, struct stat *ret_folder,
	struct str *ret_name)
{
	struct str p = str_c(path);
	const char *slash = memrchr(p.at, '/', p.len);
	char folder[4096] = ".";
	int saved = errno;
	size_t len;
	bool good;

	if (page == NULL || p.len == 0)
		return false;
	*ret_name = p;
	if (slash != NULL) {
		len = slash == p.at ? 1 : (size_t)(slash - p.at);
		if (len >= sizeof(folder))
			return false;
		memcpy(folder, p.at, len);
		folder[len] = '\0';
		*ret_name = str_slice(p, (size_t)(slash + 1 - p.at), p.len);
	}
	good = fstatat(dir_fd, folder, ret_folder, 0) == 0 &&
		is_ours(ret_folder);
	errno = saved;
	return good;
}

static uint64_t inode_of(int dir_fd, const char *path)
{
	int saved = errno;
	struct stat st;
	uint64_t inode = fstatat(dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0
		? st.st_ino
		: 0;

	errno = saved;
	return inode;
}

/* ---- a full disk ---- */

/* One more piece: does it fit?  The first that does not is cut in half. */
static bool fits(bool *ret_half)
{
	uint32_t mine = UINT32_C(1) << my_role;
	int32_t left;

	*ret_half = false;
	if (page == NULL || (atomic_load(&page->full) & mine) == 0)
		return true;
	left = atomic_fetch_sub(&page->room, 1);
	if (left > 0)
		return true;
	*ret_half = left == 0;
	(void)atomic_fetch_add(&page->refused, 1);
	return false;
}

static long no_room(void)
{
	errno = ENOSPC;
	return -1;
}

/* ---- files ---- */

static long put(int fd, const struct iovec *v, size_t n, int64_t off)
{
	struct stat st;
	struct record *r;
	size_t len = 0;
	char *to;
	bool half;
	int64_t at;

	if (!is_our_file(fd, &st) || !S_ISREG(st.st_mode))
		return off < 0 ? syscall(SYS_writev, fd, v, n)
			       : syscall(SYS_pwrite64, fd, v->iov_base,
					 v->iov_len, off);
	wait_if_off();
	for (size_t i = 0; i < n; i++)
		len += v[i].iov_len;
	at = off >= 0 ? off : lseek(fd, 0, SEEK_CUR);
	if (off < 0 && (fcntl(fd, F_GETFL) & O_APPEND) != 0)
		at = st.st_size;
	if (at + (int64_t)len > st.st_size && !fits(&half)) {
		if (!half || n != 1 || len < 2)
			return no_room();
		len /= 2;
	}
	r = note(WRITTEN, st.st_ino, (uint64_t)at, 0, len);
	to = r == NULL ? NULL : data_of(r);
	for (size_t i = 0; to != NULL && i < n; i++) {
		size_t part = n == 1 ? len : v[i].iov_len;

		memcpy(to, v[i].iov_base, part);
		to += part;
	}
	if (n == 1)
		return done(r,
			off < 0 ? syscall(SYS_write, fd, v->iov_base, len)
				: syscall(SYS_pwrite64, fd, v->iov_base, len,
					  off));
	return done(r, syscall(SYS_writev, fd, v, n));
}

ssize_t write(int fd, const void *at, size_t len)
{
	struct iovec v = { (void *)(uintptr_t)at, len };

	return put(fd, &v, 1, -1);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
	return put(fd, v, (size_t)n, -1);
}

ssize_t pwrite(int fd, const void *at, size_t len, off_t off)
{
	struct iovec v = { (void *)(uintptr_t)at, len };

	return put(fd, &v, 1, off);
}

ssize_t pwrite64(int fd, const void *at, size_t len, off64_t off)
{
	return pwrite(fd, at, len, off);
}

int ftruncate(int fd, off_t size)
{
	struct stat st;
	struct record *r = NULL;

	wait_if_off();
	if (is_our_file(fd, &st))
		r = note(CUT, st.st_ino, (uint64_t)size, 0, 0);
	return (int)done(r, syscall(SYS_ftruncate, fd, size));
}

int ftruncate64(int fd, off64_t size)
{
	return ftruncate(fd, size);
}

/* ---- names ---- */

static struct record *note_made(const struct stat *folder, struct str name)
{
	struct record *r = note(MADE, folder->st_ino, 0, 0, name.len);

	if (r != NULL)
		memcpy(data_of(r), name.at, name.len);
	return r;
}

static void made_what(struct record *r, const struct stat *st)
{
	if (r == NULL)
		return;
	r->arg[1] = st->st_ino;
	r->arg[2] = st->st_mode;
}

static int open_new(int dir_fd, const char *path, int flags, mode_t mode,
	const struct stat *folder, struct str name)
{
	struct record *r;
	struct stat st;
	bool half;
	int fd;

	if (!fits(&half))
		return (int)no_room();
	r = note_made(folder, name);
	fd = (int)syscall(SYS_openat, dir_fd, path, flags, mode);
	if (fd >= 0 && is_our_file(fd, &st))
		made_what(r, &st);
	return (int)done(r, fd);
}

static int open_any(int dir_fd, const char *path, int flags, mode_t mode)
{
	struct stat folder, st;
	struct record *r = NULL;
	struct str name;
	uint64_t inode;

	if ((flags & (O_CREAT | O_TRUNC)) == 0 ||
		!split(dir_fd, path, &folder, &name))
		return (int)syscall(SYS_openat, dir_fd, path, flags, mode);
	wait_if_off();
	inode = inode_of(dir_fd, path);
	if (inode == 0 && (flags & O_CREAT) != 0)
		return open_new(dir_fd, path, flags, mode, &folder, name);
	if ((flags & O_TRUNC) != 0 && fstatat(dir_fd, path, &st, 0) == 0 &&
		st.st_size > 0)
		r = note(CUT, inode, 0, 0, 0);
	return (int)done(r, syscall(SYS_openat, dir_fd, path, flags, mode));
}

static mode_t mode_of(int flags, va_list more)
{
	return (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
}

#define OPEN(dir_fd)                                                           \
	do {                                                                   \
		va_list more;                                                  \
		mode_t mode;                                                   \
		va_start(more, flags);                                         \
		mode = mode_of(flags, more);                                   \
		va_end(more);                                                  \
		return open_any((dir_fd), path, flags, mode);                  \
	} while (0)

int open(const char *path, int flags, ...)
{
	OPEN(AT_FDCWD);
}

int open64(const char *path, int flags, ...)
{
	OPEN(AT_FDCWD);
}

int openat(int dir_fd, const char *path, int flags, ...)
{
	OPEN(dir_fd);
}

int openat64(int dir_fd, const char *path, int flags, ...)
{
	OPEN(dir_fd);
}

int mkdirat(int dir_fd, const char *path, mode_t mode)
{
	struct record *r = NULL;
	struct stat folder, st;
	struct str name;
	bool half;
	long rc;

	wait_if_off();
	if (split(dir_fd, path, &folder, &name) &&
		inode_of(dir_fd, path) == 0) {
		if (!fits(&half))
			return (int)no_room();
		r = note_made(&folder, name);
	}
	rc = syscall(SYS_mkdirat, dir_fd, path, mode);
	if (rc == 0 && fstatat(dir_fd, path, &st, 0) == 0)
		made_what(r, &st);
	return (int)done(r, rc);
}

int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

int unlinkat(int dir_fd, const char *path, int flags)
{
	struct record *r = NULL;
	struct stat folder;
	struct str name;

	wait_if_off();
	if (split(dir_fd, path, &folder, &name)) {
		r = note(REMOVED, folder.st_ino, 0, 0, name.len);
		if (r != NULL)
			memcpy(data_of(r), name.at, name.len);
	}
	return (int)done(r, syscall(SYS_unlinkat, dir_fd, path, flags));
}

int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int renameat(int old_fd, const char *old, int new_fd, const char *new)
{
	struct record *r = NULL;
	struct stat from, to;
	struct str was, is;

	wait_if_off();
	if (split(old_fd, old, &from, &was) && split(new_fd, new, &to, &is)) {
		r = note(RENAMED, from.st_ino, to.st_ino, inode_of(old_fd, old),
			was.len + is.len + 1);
		if (r != NULL) {
			char *data = data_of(r);

			memcpy(data, was.at, was.len);
			data[was.len] = '\0';
			memcpy(data + was.len + 1, is.at, is.len);
		}
	}
	return (int)done(r, syscall(SYS_renameat, old_fd, old, new_fd, new));
}

int rename(const char *old, const char *new)
{
	return renameat(AT_FDCWD, old, AT_FDCWD, new);
}

/* ---- syncs ---- */

static int sync_by(long call, int fd, bool all)
{
	struct record *r = NULL;
	struct stat st;

	wait_if_off();
	if (is_our_file(fd, &st))
		r = note(SYNCED, all ? 0 : st.st_ino, 0, 0, 0);
	return (int)done(r, syscall(call, fd));
}

int fsync(int fd)
{
	return sync_by(SYS_fsync, fd, false);
}

int fdatasync(int fd)
{
	return sync_by(SYS_fdatasync, fd, false);
}

int syncfs(int fd)
{
	return sync_by(SYS_syncfs, fd, true);
}

/* ---- the time of day ---- */

static int64_t moved_ms(clockid_t id)
{
	if (page == NULL)
		return 0;
	if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)
		return atomic_load(&page->wall_ms[my_role]);
	return id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE
		? atomic_load(&page->mono_ms)
		: 0;
}

int clock_gettime(clockid_t id, struct timespec *ret_time)
{
	int rc = (int)syscall(SYS_clock_gettime, id, ret_time);

	if (rc == 0)
		ret_time->tv_sec += moved_ms(id) / 1000;
	return rc;
}

/* Whoever waits until a time of this clock waits by the kernel's. */
int pthread_cond_clockwait(pthread_cond_t *restrict cond,
	pthread_mutex_t *restrict mutex, clockid_t id,
	const struct timespec *restrict until)
{
	static int (*real)(pthread_cond_t *restrict, pthread_mutex_t *restrict,
		clockid_t, const struct timespec *restrict);
	struct timespec t = *until;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pthread_cond_clockwait");
	t.tv_sec -= moved_ms(id) / 1000;
	return real(cond, mutex, id, &t);
}

time_t time(time_t *ret_time)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &t);
	if (ret_time != NULL)
		*ret_time = t.tv_sec;
	return t.tv_sec;
}

int gettimeofday(struct timeval *restrict ret_time, void *restrict zone)
{
	struct timespec t = { 0 };

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	ret_time->tv_sec = t.tv_sec;
	ret_time->tv_usec = t.tv_nsec / 1000;
	return 0;
}

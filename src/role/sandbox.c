#include "role/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	EVERYBODY = 1u << 0,
	FILES = 1u << 1, /* makes, writes, renames and deletes files */
	THREADS = 1u << 2, /* starts threads after the fence */
	SERVES = 1u << 3, /* accepts connections from outside */
	CALLS = 1u << 4, /* connects to others: the mail relay */
	DATABASE = 1u << 5
};

static const unsigned role_classes[ROLE_COUNT] = {
	[ROLE_WEB] = EVERYBODY | FILES | THREADS | SERVES | DATABASE,
	[ROLE_SEALER] = EVERYBODY | FILES,
	[ROLE_KEEPER] = EVERYBODY | FILES,
	[ROLE_LOG] = EVERYBODY | FILES,
	[ROLE_MAILER] = EVERYBODY | FILES | THREADS | CALLS,
};

/* clang-format off */
static const struct { int call; unsigned classes; } allowed[] = {
	{ SCMP_SYS(read), EVERYBODY },
	{ SCMP_SYS(write), EVERYBODY },
	{ SCMP_SYS(readv), EVERYBODY },
	{ SCMP_SYS(writev), EVERYBODY },
	{ SCMP_SYS(pread64), EVERYBODY },
	{ SCMP_SYS(pwrite64), EVERYBODY },
	{ SCMP_SYS(lseek), EVERYBODY },
	{ SCMP_SYS(close), EVERYBODY },
	{ SCMP_SYS(poll), EVERYBODY },
	{ SCMP_SYS(ppoll), EVERYBODY },
	{ SCMP_SYS(sendto), EVERYBODY },
	{ SCMP_SYS(recvfrom), EVERYBODY },
	{ SCMP_SYS(sendmsg), EVERYBODY },
	{ SCMP_SYS(recvmsg), EVERYBODY },
	{ SCMP_SYS(setsockopt), EVERYBODY },
	{ SCMP_SYS(fcntl), EVERYBODY },
	{ SCMP_SYS(fstat), EVERYBODY },
	{ SCMP_SYS(newfstatat), EVERYBODY },
	{ SCMP_SYS(futex), EVERYBODY },
	{ SCMP_SYS(brk), EVERYBODY },
	{ SCMP_SYS(munmap), EVERYBODY },
	{ SCMP_SYS(mremap), EVERYBODY },
	{ SCMP_SYS(madvise), EVERYBODY },
	{ SCMP_SYS(mlock), EVERYBODY },
	{ SCMP_SYS(munlock), EVERYBODY },
	{ SCMP_SYS(getrandom), EVERYBODY },
	{ SCMP_SYS(getpid), EVERYBODY },
	{ SCMP_SYS(gettid), EVERYBODY },
	{ SCMP_SYS(tgkill), EVERYBODY },
	{ SCMP_SYS(kill), EVERYBODY }, /* only itself: see below */
	{ SCMP_SYS(clock_gettime), EVERYBODY },
	{ SCMP_SYS(gettimeofday), EVERYBODY },
	{ SCMP_SYS(time), EVERYBODY },
	{ SCMP_SYS(clock_nanosleep), EVERYBODY },
	{ SCMP_SYS(nanosleep), EVERYBODY },
	{ SCMP_SYS(restart_syscall), EVERYBODY },
	{ SCMP_SYS(rt_sigreturn), EVERYBODY },
	{ SCMP_SYS(rt_sigprocmask), EVERYBODY },
	{ SCMP_SYS(rt_sigaction), EVERYBODY },
	{ SCMP_SYS(sigaltstack), EVERYBODY },
	{ SCMP_SYS(sched_yield), EVERYBODY },
	{ SCMP_SYS(exit), EVERYBODY },
	{ SCMP_SYS(exit_group), EVERYBODY },

	{ SCMP_SYS(openat), FILES },
	{ SCMP_SYS(fadvise64), FILES },
	{ SCMP_SYS(fsync), FILES },
	{ SCMP_SYS(fdatasync), FILES },
	{ SCMP_SYS(syncfs), FILES },
	{ SCMP_SYS(ftruncate), FILES },
	{ SCMP_SYS(fallocate), FILES },
	{ SCMP_SYS(fchmod), FILES },
	{ SCMP_SYS(unlinkat), FILES },
	{ SCMP_SYS(renameat), FILES },
	{ SCMP_SYS(renameat2), FILES },
	{ SCMP_SYS(mkdirat), FILES },
	{ SCMP_SYS(getdents64), FILES },
	{ SCMP_SYS(faccessat), FILES },
	{ SCMP_SYS(faccessat2), FILES },

	{ SCMP_SYS(set_robust_list), THREADS },
	{ SCMP_SYS(rseq), THREADS },
	{ SCMP_SYS(sched_getaffinity), THREADS },
	{ SCMP_SYS(sched_setaffinity), THREADS },
	{ SCMP_SYS(eventfd2), THREADS },
	{ SCMP_SYS(sysinfo), THREADS },

	{ SCMP_SYS(accept), SERVES },
	{ SCMP_SYS(accept4), SERVES },
	{ SCMP_SYS(shutdown), SERVES | CALLS },
	{ SCMP_SYS(getsockname), SERVES | CALLS },
	{ SCMP_SYS(getpeername), SERVES | CALLS },
	{ SCMP_SYS(getsockopt), SERVES | CALLS },
	{ SCMP_SYS(epoll_create1), SERVES | CALLS },
	{ SCMP_SYS(epoll_ctl), SERVES | CALLS },
	{ SCMP_SYS(epoll_wait), SERVES | CALLS },
	{ SCMP_SYS(epoll_pwait), SERVES | CALLS },
	{ SCMP_SYS(sendfile), SERVES },
	{ SCMP_SYS(listen), SERVES },
	{ SCMP_SYS(pipe2), SERVES | CALLS },
	{ SCMP_SYS(select), SERVES | CALLS },
	{ SCMP_SYS(pselect6), SERVES | CALLS },

	{ SCMP_SYS(open), DATABASE },
	{ SCMP_SYS(stat), DATABASE | CALLS },
	{ SCMP_SYS(lstat), DATABASE },
	{ SCMP_SYS(access), DATABASE | CALLS },
	{ SCMP_SYS(unlink), DATABASE },
	{ SCMP_SYS(readlink), DATABASE },
	{ SCMP_SYS(readlinkat), DATABASE },
	{ SCMP_SYS(getcwd), DATABASE },
	{ SCMP_SYS(geteuid), DATABASE | CALLS },
	{ SCMP_SYS(getuid), CALLS },
	{ SCMP_SYS(fchown), DATABASE },
	{ SCMP_SYS(statfs), DATABASE },
	{ SCMP_SYS(fstatfs), DATABASE },
	{ SCMP_SYS(fadvise64), DATABASE }, /* fonts, by fontconfig */

	{ SCMP_SYS(connect), CALLS },
	{ SCMP_SYS(bind), CALLS },
	{ SCMP_SYS(sendmmsg), CALLS },
	{ SCMP_SYS(recvmmsg), CALLS },
	{ SCMP_SYS(socketpair), CALLS },
	{ SCMP_SYS(ioctl), CALLS },
	{ SCMP_SYS(uname), CALLS },
	{ SCMP_SYS(open), CALLS },
	{ SCMP_SYS(statx), CALLS },
};
/* clang-format on */

bool sandbox_built(void)
{
#ifdef PETITIOND_NO_SANDBOX
	return false;
#else
	return true;
#endif
}

enum err sandbox_prepare(void)
{
	struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) != 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_from_errno(errno);
#ifndef PETITIOND_NO_SANDBOX
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return err_from_errno(errno);
#endif
	return OK;
}

/* Argument n equals value, under mask where op is a masked one. */
static struct scmp_arg_cmp arg(
	unsigned n, enum scmp_compare op, scmp_datum_t mask, scmp_datum_t value)
{
	bool masked = op == SCMP_CMP_MASKED_EQ;

	return (struct scmp_arg_cmp){ n, op, masked ? mask : value,
		masked ? value : 0 };
}

static int allow(scmp_filter_ctx ctx, int call)
{
	if (call == SCMP_SYS(kill) || call == SCMP_SYS(tgkill))
		return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 1,
			arg(0, SCMP_CMP_EQ, 0, (scmp_datum_t)getpid()));
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 0);
}

/* New memory is never executable, except for the mailer, whose resolver
 * loads its modules when it first looks a name up. */
static int allow_memory(scmp_filter_ctx ctx, enum role_name role)
{
	static const int call[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect) };

	for (size_t i = 0; i < sizeof(call) / sizeof(call[0]); i++) {
		int rc = role == ROLE_MAILER
			? seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call[i], 0)
			: seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call[i], 1,
				  arg(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

		if (rc != 0)
			return rc;
	}
	return 0;
}

/* Threads, but no processes.  The flags of clone3 stand in memory, where a
 * filter cannot look: glibc takes clone instead when it is told ENOSYS. */
static int allow_threads(scmp_filter_ctx ctx)
{
	int rc = seccomp_rule_add(
		ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);

	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
			arg(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	return rc;
}

/* prctl only to name a thread or its memory (glibc does); sockets only of
 * the kinds a mail relay and a resolver need. */
static int allow_narrow(scmp_filter_ctx ctx, enum role_name role)
{
	static const int family[] = { 1, 2, 10,
		16 }; /* unix, v4, v6, netlink */
	int rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
		arg(0, SCMP_CMP_EQ, 0, PR_SET_NAME));

	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
			arg(0, SCMP_CMP_EQ, 0, 0x53564d41)); /* PR_SET_VMA */
	if (rc == 0 && (role_classes[role] & FILES) != 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOTTY),
			SCMP_SYS(ioctl), 1, arg(1, SCMP_CMP_EQ, 0, 0x5401));
	if (role != ROLE_MAILER)
		return rc;
	for (size_t i = 0; rc == 0 && i < 4; i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
			arg(0, SCMP_CMP_EQ, 0, (scmp_datum_t)family[i]));
	return rc;
}

static enum err filter_calls(enum role_name role)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = 0;

	if (ctx == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (rc == 0 && (allowed[i].classes & role_classes[role]) != 0)
			rc = allow(ctx, allowed[i].call);
	if (rc == 0)
		rc = allow_memory(ctx, role);
	if (rc == 0)
		rc = allow_narrow(ctx, role);
	if (rc == 0 && (role_classes[role] & THREADS) != 0)
		rc = allow_threads(ctx);
	if (rc == 0)
		rc = seccomp_load(ctx);
	seccomp_release(ctx);
	return rc == 0 ? OK : err_from_errno(-rc);
}

static const uint64_t READ_ACCESS =
	LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t ALL_ACCESS = LANDLOCK_ACCESS_FS_EXECUTE |
	LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
	LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR |
	LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
	LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
	LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
	LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

static int allow_beneath(int ruleset, int dir_fd, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access,
		.parent_fd = dir_fd };

	return (int)syscall(SYS_landlock_add_rule, ruleset,
		LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

static int allow_path(int ruleset, const char *path, uint64_t access)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	rc = allow_beneath(ruleset, fd, access);
	(void)close(fd);
	return rc;
}

static const char *const fonts[] = { "/usr/share/fonts",
	"/usr/local/share/fonts", "/usr/share/fontconfig", "/etc/fonts",
	"/var/cache/fontconfig" };

enum { N_FONTS = sizeof(fonts) / sizeof(fonts[0]) };

static int rules(int ruleset, enum role_name role, int own_fd, int public_fd)
{
	const uint64_t own = READ_ACCESS | LANDLOCK_ACCESS_FS_WRITE_FILE |
		LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
		LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR;
	int rc = allow_beneath(ruleset, own_fd, own);

	if (rc == 0 && public_fd >= 0)
		rc = allow_beneath(ruleset, public_fd,
			role == ROLE_LOG ? own : READ_ACCESS);
	if (rc == 0 && (role == ROLE_WEB || role == ROLE_MAILER))
		rc = allow_path(ruleset, "/usr/share/zoneinfo", READ_ACCESS);
	/* Pictures take letters from whatever font has them. */
	for (size_t i = 0; role == ROLE_WEB && i < N_FONTS; i++)
		if (rc == 0)
			rc = allow_path(ruleset, fonts[i], READ_ACCESS);
	if (rc == 0 && role == ROLE_MAILER)
		rc = allow_path(ruleset, "/etc", READ_ACCESS);
	if (rc == 0 && role == ROLE_MAILER)
		rc = allow_path(ruleset, "/usr",
			READ_ACCESS | LANDLOCK_ACCESS_FS_EXECUTE);
	if (rc == 0 && role == ROLE_MAILER)
		rc = allow_path(ruleset, "/run/systemd/resolve", READ_ACCESS);
	return rc;
}

static enum err fence_files(
	enum role_name role, int own_fd, int public_fd, bool *ret_landlock)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = ALL_ACCESS };
	int ruleset = (int)syscall(
		SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	enum err e = OK;

	*ret_landlock = false;
	if (ruleset < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP
			? OK
			: err_from_errno(errno);
	if (rules(ruleset, role, own_fd, public_fd) != 0 ||
		syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		e = err_from_errno(errno);
	(void)close(ruleset);
	*ret_landlock = e == OK;
	return e;
}

enum err sandbox_enter(
	enum role_name role, int own_fd, int public_fd, bool *ret_landlock)
{
	enum err e;

	*ret_landlock = false;
	if (!sandbox_built())
		return OK;
	e = fence_files(role, own_fd, public_fd, ret_landlock);
	return e == OK ? filter_calls(role) : e;
}

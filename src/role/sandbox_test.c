#include "role/sandbox.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/tap.h"

enum deed { WORK, OPEN_ETC, SOCKET, EXEC, PTRACE, FORK, CODE, KILL_OTHER };

static const char *const deed_name[] = { "its own work", "reads /etc/passwd",
	"opens a socket", "runs a program", "traces a process", "forks",
	"makes memory executable", "signals another process" };

/* Exit status 0: done; 1: refused by an error. */
static int attempt(enum deed d, int own_fd)
{
	char *const none[] = { NULL };
	int fd;

	switch (d) {
	case WORK:
		fd = openat(own_fd, "work", O_CREAT | O_RDWR, 0600);
		return fd >= 0 && write(fd, "x", 1) == 1 && fsync(fd) == 0 &&
				unlinkat(own_fd, "work", 0) == 0
			? 0
			: 1;
	case OPEN_ETC:
		return open("/etc/passwd", O_RDONLY) >= 0 ? 0 : 1;
	case SOCKET:
		return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : 1;
	case EXEC:
		return execve("/bin/true", none, none);
	case PTRACE:
		return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : 1;
	case FORK:
		return fork() >= 0 ? 0 : 1;
	case CODE:
		return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED
			? 0
			: 1;
	case KILL_OTHER:
		return kill(getppid(), 0) == 0 ? 0 : 1;
	}
	return 1;
}

/* The wait status of a child that enters role's sandbox and does d. */
static int outcome(enum role_name role, enum deed d, int own_fd, bool *landlock)
{
	int status = 0;
	int report[2];
	pid_t pid;

	if (pipe(report) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		bool has = false;

		if (sandbox_prepare() != OK ||
			sandbox_enter(role, own_fd, -1, &has) != OK)
			_exit(99);
		if (write(report[1], &has, 1) != 1)
			_exit(98);
		_exit(attempt(d, own_fd));
	}
	(void)close(report[1]);
	if (read(report[0], landlock, 1) != 1)
		*landlock = false;
	(void)close(report[0]);
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static bool killed(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

static void check_role(enum role_name role, int own_fd)
{
	for (enum deed d = WORK; d <= KILL_OTHER; d++) {
		bool landlock = false;
		int status = outcome(role, d, own_fd, &landlock);
		bool good;

		if (d == OPEN_ETC && !landlock) {
			tap_skip("this kernel has no Landlock: files "
				 "outside the folder are fenced by user ids");
			continue;
		}
		if (d == WORK)
			good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
		else if (d == OPEN_ETC)
			good = WIFEXITED(status) &&
				WEXITSTATUS(status) ==
					(role == ROLE_MAILER ? 0 : 1);
		else if (d == SOCKET || d == CODE)
			good = role == ROLE_MAILER ? WIFEXITED(status)
						   : killed(status);
		else
			good = killed(status);
		printf("# %s %s: status %d\n", role_name_text(role),
			deed_name[d], status);
		CHECK(good);
	}
}

int main(void)
{
	char dir[] = "/tmp/sandbox_testXXXXXX";
	int fd;

	if (!sandbox_built()) {
		tap_skip("a sanitized build has no sandbox (LeakSanitizer "
			 "hangs under seccomp); the release build runs this");
		return tap_done();
	}
	if (!CHECK(mkdtemp(dir) != NULL))
		return tap_done();
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	for (enum role_name r = ROLE_WEB; r < ROLE_COUNT; r++)
		check_role(r, fd);
	(void)close(fd);
	CHECK(rmdir(dir) == 0);
	return tap_done();
}

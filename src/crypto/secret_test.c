#include "crypto/secret.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/tap.h"

/* True if touching at[i] ends a child process. */
static bool is_fatal(volatile uint8_t *at, ptrdiff_t i)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		(void)signal(SIGSEGV, SIG_DFL);
		at[i] = 1;
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid &&
		!(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
	struct rlimit none = { 0, 0 };
	struct secret_key *k;
	uint8_t *bytes;
	size_t zeros = 0;

	CHECK(crypto_init() == OK);
	CHECK(crypto_init() == OK); /* again does no harm */
	bytes = secret_alloc(100);
	CHECK(bytes != NULL);
	CHECK((uintptr_t)bytes % 16 == 0);
	for (size_t i = 0; i < 100; i++)
		zeros += bytes[i] == 0;
	CHECK_INT(zeros, 100);
	CHECK(!is_fatal(bytes, 99));
	CHECK(is_fatal(bytes, 112)); /* the guard behind */
	secret_free(bytes);
	CHECK(secret_alloc(SIZE_MAX - 10) == NULL);
	/* Without the right to lock it works all the same. */
	CHECK(secret_can_lock(4096));
	CHECK(setrlimit(RLIMIT_MEMLOCK, &none) == 0);
	if (geteuid() == 0)
		tap_skip("root may lock memory whatever the limit");
	else
		CHECK(!secret_can_lock(4096));
	k = SECRET_NEW(struct secret_key);
	CHECK(k != NULL);
	if (k != NULL)
		k->byte[31] = 1;
	secret_free(k);
	return tap_done();
}

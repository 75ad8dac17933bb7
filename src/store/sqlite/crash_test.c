/*
 * What SQLite's side must survive: a kill within a migration, within and
 * behind a commit, and a file that may grow no further.  Always built with
 * faults; each kill happens in a child.
 */

#include "store/sqlite/sql.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/tap.h"

static char folder[64];
static char path[96];

static void setup(void)
{
	(void)snprintf(folder, sizeof(folder), "crash-test-XXXXXX");
	if (mkdtemp(folder) == NULL)
		abort();
	(void)snprintf(path, sizeof(path), "%s/web.db", folder);
}

static void teardown(void)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
	char name[128];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)unlink(name);
	}
	CHECK_INT(rmdir(folder), 0);
}

/* Write one meta row in a batch of its own. */
static enum err write_row(struct store *s, struct str key)
{
	enum err e = store_begin(s);

	if (e != OK)
		return e;
	e = store_meta_put(s, key, STR("1"));
	if (e != OK) {
		store_rollback(s);
		return e;
	}
	return store_commit(s);
}

static void open_and_write(void)
{
	struct store *s;

	if (store_open(path, STORE_WRITER, &s) != OK)
		_exit(1);
	if (write_row(s, STR("key")) != OK)
		_exit(1);
	_exit(0);
}

/* True if a child that opens and writes died at fault. */
static bool killed_at(const char *fault)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		if (setenv("PETITIOND_FAULT", fault, 1) != 0)
			_exit(1);
		open_and_write();
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return false;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void count_finding(void *arg, struct str sentence)
{
	printf("# found: %.*s\n", STR_ARG(sentence));
	(*(size_t *)arg)++;
}

static void killed(const char *fault, bool want_row)
{
	struct arena arena;
	struct store *s = NULL;
	struct str value;
	size_t findings = 0;

	printf("# killed at %s\n", fault);
	setup();
	CHECK(killed_at(fault));
	arena_init(&arena, 1 << 16);
	CHECK_INT(store_open(path, STORE_WRITER, &s), OK);
	if (s != NULL) {
		CHECK_INT(store_meta(&arena, s, STR("key"), &value),
			want_row ? OK : ERR_NOT_FOUND);
		CHECK_INT(write_row(s, STR("key")), OK);
		CHECK_INT(store_check(s, count_finding, &findings), OK);
		CHECK_INT(findings, 0);
	}
	store_close(s);
	arena_release(&arena);
	teardown();
}

/* A file from a later program is left alone. */
static void test_newer(void)
{
	struct store *s = NULL;

	setup();
	CHECK_INT(store_open(path, STORE_WRITER, &s), OK);
	CHECK_INT(sql_exec(s, "PRAGMA user_version = 9999"), OK);
	store_close(s);
	s = NULL;
	CHECK_INT(store_open(path, STORE_WRITER, &s), ERR_INVALID);
	CHECK(s == NULL);
	teardown();
}

/* Write rows until the file is full; how the batch ends is returned. */
static enum err fill(struct store *s)
{
	static char wide[4000];
	enum err e = store_begin(s);

	memset(wide, 'x', sizeof(wide));
	for (unsigned i = 0; i < 100 && e == OK; i++) {
		char key[16];

		(void)snprintf(key, sizeof(key), "%u", i);
		e = store_meta_put(
			s, str_c(key), (struct str){ wide, sizeof(wide) });
	}
	return e;
}

static void test_full(void)
{
	struct arena arena;
	struct store *s = NULL;
	struct str value;

	setup();
	arena_init(&arena, 1 << 16);
	CHECK_INT(store_open(path, STORE_WRITER, &s), OK);
	/* SQLite refuses less than there is, and takes what there is. */
	CHECK_INT(sql_exec(s, "PRAGMA max_page_count = 80"), OK);
	CHECK_INT(fill(s), ERR_FULL);
	/* Doomed: a small row would fit, and is refused all the same. */
	CHECK_INT(store_meta_put(s, STR("small"), STR("1")), ERR_FULL);
	CHECK_INT(store_mark(s), ERR_FULL);
	CHECK_INT(store_commit(s), ERR_FULL);
	CHECK_INT(store_meta(&arena, s, STR("0"), &value), ERR_NOT_FOUND);
	/* Room again: the next batch goes. */
	CHECK_INT(sql_exec(s, "PRAGMA max_page_count = 1000000"), OK);
	CHECK_INT(write_row(s, STR("key")), OK);
	CHECK_INT(fill(s), OK);
	CHECK_INT(store_commit(s), OK);
	store_close(s);
	arena_release(&arena);
	teardown();
}

int main(void)
{
	killed("store-migrate-begin:1", false);
	killed("store-migrate-commit:1", false);
	killed("store-before-commit:1", false);
	killed("store-after-commit:1", true);
	test_newer();
	test_full();
	return tap_done();
}

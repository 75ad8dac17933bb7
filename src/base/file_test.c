#include "base/file.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/tap.h"

int main(void)
{
	char dir[] = "/tmp/file_testXXXXXX";
	struct buf b;
	char got[5];
	int fd;

	buf_init(&b, 100);
	if (!CHECK(mkdtemp(dir) != NULL))
		return tap_done();
	CHECK(file_open_dir(AT_FDCWD, dir, &fd) == OK);
	CHECK(file_create(fd, "a", "hello", 5, 0600) == OK);
	CHECK(file_create(fd, "a", "other", 5, 0600) == ERR_EXISTS);
	CHECK(file_read(fd, "a", &b) == OK);
	CHECK_STR(buf_view(&b), STR("hello"));
	CHECK(file_replace(fd, "a", "bye", 3, 0600) == OK);
	CHECK(file_read_exact(fd, "a", got, 5) == ERR_CORRUPT);
	CHECK(file_read_exact(fd, "a", got, 3) == OK);
	CHECK(file_mkdirs(fd, "x/y/z", 0700) == OK);
	CHECK(file_create(fd, "x/y/z", "1", 1, 0600) == OK);
	CHECK(file_mkdir(fd, "x/y/z", 0700) == ERR_EXISTS);
	CHECK(file_read(fd, "none", &b) == ERR_NOT_FOUND);
	CHECK(unlinkat(fd, "x/y/z", 0) == 0);
	CHECK(unlinkat(fd, "x/y", AT_REMOVEDIR) == 0);
	CHECK(unlinkat(fd, "x", AT_REMOVEDIR) == 0);
	CHECK(unlinkat(fd, "a", 0) == 0);
	CHECK(close(fd) == 0);
	CHECK(rmdir(dir) == 0); /* nothing else was left */
	buf_release(&b);
	return tap_done();
}

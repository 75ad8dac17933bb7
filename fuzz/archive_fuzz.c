/*
 * archive_fuzz.c - a backup from anybody: members are plain names of at most
 * 99 bytes, and no more is taken than the file holds.
 */
#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file without a name. */
static int scratch(void)
{
	int fd = memfd_create("archive", MFD_CLOEXEC);

	assert(fd >= 0);
	return fd;
}

static enum err take(int fd, const struct archive_member *m, size_t size)
{
	int to = scratch();
	uint64_t len;
	enum err e = archive_take(fd, m, to);

	assert(strlen(m->name) > 0 && strlen(m->name) <= ARCHIVE_NAME_MAX);
	assert(file_size(to, &len) == OK);
	assert(len <= size && (e != OK || len == m->bytes));
	(void)close(to);
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct archive_member m;
	int fd = scratch();
	bool found = true;
	enum err e = file_write(fd, data, size);

	assert(e == OK && lseek(fd, 0, SEEK_SET) == 0);
	while (e == OK && found) {
		e = archive_next(fd, &m, &found);
		if (e == OK && found)
			e = take(fd, &m, size);
	}
	(void)close(fd);
	return 0;
}

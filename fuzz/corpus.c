/*
 * corpus.c - runs a fuzz target over each file of the folders named, as an
 * ordinary test: corpora stay good in builds without libFuzzer.  Prints TAP.
 */
#include <dirent.h>
#include <fcntl.h>

#include "base/file.h"
#include "base/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run_file(int dir_fd, const char *name)
{
	struct buf b;

	buf_init(&b, 1 << 24);
	if (CHECK(file_read(dir_fd, name, &b) == OK))
		(void)LLVMFuzzerTestOneInput(
			(const uint8_t *)buf_view(&b).at, b.len);
	buf_release(&b);
}

static void run_folder(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	unsigned files = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		run_file(dirfd(dir), entry->d_name);
		files++;
	}
	CHECK(files > 0);
	if (dir != NULL)
		(void)closedir(dir);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run_folder(argv[i]);
	return tap_done();
}

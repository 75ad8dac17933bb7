#include "role/vitals.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/str.h"

enum err vitals_make(struct vitals **ret_vitals, int *ret_fd)
{
	int fd = memfd_create("vitals", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *at;

	if (fd < 0)
		return err_from_errno(errno);
	at = ftruncate(fd, sizeof(struct vitals)) != 0
		? MAP_FAILED
		: mmap(NULL, sizeof(struct vitals), PROT_READ | PROT_WRITE,
			  MAP_SHARED, fd, 0);
	/* Our own mapping stays writable, nobody gets another such one. */
	if (at == MAP_FAILED ||
		fcntl(fd, F_ADD_SEALS,
			F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW |
				F_SEAL_SEAL) != 0) {
		enum err e = err_from_errno(errno);

		(void)close(fd);
		return e;
	}
	*ret_vitals = at;
	*ret_fd = fd;
	return OK;
}

enum err vitals_read(int fd, const struct vitals **ret_vitals)
{
	void *at =
		mmap(NULL, sizeof(struct vitals), PROT_READ, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		return err_from_errno(errno);
	*ret_vitals = at;
	return OK;
}

uint64_t vitals_resident_bytes(pid_t pid)
{
	char text[128];
	struct str rest = { text, 0 };
	struct str part;
	uint64_t pages = 0;
	ssize_t n;
	int fd;

	(void)snprintf(text, sizeof(text), "/proc/%ld/statm", (long)pid);
	fd = open(text, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text));
	(void)close(fd);
	rest.len = n < 0 ? 0 : (size_t)n;
	if (!str_split(&rest, ' ', &part) || !str_split(&rest, ' ', &part) ||
		str_u64(part, &pages) != OK)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

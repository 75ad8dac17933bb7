#include "base/fault.h"

#ifdef PETITIOND_FAULTS

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/str.h"

/* Written by the tester in this order: left = 0, name, left. */
struct fault_page {
	_Atomic(uint32_t) left; /* passes until death; 0: disarmed */
	_Atomic(uint32_t) deaths;
	char name[48]; /* NUL-terminated */
};

static void die(void)
{
	(void)kill(getpid(), SIGKILL);
}

static struct fault_page *map_page(void)
{
	const char *text = getenv("PETITIOND_FAULT_FD");
	uint64_t fd;
	void *page;

	if (text == NULL || str_u64(str_c(text), &fd) != OK)
		return NULL;
	page = mmap(NULL, sizeof(struct fault_page), PROT_READ | PROT_WRITE,
		MAP_SHARED, (int)fd, 0);
	return page == MAP_FAILED ? NULL : page;
}

static void look_at_page(const char *name)
{
	static _Atomic(struct fault_page *) mapped;
	struct fault_page *page = atomic_load(&mapped);
	uint32_t left;

	if (page == NULL) {
		page = map_page();
		if (page == NULL)
			return;
		atomic_store(&mapped, page); /* twice by two threads: fine */
	}
	left = atomic_load(&page->left);
	if (left == 0 || !str_eq(str_c(page->name), str_c(name)))
		return;
	while (left != 0)
		if (atomic_compare_exchange_weak(&page->left, &left, left - 1))
			break;
	if (left != 1)
		return;
	(void)atomic_fetch_add(&page->deaths, 1);
	die();
}

static void look_at_environment(const char *name)
{
	static atomic_uint_fast64_t passes;
	struct str rest = str_c(getenv("PETITIOND_FAULT"));
	struct str part;
	uint64_t nth = 1;

	if (rest.at == NULL || !str_split(&rest, ':', &part) ||
		!str_eq(part, str_c(name)))
		return;
	if (rest.at != NULL && str_u64(rest, &nth) != OK)
		return;
	if (atomic_fetch_add(&passes, 1) + 1 >= nth)
		die();
}

void fault_point(const char *name)
{
	look_at_environment(name);
	look_at_page(name);
}

#else
typedef int fault_is_empty_in_this_build;
#endif

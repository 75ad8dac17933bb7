#include "base/fault.h"

#ifdef PETITIOND_FAULTS

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/str.h"

void fault_point(const char *name)
{
	static atomic_uint_fast64_t passes;
	const char *want = getenv("PETITIOND_FAULT");
	const char *once = getenv("PETITIOND_FAULT_ONCE");
	struct str rest = str_c(want);
	struct str part;
	uint64_t nth = 1;

	if (want == NULL || !str_split(&rest, ':', &part) ||
		!str_eq(part, str_c(name)))
		return;
	if (rest.at != NULL && str_u64(rest, &nth) != OK)
		return;
	if (atomic_fetch_add(&passes, 1) + 1 < nth)
		return;
	if (once != NULL && unlink(once) != 0)
		return;
	(void)kill(getpid(), SIGKILL);
}

#else
typedef int fault_is_empty_in_this_build;
#endif

#include "load.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"

/* What each kind is called, and the status that is good. */
static const struct {
	const char *name;
	int good;
} kinds[LOAD_KINDS] = {
	[LOAD_POST] = { "post", 303 },
	[LOAD_CONFIRM] = { "confirm", 303 },
	[LOAD_PAGE] = { "page", 200 },
	[LOAD_ASSET] = { "asset", 200 },
	[LOAD_AGAIN] = { "again", 304 },
	[LOAD_FORM] = { "form", 200 },
	[LOAD_FAULT] = { "mistake", 422 },
	[LOAD_CHECK] = { "check", 200 },
	[LOAD_LINK] = { "link", 200 },
	[LOAD_OTHER] = { "other", 200 },
	[LOAD_RECEIPT] = { "receipt", 200 },
	[LOAD_STOP] = { "stop", 303 },
	[LOAD_MAIL] = { "mail", 250 },
};

/* ---- latencies ---- */

void stats_add(struct stats *s, const struct load_reply *r, int64_t now_ns)
{
	int64_t us = (now_ns - r->due_ns) / 1000;

	s->status[r->kind][r->status]++;
	if (s->n[r->kind] == s->cap[r->kind]) {
		size_t cap = s->cap[r->kind] == 0 ? 65536 : s->cap[r->kind] * 2;
		uint32_t *more =
			realloc(s->latency_us[r->kind], cap * sizeof(*more));

		if (more == NULL)
			load_die("no memory");
		s->latency_us[r->kind] = more;
		s->cap[r->kind] = cap;
	}
	s->latency_us[r->kind][s->n[r->kind]++] = (uint32_t)us;
}

void stats_free(struct stats *s)
{
	for (int k = 0; k < LOAD_KINDS; k++)
		free(s->latency_us[k]);
}

static bool is_good(enum load_kind kind, int status)
{
	return status == kinds[kind].good ||
		(kind == LOAD_AGAIN && status == 200);
}

bool load_good(const struct load_reply *reply)
{
	return is_good(reply->kind, reply->status);
}

uint64_t stats_bad(const struct stats *s)
{
	uint64_t bad = 0;

	for (int k = 0; k < LOAD_KINDS; k++)
		for (int i = 0; i <= LOAD_STATUS_MAX; i++)
			if (!is_good((enum load_kind)k, i))
				bad += s->status[k][i];
	return bad;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

void stats_print(struct stats *s, enum load_kind kind, double seconds)
{
	size_t n = s->n[kind];
	uint32_t *us = s->latency_us[kind];

	if (n == 0)
		return;
	qsort(us, n, sizeof(*us), compare);
	printf("%-8s %8.0f/s  p50 %.2f ms  p90 %.2f ms  p99 %.2f ms"
	       "  max %.2f ms  of %zu",
		kinds[kind].name, (double)s->good[kind] / seconds,
		us[n / 2] / 1e3, us[n * 9 / 10] / 1e3, us[n * 99 / 100] / 1e3,
		us[n - 1] / 1e3, n);
	for (int i = 0; i <= LOAD_STATUS_MAX; i++)
		if (s->status[kind][i] > 0 && !is_good(kind, i))
			printf("  %s%d: %llu", i == 0 ? "closed " : "status ",
				i, (unsigned long long)s->status[kind][i]);
	printf("\n");
}

/* ---- /proc ---- */

static bool slurp(const char *path, char *ret_text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret_text, size - 1);

	if (fd >= 0)
		(void)close(fd);
	if (n < 0)
		return false;
	ret_text[n] = '\0';
	return true;
}

/* utime and stime, fields 14 and 15 of proc(5)'s stat. */
static double cpu_of(const char *path)
{
	char text[1024];
	const char *at;
	unsigned long long user = 0, sys = 0;

	if (!slurp(path, text, sizeof(text)) ||
		(at = strrchr(text, ')')) == NULL ||
		sscanf(at + 1,
			" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu "
			"%llu",
			&user, &sys) != 2)
		return 0;
	return (double)(user + sys) / (double)sysconf(_SC_CLK_TCK);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return (int)(strtol((*a)->d_name, NULL, 10) -
		strtol((*b)->d_name, NULL, 10));
}

static void read_threads(struct role_cpu *r)
{
	char path[400];
	struct dirent **names = NULL;
	int n;

	(void)snprintf(path, sizeof(path), "/proc/%d/task", (int)r->pid);
	n = scandir(path, &names, NULL, by_name);
	for (int i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "/proc/%d/task/%s/stat",
			(int)r->pid, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && r->threads < THREADS_MAX)
			r->thread_s[r->threads++] = cpu_of(path);
		free(names[i]);
	}
	free(names);
}

static void read_role(struct role_cpu *r, long pid)
{
	char path[64], text[512] = "";
	unsigned long pages = 0;

	*r = (struct role_cpu){ .pid = (pid_t)pid };
	(void)snprintf(path, sizeof(path), "/proc/%ld/cmdline", pid);
	if (slurp(path, text, sizeof(text)) && strlen(text) > 0) {
		const char *last = text;

		/* petitiond --role NAME, each behind a NUL */
		for (int i = 0; i < 2; i++)
			last += strlen(last) + 1;
		(void)snprintf(r->name, sizeof(r->name), "%s", last);
	}
	(void)snprintf(path, sizeof(path), "/proc/%ld/statm", pid);
	if (slurp(path, text, sizeof(text)) &&
		sscanf(text, "%*u %lu", &pages) == 1)
		r->rss_mib =
			(double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576;
	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	r->cpu_s = cpu_of(path);
	read_threads(r);
}

void roles_read(pid_t supervisor, struct roles_cpu *ret_roles)
{
	char path[64], text[512], *at = text;

	ret_roles->n = 0;
	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
		(int)supervisor, (int)supervisor);
	if (!slurp(path, text, sizeof(text)))
		return;
	while (ret_roles->n < ROLES_MAX) {
		char *end;
		long pid = strtol(at, &end, 10);

		if (end == at)
			return;
		at = end;
		read_role(&ret_roles->role[ret_roles->n++], pid);
	}
}

void roles_print(const struct roles_cpu *before, const struct roles_cpu *after,
	double seconds, uint64_t good)
{
	for (size_t i = 0; i < after->n && i < before->n; i++) {
		const struct role_cpu *a = &after->role[i];
		const struct role_cpu *b = &before->role[i];

		printf("  %-8s %6.1f %% of a core  %7.1f us each  %8.1f MiB",
			a->name, (a->cpu_s - b->cpu_s) / seconds * 100,
			(a->cpu_s - b->cpu_s) * 1e6 / (double)good, a->rss_mib);
		for (size_t t = 0;
			t < a->threads && a->threads > 1 && t < b->threads; t++)
			printf("%s%.1f", t == 0 ? "  threads " : " + ",
				(a->thread_s[t] - b->thread_s[t]) / seconds *
					100);
		printf("\n");
	}
}

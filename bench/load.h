/*
 * load.h - the parts of petition-load: client, mailbox, measurements.
 *
 * One thread, one epoll.  Whatever waits in it begins with a struct source.
 * Times are nanoseconds of CLOCK_MONOTONIC.  This is a measuring tool: what
 * cannot go on ends the program with a sentence.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/str.h"

struct source {
	void (*ready)(struct source *s);
};

/* Say it and exit. */
_Noreturn void load_die(const char *what);
int64_t load_now_ns(void);

/* ---- load_http.c: HTTP/1.1 over connections that are kept ---- */

enum load_kind { LOAD_POST, LOAD_CONFIRM, LOAD_PAGE, LOAD_KINDS };

enum { LOAD_STATUS_CLOSED = 0, LOAD_STATUS_MAX = 599 };

/* An exchange that ended; status LOAD_STATUS_CLOSED: without an answer. */
struct load_reply {
	enum load_kind kind;
	int status;
	int64_t due_ns; /* when it should have been sent */
};

typedef void load_done(void *context, const struct load_reply *reply);

struct client;

struct client *client_open(int epoll_fd, const struct sockaddr_in *server,
	unsigned connections, load_done *done, void *context);
bool client_is_idle(const struct client *c);
unsigned client_busy(const struct client *c);
/* Send a whole request over an idle connection; there must be one. */
void client_send(struct client *c, enum load_kind kind, int64_t due_ns,
	struct str request);
void client_close(struct client *c);

/* ---- load_mailbox.c: an SMTP server that keeps the tokens ---- */

struct mailbox;

/* Called for each mail; token is its confirmation code, empty if none. */
typedef void load_mail(void *context, struct str token);

struct mailbox *mailbox_open(
	int epoll_fd, uint16_t port, load_mail *took, void *context);

/* ---- load_stats.c: what came out ---- */

struct stats {
	/* of requests that were due in the window */
	uint32_t *latency_us[LOAD_KINDS];
	size_t n[LOAD_KINDS];
	size_t cap[LOAD_KINDS];
	uint64_t status[LOAD_KINDS][LOAD_STATUS_MAX + 1];
	/* acknowledgements that came in the window */
	uint64_t good[LOAD_KINDS];
};

void stats_add(struct stats *s, const struct load_reply *reply, int64_t now_ns);
/* Whether it acknowledged: 303 to a form, 200 to a page. */
bool load_good(const struct load_reply *reply);
/* One line: rate, latencies, and whatever was no acknowledgement. */
void stats_print(struct stats *s, enum load_kind kind, double seconds);

enum { ROLES_MAX = 8, THREADS_MAX = 32 };

/* CPU of the server's processes and threads, from /proc. */
struct role_cpu {
	char name[16];
	pid_t pid;
	double cpu_s;
	double rss_mib;
	size_t threads;
	double thread_s[THREADS_MAX];
};

struct roles_cpu {
	size_t n;
	struct role_cpu role[ROLES_MAX];
};

/* Supervisor's children; n is 0 if there is no such process. */
void roles_read(pid_t supervisor, struct roles_cpu *ret_roles);
/* CPU in all and for each of good requests, memory, CPU by thread. */
void roles_print(const struct roles_cpu *before, const struct roles_cpu *after,
	double seconds, uint64_t good);

#endif

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

/* ---- load_common.c ---- */

/* Say it and exit. */
_Noreturn void load_die(const char *what);
int64_t load_now_ns(void);
/* Uniform in (0, 1). */
double load_uniform(void);
/* An exponential wait of that mean: the gaps of a Poisson process. */
int64_t load_wait_ns(double mean_s);
/* Read http://ADDRESS:PORT; false if it is none. */
bool load_url(
	const char *url, struct sockaddr_in *ret_server, const char **ret_host);
/* Call what is ready; waits for a millisecond at most. */
void load_turn(int epoll_fd);

/* The head of a request as Firefox writes it, whose body is still to come.
 * Whoever wants to read the answer does without compression. */
struct load_head {
	const char *method;
	const char *path;
	const char *host;
	size_t body_len;
	struct str etag; /* of what is at hand, or empty */
	bool plain;
};
void load_put_head(struct buf *b, const struct load_head *head);

/* ---- load_http.c: HTTP/1.1 over connections that are kept ---- */

enum load_kind {
	LOAD_POST, /* a form that is sent */
	LOAD_CONFIRM, /* the button of a mail's link */
	LOAD_PAGE, /* the petition's page, first seen */
	LOAD_ASSET, /* what that page names, none of which is kept */
	LOAD_AGAIN, /* the page once more, with its ETag */
	LOAD_FORM,
	LOAD_FAULT, /* a form with a mistake in it */
	LOAD_CHECK, /* the form before it is sent */
	LOAD_LINK, /* a mail's link, opened */
	LOAD_OTHER, /* the button of a link that came second */
	LOAD_RECEIPT,
	LOAD_STOP, /* no more updates */
	LOAD_MAIL, /* no request: from a form's answer to its mail */
	LOAD_KINDS
};

enum { LOAD_STATUS_CLOSED = 0, LOAD_STATUS_MAX = 599 };

/* What is to be sent. */
struct load_ask {
	enum load_kind kind;
	int64_t due_ns; /* when it should be sent */
	uint32_t life; /* whose it is, given back with the reply */
	bool wants_body;
};

/* An exchange that ended; status LOAD_STATUS_CLOSED: without an answer.  Head
 * and body are lent until the callback returns, body is empty unless it was
 * asked for. */
struct load_reply {
	enum load_kind kind;
	int status;
	int64_t due_ns;
	uint32_t life;
	struct str head;
	struct str body;
};

/* The value of a field of a reply's head, by its name in the spelling servers
 * use with CR LF in front and ": " behind; STR_NULL if it has none. */
struct str load_field(struct str head, const char *name);

typedef void load_done(void *context, const struct load_reply *reply);

struct client;

struct client *client_open(int epoll_fd, const struct sockaddr_in *server,
	unsigned connections, load_done *done, void *context);
bool client_is_idle(const struct client *c);
unsigned client_busy(const struct client *c);
/* Send a whole request over an idle connection; there must be one. */
void client_send(
	struct client *c, const struct load_ask *ask, struct str request);
void client_close(struct client *c);

/* ---- load_mailbox.c: an SMTP server that keeps the tokens ---- */

struct mailbox;

/* Called for each mail: the address of its envelope, and its confirmation
 * code, empty if it has none. */
typedef void load_mail(void *context, struct str to, struct str token);

struct mailbox *mailbox_open(
	int epoll_fd, uint16_t port, load_mail *took, void *context);
void mailbox_close(struct mailbox *box);

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

void stats_free(struct stats *s);
void stats_add(struct stats *s, const struct load_reply *reply, int64_t now_ns);
/* Whether it acknowledged: 303 to what is sent, 200 to what is asked for, 422
 * to a mistake, 304 to a page that has not changed. */
bool load_good(const struct load_reply *reply);
/* Replies that were not good, of all kinds. */
uint64_t stats_bad(const struct stats *s);
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

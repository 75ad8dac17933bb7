/*
 * server.h - what the server's parts share.  Private to src/http.
 *
 * Threads: libmicrohttpd's one or two (connections and requests), the reaper
 * (deadlines), and any that call http_answer.  `lock` guards the list of
 * connections, the limits, the lingering sockets and every step into or out
 * of the parked state.  It may be held while calling MHD_suspend_connection
 * and MHD_resume_connection; libmicrohttpd holds no lock of its own when it
 * calls us, so the order is always ours first.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "http/gate.h"
#include "http/http.h"
#include "http/limit.h"

/* What a connection waits for; each has its own deadline. */
enum phase {
	PHASE_FRESH, /* accepted, nothing read yet: the head deadline runs */
	PHASE_HEAD,
	PHASE_BODY,
	PHASE_HANDLER, /* ours to answer: no deadline */
	PHASE_REPLY,
	PHASE_IDLE, /* between requests */
};

/* A connection; from MHD_CONNECTION_NOTIFY_STARTED to _CLOSED. */
struct http_conn {
	struct http_conn *next;
	struct http_conn *prev;
	struct http_server *server;
	struct MHD_Connection *mhd;
	struct exchange *parked; /* guarded by lock */
	int fd;
	struct http_addr peer;
	bool trusted; /* the peer is a proxy of ours */
	bool counted; /* in by_peer */
	bool lingers; /* refused unread: drain before closing */
	_Atomic int64_t until; /* the deadline and the phase, conn_until */
	/* Of the loop alone (trim.c): */
	const struct MHD_Daemon *daemon;
	uintptr_t pool_at; /* where its pool begins, 0: not known */
	bool pool_asked;
	int64_t trimmed_until;
};

/* What a connection does now and until when (monotonic), in one number, so
 * that the reaper never sees the one without the other. */
static inline int64_t conn_until(int64_t deadline_ms, enum phase phase)
{
	return deadline_ms * 8 + phase;
}

/* Whoever moves a request from PARKED to GIVEN, and only that thread, sets its
 * reply and resumes it. */
enum answer_state { ANSWER_OPEN, ANSWER_PARKED, ANSWER_GIVEN };

/* A request and its way; counted: the connection holds one reference, whoever
 * is to call http_answer another.  conn may be used by libmicrohttpd's thread
 * until completion, and by the thread that made state GIVEN until it has
 * resumed the connection. */
struct exchange {
	struct http_request request; /* first: handlers know only this */
	atomic_uint refs;
	_Atomic enum answer_state state;
	struct http_conn *conn;
	struct http_reply *reply; /* owned */
	int64_t begun_us; /* when the head was there */
	bool judged; /* the head was */
	bool handled; /* the handler ran */
	bool parked; /* it parked */
	bool counted; /* in by_client */
	char *body; /* content_length bytes in the arena */
	struct gate_facts facts; /* views of libmicrohttpd's memory */
	const char *target_at; /* where the raw target lies (gate.h) */
	size_t target_len; /* may be more than was copied */
	char target[]; /* its copy, cut at GATE_MAX_TARGET_BYTES */
};

/* A closed connection whose last reply must not be lost to a reset: our end
 * is shut, what still comes is read and dropped. */
struct lingering {
	int fd;
	int64_t until_ms;
};

/* A connection's memory in libmicrohttpd: a head of 8 KB with 64 fields, the
 * fields of the reply, and a piece of a body. */
enum { CONN_POOL_BYTES = 16 * 1024 - 16 };
enum { SERVER_MAX_LINGERING = 64, SERVER_REPLY_MAX = 14, SERVER_LOOPS_MAX = 2 };

/* A daemon and the thread that turns it. */
struct http_loop {
	struct http_server *server;
	struct MHD_Daemon *daemon;
	pthread_t thread;
	int wake_fd;
	atomic_bool woken; /* wake_fd is readable, or will be looked at */
	bool quiet; /* takes no new connections */
};

struct http_server {
	struct http_settings settings;
	struct http_handler handler;
	struct http_loop loop[SERVER_LOOPS_MAX];
	unsigned loop_n;
	atomic_bool loops_end;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* a connection ended or resumed */
	pthread_cond_t reaper_wakes;
	struct http_conn *conns;
	unsigned conn_n;
	struct limit by_peer;
	struct limit by_client; /* requests that came through a proxy */
	unsigned parked_n; /* guarded by lock */
	atomic_bool stopping;
	bool no_parking;
	bool reaper_ends;
	pthread_t reaper;
	struct lingering lingering[SERVER_MAX_LINGERING];
	size_t lingering_n;
	struct http_reply *plain[SERVER_REPLY_MAX];
	struct http_reply *closing[SERVER_REPLY_MAX];
};

int64_t server_now_ms(void);
int64_t server_now_us(void);
void conn_enter(struct http_conn *c, enum phase phase);

/* The server's own short replies (a new reference). */
MUST_USE enum err server_replies_make(struct http_server *s);
void server_replies_free(struct http_server *s);
struct http_reply *server_reply_for(
	struct http_server *s, unsigned status, bool closes);

/* exchange.c: libmicrohttpd's callbacks, cls being the server. */
void *exchange_target(void *cls, const char *uri, struct MHD_Connection *c);
enum MHD_Result exchange_step(void *cls, struct MHD_Connection *c,
	const char *url, const char *method, const char *version,
	const char *data, size_t *data_len, void **con_cls);
void exchange_completed(void *cls, struct MHD_Connection *c, void **con_cls,
	enum MHD_RequestTerminationCode why);
/* Answer every parked request with 503; lock must be held. */
void exchange_refuse_parked(struct http_server *s);

/* loop.c: false if there is no thread; the daemon stays the caller's. */
bool loop_start(
	struct http_loop *l, struct http_server *s, struct MHD_Daemon *daemon);
/* There is something to do: a flag of the server's, a resumed connection. */
void loops_wake(struct http_server *s);
/* Wait for its end, after loops_end was set. */
void loop_join(struct http_loop *l);

/* conn.c */
enum MHD_Result conn_accept(
	void *cls, const struct sockaddr *addr, socklen_t addr_len);
void conn_notify(void *cls, struct MHD_Connection *c, void **socket_context,
	enum MHD_ConnectionNotificationCode what);

/* trim.c: the first head of a connection lies here.  In its loop's thread, as
 * the next. */
void trim_learn(struct http_conn *c, const char *head, size_t head_bytes);
/* Between two turns of the daemon; true while there are so many connections
 * that it should be called about twice a second. */
bool trim_idle(struct http_server *s, const struct MHD_Daemon *daemon);

/* reaper.c: its thread. */
void *reaper_main(void *cls);

#endif

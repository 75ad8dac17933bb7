#include "http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/socket.h>

#include "base/rng.h"

/* Any byte but zero: what freed memory is overwritten with (mallopt(3)). */
static const int PERTURB = 0xa5;
/* How long replies that were given at the very end may take to leave. */
static const int64_t LAST_WORDS_MS = 1000;

struct http_settings http_settings_default(void)
{
	return (struct http_settings){
		.listen_fd = -1,
		.threads = 1,
		.max_connections = 4096,
		.max_per_address = 64,
		.max_parked = 2048,
		.max_arena_bytes = 256 * 1024,
		.head_ms = 10000,
		.body_ms = 20000,
		.reply_ms = 30000,
		.idle_ms = 15000,
		.stop_ms = 10000,
	};
}

/* Paths and queries are decoded by us (target.h). */
static size_t leave_escaped(void *cls, struct MHD_Connection *c, char *s)
{
	(void)cls;
	(void)c;
	return strlen(s);
}

/* TLS 1.2 for the phones that know no better; nothing older (RFC 8996). */
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

enum { MAX_OPTIONS = 4 };

/* The options that depend on the settings. */
static void fill_options(const struct http_settings *set,
	struct MHD_OptionItem option[MAX_OPTIONS])
{
	size_t n = 0;

	if (set->tls_cert_pem != NULL) {
		option[n++] =
			(struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0,
				(void *)(uintptr_t)set->tls_cert_pem };
		option[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY,
			0, (void *)(uintptr_t)set->tls_key_pem };
		option[n++] =
			(struct MHD_OptionItem){ MHD_OPTION_HTTPS_PRIORITIES, 0,
				(void *)(uintptr_t)TLS_PRIORITIES };
	}
	option[n] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
}

static struct MHD_Daemon *start_daemon(struct http_server *s)
{
	const struct http_settings *set = &s->settings;
	struct MHD_OptionItem option[MAX_OPTIONS];
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;

	if (set->tls_cert_pem != NULL)
		flags |= MHD_USE_TLS;
	fill_options(set, option);
	return MHD_start_daemon(flags, 0, conn_accept, s, exchange_step, s,
		MHD_OPTION_LISTEN_SOCKET, set->listen_fd,
		MHD_OPTION_CONNECTION_LIMIT,
		set->max_connections / set->threads,
		MHD_OPTION_CONNECTION_TIMEOUT, 0u,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONN_POOL_BYTES,
		MHD_OPTION_NOTIFY_CONNECTION, conn_notify, s,
		MHD_OPTION_URI_LOG_CALLBACK, exchange_target, s,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, exchange_completed, s,
		MHD_OPTION_ARRAY, option, MHD_OPTION_END);
}

/* The listening socket stays the caller's: a daemon that has not given it back
 * would close it. */
static void stop_daemon(struct MHD_Daemon *d, bool quiet)
{
	if (!quiet)
		(void)MHD_quiesce_daemon(d);
	MHD_stop_daemon(d);
}

/* The loops that run, and their daemons, end. */
static void end_loops(struct http_server *s)
{
	atomic_store(&s->loops_end, true);
	for (unsigned i = 0; i < s->loop_n; i++)
		loop_join(&s->loop[i]);
	/* It aborts if a connection is still suspended; none is: all that were
	 * parked are resumed, and none can be parked any more. */
	for (unsigned i = 0; i < s->loop_n; i++)
		stop_daemon(s->loop[i].daemon, s->loop[i].quiet);
}

static bool start_loops(struct http_server *s)
{
	while (s->loop_n < s->settings.threads) {
		struct MHD_Daemon *d = start_daemon(s);

		if (d == NULL)
			return false;
		if (!loop_start(&s->loop[s->loop_n], s, d)) {
			stop_daemon(d, false);
			return false;
		}
		s->loop_n++;
	}
	return true;
}

static void init_lock(struct http_server *s)
{
	pthread_condattr_t attr;

	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&s->changed, &attr);
	(void)pthread_cond_init(&s->reaper_wakes, &attr);
	(void)pthread_condattr_destroy(&attr);
}

static void free_parts(struct http_server *s)
{
	server_replies_free(s);
	limit_release(&s->by_peer);
	limit_release(&s->by_client);
	(void)pthread_cond_destroy(&s->changed);
	(void)pthread_cond_destroy(&s->reaper_wakes);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

static enum err make_parts(struct http_server *s)
{
	const struct http_settings *set = &s->settings;
	uint64_t seed;
	enum err e;

	rng_fill(rng_system(), &seed, sizeof(seed));
	e = limit_init(
		&s->by_peer, set->max_connections, set->max_per_address, seed);
	if (e != OK)
		return e;
	e = limit_init(&s->by_client, set->max_connections,
		set->max_per_address, seed);
	if (e != OK)
		return e;
	return server_replies_make(s);
}

static bool settings_are_sound(const struct http_settings *set)
{
	return set->threads >= 1 && set->threads <= 2 &&
		set->max_connections >= set->threads &&
		set->max_per_address >= 1 && set->head_ms > 0 &&
		set->body_ms > 0 && set->reply_ms > 0 && set->idle_ms > 0 &&
		set->stop_ms >= 0 &&
		(set->tls_cert_pem == NULL) == (set->tls_key_pem == NULL);
}

static void end_reaper(struct http_server *s)
{
	(void)pthread_mutex_lock(&s->lock);
	s->reaper_ends = true;
	(void)pthread_cond_signal(&s->reaper_wakes);
	(void)pthread_mutex_unlock(&s->lock);
	(void)pthread_join(s->reaper, NULL);
}

/* An accept that finds nobody must not wait. */
static enum err listen_without_waiting(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return err_from_errno(errno);
	return OK;
}

enum err http_start(const struct http_settings *settings,
	const struct http_handler *handler, struct http_server **ret_server)
{
	struct http_server *s;
	enum err e;

	if (!settings_are_sound(settings))
		return ERR_INVALID;
	e = listen_without_waiting(settings->listen_fd);
	if (e != OK)
		return e;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return ERR_MEMORY;
	s->settings = *settings;
	s->handler = *handler;
	init_lock(s);
	e = make_parts(s);
	if (e != OK)
		goto err0;
	(void)mallopt(M_PERTURB, PERTURB);
	e = ERR_IO;
	if (pthread_create(&s->reaper, NULL, reaper_main, s) != 0)
		goto err0;
	if (!start_loops(s))
		goto err1;
	*ret_server = s;
	return OK;

err1:
	atomic_store(&s->stopping, true);
	end_loops(s);
	end_reaper(s);
err0:
	free_parts(s);
	return e;
}

/* Until every connection has ended, or ms have passed; lock held. */
static void wait_for_end(struct http_server *s, int64_t ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(ms / 1000);
	until.tv_nsec += (long)(ms % 1000 * 1000000);
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (s->conn_n > 0)
		if (pthread_cond_timedwait(&s->changed, &s->lock, &until) ==
			ETIMEDOUT)
			break;
}

void http_stop(struct http_server *s)
{
	if (s == NULL)
		return;
	atomic_store(&s->stopping, true);
	loops_wake(s);
	(void)pthread_mutex_lock(&s->lock);
	(void)pthread_cond_signal(&s->reaper_wakes);
	wait_for_end(s, s->settings.stop_ms);
	s->no_parking = true;
	exchange_refuse_parked(s);
	while (s->parked_n > 0) /* another thread is about to resume it */
		(void)pthread_cond_wait(&s->changed, &s->lock);
	wait_for_end(s, LAST_WORDS_MS);
	(void)pthread_mutex_unlock(&s->lock);
	end_loops(s);
	end_reaper(s);
	free_parts(s);
}

struct http_counts http_count(struct http_server *s)
{
	struct http_counts n;

	(void)pthread_mutex_lock(&s->lock);
	n = (struct http_counts){ s->conn_n, s->parked_n };
	(void)pthread_mutex_unlock(&s->lock);
	return n;
}

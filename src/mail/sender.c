#include "mail/sender.h"

#include <assert.h>
#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/wipe.h"
#include "mail/smtp.h"

enum {
	CONNECTIONS = 8,
	CONNECTIONS_MAX = 64,
	WINDOW = 256,
	WINDOW_MAX = 65536,
	TRIES = 4,
	RETRY_FIRST_MS = 1000,
	RETRY_MAX_MS = 300000,
	TOOK_SAMPLES = 32,
	TOOK_UNKNOWN_US = 20000, /* before the first mail went */
};

enum parcel_state { FREE, WAITING, FLYING, DONE };

/* A mail's place in the window.  mail is set from WAITING until DONE, unless
 * it pretends. */
struct parcel {
	enum parcel_state state;
	bool pretends;
	enum mail_outcome outcome; /* when DONE, or of a pretence */
	unsigned tries;
	uint64_t tag;
	uint64_t order; /* of submission; of finishing when DONE */
	int64_t ready_ms; /* not before */
	struct smtp_mail mail;
};

/*
 * All below lock is under it, except that a FLYING parcel's mail belongs to
 * the thread that flies it.  While pausing (down_tries > 0) one parcel flies
 * at a time.  free_count counts the FREE parcels.
 */
struct mail_sender {
	struct mail_settings settings; /* strings are ours */
	struct clock *clock;
	struct rng *rng;
	atomic_bool stop;
	int fd;
	pthread_t *threads;
	unsigned thread_count;
	pthread_mutex_t lock;
	pthread_cond_t work; /* something to do, or stop */
	struct parcel *window;
	size_t free_count;
	size_t done_count;
	size_t real_count; /* WAITING or FLYING, without pretences */
	unsigned flying;
	uint64_t next_order;
	unsigned down_tries;
	int64_t down_until_ms;
	uint64_t pauses; /* begun; tells old failures from new ones */
	uint32_t took_us[TOOK_SAMPLES];
	unsigned took_count;
	struct mail_stats stats;
};

uint32_t mail_backoff_ms(
	unsigned tries, uint32_t first_ms, uint32_t max_ms, struct rng *rng)
{
	uint64_t ms = first_ms;

	for (unsigned i = 1; i < tries && ms < max_ms; i++)
		ms *= 2;
	if (ms > max_ms)
		ms = max_ms;
	return (uint32_t)(ms - ms / 4 + rng_below(rng, ms / 2 + 1));
}

/* ------------------------------------------------- outcomes, under lock */

static void finish(
	struct mail_sender *s, struct parcel *p, enum mail_outcome outcome)
{
	uint64_t one = 1;

	if (!p->pretends) {
		smtp_mail_release(&p->mail);
		s->real_count--;
		s->stats.sent += outcome == MAIL_SENT;
		s->stats.refused += outcome == MAIL_REFUSED;
		s->stats.later += outcome == MAIL_LATER;
	}
	p->state = DONE;
	p->outcome = outcome;
	p->order = s->next_order++;
	s->done_count++;
	/* It can only fail when 2^64 - 2 wakings wait: then it is readable. */
	(void)!write(s->fd, &one, sizeof(one));
}

static void put_back(struct mail_sender *s, struct parcel *p)
{
	p->state = WAITING;
	p->order = s->next_order++;
}

/* This mail alone waits, or leaves when it did so too often. */
static void put_off(struct mail_sender *s, struct parcel *p)
{
	p->tries++;
	if (p->tries >= s->settings.tries) {
		finish(s, p, MAIL_LATER);
		return;
	}
	put_back(s, p);
	p->ready_ms = clock_mono_ms(s->clock) +
		mail_backoff_ms(p->tries, s->settings.retry_first_ms,
			s->settings.retry_max_ms, s->rng);
}

/* All wait.  Failures of flights that began before the pause did are the same
 * failure. */
static void pause_all(struct mail_sender *s, uint64_t pauses_then)
{
	if (pauses_then != s->pauses)
		return;
	s->pauses++;
	s->down_tries++;
	s->stats.relay_failures++;
	s->down_until_ms = clock_mono_ms(s->clock) +
		mail_backoff_ms(s->down_tries, s->settings.retry_first_ms,
			s->settings.retry_max_ms, s->rng);
}

static void relay_answers(struct mail_sender *s, uint32_t took_us)
{
	s->down_tries = 0;
	s->took_us[s->took_count++ % TOOK_SAMPLES] = took_us;
}

static void settle(struct mail_sender *s, struct parcel *p,
	enum smtp_answer answer, uint64_t pauses_then)
{
	switch (answer) {
	case SMTP_TAKEN:
		finish(s, p, MAIL_SENT);
		break;
	case SMTP_REFUSED:
		finish(s, p, MAIL_REFUSED);
		break;
	case SMTP_PUT_OFF:
		put_off(s, p);
		break;
	case SMTP_LOST:
		pause_all(s, pauses_then);
		put_off(s, p);
		break;
	case SMTP_AWAY:
		pause_all(s, pauses_then);
		put_back(s, p);
		break;
	}
}

/* ---------------------------------------------------------- the threads */

/*
 * The oldest parcel that may fly now, or NULL and when to look again.  While
 * the relay is away a pretence cannot find out that it is back, so it is held
 * with the others, unless the window holds nothing else.
 */
static struct parcel *next_parcel(struct mail_sender *s, int64_t *ret_ms)
{
	struct parcel *best = NULL;
	int64_t now = clock_mono_ms(s->clock);
	bool pretences = s->down_tries == 0 || s->real_count == 0;

	*ret_ms = INT64_MAX;
	if (s->down_tries > 0 && s->flying > 0)
		return NULL;
	for (size_t i = 0; i < s->settings.window; i++) {
		struct parcel *p = &s->window[i];
		int64_t ready = p->ready_ms;

		if (p->state != WAITING || (p->pretends && !pretences))
			continue;
		if (s->down_tries > 0 && ready < s->down_until_ms)
			ready = s->down_until_ms;
		if (ready > now)
			*ret_ms = ready < *ret_ms ? ready : *ret_ms;
		else if (best == NULL || p->order < best->order)
			best = p;
	}
	return best;
}

static void wait_until(struct mail_sender *s, int64_t until_ms)
{
	int64_t ms = until_ms - clock_mono_ms(s->clock);
	struct timespec at;

	if (until_ms == INT64_MAX) {
		pthread_cond_wait(&s->work, &s->lock);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &at);
	ms = ms < 1 ? 1 : ms;
	at.tv_sec += (time_t)(ms / 1000);
	at.tv_nsec += (long)(ms % 1000) * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000;
	}
	(void)pthread_cond_clockwait(&s->work, &s->lock, CLOCK_MONOTONIC, &at);
}

/* Microseconds of a stopwatch: too fine for struct clock, and it decides
 * nothing but how long a pretence lasts. */
static int64_t stopwatch_us(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

/* How long one of the last real mails took; under lock. */
static uint32_t sample_us(struct mail_sender *s)
{
	unsigned n =
		s->took_count < TOOK_SAMPLES ? s->took_count : TOOK_SAMPLES;

	return n == 0 ? TOOK_UNKNOWN_US : s->took_us[rng_below(s->rng, n)];
}

static void sleep_us(struct mail_sender *s, uint32_t us)
{
	while (us > 0 && !atomic_load(&s->stop)) {
		uint32_t slice = us < 100000 ? us : 100000;

		(void)usleep(slice);
		us -= slice;
	}
}

/* Not under lock: the parcel is this thread's while it flies. */
static enum smtp_answer fly(struct mail_sender *s, struct smtp *smtp,
	struct parcel *p, uint32_t sample, int *ret_code, uint32_t *ret_us)
{
	int64_t began = stopwatch_us();
	enum smtp_answer answer = SMTP_TAKEN;

	*ret_code = 0;
	if (p->pretends)
		sleep_us(s, sample);
	else
		answer = smtp_send(smtp, &p->mail, ret_code);
	*ret_us = (uint32_t)(stopwatch_us() - began);
	return answer;
}

static void deliver(struct mail_sender *s, struct smtp *smtp, struct parcel *p)
{
	uint64_t pauses = s->pauses;
	uint32_t sample = sample_us(s);
	enum smtp_answer answer;
	uint32_t us;
	int code;

	p->state = FLYING;
	s->flying++;
	pthread_mutex_unlock(&s->lock);
	answer = fly(s, smtp, p, sample, &code, &us);
	pthread_mutex_lock(&s->lock);
	s->flying--;
	if (code >= 400)
		s->stats.relay_code = code;
	/* A pretence must not be better off than the rest when the relay went
	 * away meanwhile. */
	if (p->pretends && pauses != s->pauses)
		put_back(s, p);
	else if (p->pretends)
		finish(s, p, p->outcome);
	else
		settle(s, p, answer, pauses);
	if (!p->pretends && answer <= SMTP_PUT_OFF)
		relay_answers(s, us);
	/* Others may have waited for this flight's end. */
	pthread_cond_broadcast(&s->work);
}

static void *run(void *arg)
{
	struct mail_sender *s = arg;
	struct smtp *smtp = NULL;

	/* The settings were proved by mail_sender_open: only memory can lack,
	 * and then the others carry on. */
	if (smtp_open(&s->settings, &s->stop, &smtp) != OK)
		return NULL;
	pthread_mutex_lock(&s->lock);
	while (!atomic_load(&s->stop)) {
		int64_t until_ms;
		struct parcel *p = next_parcel(s, &until_ms);

		if (p != NULL)
			deliver(s, smtp, p);
		else
			wait_until(s, until_ms);
	}
	pthread_mutex_unlock(&s->lock);
	smtp_close(smtp);
	return NULL;
}

/* ------------------------------------------------------- open and close */

static char *copy_c(const char *text)
{
	char *copy = text != NULL ? strdup(text) : NULL;

	/* Some bytes at start: nothing can go on without them. */
	if (text != NULL && copy == NULL)
		abort();
	return copy;
}

static void settings_copy(
	const struct mail_settings *from, struct mail_settings *ret_to)
{
	*ret_to = *from;
	ret_to->relay = copy_c(from->relay);
	ret_to->hello = copy_c(from->hello);
	ret_to->user = copy_c(from->user);
	ret_to->password = copy_c(from->password);
	ret_to->ca_file = copy_c(from->ca_file);
	if (from->connections == 0)
		ret_to->connections = CONNECTIONS;
	if (from->window == 0)
		ret_to->window = WINDOW;
	if (from->tries == 0)
		ret_to->tries = TRIES;
	if (from->retry_first_ms == 0)
		ret_to->retry_first_ms = RETRY_FIRST_MS;
	if (from->retry_max_ms == 0)
		ret_to->retry_max_ms = RETRY_MAX_MS;
}

static void secret_free(const char *text)
{
	char *at = (char *)(uintptr_t)text;

	if (at != NULL)
		wipe(at, strlen(at));
	free(at);
}

static void settings_release(struct mail_settings *settings)
{
	secret_free(settings->relay);
	secret_free(settings->hello);
	secret_free(settings->user);
	secret_free(settings->password);
	secret_free(settings->ca_file);
}

/* All signals stay with the caller's threads; a broken pipe is an error that
 * libcurl sees in its return values. */
static enum err start_threads(struct mail_sender *s)
{
	sigset_t all;
	sigset_t before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (s->thread_count < s->settings.connections &&
		pthread_create(&s->threads[s->thread_count], NULL, run, s) == 0)
		s->thread_count++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return s->thread_count > 0 ? OK : ERR_MEMORY;
}

static void parcels_free(struct mail_sender *s)
{
	for (size_t i = 0; s->window != NULL && i < s->settings.window; i++) {
		struct parcel *p = &s->window[i];

		if ((p->state == WAITING || p->state == FLYING) && !p->pretends)
			smtp_mail_release(&p->mail);
	}
	free(s->window);
}

/* Could a connection be made with these settings? */
static enum err settings_try(struct mail_sender *s)
{
	struct smtp *smtp;
	enum err e;

	if (s->settings.connections > CONNECTIONS_MAX ||
		s->settings.window > WINDOW_MAX)
		return ERR_INVALID;
	e = smtp_open(&s->settings, &s->stop, &smtp);
	if (e == OK)
		smtp_close(smtp);
	return e;
}

enum err mail_sender_open(const struct mail_settings *settings,
	struct clock *clock, struct rng *rng, struct mail_sender **ret_sender)
{
	struct mail_sender *s = calloc(1, sizeof(*s));
	enum err e;

	if (s == NULL)
		return ERR_MEMORY;
	/* Counted and thread-safe (libcurl 7.84 and newer). */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(s);
		return ERR_MEMORY;
	}
	s->fd = -1;
	s->clock = clock;
	s->rng = rng;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->work, NULL);
	settings_copy(settings, &s->settings);
	e = settings_try(s);
	if (e != OK)
		goto err0;
	e = ERR_MEMORY;
	s->window = calloc(s->settings.window, sizeof(*s->window));
	s->threads = calloc(s->settings.connections, sizeof(*s->threads));
	if (s->window == NULL || s->threads == NULL)
		goto err0;
	s->free_count = s->settings.window;
	e = ERR_IO;
	s->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->fd == -1)
		goto err0;
	e = start_threads(s);
	if (e != OK)
		goto err0;

	*ret_sender = s;
	return OK;

err0:
	mail_sender_close(s);
	return e;
}

void mail_sender_close(struct mail_sender *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	atomic_store(&s->stop, true);
	pthread_cond_broadcast(&s->work);
	pthread_mutex_unlock(&s->lock);
	for (unsigned i = 0; i < s->thread_count; i++)
		pthread_join(s->threads[i], NULL);
	parcels_free(s);
	free(s->threads);
	if (s->fd != -1)
		close(s->fd);
	settings_release(&s->settings);
	pthread_cond_destroy(&s->work);
	pthread_mutex_destroy(&s->lock);
	free(s);
	curl_global_cleanup();
}

/* ------------------------------------------------------- the caller's side */

int mail_sender_fd(const struct mail_sender *s)
{
	return s->fd;
}

size_t mail_sender_room(struct mail_sender *s)
{
	size_t room;

	pthread_mutex_lock(&s->lock);
	room = s->free_count;
	pthread_mutex_unlock(&s->lock);
	return room;
}

/* A free parcel, or why there is none; under lock. */
static enum err place(
	struct mail_sender *s, uint64_t tag, struct parcel **ret_parcel)
{
	struct parcel *free_one = NULL;

	for (size_t i = 0; i < s->settings.window; i++) {
		struct parcel *p = &s->window[i];

		if (p->state == FREE)
			free_one = p;
		else if (p->tag == tag)
			return ERR_EXISTS;
	}
	if (free_one == NULL)
		return ERR_BUSY;
	*ret_parcel = free_one;
	return OK;
}

static enum err submit(
	struct mail_sender *s, const struct parcel *new_parcel, uint64_t tag)
{
	struct parcel *p;
	enum err e;

	pthread_mutex_lock(&s->lock);
	e = place(s, tag, &p);
	if (e == OK) {
		*p = *new_parcel;
		p->tag = tag;
		p->state = WAITING;
		p->order = s->next_order++;
		s->free_count--;
		s->real_count += !p->pretends;
		pthread_cond_signal(&s->work);
	}
	pthread_mutex_unlock(&s->lock);
	return e;
}

enum err mail_sender_submit(
	struct mail_sender *s, uint64_t tag, const struct mail_message *m)
{
	struct parcel p = { .pretends = false };
	enum err e = smtp_mail_make(m, &p.mail);

	if (e != OK)
		return e;
	e = submit(s, &p, tag);
	if (e != OK)
		smtp_mail_release(&p.mail);
	return e;
}

enum err mail_sender_pretend(
	struct mail_sender *s, uint64_t tag, enum mail_outcome outcome)
{
	struct parcel p = { .pretends = true, .outcome = outcome };

	return submit(s, &p, tag);
}

/* The parcel that was done first; under lock, done_count > 0. */
static struct parcel *first_done(struct mail_sender *s)
{
	struct parcel *first = NULL;

	for (size_t i = 0; i < s->settings.window; i++) {
		struct parcel *p = &s->window[i];

		if (p->state == DONE &&
			(first == NULL || p->order < first->order))
			first = p;
	}
	assert(first != NULL);
	return first;
}

size_t mail_sender_done(
	struct mail_sender *s, struct mail_report *ret_reports, size_t max)
{
	uint64_t wakings;
	size_t n = 0;

	pthread_mutex_lock(&s->lock);
	while (n < max && s->done_count > 0) {
		struct parcel *p = first_done(s);

		ret_reports[n++] = (struct mail_report){
			.tag = p->tag,
			.outcome = p->outcome,
		};
		*p = (struct parcel){ .state = FREE };
		s->done_count--;
		s->free_count++;
	}
	if (s->done_count == 0)
		(void)!read(s->fd, &wakings, sizeof(wakings));
	pthread_mutex_unlock(&s->lock);
	return n;
}

struct mail_stats mail_sender_stats(struct mail_sender *s)
{
	struct mail_stats stats;

	pthread_mutex_lock(&s->lock);
	stats = s->stats;
	stats.relay_down = s->down_tries > 0;
	pthread_mutex_unlock(&s->lock);
	return stats;
}

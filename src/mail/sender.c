#include "mail/sender.h"

#include <assert.h>
#include <curl/curl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/wipe.h"
#include "mail/sender_priv.h"

enum {
	CONNECTIONS = 8,
	CONNECTIONS_MAX = 64,
	WINDOW = 256,
	WINDOW_MAX = 65536,
	TRIES = 4,
	RETRY_FIRST_MS = 1000,
	RETRY_MAX_MS = 300000,
};

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
		pthread_create(
			&s->threads[s->thread_count], NULL, sender_run, s) == 0)
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
	s->pace = (struct pace){ .at_once = s->settings.domain_at_once,
		.per_second = s->settings.domain_per_second,
		.first_ms = s->settings.retry_first_ms,
		.max_ms = s->settings.retry_max_ms };
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
	struct parcel p = { .can_wait = m->can_wait,
		.domain = pace_key(m->to) };
	enum err e = smtp_mail_make(m, &p.mail);

	if (e != OK)
		return e;
	e = submit(s, &p, tag);
	if (e != OK)
		smtp_mail_release(&p.mail);
	return e;
}

enum err mail_sender_pretend(struct mail_sender *s, uint64_t tag,
	const struct mail_message *m, enum mail_outcome outcome)
{
	struct parcel p = { .pretends = true,
		.can_wait = m->can_wait,
		.domain = pace_key(m->to),
		.outcome = outcome };

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
			.no_mailbox = p->no_mailbox,
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

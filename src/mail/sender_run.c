#include "mail/sender_priv.h"

#include <unistd.h>

#include "base/wipe.h"

enum {
	TOOK_UNKNOWN_US = 20000, /* before the first mail went */
	LEAVE_MS = 5000, /* a domain rests for longer: make room */
	REST_MS = 500 /* without a mail, and a connection is closed */
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

static bool goes_before(const struct parcel *a, const struct parcel *b)
{
	return a->can_wait != b->can_wait ? b->can_wait : a->order < b->order;
}

/* When its own tries, the relay and its domain let this one fly. */
static int64_t ready_ms(struct mail_sender *s, struct parcel *p, int64_t now)
{
	int64_t ready = pace_ready_ms(&s->pace, p->domain, now);

	if (ready < p->ready_ms)
		ready = p->ready_ms;
	if (s->down_tries > 0 && ready < s->down_until_ms)
		ready = s->down_until_ms;
	return ready;
}

/*
 * The first parcel that may fly now, or NULL and when to look again.  While
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
		int64_t ready;

		if (p->state != WAITING || (p->pretends && !pretences))
			continue;
		ready = ready_ms(s, p, now);
		if (pace_rest_ms(&s->pace, p->domain) > now + LEAVE_MS)
			finish(s, p, MAIL_LATER);
		else if (ready > now)
			*ret_ms = ready < *ret_ms ? ready : *ret_ms;
		else if (best == NULL || goes_before(p, best))
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

/* As far as its domain is concerned. */
static enum pace_end how_it_ended(
	const struct parcel *p, enum smtp_answer answer)
{
	if (!p->pretends && answer <= SMTP_REFUSED)
		return PACE_WENT;
	return !p->pretends && answer == SMTP_PUT_OFF ? PACE_PUT_OFF
						      : PACE_NEITHER;
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
	pace_begin(&s->pace, p->domain, clock_mono_ms(s->clock));
	pthread_mutex_unlock(&s->lock);
	answer = fly(s, smtp, p, sample, &code, &us);
	pthread_mutex_lock(&s->lock);
	s->flying--;
	pace_end(&s->pace, p->domain, clock_mono_ms(s->clock),
		how_it_ended(p, answer), s->rng);
	if (code >= 400)
		s->stats.relay_code = code;
	p->no_mailbox = answer == SMTP_REFUSED && smtp_no_mailbox(smtp);
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

/* libcurl keeps the last command of a connection, with the address in it, as
 * long as the connection lives: so it ends when there is nothing to send. */
static enum err rest(struct mail_sender *s, struct smtp **smtp)
{
	enum err e;

	pthread_mutex_unlock(&s->lock);
	smtp_close(*smtp);
	*smtp = NULL;
	wipe_stack(4);
	e = smtp_open(&s->settings, &s->stop, smtp);
	pthread_mutex_lock(&s->lock);
	return e;
}

void *sender_run(void *arg)
{
	struct mail_sender *s = arg;
	struct smtp *smtp = NULL;
	int64_t rest_ms = INT64_MAX; /* when to rest, if it sent something */

	/* The settings were proved by mail_sender_open: only memory can lack,
	 * and then the others carry on. */
	if (smtp_open(&s->settings, &s->stop, &smtp) != OK)
		return NULL;
	pthread_mutex_lock(&s->lock);
	while (!atomic_load(&s->stop)) {
		int64_t until_ms;
		struct parcel *p = next_parcel(s, &until_ms);
		int64_t now = clock_mono_ms(s->clock);

		if (p != NULL) {
			deliver(s, smtp, p);
			rest_ms = clock_mono_ms(s->clock) + REST_MS;
		} else if (now < rest_ms) {
			wait_until(s, until_ms < rest_ms ? until_ms : rest_ms);
		} else if (rest(s, &smtp) == OK) {
			rest_ms = INT64_MAX;
		} else {
			break;
		}
	}
	pthread_mutex_unlock(&s->lock);
	smtp_close(smtp);
	return NULL;
}

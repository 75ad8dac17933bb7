/*
 * mailer.c - the mailer's turn: sealed jobs in, mails out, "done" back.
 *
 * It alone can open what sealer put into a job, and what it finds there (the
 * verdict, the address, the token) leaves it only as a mail.  Done is said in
 * the same way whatever a job held.
 */
#include <sys/resource.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/log.h"
#include "base/wipe.h"
#include "crypto/psr1.h"
#include "crypto/secret.h"
#include "role/body.h"
#include "role/message.h"
#include "role/period.h"
#include "role/post.h"
#include "role/runtime.h"
#include "role/tongue.h"

enum {
	TICK_MS = 60000,
	LOOK_MS = 5000, /* at the bounces */
	COUNTS_MS = 3600000,
	OPENERS_MAX = 64, /* epochs whose jobs are being sent */
	BATCH = 512,
	BODY_MAX = 4096
};

struct mailer {
	struct role *role;
	struct period *period;
	struct post *post;
	struct bounces *bounces;
	struct tongues tongues;
	int64_t tick_at_ms;
	int64_t look_at_ms;
	int64_t counts_at_ms;
	struct bounce_counts counts; /* what web may know: an hour's */
	struct opener *opener[OPENERS_MAX];
	size_t next_opener;
	uint64_t dead[BATCH]; /* jobs that cannot be opened any more */
	struct post_report report[BATCH];
	uint64_t slot[BATCH + BATCH];
};

/* ---- epochs ---- */

static struct opener *find_opener(struct mailer *m, const struct epoch_id *id)
{
	for (size_t i = 0; i < OPENERS_MAX; i++)
		if (m->opener[i] != NULL &&
			same_bytes(opener_id(m->opener[i]), id, sizeof(*id)))
			return m->opener[i];
	return NULL;
}

static void hear_header(struct mailer *m, struct view *v)
{
	struct message_header h;
	struct opener *opener = NULL;
	struct buf plain;
	enum err e;

	take_header(v, &h);
	if (!view_done(v) || h.compartment != COMPARTMENT_MAIL ||
		find_opener(m, &h.id) != NULL)
		return;
	buf_init(&plain, 256);
	e = period_open_header(m->period, h.header, &plain);
	if (e == OK)
		e = opener_new(buf_view(&plain), COMPARTMENT_MAIL, &opener);
	buf_release(&plain);
	if (e != OK) {
		log_err("mail-epoch-does-not-open",
			e == ERR_NOT_FOUND ? ERR_CRYPTO : e);
		return;
	}
	opener_free(m->opener[m->next_opener]);
	m->opener[m->next_opener] = opener;
	m->next_opener = (m->next_opener + 1) % OPENERS_MAX;
}

/* ---- jobs ---- */

/* The views are of body. */
static bool read_job(
	struct str body, struct post_job *ret_job, struct token *ret_token)
{
	struct body_mail mail;
	bool good = body_mail_read(body, &mail) == OK &&
		mail.slot == ret_job->slot &&
		mail.petition == ret_job->petition;

	if (good) {
		ret_job->verdict = (enum post_verdict)mail.verdict;
		ret_job->email = mail.email;
		ret_job->name = mail.name;
		*ret_token = mail.token;
		memcpy(ret_job->o, &mail.o, sizeof(ret_job->o));
		memcpy(ret_job->record_hash, &mail.identity_record,
			sizeof(ret_job->record_hash));
	}
	wipe(&mail, sizeof(mail));
	return good;
}

enum fate { SENT_ON, DEAD, NO_ROOM };

static enum fate take_one(struct mailer *m, const struct message_job *j)
{
	struct post_job job = {
		.slot = j->slot,
		.petition = j->petition,
		.title = j->title,
		.lang = j->lang,
		.is_reminder = j->is_reminder,
	};
	struct psr1_head head;
	struct opener *opener;
	struct token token = { { 0 } };
	struct buf body;
	struct buf text;
	enum fate fate = DEAD;

	if (post_room(m->post) == 0)
		return NO_ROOM;
	if (psr1_parse(j->job, &head) != OK)
		return DEAD;
	opener = find_opener(m, &head.epoch);
	buf_init(&body, BODY_MAX);
	buf_init(&text, TOKEN_TEXT_MAX);
	if (opener != NULL && psr1_open(opener, j->job, NULL, &body) == OK &&
		read_job(buf_view(&body), &job, &token)) {
		token_text(&text, j->slot, &token);
		job.token = buf_view(&text);
		fate = post_submit(m->post, &job, 1) == 1 ? SENT_ON : NO_ROOM;
	}
	wipe(&token, sizeof(token));
	wipe(job.o, sizeof(job.o));
	buf_release(&body);
	buf_release(&text);
	return fate;
}

static void say_done(struct mailer *m, const uint64_t done[], size_t n_done,
	const uint64_t later[], size_t n_later)
{
	struct link *web = &m->role->link[ROLE_WEB];
	struct buf *b = link_begin(web, MSG_DONE);

	put_slots(b, done, n_done);
	put_slots(b, later, n_later);
	if (link_end(web) != OK)
		m->role->lost[ROLE_WEB] = true; /* it sends them again */
}

static void hear_jobs(struct mailer *m, struct view *v)
{
	size_t n = view_u32(v);
	size_t n_dead = 0;
	size_t n_later = 0;

	if (n > BATCH)
		return;
	for (size_t i = 0; i < n && !v->bad; i++) {
		struct message_job j;
		enum fate fate;

		take_job(v, &j);
		if (v->bad)
			return;
		fate = take_one(m, &j);
		if (fate == DEAD)
			m->dead[n_dead++] = j.slot;
		else if (fate == NO_ROOM)
			m->slot[n_later++] = j.slot;
	}
	if (n_dead > 0)
		log_notice_int(
			"mail-jobs-do-not-open", "count", (int64_t)n_dead);
	if (n_dead + n_later > 0)
		say_done(m, m->dead, n_dead, m->slot, n_later);
}

static void report(struct mailer *m)
{
	size_t n;

	while ((n = post_done(m->post, m->report, BATCH)) > 0) {
		uint64_t *later = m->slot + BATCH;
		size_t n_done = 0;
		size_t n_later = 0;

		for (size_t i = 0; i < n; i++)
			if (m->report[i].again)
				later[n_later++] = m->report[i].slot;
			else
				m->slot[n_done++] = m->report[i].slot;
		FAULT("mailer-sent-before-done");
		say_done(m, m->slot, n_done, later, n_later);
	}
}

/* ---- the turn ---- */

static enum err announce(struct mailer *m)
{
	struct buf text;
	enum err e;

	buf_init(&text, 128);
	period_recipient(m->period, &text);
	e = buf_err(&text);
	if (e == OK)
		e = control_send(CONTROL_FD, CONTROL_MY_RECIPIENT, 0, -1,
			text.at, text.len);
	buf_release(&text);
	return e;
}

static enum err tick(struct mailer *m, int64_t now)
{
	bool changed = false;
	enum err e;

	if (now < m->tick_at_ms)
		return OK;
	m->tick_at_ms = now + TICK_MS;
	e = period_tick(m->period, &changed);
	return e == OK && changed ? announce(m) : e;
}

/*
 * For operators.  Once an hour and the same number all the hour, so that web
 * cannot tell by it which of its jobs was a mail.
 */
static void say_counts(struct mailer *m, int64_t now)
{
	struct link *web = &m->role->link[ROLE_WEB];
	bool due = now >= m->counts_at_ms;
	struct buf *b;

	if (due) {
		m->counts_at_ms = now + COUNTS_MS;
		m->counts = bounce_counts(m->bounces);
	}
	if ((!due && !m->role->fresh[ROLE_WEB]) || !link_up(web))
		return;
	b = link_begin(web, MSG_MAIL_COUNTS);
	buf_u64(b, m->counts.marked);
	buf_u64(b, m->counts.other);
	if (link_end(web) != OK)
		m->role->lost[ROLE_WEB] = true;
}

static void look(struct mailer *m, int64_t now)
{
	const struct config *c = &m->role->config;
	enum err e;

	if (now < m->look_at_ms)
		return;
	m->look_at_ms = now + (c->bounces.len == 0 ? TICK_MS : LOOK_MS);
	e = bounce_look(m->bounces, c->bounce_folder.at);
	if (e == OK)
		return;
	log_err("bounces-cannot-be-read", e);
	m->look_at_ms = now + TICK_MS;
}

static int wait_ms(const struct mailer *m, int64_t now)
{
	int64_t at =
		m->look_at_ms < m->tick_at_ms ? m->look_at_ms : m->tick_at_ms;

	return (int)(at - now);
}

static enum err turn(struct mailer *m)
{
	struct role *r = m->role;
	struct link *web = &r->link[ROLE_WEB];
	int64_t now = clock_mono_ms(clock_system());
	enum err e = tick(m, now);
	uint8_t type;
	struct view v;

	if (e != OK)
		return e;
	look(m, now);
	e = role_wait(r, wait_ms(m, now));
	if (e != OK)
		return e;
	say_counts(m, now);
	while (link_next(web, &type, &v)) {
		if (type == MSG_HEADER)
			hear_header(m, &v);
		else if (type == MSG_JOBS)
			hear_jobs(m, &v);
	}
	report(m);
	role_flush(r);
	if (r->lost[ROLE_WEB])
		link_close(web);
	r->lost[ROLE_WEB] = r->fresh[ROLE_WEB] = false;
	return OK;
}

static enum err open_post(struct mailer *m)
{
	const struct config *c = &m->role->config;
	struct post_settings settings = { .base_url = c->base_url.at,
		.site_title = c->title.at,
		.from = c->from.at };
	struct arena a;
	struct buf password;
	enum err e = OK;

	arena_init(&a, 4096);
	buf_init(&password, 512);
	settings.mail = mail_settings_default();
	settings.mail.relay = c->relay.at;
	settings.mail.window = MESSAGE_JOBS_OUT;
	settings.mail.connections = c->mail_connections;
	settings.mail.domain_at_once = c->domain_at_once;
	settings.mail.domain_per_second = c->domain_per_second;
	settings.bounces = m->bounces;
	settings.languages = m->tongues.list;
	settings.languages_count = m->tongues.n;
	settings.base_url = arena_copy(&a, c->base_url).at;
	if (c->mail_user.len > 0) {
		e = file_read(
			m->role->own_fd, c->mail_password_file.at, &password);
		settings.mail.user = c->mail_user.at;
		if (e == OK && password.at != NULL)
			password.at[str_trim(buf_view(&password)).len] = '\0';
		settings.mail.password = password.at;
	}
	if (e == OK)
		e = post_open(
			&settings, clock_system(), rng_system(), &m->post);
	buf_release(&password);
	arena_release(&a);
	return e;
}

static void tell_nobody(void *context, const char *sentence)
{
	(void)context;
	(void)sentence; /* web does, and `petitiond check` */
}

int mailer_main(struct role *r)
{
	struct mailer *m = calloc(1, sizeof(*m));
	enum err e = m == NULL ? ERR_MEMORY : crypto_init();

	if (e == OK) {
		m->role = r;
		/* In a surge forms come first: a mail may follow seconds
		 * later, a form that is not taken is lost.  Best effort. */
		(void)setpriority(PRIO_PROCESS, 0, 10);
		e = period_open(
			r->own_fd, clock_system(), rng_system(), &m->period);
	}
	if (e == OK)
		e = bounces_open(r->own_fd, r->config.bounces, rng_system(),
			&m->bounces);
	if (e == OK)
		e = tongues_load(&r->config, r->locale_fd, tell_nobody, NULL,
			&m->tongues);
	if (e == OK)
		e = role_fence(r);
	if (e == OK)
		e = open_post(m);
	if (e == OK) {
		r->extra[0] = (struct pollfd){ post_fd(m->post), POLLIN, 0 };
		r->n_extra = 1;
		e = announce(m);
	}
	while (e == OK && !r->stopping)
		e = turn(m);
	if (e != OK)
		log_err("mailer-ends", e);
	if (m != NULL) {
		post_close(m->post);
		bounces_close(m->bounces);
		tongues_release(&m->tongues);
		period_close(m->period);
		for (size_t i = 0; i < OPENERS_MAX; i++)
			opener_free(m->opener[i]);
		free(m);
	}
	return e == OK ? 0 : 1;
}

/*
 * flow_mail.c - sealed jobs to mailer; rows go when the relay has the mail.
 *
 * A job goes to mailer straight from the form that was just committed, while
 * mailer has room.  What finds no room, what was put off, and what an earlier
 * process left stays in the store, and is read from there by slot: one reading
 * goes from the front to the end, as fast as room comes; whatever happens
 * meanwhile that it may have missed asks for one more reading behind it.
 * What is at the mailer or put off is remembered and passed over.  First mails
 * are read before reminders, and may interrupt their reading.
 */
#include "base/fault.h"
#include "base/log.h"
#include "role/flow.h"

enum { AGAIN_MS = 120000, COMMIT_AGAIN_MS = 1000 };

/* ---- the table: open addressing, no gaps between a slot and its place ---- */

static size_t place_of(uint64_t slot)
{
	return slot % FLOW_MAILS;
}

static struct flow_mail *find_mail(struct flow *f, uint64_t slot)
{
	for (size_t i = place_of(slot);; i = (i + 1) % FLOW_MAILS) {
		if (f->mail[i].slot == slot)
			return &f->mail[i];
		if (f->mail[i].slot == 0)
			return NULL;
	}
}

static void add_mail(struct flow *f, uint64_t slot)
{
	size_t i = place_of(slot);

	while (f->mail[i].slot != 0)
		i = (i + 1) % FLOW_MAILS;
	f->mail[i] = (struct flow_mail){ .slot = slot };
	f->mails_out++;
}

/* Knuth, The Art of Computer Programming 3, 6.4, algorithm R. */
static void drop_mail(struct flow *f, struct flow_mail *m)
{
	size_t hole = (size_t)(m - f->mail);

	if (m->again_ms != 0)
		f->mails_put_off--;
	else
		f->mails_out--;
	for (size_t i = (hole + 1) % FLOW_MAILS; f->mail[i].slot != 0;
		i = (i + 1) % FLOW_MAILS) {
		size_t from_home = (i - place_of(f->mail[i].slot)) % FLOW_MAILS;

		if (from_home < (i - hole) % FLOW_MAILS)
			continue;
		f->mail[hole] = f->mail[i];
		hole = i;
	}
	f->mail[hole] = (struct flow_mail){ .slot = 0 };
}

/* How many more jobs mailer may be given. */
static size_t room(const struct flow *f)
{
	size_t known = f->mails_out + f->mails_put_off;

	if (f->mails_out >= MESSAGE_JOBS_OUT || known >= FLOW_MAILS / 2)
		return 0;
	return MESSAGE_JOBS_OUT - f->mails_out;
}

/* ---- to mailer ---- */

enum { EPOCH_AT = 8 }; /* where a record names its epoch: formats.md 2 */

static enum err send_header(struct flow *f, const uint8_t id[STORE_ID_BYTES])
{
	struct link *mailer = &f->role->link[ROLE_MAILER];
	struct message_header h = { .compartment = COMPARTMENT_MAIL };
	struct store_epoch epoch;
	enum err e = store_epoch(&f->scratch, f->store, id, &epoch);

	if (e != OK)
		return e;
	memcpy(&h.id, id, sizeof(h.id));
	h.header =
		(struct str){ (const char *)epoch.header.at, epoch.header.len };
	put_header(link_begin(mailer, MSG_HEADER), &h);
	return link_end(mailer);
}

static enum err send_jobs(
	struct flow *f, const struct store_mail *mail[], size_t n)
{
	struct link *mailer = &f->role->link[ROLE_MAILER];
	const uint8_t *last = NULL;
	struct buf *b;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < n; i++) {
		const uint8_t *id = mail[i]->job.at + EPOCH_AT;

		if (last == NULL || memcmp(last, id, STORE_ID_BYTES) != 0)
			e = send_header(f, id);
		last = id;
	}
	if (e != OK)
		return e;
	b = link_begin(mailer, MSG_JOBS);
	buf_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		const struct store_mail *m = mail[i];

		put_job(b,
			&(struct message_job){ .slot = m->slot,
				.petition = m->petition,
				.is_reminder = m->is_reminder,
				.lang = m->lang,
				.title = m->title,
				.job = { (const char *)m->job.at,
					m->job.len } });
		add_mail(f, m->slot);
	}
	return link_end(mailer);
}

static bool can_send(const struct store_mail *m)
{
	return m->job.len >= EPOCH_AT + STORE_ID_BYTES;
}

/* Reminders leave half of the room to what comes meanwhile. */
static size_t room_to_read(const struct flow *f)
{
	size_t kept = f->mail_reminders ? MESSAGE_JOBS_OUT / 2 : 0;

	return room(f) > kept ? room(f) - kept : 0;
}

/* Reading a few rows at a time would cost more than sending them. */
static bool worth_reading(const struct flow *f)
{
	return room_to_read(f) >= MESSAGE_JOBS_OUT / 4;
}

/* The next part of a reading; false when it came to its end. */
static bool read_some(struct flow *f)
{
	const struct store_mail *fit[MESSAGE_JOBS_OUT];
	struct store_mail *mails;
	size_t max = room_to_read(f);
	size_t n = 0;
	size_t n_fit = 0;
	enum err e = store_mails(&f->scratch, f->store, f->mail_reminders,
		f->mail_from, max, &mails, &n);

	for (size_t i = 0; e == OK && i < n; i++)
		if (can_send(&mails[i]) && find_mail(f, mails[i].slot) == NULL)
			fit[n_fit++] = &mails[i];
	if (e == OK && n_fit > 0)
		e = send_jobs(f, fit, n_fit);
	if (e != OK) {
		flow_lose(f, ROLE_MAILER, e);
		return false;
	}
	if (n > 0)
		f->mail_from = mails[n - 1].slot + 1;
	return n == max;
}

static void look_for_put_off(struct flow *f)
{
	int64_t now = clock_mono_ms(f->app->clock);

	if (f->mails_put_off == 0 || now < f->mail_again_ms)
		return;
	f->mail_again_ms = now + AGAIN_MS;
	for (size_t i = 0; i < FLOW_MAILS; i++) {
		struct flow_mail *m = &f->mail[i];

		/* Another one may have moved into the place of the dropped. */
		while (m->slot != 0 && m->again_ms != 0 && m->again_ms <= now) {
			drop_mail(f, m);
			f->mail_dirty = true;
		}
		if (m->again_ms != 0 && m->again_ms < f->mail_again_ms)
			f->mail_again_ms = m->again_ms;
	}
}

static void begin_reading(struct flow *f)
{
	f->mail_reading = true;
	f->mail_reminders = false;
	f->mail_dirty = false;
	f->mail_from = 0;
}

/* First mails, then reminders, then the end. */
static void read_on(struct flow *f)
{
	if (read_some(f))
		return;
	f->mail_reading = !f->mail_reminders;
	f->mail_reminders = true;
	f->mail_from = 0;
}

static void send_fresh(struct flow *f)
{
	size_t n = f->n_fresh;
	enum err e = OK;

	f->n_fresh = 0;
	if (n > 0)
		e = send_jobs(f, f->fresh, n);
	if (e != OK)
		flow_lose(f, ROLE_MAILER, e);
}

static void commit_mailed_again(struct flow *f)
{
	struct work *w;

	if (clock_mono_ms(f->app->clock) < f->mailed_at_ms)
		return;
	w = flow_line_empty(&f->mailed);
	while (w != NULL) {
		struct work *next = w->next;

		w->next = NULL;
		flow_commit(f, w);
		w = next;
	}
}

void flow_send_mails(struct flow *f)
{
	commit_mailed_again(f);
	if (!link_up(&f->role->link[ROLE_MAILER]))
		return;
	send_fresh(f);
	look_for_put_off(f);
	if (f->mail_dirty && (!f->mail_reading || f->mail_reminders))
		begin_reading(f);
	while (f->mail_reading && worth_reading(f) &&
		link_up(&f->role->link[ROLE_MAILER]))
		read_on(f);
}

/* ---- just committed ---- */

/* The job as the store would give it, in this turn's scratch. */
static struct store_mail *fresh_mail(struct flow *f, const struct work_sign *s)
{
	struct store_mail *m = ARENA_ARRAY(&f->scratch, struct store_mail, 1);
	struct brief *brief = shelf_brief(f->app->shelf, s->petition);
	struct str job = arena_copy(&f->scratch,
		(struct str){ (const char *)s->row.mail_job.at,
			s->row.mail_job.len });

	if (m != NULL && brief != NULL && job.at != NULL)
		*m = (struct store_mail){ .slot = s->slot,
			.petition = s->petition,
			.lang = s->lang,
			.title = arena_copy(
				&f->scratch, brief_petition(brief)->action),
			.job = { (const uint8_t *)job.at, job.len } };
	else
		m = NULL;
	brief_free(brief);
	return m == NULL || m->title.at == NULL || !can_send(m) ? NULL : m;
}

void flow_mail_committed(struct flow *f, const struct work_sign *s)
{
	struct store_mail *m = NULL;

	if (s->outcome == STORE_INSERTED && !s->is_old &&
		(!f->mail_reading || f->mail_reminders) && !f->mail_dirty &&
		f->n_fresh < room(f) && link_up(&f->role->link[ROLE_MAILER]))
		m = fresh_mail(f, s);
	if (m != NULL)
		f->fresh[f->n_fresh++] = m;
	else
		f->mail_dirty = true;
}

/* ---- from mailer ---- */

static void put_off(struct flow *f, struct flow_mail *m)
{
	int64_t again_ms = clock_mono_ms(f->app->clock) + AGAIN_MS;

	if (m->again_ms == 0) {
		f->mails_out--;
		f->mails_put_off++;
	}
	m->again_ms = again_ms;
	if (f->mails_put_off == 1 || again_ms < f->mail_again_ms)
		f->mail_again_ms = again_ms;
}

static void hear_done(struct flow *f, struct view *v)
{
	struct work *w = work_new(WORK_MAIL_DONE);
	uint64_t *later = ARENA_ARRAY(&f->scratch, uint64_t, FLOW_SLOTS);
	size_t n_later;

	if (w == NULL || later == NULL) {
		work_free(w);
		return;
	}
	w->slots.slot = ARENA_ARRAY(&w->arena, uint64_t, FLOW_SLOTS);
	if (w->slots.slot != NULL)
		w->slots.n = take_slots(v, w->slots.slot, FLOW_SLOTS);
	n_later = take_slots(v, later, FLOW_SLOTS);
	for (size_t i = 0; i < n_later; i++) {
		struct flow_mail *m = find_mail(f, later[i]);

		if (m != NULL)
			put_off(f, m);
	}
	FAULT("web-mail-done-heard");
	if (w->slots.n > 0 && view_done(v))
		flow_commit(f, w);
	else
		work_free(w);
}

static void hear_counts(struct flow *f, struct view *v)
{
	uint64_t undeliverable = view_u64(v);
	uint64_t left = view_u64(v);

	if (!view_done(v))
		return;
	atomic_store(&f->app->state->undeliverable, undeliverable);
	atomic_store(&f->app->state->bounces_left, left);
}

void flow_hear_mailer(struct flow *f)
{
	struct link *mailer = &f->role->link[ROLE_MAILER];
	uint8_t type;
	struct view v;

	while (link_next(mailer, &type, &v)) {
		if (type == MSG_DONE)
			hear_done(f, &v);
		else if (type == MSG_MAIL_COUNTS)
			hear_counts(f, &v);
	}
}

void flow_mailer_changed(struct flow *f)
{
	memset(f->mail, 0, sizeof(f->mail));
	f->mails_out = 0;
	f->mails_put_off = 0;
	for (const struct work *w = f->mailed.head; w != NULL; w = w->next)
		for (size_t i = 0; i < w->slots.n; i++)
			add_mail(f, w->slots.slot[i]);
	f->n_fresh = 0;
	f->mail_reading = false;
	f->mail_dirty = true;
}

/* ---- committed ---- */

/* A full disk must not turn into mails sent over and over: what the relay has
 * is noted as soon as there is room, and stays in the table until then. */
void flow_mailed(struct flow *f, struct work *w)
{
	if (w->err != OK) {
		log_err("mails-stay-queued", w->err);
		w->err = OK;
		flow_line_add(&f->mailed, w);
		f->mailed_at_ms =
			clock_mono_ms(f->app->clock) + COMMIT_AGAIN_MS;
		return;
	}
	for (size_t i = 0; i < w->slots.n; i++) {
		struct flow_mail *m = find_mail(f, w->slots.slot[i]);

		if (m != NULL)
			drop_mail(f, m);
	}
	work_free(w);
}

void flow_forget_mailed(struct flow *f)
{
	struct work *w = flow_line_empty(&f->mailed);

	while (w != NULL) {
		struct work *next = w->next;

		work_free(w);
		w = next;
	}
}

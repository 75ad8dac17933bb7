/*
 * flow_mail.c - sealed jobs to mailer, by slot; rows go when the relay has the
 * mail.
 *
 * Jobs are read from the store in the order of their slots, a window of them
 * at a time; what is at the mailer is remembered and passed over.  Slots may
 * be committed a little out of order, so the reading begins again from the
 * front when it has come to the end and something new was committed.
 */
#include "base/fault.h"
#include "base/log.h"
#include "role/flow.h"

enum { JOBS_PER_FRAME = 256, AGAIN_MS = 120000 };

static struct flow_mail *find_mail(struct flow *f, uint64_t slot)
{
	for (size_t i = 0; i < FLOW_MAILS; i++) {
		struct flow_mail *m = &f->mail[(slot + i) % FLOW_MAILS];

		if (m->slot == slot)
			return m;
	}
	return NULL;
}

static void add_mail(struct flow *f, uint64_t slot)
{
	for (size_t i = 0; i < FLOW_MAILS; i++) {
		struct flow_mail *m = &f->mail[(slot + i) % FLOW_MAILS];

		if (m->slot != 0)
			continue;
		*m = (struct flow_mail){ .slot = slot };
		f->mails_out++;
		return;
	}
}

static void drop_mail(struct flow *f, struct flow_mail *m)
{
	*m = (struct flow_mail){ .slot = 0 };
	f->mails_out--;
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
			&(struct message_job){ m->slot, m->petition, m->title,
				{ (const char *)m->job.at, m->job.len } });
		add_mail(f, m->slot);
	}
	return link_end(mailer);
}

/* One reading; false when there is nothing more for now. */
static bool send_some(struct flow *f)
{
	const struct store_mail *fit[JOBS_PER_FRAME];
	struct store_mail *mails;
	size_t n = 0;
	size_t n_fit = 0;
	enum err e = store_mails(&f->scratch, f->store, f->mail_from,
		JOBS_PER_FRAME, &mails, &n);

	for (size_t i = 0; e == OK && i < n; i++) {
		if (mails[i].job.len < EPOCH_AT + STORE_ID_BYTES ||
			find_mail(f, mails[i].slot) != NULL)
			continue;
		if (f->mails_out + n_fit == FLOW_MAILS)
			break;
		fit[n_fit++] = &mails[i];
	}
	if (e == OK && n_fit > 0)
		e = send_jobs(f, fit, n_fit);
	if (e != OK) {
		flow_lose(f, ROLE_MAILER, e);
		return false;
	}
	if (n < JOBS_PER_FRAME) {
		/* The end.  Once more from the front if we did not begin
		 * there; then all was seen. */
		f->mail_dirty = f->mail_from != 0;
		f->mail_from = 0;
		return f->mail_dirty;
	}
	f->mail_from = mails[n - 1].slot + 1;
	return true;
}

static void look_for_put_off(struct flow *f)
{
	int64_t now = clock_mono_ms(f->app->clock);

	for (size_t i = 0; i < FLOW_MAILS; i++) {
		struct flow_mail *m = &f->mail[i];

		if (m->slot == 0 || m->again_ms == 0 || m->again_ms > now)
			continue;
		drop_mail(f, m);
		f->mail_dirty = true;
		f->mail_from = 0;
	}
}

void flow_send_mails(struct flow *f)
{
	if (!link_up(&f->role->link[ROLE_MAILER]))
		return;
	look_for_put_off(f);
	while (f->mail_dirty && f->mails_out < FLOW_MAILS / 2 && send_some(f))
		;
}

/* ---- from mailer ---- */

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
			m->again_ms = clock_mono_ms(f->app->clock) + AGAIN_MS;
	}
	FAULT("web-mail-done-heard");
	if (w->slots.n > 0 && view_done(v))
		flow_commit(f, w);
	else
		work_free(w);
}

void flow_hear_mailer(struct flow *f)
{
	struct link *mailer = &f->role->link[ROLE_MAILER];
	uint8_t type;
	struct view v;

	while (link_next(mailer, &type, &v))
		if (type == MSG_DONE)
			hear_done(f, &v);
}

void flow_mailer_changed(struct flow *f)
{
	memset(f->mail, 0, sizeof(f->mail));
	f->mails_out = 0;
	f->mail_from = 0;
	f->mail_dirty = true;
}

/* ---- committed ---- */

void flow_mailed(struct flow *f, struct work *w)
{
	if (w->err != OK)
		log_err("mails-stay-queued", w->err);
	for (size_t i = 0; i < w->slots.n; i++) {
		struct flow_mail *m = find_mail(f, w->slots.slot[i]);

		if (m != NULL)
			drop_mail(f, m);
	}
	if (w->err != OK)
		f->mail_dirty = true;
	work_free(w);
}

/*
 * flow_sign.c - forms: to sealer, to the committer, and their answers.
 */
#include "base/fault.h"
#include "base/log.h"
#include "base/wipe.h"
#include "role/flow.h"
#include "role/seal.h"

/* Frames at sealer at once.  While two are under way (one is sealed, one waits
 * for keeper's disk) those that come gather; full frames may follow sooner. */
enum { FRAMES_OUT = 2, FULL_FRAMES_OUT = 6 };

/* ---- forms by rid, so that pressing twice is one form ---- */

static uint32_t *bucket_of(struct flow *f, const struct rid *rid)
{
	uint64_t h;

	memcpy(&h, rid->byte + 8, sizeof(h)); /* random as they come */
	return &f->rid_bucket[h % FLOW_IDS];
}

static struct work *find_rid(struct flow *f, const struct rid *rid)
{
	for (uint32_t id = *bucket_of(f, rid); id != 0;
		id = f->item[id].next_rid)
		if (memcmp(&f->item[id].work->sign.rid, rid, sizeof(*rid)) == 0)
			return f->item[id].work;
	return NULL;
}

bool flow_rid_in_flight(const struct flow *f, const struct rid *rid)
{
	return find_rid((struct flow *)(uintptr_t)f, rid) != NULL;
}

static void add_rid(struct flow *f, struct work *w)
{
	uint32_t *bucket = bucket_of(f, &w->sign.rid);

	f->item[w->id].next_rid = *bucket;
	*bucket = w->id;
}

static void drop_rid(struct flow *f, struct work *w)
{
	uint32_t *at = bucket_of(f, &w->sign.rid);

	while (*at != 0 && *at != w->id)
		at = &f->item[*at].next_rid;
	if (*at == w->id)
		*at = f->item[w->id].next_rid;
}

/* ---- answers ---- */

/* It closed while the form was under way. */
static struct http_reply *reply_closed(struct app *app, uint64_t petition)
{
	struct brief *b = shelf_brief(app->shelf, petition);
	struct http_reply *reply = b == NULL
		? app_error(app, 404)
		: sign_reply_closed(app, brief_petition(b));

	brief_free(b);
	return reply;
}

static struct http_reply *reply_for(
	struct flow *f, const struct work *w, struct http_request *r)
{
	struct app *app = app_view(f->app, r);
	char path[96];

	if (w->err != OK && err_http_status(w->err) == 503)
		return sign_reply_retry(app, r, w->sign.petition);
	if (w->err != OK)
		return app_error(app, (unsigned)err_http_status(w->err));
	if (w->sign.outcome == STORE_NOT_OPEN)
		return reply_closed(app, w->sign.petition);
	if (w->sign.outcome == STORE_SLOT_TAKEN)
		return app_error(app, 500);
	(void)snprintf(path, sizeof(path),
		"/petitions/%llu/signatures/thank-you",
		(unsigned long long)w->sign.petition);
	return app_redirect(app, str_c(path));
}

static void answer(struct flow *f, struct work *w)
{
	for (struct waiter *p = w->sign.waiters; p != NULL; p = p->next)
		http_answer(p->request, reply_for(f, w, p->request));
	drop_rid(f, w);
	flow_leave(f, w);
}

void flow_give_up_sign(struct flow *f, struct work *w)
{
	w->err = ERR_BUSY;
	answer(f, w);
}

/* ---- in ---- */

void flow_take_sign(struct flow *f, struct work *w)
{
	struct work *same = find_rid(f, &w->sign.rid);

	if (same != NULL) {
		struct waiter *p = w->sign.waiters;

		p->next = same->sign.waiters;
		same->sign.waiters = p;
		w->sign.waiters = NULL;
		app_drop(f->app, w);
		return;
	}
	if (!flow_enter(f, w, FLOW_UNSENT)) {
		w->err = ERR_BUSY;
		http_answer(w->sign.waiters->request,
			reply_for(f, w, w->sign.waiters->request));
		flow_leave(f, w);
		return;
	}
	add_rid(f, w);
	flow_line_add(&f->forms, w);
}

/* ---- to sealer ---- */

_Static_assert((int)WORK_HINT_BLOCKED == (int)KEEP_HINT_BLOCKED &&
		(int)WORK_HINT_ALLOWED == (int)KEEP_HINT_ALLOWED &&
		(int)WORK_HINT_COUNTRY == (int)KEEP_HINT_COUNTRY,
	"web may not know role, so these are said twice");

static void put_one(struct buf *b, const struct work *w)
{
	const struct work_fields *x = &w->sign.fields;
	struct message_form m = { .id = w->id,
		.rid = w->sign.rid,
		.petition = w->sign.petition,
		.hour = w->sign.hour,
		.wants_updates = x->wants_updates,
		.hints = x->hints,
		.corrects_slot = w->sign.corrects_slot,
		.corrects_token = w->sign.corrects_token,
		.ip_len = x->ip.len,
		.ip_text = x->ip_text,
		.name = x->name,
		.email_mailed = x->email_mailed,
		.email_lower = x->email_lower,
		.email_canonical = x->email_canonical,
		.name_slug = x->name_slug,
		.postcode = x->postcode,
		.country = w->sign.country };

	memcpy(m.ip, x->ip.byte, sizeof(m.ip));
	put_form(b, &m);
}

void flow_send_forms(struct flow *f)
{
	FAULT("web-before-forms");
	if (!f->declared || !link_up(&f->role->link[ROLE_SEALER]) ||
		link_waiting(&f->role->link[ROLE_KEEPER]) > 0)
		return;
	while (f->forms_out < (flow_line_count(&f->forms, SEAL_BATCH_MAX) ==
						      SEAL_BATCH_MAX
					      ? FULL_FRAMES_OUT
					      : FRAMES_OUT) &&
		flow_line_send(f, &f->forms, ROLE_SEALER, MSG_FORMS,
			SEAL_BATCH_MAX, put_one))
		f->forms_out++;
}

/* ---- from sealer ---- */

/* Copy what came into the item, because the frame goes. */
static struct bytes keep_bytes(struct buf *b, struct str s)
{
	struct bytes kept = { (const uint8_t *)b->at + b->len, s.len };

	buf_str(b, s);
	return s.len == 0 ? BYTES_NONE : kept;
}

static bool reserve(struct buf *b, const struct message_sealed *m)
{
	size_t n = m->identity.len + m->contact.len + m->job.len;
	void *at;

	for (size_t i = 0; i < m->n_headers; i++)
		n += m->header[i].header.len;
	at = buf_space(b, n);
	b->len = 0; /* it will not move any more */
	return at != NULL;
}

static void fill_row(struct work_sign *s, const struct message_sealed *m)
{
	s->row = (struct store_sealed){ .slot = m->slot,
		.petition = s->petition,
		.hour = s->hour,
		.country = s->country,
		.area = s->area,
		.epochs = s->epoch,
		.epochs_count = m->n_headers };
	memcpy(s->row.rid, &s->rid, sizeof(s->row.rid));
	memcpy(s->row.commitment, &m->c, sizeof(s->row.commitment));
	s->row.identity = keep_bytes(&s->sealed, m->identity);
	s->row.contact = keep_bytes(&s->sealed, m->contact);
	s->row.mail_job = keep_bytes(&s->sealed, m->job);
	s->row.lang = s->lang;
	for (size_t i = 0; i < m->n_headers; i++) {
		const struct message_header *h = &m->header[i];

		s->epoch[i] =
			(struct store_epoch){ .compartment = h->compartment,
				.hour = s->hour,
				.header = keep_bytes(&s->sealed, h->header) };
		memcpy(s->epoch[i].id, &h->id, sizeof(s->epoch[i].id));
	}
}

/* What a person typed is not needed any more. */
static void forget_fields(struct work *w)
{
	char country[4] = "";
	char area[POSTCODES_AREA_BYTES + 1] = "";

	(void)snprintf(
		country, sizeof(country), "%.*s", STR_ARG(w->sign.country));
	(void)snprintf(area, sizeof(area), "%.*s", STR_ARG(w->sign.area));
	arena_clear(&w->arena);
	w->sign.country = arena_copy(&w->arena, str_c(country));
	w->sign.area = arena_copy(&w->arena, str_c(area));
	wipe(&w->sign.corrects_token, sizeof(w->sign.corrects_token));
	w->sign.fields = (struct work_fields){ .wants_updates = false };
}

static void take_one(struct flow *f, const struct message_sealed *m)
{
	struct flow_item *item = flow_find(f, m->id, WORK_SIGN);
	struct work *w;

	if (item == NULL || item->state != FLOW_SENT ||
		memcmp(&item->work->sign.rid, &m->rid, sizeof(m->rid)) != 0)
		return; /* answered by an older sealer already */
	w = item->work;
	forget_fields(w);
	if (m->err == OK && !m->is_old && !reserve(&w->sign.sealed, m)) {
		w->err = ERR_MEMORY;
		answer(f, w);
	} else if (m->err != OK) {
		w->err = m->err;
		answer(f, w);
	} else {
		w->sign.is_old = m->is_old;
		if (m->is_old)
			w->sign.row.slot = m->slot;
		else
			fill_row(&w->sign, m);
		item->state = FLOW_COMMITTING;
		flow_commit(f, w);
	}
}

static void hear_declaration(struct flow *f, struct view *v)
{
	struct work *w = work_new(WORK_DECLARE);

	if (w != NULL)
		w->declare.text = arena_copy(
			&w->arena, (struct str){ (const char *)v->at, v->len });
	if (w == NULL || w->declare.text.at == NULL) {
		work_free(w);
		flow_lose(f, ROLE_SEALER, ERR_MEMORY);
		return;
	}
	f->declare_ev = 0;
	flow_commit(f, w);
}

void flow_hear_sealer(struct flow *f)
{
	struct link *sealer = &f->role->link[ROLE_SEALER];
	uint8_t type;
	struct view v;

	while (link_next(sealer, &type, &v)) {
		size_t n;

		if (type == MSG_DECLARATION) {
			hear_declaration(f, &v);
			continue;
		}
		if (type == MSG_DESK_SAID) {
			flow_hear_desk(f, &v);
			continue;
		}
		if (type != MSG_SEALED)
			continue;
		FAULT("web-sealed-heard");
		if (f->forms_out > 0)
			f->forms_out--;
		n = view_u32(&v);
		for (size_t i = 0; i < n && !v.bad; i++) {
			struct message_sealed m;

			take_sealed(&v, &m);
			if (!v.bad)
				take_one(f, &m);
		}
		if (v.bad)
			flow_lose(f, ROLE_SEALER, ERR_CORRUPT);
	}
}

/* A new sealer knows nothing of what its predecessor was sent. */
void flow_sealer_changed(struct flow *f)
{
	f->declared = false;
	f->declare_ev = 0;
	f->forms_out = 0;
	flow_line_again(f, &f->forms, WORK_SIGN);
}

/* ---- committed ---- */

void flow_signed(struct flow *f, struct work *w)
{
	if (w->err == OK &&
		(w->sign.outcome == STORE_INSERTED ||
			w->sign.outcome == STORE_SAME_RID)) {
		flow_tell_keeper(f, &f->settled, w->sign.slot);
		flow_mail_committed(f, &w->sign);
	}
	FAULT("web-before-sign-answer");
	answer(f, w);
}

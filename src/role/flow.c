#include "role/flow.h"

#include <errno.h>
#include <unistd.h>

#include "base/log.h"

enum {
	SCRATCH_MAX = 64 << 20,
	TURN_MS = 1000,
	HOUSEKEEP_MS = 10000,
	EXPIRE_MS = 60000,
	FINISH_MS = 10000,
	LINK_PAUSE_MS = 500, /* a peer is not met anew more often */
	PATIENCE_MS = 20000 /* then a request is answered 503 */
};

static int64_t now_ms(struct flow *f)
{
	return clock_mono_ms(f->app->clock);
}

/* ---- the table ---- */

bool flow_enter(struct flow *f, struct work *w, enum flow_state state)
{
	for (size_t i = 1; i < FLOW_IDS; i++) {
		uint32_t id = f->last_id % (FLOW_IDS - 1) + 1;

		f->last_id = id;
		if (f->item[id].work != NULL)
			continue;
		f->item[id] = (struct flow_item){ w, state, 0, now_ms(f) };
		w->id = id;
		return true;
	}
	return false;
}

struct flow_item *flow_find(struct flow *f, uint32_t id, enum work_kind kind)
{
	struct flow_item *item = &f->item[id % FLOW_IDS];

	if (id == 0 || id >= FLOW_IDS || item->work == NULL ||
		item->work->kind != kind)
		return NULL;
	return item;
}

static struct http_request *request_of(const struct work *w)
{
	return w->kind == WORK_LEAVE      ? w->leave.request
		: w->kind == WORK_CONFIRM ? w->confirm.request
					  : w->desk.request;
}

struct app *flow_view(const struct flow *f, const struct work *w)
{
	return app_view(f->app, request_of(w));
}

void flow_answer(struct flow *f, struct work *w, struct http_reply *reply)
{
	http_answer(request_of(w), reply);
	flow_leave(f, w);
}

void flow_refuse(struct flow *f, struct work *w, unsigned status)
{
	struct app *app = flow_view(f, w);

	/* Who only looked pressed no button. */
	bool looked = w->kind == WORK_LEAVE && w->leave.wish == WORK_WISH_LOOK;

	flow_answer(f, w,
		status == 503 && !looked ? app_again(app)
					 : app_error(app, status));
}

void flow_leave(struct flow *f, struct work *w)
{
	if (w->id != 0)
		f->item[w->id] = (struct flow_item){ .work = NULL };
	app_drop(f->app, w);
}

/* What an old database may still store before log has told it the rest: it
 * makes no events. */
static bool makes_no_event(const struct work *w)
{
	return w->kind == WORK_SIGN || w->kind == WORK_MAIL_DONE ||
		w->kind == WORK_SEQUENCE || w->kind == WORK_EXPIRED ||
		w->kind == WORK_ADOPT;
}

void flow_commit(struct flow *f, struct work *w)
{
	if (!f->log_met && !makes_no_event(w)) {
		flow_line_add(&f->held, w);
		return;
	}
	flow_line_add(&f->commit, w);
}

void flow_lose(struct flow *f, enum role_name peer, enum err e)
{
	log_err("role-does-not-listen", e);
	f->role->lost[peer] = true;
}

void flow_tell_keeper(struct flow *f, struct slot_list *list, uint64_t slot)
{
	if (list->n == FLOW_SLOTS)
		flow_send_acknowledgements(f);
	list->slot[list->n++] = slot;
}

/* ---- the turn ---- */

static void take_inbox(struct flow *f)
{
	struct work *w = work_take(&f->app->state->inbox);

	while (w != NULL) {
		struct work *next = w->next;

		w->next = NULL;
		if (w->kind == WORK_SIGN)
			flow_take_sign(f, w);
		else if (w->kind == WORK_LEAVE)
			flow_take_leave(f, w);
		else if (w->kind == WORK_DESK)
			flow_take_desk(f, w);
		else
			flow_take_confirm(f, w);
		w = next;
	}
}

static void housekept(struct flow *f, struct work *w)
{
	f->housekeeping = false;
	if (w->slots.tick)
		flow_ticked(f, w);
	if (w->err == OK && w->slots.reminded > 0)
		f->mail_dirty = true;
	if (w->err == OK && w->slots.n > 0) {
		shelf_changed(f->app->shelf, 0);
		flow_find_events(f);
	}
	work_free(w);
}

static void declared(struct flow *f, struct work *w)
{
	if (w->err == OK) {
		f->declare_ev = w->declare.ev_seq;
		sha256(w->declare.text.at, w->declare.text.len,
			&f->declared_hash);
		flow_find_events(f);
		shelf_declared(f->app->shelf);
	} else {
		/* With its next link it declares again. */
		log_err("cannot-store-declaration", w->err);
		flow_lose(f, ROLE_SEALER, w->err);
	}
	work_free(w);
}

static void finish(struct flow *f, struct work *w)
{
	switch (w->kind) {
	case WORK_SIGN:
		flow_signed(f, w);
		break;
	case WORK_CONFIRM:
		flow_confirmed(f, w);
		break;
	case WORK_LEAVE:
		flow_left(f, w);
		break;
	case WORK_LEFT:
		flow_destroyed(f, w);
		break;
	case WORK_RECONCILE:
		flow_reconciled(f, w);
		break;
	case WORK_MAIL_DONE:
		flow_mailed(f, w);
		break;
	case WORK_SEQUENCE:
		flow_sequenced(f, w);
		break;
	case WORK_DECLARE:
		declared(f, w);
		break;
	case WORK_EXPIRED:
		work_free(w);
		break;
	case WORK_HOUSEKEEP:
		housekept(f, w);
		break;
	case WORK_SHREDDED:
		flow_shredded(f, w);
		break;
	case WORK_DESK:
		flow_desk_done(f, w);
		break;
	case WORK_IMPORT:
		flow_imported(f, w);
		break;
	case WORK_FORGOT:
		flow_keeper_forgot(f, w);
		break;
	case WORK_ADOPT:
		flow_adopted(f, w);
		break;
	}
}

static void take_done(struct flow *f)
{
	struct work *w = work_take(&f->done);

	while (w != NULL) {
		struct work *next = w->next;

		w->next = NULL;
		finish(f, w);
		w = next;
	}
}

static void meet_peers(struct flow *f)
{
	static void (*const changed[ROLE_COUNT])(struct flow *) = {
		[ROLE_SEALER] = flow_sealer_changed,
		[ROLE_KEEPER] = flow_keeper_changed,
		[ROLE_LOG] = flow_log_changed,
		[ROLE_MAILER] = flow_mailer_changed,
	};
	struct role *r = f->role;

	for (size_t i = 0; i < ROLE_COUNT; i++) {
		if (changed[i] == NULL || (!r->fresh[i] && !r->lost[i]))
			continue;
		f->ask_at_ms[i] = 0;
		if (r->lost[i]) {
			link_close(&r->link[i]);
			f->ask_at_ms[i] = f->asked_ms[i] + LINK_PAUSE_MS;
		}
		r->fresh[i] = r->lost[i] = false;
		changed[i](f);
	}
}

/* What made us lose a peer may be there for a while, as a full disk is: at
 * first another link is asked for at once, then after pauses. */
static void ask_for_links(struct flow *f)
{
	int64_t now = now_ms(f);

	for (size_t i = 0; i < ROLE_COUNT; i++) {
		if (f->ask_at_ms[i] == 0 || now < f->ask_at_ms[i])
			continue;
		f->ask_at_ms[i] = 0;
		f->asked_ms[i] = now;
		role_lose(f->role, (enum role_name)i);
	}
}

/* ---- nobody waits for ever ---- */

static bool give_up(struct flow *f, struct flow_item *item)
{
	struct work *w = item->work;

	if (w->kind == WORK_SIGN && item->state != FLOW_COMMITTING) {
		flow_line_remove(&f->forms, w);
		flow_give_up_sign(f, w);
	} else if (w->kind == WORK_DESK && item->state != FLOW_COMMITTING) {
		flow_give_up_desk(f, w);
	} else if (w->kind == WORK_CONFIRM && item->state != FLOW_COMMITTING) {
		/* Claimed or not, the same button works again. */
		flow_line_remove(&f->claims, w);
		flow_refuse(f, w, 503);
	} else if (w->kind == WORK_LEAVE && item->state != FLOW_COMMITTING) {
		/* Whatever came of it, this one does too. */
		flow_line_remove(&f->leaves, w);
		flow_refuse(f, w, 503);
	} else if (w->kind == WORK_CONFIRM && w->confirm.place.ev_seq != 0 &&
		f->wait[w->confirm.place.ev_seq % FLOW_WAITS] == w) {
		flow_give_up_promise(f, w);
	} else {
		return false;
	}
	return true;
}

/* What the committer has is left to it: it ends by itself. */
static void give_up_old(struct flow *f, int64_t now)
{
	unsigned n = 0;

	for (uint32_t id = 1; id < FLOW_IDS; id++) {
		struct flow_item *item = &f->item[id];

		if (item->work == NULL || now - item->since_ms < PATIENCE_MS)
			continue;
		n += give_up(f, item);
	}
	if (n > 0)
		log_notice_int("requests-given-up", "count", n);
}

static void look_after(struct flow *f)
{
	int64_t now = now_ms(f);
	struct work *w;

	if ((now >= f->housekeep_at_ms || f->tick) && !f->housekeeping) {
		f->housekeep_at_ms = now + HOUSEKEEP_MS;
		w = work_new(WORK_HOUSEKEEP);
		if (w != NULL) {
			w->slots.agreed = f->reconciled;
			w->slots.tick = f->tick;
			f->tick = false;
			f->housekeeping = true;
			flow_commit(f, w);
		}
	}
	if (now >= f->give_up_at_ms) {
		f->give_up_at_ms = now + TURN_MS;
		give_up_old(f, now);
	}
	if (now >= f->destroy_at_ms && f->reconciled) {
		f->destroy_at_ms = now + TURN_MS;
		flow_destroy(f);
	}
	if (now >= f->expire_at_ms && f->reconciled) {
		f->expire_at_ms = now + EXPIRE_MS;
		flow_expire(f);
		flow_shred(f);
	}
}

static void send_all(struct flow *f)
{
	flow_send_acknowledgements(f);
	flow_send_claims(f);
	flow_send_leaves(f);
	role_flush(f->role);
	flow_send_forms(f);
	flow_send_events(f);
	flow_send_mails(f);
	if (f->commit.head != NULL) {
		committer_give(f->committer, flow_line_empty(&f->commit));
	}
	role_flush(f->role);
}

static void say_readiness(struct flow *f)
{
	bool ready = f->declared && f->reconciled && f->log_ready;

	if (ready != atomic_load(&f->app->state->takes_forms)) {
		atomic_store(&f->app->state->takes_forms, ready);
		log_simple("notice", ready ? "forms-open" : "forms-wait");
	}
}

static enum err turn(struct flow *f)
{
	struct role *r = f->role;
	enum err e;

	r->extra[0] =
		(struct pollfd){ f->app->state->inbox.event_fd, POLLIN, 0 };
	r->extra[1] = (struct pollfd){ f->done.event_fd, POLLIN, 0 };
	r->extra[2] = (struct pollfd){ f->command.fd < 0 ? r->commands_fd
							 : f->command.fd,
		f->command.fd < 0 ? POLLIN : link_events(&f->command), 0 };
	r->n_extra = 3;
	e = role_wait(r, TURN_MS);
	if (e != OK)
		return e;
	arena_clear(&f->scratch);
	take_done(f);
	flow_hear_sealer(f);
	flow_hear_keeper(f);
	flow_hear_log(f);
	flow_hear_mailer(f);
	meet_peers(f);
	ask_for_links(f);
	take_inbox(f);
	if (r->extra[2].revents != 0) {
		if (f->command.fd < 0)
			flow_accept_command(f);
		else
			flow_hear_command(f);
	}
	look_after(f);
	send_all(f);
	say_readiness(f);
	return OK;
}

/* Requests that wait are answered before we leave, as long as the other
 * roles do their part. */
static bool all_answered(const struct flow *f)
{
	return atomic_load(&f->app->state->waiting) == 0 && !f->importing;
}

static enum err find_tell_all(struct flow *f)
{
	struct str value;
	enum err e =
		store_meta(&f->scratch, f->store, STR(STORE_TELL_ALL), &value);

	if (e == OK)
		f->tell_all = str_eq(value, STR("yes"));
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err flow_run(struct flow *f)
{
	int64_t until = INT64_MAX;
	enum err e = OK;

	flow_line_init(&f->commit);
	flow_line_init(&f->held);
	flow_line_init(&f->forms);
	flow_line_init(&f->claims);
	flow_line_init(&f->leaves);
	flow_line_init(&f->mailed);
	f->leaving = true;
	link_init(&f->command);
	arena_init(&f->scratch, SCRATCH_MAX);
	flow_find_events(f);
	e = find_tell_all(f);
	while (e == OK) {
		if (f->role->stopping && until == INT64_MAX)
			until = now_ms(f) + FINISH_MS;
		if (f->role->stopping && (all_answered(f) || now_ms(f) > until))
			break;
		e = turn(f);
	}
	link_close(&f->command);
	flow_forget_mailed(f);
	return e;
}

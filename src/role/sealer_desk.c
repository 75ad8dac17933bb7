/*
 * sealer_desk.c - questions of desks: made into half-tags and passed on, and
 * their answers, which only the desk can read, passed back.
 */
#include "role/sealer_own.h"

#include "base/wipe.h"
#include "role/seal_desk.h"

/* ---- desks ---- */

static void say_desk(struct sealer_role *s, const struct message_desk_said *m)
{
	struct link *web = &s->role->link[ROLE_WEB];

	put_desk_said(link_begin(web, MSG_DESK_SAID), m);
	if (link_end(web) != OK)
		s->role->lost[ROLE_WEB] = true;
}

static enum err pass_on(struct sealer_role *s, uint32_t id, struct str request,
	struct keep_target *target)
{
	struct link *keeper = &s->role->link[ROLE_KEEPER];
	struct message_desk_ask a = {
		.id = id, .head = (const uint8_t *)request.at, .target = target
	};
	enum err e = seal_desk_targets(s->ring, clock_system(), request, target,
		MESSAGE_TARGETS_MAX, &a.n_targets);

	if (e != OK || !link_up(keeper))
		return e == OK ? ERR_BUSY : e;
	put_desk_ask(link_begin(keeper, MSG_DESK_ASK), &a);
	if (link_end(keeper) != OK)
		s->role->lost[ROLE_KEEPER] = true;
	return OK;
}

enum err sealer_hear_desk(struct sealer_role *s, struct view *v)
{
	struct message_desk_said said = { .id = view_u32(v) };
	struct keep_target *target =
		calloc(MESSAGE_TARGETS_MAX, sizeof(*target));
	struct buf b;
	enum err e = target == NULL ? ERR_MEMORY : OK;

	buf_init(&b, DESK_REQUEST_MAX);
	if (e == OK)
		e = seal_desk_read(s->role->own_fd,
			(struct str){ (const char *)v->at, v->len }, &b);
	if (e == OK)
		e = pass_on(s, said.id, buf_view(&b), target);
	if (target != NULL)
		wipe(target, MESSAGE_TARGETS_MAX * sizeof(*target));
	wipe(b.at, b.len);
	buf_release(&b);
	free(target);
	if (e == OK)
		return OK;
	said.status = e == ERR_BUSY ? DESK_BUSY : DESK_REFUSED;
	say_desk(s, &said);
	return e == ERR_MEMORY ? e : OK;
}

void sealer_hear_desk_told(struct sealer_role *s, struct view *v)
{
	struct message_desk_said m;

	take_desk_said(v, &m);
	if (!v->bad)
		say_desk(s, &m);
}

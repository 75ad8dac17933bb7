/*
 * flow_line.c - work that waits in line for a peer, the frames that it goes
 * in, and lists of slots to and from keeper.
 */
#include "role/flow.h"

void flow_line_init(struct flow_line *l)
{
	l->head = NULL;
	l->tail = &l->head;
}

void flow_line_add(struct flow_line *l, struct work *w)
{
	w->next = NULL;
	*l->tail = w;
	l->tail = &w->next;
}

struct work *flow_line_empty(struct flow_line *l)
{
	struct work *chain = l->head;

	flow_line_init(l);
	return chain;
}

void flow_line_remove(struct flow_line *l, struct work *w)
{
	struct work **at = &l->head;

	while (*at != NULL && *at != w)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	*at = w->next;
	if (*at == NULL)
		l->tail = at;
}

size_t flow_line_count(const struct flow_line *l, size_t max)
{
	size_t n = 0;

	for (const struct work *w = l->head; w != NULL && n < max; w = w->next)
		n++;
	return n;
}

bool flow_line_send(struct flow *f, struct flow_line *l, enum role_name peer,
	enum message type, size_t max, flow_put *put)
{
	struct link *link = &f->role->link[peer];
	size_t n = flow_line_count(l, max);
	struct buf *b;
	enum err e;

	if (n == 0)
		return false;
	b = link_begin(link, (uint8_t)type);
	buf_u32(b, (uint32_t)n);
	for (; n > 0; n--) {
		struct work *w = l->head;

		put(b, w);
		f->item[w->id].state = FLOW_SENT;
		l->head = w->next;
	}
	if (l->head == NULL)
		flow_line_init(l);
	e = link_end(link);
	if (e != OK)
		flow_lose(f, peer, e);
	return e == OK;
}

void flow_line_again(struct flow *f, struct flow_line *l, enum work_kind kind)
{
	for (uint32_t id = 1; id < FLOW_IDS; id++) {
		struct flow_item *item = &f->item[id];

		if (item->work == NULL || item->work->kind != kind ||
			item->state != FLOW_SENT)
			continue;
		item->state = FLOW_UNSENT;
		flow_line_add(l, item->work);
	}
}

void flow_send_slots(
	struct flow *f, enum message type, const uint64_t *slot, size_t n)
{
	struct link *keeper = &f->role->link[ROLE_KEEPER];
	enum err e;

	if (n == 0)
		return;
	put_slots(link_begin(keeper, (uint8_t)type), slot, n);
	e = link_end(keeper);
	if (e != OK)
		flow_lose(f, ROLE_KEEPER, e);
}

struct work *flow_take_slots(struct view *v, enum work_kind kind)
{
	struct work *w = work_new(kind);

	if (w == NULL)
		return NULL;
	w->slots.slot = ARENA_ARRAY(&w->arena, uint64_t, FLOW_SLOTS);
	w->slots.n = w->slots.slot == NULL
		? 0
		: take_slots(v, w->slots.slot, FLOW_SLOTS);
	if (w->slots.n > 0)
		return w;
	work_free(w);
	return NULL;
}

#include "role/keep_stage.h"

#include "base/wipe.h"
#include "role/keep_index.h"

enum op { OP_ADD = 1, OP_CLAIM, OP_KILL, OP_ACKNOWLEDGE, OP_LEAVE, OP_STOP };

/* Room for one more element; doubles. */
static enum err reserve(void **at, size_t *cap, size_t count, size_t size)
{
	size_t wider = *cap == 0 ? 64 : *cap * 2;
	void *p;

	if (count < *cap)
		return OK;
	p = reallocarray(*at, wider, size);
	if (p == NULL)
		return ERR_MEMORY;
	*at = p;
	*cap = wider;
	return OK;
}

/* Where slot stands in the hash, or the free place where it would. */
static size_t place_of(const struct keep_store *s, uint64_t slot)
{
	size_t at = keep_index_mix(slot) & (s->place_cap - 1);

	while (s->place[at] != 0 && s->staged[s->place[at] - 1].slot != slot)
		at = (at + 1) & (s->place_cap - 1);
	return at;
}

struct keep_entry *keep_stage_find(const struct keep_store *s, uint64_t slot)
{
	uint32_t index;

	if (s->staged_count == 0)
		return NULL;
	index = s->place[place_of(s, slot)];
	return index == 0 ? NULL : &s->staged[index - 1];
}

static enum err widen_places(struct keep_store *s)
{
	size_t cap = s->place_cap == 0 ? 256 : s->place_cap * 2;
	uint32_t *place;

	if (2 * (s->staged_count + 1) < s->place_cap)
		return OK;
	place = calloc(cap, sizeof(*place));
	if (place == NULL)
		return ERR_MEMORY;
	free(s->place);
	s->place = place;
	s->place_cap = cap;
	for (size_t i = 0; i < s->staged_count; i++)
		place[place_of(s, s->staged[i].slot)] = (uint32_t)i + 1;
	return OK;
}

enum err keep_stage_put(struct keep_store *s, const struct keep_entry *e)
{
	void *at = s->staged;
	size_t place;
	enum err err = reserve(
		&at, &s->staged_cap, s->staged_count, sizeof(*s->staged));

	s->staged = at;
	if (err == OK)
		err = widen_places(s);
	if (err != OK)
		return err;
	place = place_of(s, e->slot);
	if (s->place[place] == 0)
		s->place[place] = (uint32_t)++s->staged_count;
	s->staged[s->place[place] - 1] = *e;
	return OK;
}

enum err keep_stage_dying(struct keep_store *s, const struct keep_death *death)
{
	void *at = s->dying;
	enum err err =
		reserve(&at, &s->dying_cap, s->dying_count, sizeof(*s->dying));

	s->dying = at;
	if (err == OK)
		s->dying[s->dying_count++] = *death;
	return err;
}

void keep_stage_clear(struct keep_store *s)
{
	if (s->place != NULL)
		memset(s->place, 0, s->place_cap * sizeof(*s->place));
	if (s->staged_count > 0)
		wipe(s->staged, s->staged_count * sizeof(*s->staged));
	s->staged_count = 0;
	s->dying_count = 0;
	s->locks_written = false;
	buf_clear(&s->ops);
}

void keep_stage_release(struct keep_store *s)
{
	keep_stage_clear(s);
	buf_release(&s->ops);
	free(s->place);
	free(s->staged);
	free(s->dying);
	s->place = NULL;
	s->staged = NULL;
	s->dying = NULL;
	s->place_cap = s->staged_cap = s->dying_cap = 0;
}

/* ---- the operations, live ---- */

enum err keep_stage_add(struct keep_store *s, const struct keep_entry *e)
{
	uint8_t bytes[KEEP_ENTRY_LEN];

	keep_entry_write(e, bytes);
	buf_byte(&s->ops, OP_ADD);
	buf_put(&s->ops, bytes, sizeof(bytes));
	wipe(bytes, sizeof(bytes));
	return keep_stage_put(s, e);
}

enum err keep_store_claim(struct keep_store *s, const struct keep_entry *e)
{
	struct keep_entry winner = *e, root;
	enum err err;

	buf_byte(&s->ops, OP_CLAIM);
	buf_u64(&s->ops, e->slot);
	buf_u64(&s->ops, e->group);
	winner.state = KEEP_WON;
	err = e->state == KEEP_NONE ? ERR_CORRUPT : keep_stage_put(s, &winner);
	if (err == OK)
		err = keep_store_get(s, e->group, &root);
	if (err != OK)
		return err;
	if (root.state == KEEP_NONE)
		return ERR_CORRUPT;
	root.claimed = e->slot;
	return keep_stage_put(s, &root);
}

enum err keep_store_kill(struct keep_store *s, const struct keep_entry *e,
	uint64_t winner, enum keep_rid_after rid)
{
	struct keep_entry dead = *e;
	enum err err;

	keep_entry_kill(&dead, winner, rid);
	/* A slot that is burnt without ever having had an entry: in the
	 * journal whole, because half of it may be what a power cut leaves
	 * in slots, and a replay must not have to read that. */
	if (e->state == KEEP_NONE)
		return keep_stage_add(s, &dead);
	buf_byte(&s->ops, OP_KILL);
	buf_u64(&s->ops, e->slot);
	buf_u64(&s->ops, winner);
	buf_byte(&s->ops, (uint8_t)rid);
	err = keep_stage_dying(
		s, &(struct keep_death){ e->slot, 0, KEEP_STORE_LOCKS });
	return err != OK ? err : keep_stage_put(s, &dead);
}

enum err keep_store_acknowledge(
	struct keep_store *s, const struct keep_entry *e, enum keep_state to)
{
	struct keep_entry known = *e;

	buf_byte(&s->ops, OP_ACKNOWLEDGE);
	buf_u64(&s->ops, e->slot);
	buf_byte(&s->ops, (uint8_t)to);
	keep_entry_acknowledge(&known, to);
	return keep_stage_put(s, &known);
}

enum err keep_store_leave(struct keep_store *s, const struct keep_entry *e)
{
	struct keep_entry leaving = *e;

	buf_byte(&s->ops, OP_LEAVE);
	buf_u64(&s->ops, e->slot);
	leaving.leaving = true;
	return keep_stage_put(s, &leaving);
}

enum err keep_store_stop(struct keep_store *s, uint64_t slot)
{
	buf_byte(&s->ops, OP_STOP);
	buf_u64(&s->ops, slot);
	return keep_stage_dying(
		s, &(struct keep_death){ slot, COMPARTMENT_CONTACT - 1, 1 });
}

/* ---- and replayed ---- */

static enum err replay_add(struct keep_store *s, struct view *v)
{
	const uint8_t *bytes = view_take(v, KEEP_ENTRY_LEN);
	struct view head = view_of(bytes, bytes == NULL ? 0 : 8);
	struct keep_entry e;
	enum err err;

	if (bytes == NULL)
		return ERR_CORRUPT;
	err = keep_entry_read(bytes, view_u64(&head), &e);
	return err != OK ? err : keep_stage_put(s, &e);
}

static enum err replay_one(struct keep_store *s, struct view *v)
{
	enum op op = view_u8(v);
	struct keep_entry e;
	uint64_t slot, other;
	enum err err;

	if (op == OP_ADD)
		return replay_add(s, v);
	slot = view_u64(v);
	err = keep_store_get(s, slot, &e);
	if (err != OK)
		return err;
	switch (op) {
	case OP_CLAIM:
		e.group = view_u64(v);
		return keep_store_claim(s, &e);
	case OP_KILL:
		other = view_u64(v);
		return keep_store_kill(
			s, &e, other, (enum keep_rid_after)view_u8(v));
	case OP_ACKNOWLEDGE:
		return keep_store_acknowledge(s, &e, view_u8(v));
	case OP_LEAVE:
		return keep_store_leave(s, &e);
	case OP_STOP:
		return keep_store_stop(s, slot);
	default:
		return ERR_CORRUPT;
	}
}

enum err keep_stage_replay(struct keep_store *s, struct str body)
{
	struct view v = view_of(body.at, body.len);
	enum err e = OK;

	while (e == OK && v.len > 0 && !v.bad)
		e = replay_one(s, &v);
	if (e == OK && !view_done(&v))
		e = ERR_CORRUPT;
	return e;
}

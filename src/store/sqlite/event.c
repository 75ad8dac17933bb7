/* Events: what log is told, in one consecutive row. */

#include "store/sqlite/sql.h"

enum err store_last_event(struct store *s, uint64_t *ret_ev_seq)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(
		s, SQL_EVENT_LAST, "SELECT max(ev_seq) FROM event", &stmt);

	return e == OK ? sql_number(s, stmt, 0, ret_ev_seq) : e;
}

static enum err next_number(struct store *s)
{
	uint64_t last = 0;
	enum err e;

	if (s->next_ev_seq != 0)
		return OK;
	e = store_last_event(s, &last);
	if (e == OK)
		s->next_ev_seq = last + 1;
	return e;
}

enum err store_event_put(
	struct store *s, const struct store_event *in, uint64_t *ret_ev_seq)
{
	sqlite3_stmt *stmt;
	enum err e = next_number(s);

	if (e == OK)
		e = sql_take(s, SQL_EVENT_PUT,
			"INSERT INTO event (ev_seq, type, reason, petition_id,"
			" slot, target_ev_seq, count, c, mac)"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
			&stmt);
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, s->next_ev_seq);
	sql_bind_u64(stmt, 2, in->type);
	sql_bind_u64(stmt, 3, in->reason);
	sql_bind_u64(stmt, 4, in->petition);
	sql_bind_u64(stmt, 5, in->slot);
	sql_bind_u64(stmt, 6, in->target_ev_seq);
	sql_bind_u64(stmt, 7, in->count);
	sql_bind_blob(stmt, 8, (struct bytes){ in->c, sizeof(in->c) });
	sql_bind_blob(stmt, 9, (struct bytes){ in->mac, sizeof(in->mac) });
	e = sql_run(s, stmt);
	if (e == OK)
		*ret_ev_seq = s->next_ev_seq++;
	return e;
}

/* Note on the petition which event announced, closed or summed it up. */
static enum err note_on_petition(
	struct store *s, const struct store_event *in, uint64_t ev_seq)
{
	sqlite3_stmt *stmt;
	enum err e;

	if (in->type == EVENT_PETITION)
		e = sql_take(s, SQL_PETITION_EVENT,
			"UPDATE petition SET petition_ev_seq = ?2"
			" WHERE id = ?1",
			&stmt);
	else if (in->type == EVENT_TALLY)
		e = sql_take(s, SQL_PETITION_TALLY_EVENT,
			"UPDATE petition SET tally_ev_seq = ?2 WHERE id = ?1",
			&stmt);
	else
		e = sql_take(s, SQL_PETITION_CLOSE_EVENT,
			"UPDATE petition SET close_ev_seq = ?2 WHERE id = ?1",
			&stmt);
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, in->petition);
	sql_bind_u64(stmt, 2, ev_seq);
	e = sql_run(s, stmt);
	if (e == OK && sqlite3_changes(s->db) != 1)
		return ERR_NOT_FOUND;
	return e;
}

/* The SIGN event that another is about. */
static enum err find_target(
	struct store *s, uint64_t ev_seq, uint64_t petition, uint64_t *ret_slot)
{
	sqlite3_stmt *stmt;
	bool row = false;
	enum err e = sql_once(s,
		"SELECT slot FROM event"
		" WHERE ev_seq = ?1 AND type = 2 AND petition_id = ?2",
		&stmt);

	_Static_assert(EVENT_SIGN == 2, "the query says so too");
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, ev_seq);
	sql_bind_u64(stmt, 2, petition);
	e = sql_step(s, stmt, &row);
	if (e == OK && row)
		*ret_slot = sql_u64(stmt, 0);
	sql_drop(stmt);
	return e == OK && !row ? ERR_NOT_FOUND : e;
}

/* A withdrawal is for ever; RESTORE undoes INVALIDATE only. */
static enum err change_state(
	struct store *s, enum event_type type, uint64_t slot)
{
	enum signature_state from = SIGNATURE_VALIDATED;
	enum signature_state to = SIGNATURE_INVALIDATED;
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_SIGNATURE_STATE,
		"UPDATE signature SET state = ?3"
		" WHERE slot = ?1 AND (state = ?2 OR ?3 = 3) AND state <> 0",
		&stmt);

	_Static_assert(SIGNATURE_WITHDRAWN == 3, "the query says so too");
	if (e != OK)
		return e;
	if (type == EVENT_RESTORE) {
		from = SIGNATURE_INVALIDATED;
		to = SIGNATURE_VALIDATED;
	} else if (type == EVENT_WITHDRAW) {
		to = SIGNATURE_WITHDRAWN;
	}
	sql_bind_u64(stmt, 1, slot);
	sql_bind_u64(stmt, 2, from);
	sql_bind_u64(stmt, 3, to);
	return sql_run(s, stmt);
}

static bool is_about_signature(enum event_type type)
{
	return type == EVENT_INVALIDATE || type == EVENT_WITHDRAW ||
		type == EVENT_RESTORE;
}

static bool is_of_its_life(enum event_type type)
{
	return type == EVENT_PETITION || type == EVENT_CLOSE ||
		type == EVENT_TALLY;
}

static enum err append(
	struct store *s, const struct store_event *in, uint64_t *ret_ev_seq)
{
	struct store_event event = *in;
	uint64_t slot = 0;
	enum err e = OK;

	event.slot = 0;
	if (is_about_signature(in->type)) {
		e = find_target(s, in->target_ev_seq, in->petition, &slot);
		if (e == OK)
			e = change_state(s, in->type, slot);
		event.slot = slot;
	}
	if (e == OK)
		e = store_event_put(s, &event, ret_ev_seq);
	if (e == OK && is_of_its_life(in->type))
		e = note_on_petition(s, in, *ret_ev_seq);
	return e;
}

enum err store_append(
	struct store *s, const struct store_event *in, uint64_t *ret_ev_seq)
{
	uint64_t ev_seq = 0;
	enum err e;

	if (in->type == EVENT_SIGN)
		return ERR_INVALID;
	e = sql_savepoint(s);
	if (e == OK)
		e = sql_savepoint_end(s, append(s, in, &ev_seq));
	if (e == OK)
		*ret_ev_seq = ev_seq;
	return e;
}

static enum err event_read(struct arena *a, sqlite3_stmt *stmt, void *ret_row)
{
	struct store_event *event = ret_row;
	enum err e = OK;

	(void)a;

	event->ev_seq = sql_u64(stmt, 0);
	event->type = (enum event_type)sql_u64(stmt, 1);
	event->reason = (uint16_t)sql_u64(stmt, 2);
	event->petition = sql_u64(stmt, 3);
	event->slot = sql_u64(stmt, 4);
	event->target_ev_seq = sql_u64(stmt, 5);
	event->count = sql_u64(stmt, 6);
	sql_bytes(stmt, 7, event->c, sizeof(event->c), &e);
	sql_bytes(stmt, 8, event->mac, sizeof(event->mac), &e);
	event->leaf_index = sql_leaf(stmt, 9);
	return e;
}

enum err store_events(struct arena *a, struct store *s, uint64_t from_ev_seq,
	size_t max, struct store_event **ret_events, size_t *ret_count)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_take(s, SQL_EVENTS,
		"SELECT ev_seq, type, reason, petition_id, slot,"
		" target_ev_seq, count, c, mac, leaf_index FROM event"
		" WHERE ev_seq >= ?1 ORDER BY ev_seq LIMIT ?2",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, from_ev_seq);
	sql_bind_u64(stmt, 2, max);
	e = sql_rows(
		a, s, stmt, sizeof(**ret_events), event_read, &rows, ret_count);
	if (e == OK)
		*ret_events = rows;
	return e;
}

/*
 * What a restore asks of the store (domain/store.h, "after a restore"): places
 * for a log that was lost, events that log knows and we do not, and slots that
 * keeper forgot.
 */
#include "store/sqlite/sql.h"

/* ---- for log ---- */

enum err store_leaf_places(struct arena *a, struct store *s,
	uint64_t from_ev_seq, size_t max, struct store_placed **ret_places,
	size_t *ret_count, uint64_t *ret_next)
{
	struct store_placed *at = ARENA_ARRAY(a, struct store_placed, max);
	uint64_t next = from_ev_seq;
	sqlite3_stmt *stmt;
	size_t n = 0;
	bool row = false;
	enum err e;

	if (at == NULL)
		return ERR_TOO_LARGE;
	e = sql_once(s,
		"SELECT ev_seq, leaf_index, log_year, leaf_hour FROM event"
		" WHERE ev_seq >= ?1 ORDER BY ev_seq LIMIT ?2",
		&stmt);
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, from_ev_seq);
	sql_bind_u64(stmt, 2, max);
	while ((e = sql_step(s, stmt, &row)) == OK && row && n < max) {
		next = sql_u64(stmt, 0) + 1;
		if (sqlite3_column_type(stmt, 1) == SQLITE_NULL)
			continue;
		at[n++] = (struct store_placed){ .ev_seq = next - 1,
			.leaf_index = sql_u64(stmt, 1),
			.year = (uint32_t)sql_u64(stmt, 2),
			.hour = (uint32_t)sql_u64(stmt, 3) };
	}
	sql_drop(stmt);
	if (e != OK)
		return e;
	*ret_places = at;
	*ret_count = n;
	*ret_next = next;
	return OK;
}

/* ---- what log knows ---- */

/* A row without records, for a signature of which only the log knows. */
static enum err stub_put(
	struct store *s, const struct store_claim *in, uint32_t hour)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_STUB_PUT,
		"INSERT INTO signature (slot, petition_id, state, standing,"
		" hour, country, area, commitment)"
		" VALUES (?1, ?2, 0, 0, ?3, '', '', ?4)",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, in->slot);
	sql_bind_u64(stmt, 2, in->petition);
	sql_bind_u64(stmt, 3, hour);
	sql_bind_blob(
		stmt, 4, (struct bytes){ in->commitment, STORE_HASH_BYTES });
	return sql_run(s, stmt);
}

enum err store_confirm_stub(struct store *s, const struct store_claim *in,
	uint32_t hour, enum store_confirm *ret_outcome,
	struct store_place *ret_place)
{
	struct store_signature row;
	enum err e = sql_writing(s);

	if (e == OK)
		e = store_signature(s, in->slot, &row);
	if (e == ERR_NOT_FOUND)
		e = stub_put(s, in, hour);
	return e == OK ? store_confirm(s, in, ret_outcome, ret_place) : e;
}

static enum err adopt_sign(struct store *s, const struct store_told *t)
{
	struct store_claim claim = { .slot = t->event.slot,
		.petition = t->event.petition };
	enum store_confirm outcome;
	struct store_place place;
	enum err e;

	memcpy(claim.commitment, t->event.c, sizeof(claim.commitment));
	memcpy(claim.mac, t->event.mac, sizeof(claim.mac));
	e = store_confirm_stub(s, &claim, t->hour, &outcome, &place);
	/* This slot was confirmed by an event before: one of two logs lies. */
	if (e == OK &&
		(outcome != STORE_VALIDATED || place.ev_seq != t->event.ev_seq))
		e = ERR_CORRUPT;
	return e;
}

/* It was closed when log was told so, or before. */
static enum err adopt_close(struct store *s, uint64_t petition)
{
	sqlite3_stmt *stmt;
	enum err e = sql_once(s,
		"UPDATE petition SET state = 7, closed_ms = deadline_ms"
		" WHERE id = ?1 AND state = 6",
		&stmt);

	_Static_assert(PETITION_OPEN == 6 && PETITION_CLOSED == 7,
		"the query says so too");
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, petition);
	return sql_run_once(s, stmt);
}

/* keeper may not have destroyed what this one's signer wanted gone. */
static enum err adopt_withdrawal(struct store *s, uint64_t ev_seq)
{
	sqlite3_stmt *stmt;
	enum err e = sql_once(s,
		"INSERT INTO leaving (slot, ev_seq)"
		" SELECT slot, ev_seq FROM event WHERE ev_seq = ?1"
		" ON CONFLICT DO NOTHING",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, ev_seq);
	return sql_run_once(s, stmt);
}

static enum err adopt(struct store *s, const struct store_told *t)
{
	uint64_t ev_seq = 0;
	uint64_t last = 0;
	enum err e = store_last_event(s, &last);

	if (e != OK || t->event.ev_seq <= last)
		return e;
	if (t->event.ev_seq != last + 1)
		return ERR_CORRUPT;
	if (!t->accepted)
		return store_event_put(s, &t->event, &ev_seq);
	if (t->event.type == EVENT_SIGN)
		return adopt_sign(s, t);
	if (t->document.len > 0)
		e = store_document_put(s, t->event.c, t->document);
	if (e == OK)
		e = store_append(s, &t->event, &ev_seq);
	if (e == OK && t->event.type == EVENT_CLOSE)
		e = adopt_close(s, t->event.petition);
	if (e == OK && t->event.type == EVENT_WITHDRAW)
		e = adopt_withdrawal(s, ev_seq);
	return e;
}

enum err store_adopt(struct store *s, const struct store_told *told)
{
	enum err e = sql_savepoint(s);

	return e == OK ? sql_savepoint_end(s, adopt(s, told)) : e;
}

/* ---- what keeper forgot ---- */

enum err store_top_slot(struct store *s, uint64_t *ret_slot)
{
	sqlite3_stmt *stmt;
	enum err e = sql_once(s, "SELECT max(slot) FROM signature", &stmt);

	if (e != OK)
		return e;
	e = sql_number(s, stmt, 0, ret_slot);
	sql_drop(stmt);
	return e;
}

/* Nobody can confirm these any more: their tokens were keeper's. */
static enum err forget_pending(struct store *s, uint64_t from)
{
	enum { AT_ONCE = 512 };
	uint64_t slot[AT_ONCE];
	size_t n = AT_ONCE;
	enum err e = OK;

	while (e == OK && n == AT_ONCE) {
		sqlite3_stmt *stmt;
		bool row = false;

		n = 0;
		e = sql_once(s,
			"SELECT slot FROM signature WHERE state = 0"
			" AND slot >= ?1 LIMIT 512",
			&stmt);
		if (e != OK)
			return e;
		sql_bind_u64(stmt, 1, from);
		while ((e = sql_step(s, stmt, &row)) == OK && row &&
			n < AT_ONCE)
			slot[n++] = sql_u64(stmt, 0);
		sql_drop(stmt);
		if (e == OK)
			e = store_forget(s, slot, n);
	}
	return e;
}

enum err store_keeper_forgot(
	struct store *s, uint64_t from_slot, size_t *ret_paused)
{
	sqlite3_stmt *stmt;
	enum err e = sql_writing(s);

	if (e == OK)
		e = forget_pending(s, from_slot);
	if (e == OK)
		e = sql_once(s,
			"INSERT INTO petition_paused"
			" SELECT DISTINCT petition_id FROM signature"
			"  WHERE slot >= ?1 AND petition_id IN"
			"   (SELECT id FROM petition WHERE state <= 6)"
			" ON CONFLICT DO NOTHING",
			&stmt);
	_Static_assert(PETITION_OPEN == 6, "the query says so too");
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, from_slot);
	e = sql_run_once(s, stmt);
	if (e == OK)
		*ret_paused = (size_t)sqlite3_changes(s->db);
	return e;
}

enum err store_resume(struct store *s, uint64_t petition, size_t *ret_resumed)
{
	sqlite3_stmt *stmt;
	enum err e = sql_writing(s);

	if (e == OK)
		e = sql_once(s,
			"DELETE FROM petition_paused"
			" WHERE ?1 = 0 OR petition_id = ?1",
			&stmt);
	if (e != OK)
		return e;
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)petition);
	e = sql_run_once(s, stmt);
	if (e == OK)
		*ret_resumed = (size_t)sqlite3_changes(s->db);
	return e;
}

enum err store_is_paused(struct store *s, uint64_t petition, bool *ret_paused)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_IS_PAUSED,
		"SELECT 1 FROM petition_paused WHERE petition_id = ?1", &stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, petition);
	return sql_exists(s, stmt, ret_paused);
}

/* ---- a copy ---- */

enum err store_hold_mail(struct store *s)
{
	enum err e = sql_writing(s);

	return e == OK ? sql_exec(s, "DELETE FROM mail_queue") : e;
}

enum err store_copy(struct store *s, const char *path)
{
	sqlite3_stmt *stmt;
	/* What a reader may not write to includes the new file. */
	enum err e = sql_exec(s, "PRAGMA query_only = OFF");

	if (e == OK)
		e = sql_once(s, "VACUUM INTO ?1", &stmt);
	if (e != OK)
		return e;
	sql_bind_text(stmt, 1, str_c(path));
	e = sql_run_once(s, stmt);
	if (e == OK && s->mode == STORE_READER)
		e = sql_exec(s, "PRAGMA query_only = ON");
	return e;
}

/* Signers who leave, by docs/protocol.md ("Leaving"), and what they ask. */

#include "store/sqlite/sql.h"

#define SHREDDED(why)                                                          \
	"{\"what\":\"the records of one signature\",\"why\":\"" why "\"}"

/* What the log's document of an erasure says: of nobody in particular. */
struct str store_shred_document(uint16_t erase)
{
	static const struct str document[] = {
		STR_INIT(SHREDDED("its signer asked")),
		STR_INIT(SHREDDED("a desk erased them: fraud")),
		STR_INIT(SHREDDED("a desk erased them: a complaint")),
		STR_INIT(SHREDDED("a desk erased them: its signer asked")),
		STR_INIT(SHREDDED("a desk erased them: an order")),
		STR_INIT(SHREDDED("a desk erased them: an audit")),
	};

	return document[erase < 6 ? erase : 0];
}

static enum err outbox_has(struct store *s, uint64_t slot, bool *ret_has)
{
	sqlite3_stmt *stmt;
	enum err e =
		sql_once(s, "SELECT 1 FROM leaving WHERE slot = ?1", &stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, slot);
	e = sql_exists(s, stmt, ret_has);
	sql_drop(stmt);
	return e;
}

static enum err outbox_put(struct store *s, uint64_t slot, uint64_t ev_seq)
{
	sqlite3_stmt *stmt;
	enum err e = sql_once(
		s, "INSERT INTO leaving (slot, ev_seq) VALUES (?1, ?2)", &stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, slot);
	sql_bind_u64(stmt, 2, ev_seq);
	return sql_run_once(s, stmt);
}

enum err store_stop_updates(struct store *s, uint64_t slot)
{
	sqlite3_stmt *stmt;
	enum err e = sql_writing(s);

	if (e == OK)
		e = sql_once(s,
			"UPDATE record SET contact = NULL WHERE slot = ?1",
			&stmt);
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, slot);
	return sql_run_once(s, stmt);
}

static enum err withdraw(struct store *s, const struct store_leave *in,
	const struct store_signature *row, uint64_t *ret_ev_seq)
{
	struct store_event event = { .type = EVENT_WITHDRAW,
		.petition = in->petition,
		.target_ev_seq = row->place.ev_seq };

	memcpy(event.c, in->commitment, sizeof(event.c));
	memcpy(event.mac, in->mac, sizeof(event.mac));
	return store_append(s, &event, ret_ev_seq);
}

static enum err shred(
	struct store *s, const struct store_leave *in, uint64_t *ret_ev_seq)
{
	struct store_event event = { .type = EVENT_SHRED,
		.reason = in->erase != 0 ? STORE_SHRED_DESK : STORE_SHRED_ASKED,
		.petition = in->petition };
	enum err e;

	memcpy(event.c, in->shred_hash, sizeof(event.c));
	e = store_document_put(
		s, in->shred_hash, store_shred_document(in->erase));
	return e == OK ? store_append(s, &event, ret_ev_seq) : e;
}

static enum err leave(struct store *s, const struct store_leave *in,
	int64_t now_ms, const struct store_signature *row,
	enum store_left *ret_outcome, uint64_t *ret_ev_seq)
{
	bool is_open = false;
	uint64_t ev_seq = 0;
	enum err e = store_petition_is_open(s, in->petition, now_ms, &is_open);

	if (e == OK)
		e = is_open ? withdraw(s, in, row, &ev_seq) : OK;
	if (e == OK && (!is_open || in->erase != 0))
		e = shred(s, in, &ev_seq);
	if (e == OK)
		e = store_stop_updates(s, in->slot);
	if (e == OK)
		e = outbox_put(s, in->slot, ev_seq);
	*ret_outcome = is_open ? STORE_WITHDRAWN : STORE_ERASED;
	*ret_ev_seq = ev_seq;
	return e;
}

enum err store_leave(struct store *s, const struct store_leave *in,
	int64_t now_ms, enum store_left *ret_outcome, uint64_t *ret_ev_seq)
{
	struct store_signature row = { 0 };
	enum store_left outcome = STORE_LEFT_NO_ROW;
	uint64_t ev_seq = 0;
	bool left = false;
	enum err e = sql_writing(s);

	if (e == OK)
		e = store_signature(s, in->slot, &row);
	if (e == OK)
		e = outbox_has(s, in->slot, &left);
	if (e == OK && (row.place.ev_seq == 0 || row.petition != in->petition))
		e = ERR_NOT_FOUND;
	if (e == ERR_NOT_FOUND) {
		*ret_outcome = STORE_LEFT_NO_ROW;
		*ret_ev_seq = 0;
		return OK;
	}
	if (e != OK)
		return e;
	if (left || row.state == SIGNATURE_WITHDRAWN) {
		outcome = row.state == SIGNATURE_WITHDRAWN ? STORE_WITHDRAWN
							   : STORE_ERASED;
	} else {
		e = sql_savepoint(s);
		if (e == OK)
			e = sql_savepoint_end(s,
				leave(s, in, now_ms, &row, &outcome, &ev_seq));
	}
	if (e == OK) {
		*ret_outcome = outcome;
		*ret_ev_seq = ev_seq;
	}
	return e;
}

enum err store_leaving(struct store *s, uint64_t last_ev_seq,
	uint64_t *ret_slots, size_t max, size_t *ret_count, bool *ret_any)
{
	sqlite3_stmt *stmt;
	size_t count = 0;
	bool any = false;
	bool row = false;
	enum err e = sql_once(s,
		"SELECT slot, ev_seq FROM leaving ORDER BY ev_seq LIMIT ?1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, max);
	while ((e = sql_step(s, stmt, &row)) == OK && row && count < max) {
		any = true;
		if (sql_u64(stmt, 1) > last_ev_seq)
			break;
		ret_slots[count++] = sql_u64(stmt, 0);
	}
	sql_drop(stmt);
	if (e != OK)
		return e;
	*ret_count = count;
	*ret_any = any;
	return OK;
}

enum err store_left_slots(struct store *s, uint64_t after, uint64_t *ret_slot,
	size_t max, size_t *ret_count)
{
	sqlite3_stmt *stmt;
	bool row = false;
	size_t n = 0;
	enum err e = sql_once(s,
		"SELECT slot FROM signature WHERE slot > ?1 AND state = 3"
		" AND slot NOT IN (SELECT slot FROM leaving)"
		" ORDER BY slot LIMIT ?2",
		&stmt);

	_Static_assert(SIGNATURE_WITHDRAWN == 3, "the query says so too");
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, after);
	sql_bind_u64(stmt, 2, max);
	while (n < max && (e = sql_step(s, stmt, &row)) == OK && row)
		ret_slot[n++] = sql_u64(stmt, 0);
	sql_drop(stmt);
	*ret_count = n;
	return e;
}

enum err store_leave_done(struct store *s, const uint64_t *slots, size_t count)
{
	sqlite3_stmt *stmt;
	enum err e = sql_writing(s);

	for (size_t i = 0; i < count && e == OK; i++) {
		e = sql_once(s, "DELETE FROM leaving WHERE slot = ?1", &stmt);
		if (e != OK)
			return e;
		sql_bind_u64(stmt, 1, slots[i]);
		e = sql_run_once(s, stmt);
		if (e == OK)
			e = store_show_forget(s, slots[i]);
	}
	return e;
}

/* ---- reminders ---- */

/* Slots of hour behind slot that still wait, with a job that nobody queues. */
static enum err remind_hour(struct store *s, uint32_t hour, uint64_t after,
	size_t max, uint64_t *ret_last, size_t *ret_n)
{
	sqlite3_stmt *stmt;
	bool row = false;
	size_t n = 0;
	enum err e = sql_once(s,
		"INSERT OR IGNORE INTO mail_queue (slot, kind)"
		" SELECT slot, 1 FROM signature WHERE state = 0 AND hour = ?1"
		"  AND slot > ?2 ORDER BY slot LIMIT ?3"
		" RETURNING slot",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, hour);
	sql_bind_u64(stmt, 2, after);
	sql_bind_u64(stmt, 3, max);
	while ((e = sql_step(s, stmt, &row)) == OK && row) {
		*ret_last = sql_u64(stmt, 0);
		n++;
	}
	sql_drop(stmt);
	*ret_n = n;
	return e;
}

/* "HOUR SLOT": up to where signers were reminded. */
static enum err read_mark(
	struct store *s, uint64_t *ret_hour, uint64_t *ret_slot)
{
	struct arena a;
	struct str text, hour;
	enum err e;

	arena_init(&a, 4096);
	*ret_hour = *ret_slot = 0;
	e = store_meta(&a, s, STR("reminded"), &text);
	if (e == OK && str_split(&text, ' ', &hour) &&
		(str_u64(hour, ret_hour) != OK ||
			str_u64(text, ret_slot) != OK))
		e = ERR_CORRUPT;
	arena_release(&a);
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err write_mark(struct store *s, uint64_t hour, uint64_t slot)
{
	struct buf text;
	enum err e;

	buf_init(&text, 64);
	buf_decimal(&text, hour);
	buf_str(&text, STR(" "));
	buf_decimal(&text, slot);
	e = buf_err(&text);
	if (e == OK)
		e = store_meta_put(s, STR("reminded"), buf_view(&text));
	buf_release(&text);
	return e;
}

enum err store_remind(struct store *s, uint32_t from_hour, uint32_t hour,
	size_t max, size_t *ret_count)
{
	uint64_t at, slot;
	size_t count = 0;
	enum err e = sql_writing(s);

	if (e == OK)
		e = read_mark(s, &at, &slot);
	if (e != OK)
		return e;
	if (at < from_hour) {
		at = from_hour;
		slot = 0;
	}
	if (at > hour) {
		*ret_count = 0;
		return OK;
	}
	while (e == OK && count < max && at <= hour) {
		size_t n = 0;

		e = remind_hour(s, (uint32_t)at, slot, max - count, &slot, &n);
		count += n;
		if (e == OK && count < max) {
			at++;
			slot = 0;
		}
	}
	if (e == OK)
		e = write_mark(s, at, slot);
	*ret_count = count;
	return e;
}

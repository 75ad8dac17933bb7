/* Reading and forgetting signatures. */

#include "store/sqlite/sql.h"

enum err store_signature(
	struct store *s, uint64_t slot, struct store_signature *ret_signature)
{
	struct store_signature row = { .slot = slot };
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_SIGNATURE_GET,
		"SELECT petition_id, state, hour, commitment, ev_seq,"
		" leaf_index, log_year FROM signature WHERE slot = ?1",
		&stmt);

	if (e != OK)
		return e;
	if (slot > INT64_MAX)
		return ERR_NOT_FOUND;
	sql_bind_u64(stmt, 1, slot);
	e = sql_only(s, stmt, ERR_NOT_FOUND);
	if (e != OK)
		return e;
	row.petition = sql_u64(stmt, 0);
	row.state = (enum signature_state)sql_u64(stmt, 1);
	row.hour = (uint32_t)sql_u64(stmt, 2);
	sql_bytes(stmt, 3, row.commitment, sizeof(row.commitment), &e);
	row.place.ev_seq = sql_u64(stmt, 4); /* null reads as 0 */
	row.place.leaf_index = sql_leaf(stmt, 5);
	row.place.log_year = (uint32_t)sql_u64(stmt, 6);
	sql_end(stmt);
	if (e == OK)
		*ret_signature = row;
	return e;
}

enum err store_rows(struct store *s, const uint64_t *slots, size_t count,
	struct store_row *ret_rows)
{
	for (size_t i = 0; i < count; i++) {
		struct store_signature row;
		enum err e = store_signature(s, slots[i], &row);

		if (e != OK && e != ERR_NOT_FOUND)
			return e;
		ret_rows[i] = (struct store_row){ .has_row = e == OK,
			.state = e == OK ? row.state : SIGNATURE_PENDING };
	}
	return OK;
}

enum err store_expired(struct store *s, uint32_t hour, uint64_t *ret_slots,
	size_t max, size_t *ret_count)
{
	sqlite3_stmt *stmt;
	size_t count = 0;
	bool row = false;
	enum err e = sql_take(s, SQL_SIGNATURE_EXPIRED,
		"SELECT slot FROM signature WHERE state = 0 AND hour < ?1"
		" ORDER BY hour, slot LIMIT ?2",
		&stmt);

	_Static_assert(SIGNATURE_PENDING == 0, "the query says so too");
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, hour);
	sql_bind_u64(stmt, 2, max);
	while ((e = sql_step(s, stmt, &row)) == OK && row && count < max)
		ret_slots[count++] = sql_u64(stmt, 0);
	if (e != OK)
		return e;
	sql_end(stmt);
	*ret_count = count;
	return OK;
}

static enum err forget_row(struct store *s, uint64_t slot, bool *ret_gone)
{
	enum err e = sql_run_on(s, SQL_SIGNATURE_FORGET,
		"DELETE FROM signature WHERE slot = ?1 AND state = 0", slot);

	if (e == OK)
		*ret_gone = sqlite3_changes(s->db) == 1;
	return e;
}

static enum err forget_rest(struct store *s, uint64_t slot)
{
	enum err e = sql_run_on(
		s, SQL_RECORD_DROP, "DELETE FROM record WHERE slot = ?1", slot);

	if (e == OK)
		e = store_show_forget(s, slot);
	return e == OK ? store_job_drop(s, slot) : e;
}

enum err store_forget(struct store *s, const uint64_t *slots, size_t count)
{
	enum err e = sql_writing(s);

	for (size_t i = 0; i < count && e == OK; i++) {
		bool gone = false;

		e = forget_row(s, slots[i], &gone);
		if (e == OK && gone)
			e = forget_rest(s, slots[i]);
		if (e != OK)
			return sql_doom(s, e);
	}
	return e;
}

enum err store_records(struct arena *a, struct store *s, uint64_t slot,
	struct bytes *ret_identity, struct bytes *ret_contact)
{
	struct bytes identity, contact;
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_RECORD_GET,
		"SELECT identity, contact FROM record WHERE slot = ?1", &stmt);

	if (e != OK)
		return e;
	if (slot > INT64_MAX)
		return ERR_NOT_FOUND;
	sql_bind_u64(stmt, 1, slot);
	e = sql_only(s, stmt, ERR_NOT_FOUND);
	if (e != OK)
		return e;
	identity = sql_blob(a, stmt, 0, &e);
	contact = sql_blob(a, stmt, 1, &e);
	sql_end(stmt);
	if (e != OK)
		return e;
	*ret_identity = identity;
	*ret_contact = contact;
	return OK;
}

enum err store_epoch(struct arena *a, struct store *s,
	const uint8_t id[STORE_ID_BYTES], struct store_epoch *ret_epoch)
{
	struct store_epoch epoch;
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_EPOCH_GET,
		"SELECT compartment, hour, header FROM epoch WHERE id = ?1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_blob(stmt, 1, (struct bytes){ id, STORE_ID_BYTES });
	e = sql_only(s, stmt, ERR_NOT_FOUND);
	if (e != OK)
		return e;
	memcpy(epoch.id, id, sizeof(epoch.id));
	epoch.compartment = (uint8_t)sql_u64(stmt, 0);
	epoch.hour = (uint32_t)sql_u64(stmt, 1);
	epoch.header = sql_blob(a, stmt, 2, &e);
	sql_end(stmt);
	if (e == OK)
		*ret_epoch = epoch;
	return e;
}

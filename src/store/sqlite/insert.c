/* A sealed form becomes a pending signature (docs/protocol.md step 6). */

#include "store/sqlite/sql.h"

enum err store_petition_is_open(
	struct store *s, uint64_t petition, int64_t now_ms, bool *ret_open)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_PETITION_IS_OPEN,
		"SELECT 1 FROM petition"
		" WHERE id = ?1 AND state = 6 AND deadline_ms >= ?2"
		"  AND id NOT IN (SELECT petition_id FROM petition_paused)",
		&stmt);

	_Static_assert(PETITION_OPEN == 6, "the query says so too");
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, petition);
	sql_bind_i64(stmt, 2, now_ms);
	return sql_exists(s, stmt, ret_open);
}

static enum err rid_put(
	struct store *s, const uint8_t *rid, uint64_t slot, bool *ret_is_new)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_RID_PUT,
		"INSERT INTO form_rid (rid, slot) VALUES (?1, ?2)"
		" ON CONFLICT DO NOTHING",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_blob(stmt, 1, (struct bytes){ rid, STORE_ID_BYTES });
	sql_bind_u64(stmt, 2, slot);
	e = sql_run(s, stmt);
	if (e == OK)
		*ret_is_new = sqlite3_changes(s->db) == 1;
	return e;
}

static enum err rid_slot(
	struct store *s, const uint8_t *rid, uint64_t *ret_slot)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_RID_GET,
		"SELECT slot FROM form_rid WHERE rid = ?1", &stmt);

	if (e != OK)
		return e;
	sql_bind_blob(stmt, 1, (struct bytes){ rid, STORE_ID_BYTES });
	e = sql_only(s, stmt, ERR_NOT_FOUND);
	if (e != OK)
		return e;
	*ret_slot = sql_u64(stmt, 0);
	sql_end(stmt);
	return OK;
}

static enum err rid_drop(struct store *s, const uint8_t *rid)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(
		s, SQL_RID_DROP, "DELETE FROM form_rid WHERE rid = ?1", &stmt);

	if (e != OK)
		return e;
	sql_bind_blob(stmt, 1, (struct bytes){ rid, STORE_ID_BYTES });
	return sql_run(s, stmt);
}

static enum err epoch_put(struct store *s, const struct store_epoch *epoch)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_EPOCH_PUT,
		"INSERT INTO epoch (id, compartment, hour, header)"
		" VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_blob(stmt, 1, (struct bytes){ epoch->id, STORE_ID_BYTES });
	sql_bind_u64(stmt, 2, epoch->compartment);
	sql_bind_u64(stmt, 3, epoch->hour);
	sql_bind_blob(stmt, 4, epoch->header);
	return sql_run(s, stmt);
}

static enum err signature_put(
	struct store *s, const struct store_sealed *in, bool *ret_is_new)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_SIGNATURE_PUT,
		"INSERT INTO signature (slot, petition_id, state, standing,"
		" hour, country, area, commitment)"
		" VALUES (?1, ?2, 0, 0, ?3, ?4, ?5, ?6)"
		" ON CONFLICT DO NOTHING",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, in->slot);
	sql_bind_u64(stmt, 2, in->petition);
	sql_bind_u64(stmt, 3, in->hour);
	sql_bind_text(stmt, 4, in->country);
	sql_bind_text(stmt, 5, in->area.at == NULL ? STR("") : in->area);
	sql_bind_blob(
		stmt, 6, (struct bytes){ in->commitment, STORE_HASH_BYTES });
	e = sql_run(s, stmt);
	if (e == OK)
		*ret_is_new = sqlite3_changes(s->db) == 1;
	return e;
}

static enum err record_put(struct store *s, const struct store_sealed *in)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_RECORD_PUT,
		"INSERT INTO record (slot, identity, contact)"
		" VALUES (?1, ?2, ?3)",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, in->slot);
	sql_bind_blob(stmt, 2, in->identity);
	sql_bind_blob(stmt, 3, in->contact);
	return sql_run(s, stmt);
}

static enum err job_put(struct store *s, const struct store_sealed *in)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_JOB_PUT,
		"INSERT INTO mail_job (slot, job, lang) VALUES (?1, ?2, ifnull(?3, ''))",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, in->slot);
	sql_bind_blob(stmt, 2, in->mail_job);
	sql_bind_text(stmt, 3, in->lang);
	e = sql_run(s, stmt);
	return e != OK ? e
		       : sql_run_on(s, SQL_QUEUE_PUT,
				 "INSERT INTO mail_queue (slot) VALUES (?1)",
				 in->slot);
}

/* The row is there: what hangs on it must follow, or nothing of the batch may
 * stay (a leftover of a slot that nobody knows would be corruption). */
static enum err rest_put(struct store *s, const struct store_sealed *in)
{
	enum err e = record_put(s, in);

	if (e == OK)
		e = job_put(s, in);
	if (e == ERR_EXISTS)
		e = ERR_CORRUPT;
	return e == OK ? OK : sql_doom(s, e);
}

static enum err new_form(struct store *s, const struct store_sealed *in,
	enum store_insert *ret_outcome, uint64_t *ret_slot)
{
	bool is_new = false;
	enum err e = signature_put(s, in, &is_new);

	if (e == OK && is_new)
		e = rest_put(s, in);
	else if (e == OK)
		e = rid_drop(s, in->rid);
	if (e != OK)
		return sql_doom(s, e);
	*ret_outcome = is_new ? STORE_INSERTED : STORE_SLOT_TAKEN;
	*ret_slot = in->slot;
	return OK;
}

enum err store_insert(struct store *s, const struct store_sealed *in,
	int64_t now_ms, enum store_insert *ret_outcome, uint64_t *ret_slot)
{
	bool is_open = false, is_new = false;
	enum err e = sql_writing(s);

	for (size_t i = 0; i < in->epochs_count && e == OK; i++)
		e = epoch_put(s, &in->epochs[i]);
	if (e == OK)
		e = store_petition_is_open(s, in->petition, now_ms, &is_open);
	if (e != OK)
		return e;
	if (!is_open) {
		/* A form that came before keeps its answer. */
		e = rid_slot(s, in->rid, ret_slot);
		*ret_outcome = e == OK ? STORE_SAME_RID : STORE_NOT_OPEN;
		return e == ERR_NOT_FOUND ? OK : e;
	}
	e = rid_put(s, in->rid, in->slot, &is_new);
	if (e != OK)
		return e;
	if (is_new)
		return new_form(s, in, ret_outcome, ret_slot);
	e = rid_slot(s, in->rid, ret_slot);
	if (e == OK)
		*ret_outcome = STORE_SAME_RID;
	return e;
}

enum err store_forget_forms(struct store *s, uint32_t minute)
{
	uint8_t edge[STORE_ID_BYTES] = { (uint8_t)(minute >> 24),
		(uint8_t)(minute >> 16), (uint8_t)(minute >> 8),
		(uint8_t)minute };
	sqlite3_stmt *stmt;
	enum err e = sql_writing(s);

	if (e == OK)
		e = sql_take(s, SQL_RID_FORGET,
			"DELETE FROM form_rid WHERE rid < ?1", &stmt);
	if (e != OK)
		return e;
	sql_bind_blob(stmt, 1, (struct bytes){ edge, sizeof(edge) });
	return sql_run(s, stmt);
}

/* A claimed signature becomes a validated one (docs/protocol.md step 11). */

#include "store/sqlite/sql.h"

static enum err validate(
	struct store *s, const struct store_claim *in, uint64_t ev_seq)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_SIGNATURE_CONFIRM,
		"UPDATE signature SET state = 1, ev_seq = ?2 WHERE slot = ?1",
		&stmt);

	_Static_assert(SIGNATURE_VALIDATED == 1, "the query says so too");
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, in->slot);
	sql_bind_u64(stmt, 2, ev_seq);
	return sql_run(s, stmt);
}

enum err store_job_drop(struct store *s, uint64_t slot)
{
	enum err e = sql_run_on(
		s, SQL_JOB_DROP, "DELETE FROM mail_job WHERE slot = ?1", slot);

	return e == OK ? store_mail_done(s, &slot, 1) : e;
}

static enum err set_apart(
	struct store *s, const struct store_claim *in, uint64_t ev_seq)
{
	struct store_event event = { .type = EVENT_INVALIDATE,
		.reason = STORE_REASON_LIMIT,
		.petition = in->petition,
		.target_ev_seq = ev_seq };
	uint64_t own_ev_seq;

	return store_append(s, &event, &own_ev_seq);
}

static enum err book(
	struct store *s, const struct store_claim *in, uint64_t *ret_ev_seq)
{
	struct store_event event = {
		.type = EVENT_SIGN, .petition = in->petition, .slot = in->slot
	};
	enum err e;

	memcpy(event.c, in->commitment, sizeof(event.c));
	memcpy(event.mac, in->mac, sizeof(event.mac));
	e = store_event_put(s, &event, ret_ev_seq);
	if (e != OK)
		return e;
	/* From here on only all of it may stay. */
	e = validate(s, in, *ret_ev_seq);
	if (e == OK)
		e = store_job_drop(s, in->slot);
	if (e == OK && in->apart)
		e = set_apart(s, in, *ret_ev_seq);
	return e == OK ? OK : sql_doom(s, e);
}

enum err store_confirm(struct store *s, const struct store_claim *in,
	enum store_confirm *ret_outcome, struct store_place *ret_place)
{
	struct store_signature row = { 0 };
	struct store_place place = { .leaf_index = STORE_NO_LEAF };
	enum err e = sql_writing(s);

	if (e == OK)
		e = store_signature(s, in->slot, &row);
	if (e == ERR_NOT_FOUND) {
		*ret_outcome = STORE_NO_ROW;
		return OK;
	}
	if (e != OK)
		return e;
	if (row.petition != in->petition ||
		memcmp(row.commitment, in->commitment,
			sizeof(row.commitment)) != 0)
		return ERR_CORRUPT;
	if (row.place.ev_seq != 0) {
		*ret_outcome = STORE_ALREADY;
		*ret_place = row.place;
		return OK;
	}
	e = book(s, in, &place.ev_seq);
	if (e != OK)
		return e;
	*ret_outcome = STORE_VALIDATED;
	*ret_place = place;
	return OK;
}

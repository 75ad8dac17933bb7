/* Mail jobs that the relay has not taken yet. */

#include "store/sqlite/sql.h"

static enum err mail_read(
	struct arena *a, sqlite3_stmt *stmt, struct store_mail *mail)
{
	enum err e = OK;

	mail->slot = sql_u64(stmt, 0);
	mail->petition = sql_u64(stmt, 1);
	mail->title = sql_text(a, stmt, 2, &e);
	mail->job = sql_blob(a, stmt, 3, &e);
	mail->is_reminder = sql_u64(stmt, 4) != 0;
	return e;
}

enum err store_mails(struct arena *a, struct store *s, uint64_t from_slot,
	size_t max, struct store_mail **ret_mails, size_t *ret_count)
{
	struct store_mail *mails = ARENA_ARRAY(a, struct store_mail, max);
	sqlite3_stmt *stmt;
	size_t count = 0;
	bool row = false;
	enum err e;

	if (mails == NULL)
		return ERR_TOO_LARGE;
	e = sql_take(s, SQL_MAILS,
		"SELECT q.slot, g.petition_id, t.action, j.job,"
		" q.kind"
		" FROM mail_queue q"
		" CROSS JOIN mail_job j ON j.slot = q.slot"
		" CROSS JOIN signature g ON g.slot = q.slot"
		" CROSS JOIN petition p ON p.id = g.petition_id"
		" CROSS JOIN petition_text t ON t.petition_id = p.id"
		"  AND t.lang = p.lang"
		" WHERE q.slot >= ?1 ORDER BY q.slot LIMIT ?2",
		&stmt);
	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, from_slot);
	sql_bind_u64(stmt, 2, max);
	while ((e = sql_step(s, stmt, &row)) == OK && row && count < max) {
		e = mail_read(a, stmt, &mails[count]);
		if (e != OK)
			break;
		count++;
	}
	sql_end(stmt);
	if (e != OK)
		return e;
	*ret_mails = mails;
	*ret_count = count;
	return OK;
}

enum err store_mails_waiting(struct store *s, uint64_t *ret_n)
{
	sqlite3_stmt *stmt;
	bool row = false;
	enum err e = sql_take(
		s, SQL_MAILS_WAITING, "SELECT count(*) FROM mail_queue", &stmt);

	if (e != OK)
		return e;
	e = sql_step(s, stmt, &row);
	if (e == OK && row)
		*ret_n = sql_u64(stmt, 0);
	sql_end(stmt);
	return e;
}

enum err store_mail_done(struct store *s, const uint64_t *slots, size_t count)
{
	enum err e = sql_writing(s);

	for (size_t i = 0; i < count && e == OK; i++) {
		sqlite3_stmt *stmt;

		e = sql_take(s, SQL_QUEUE_DROP,
			"DELETE FROM mail_queue WHERE slot = ?1", &stmt);
		if (e != OK)
			return e;
		sql_bind_u64(stmt, 1, slots[i]);
		e = sql_run(s, stmt);
	}
	return e;
}

/* Mail jobs that the relay has not taken yet. */

#include "store/sqlite/sql.h"

static enum err mail_read(struct arena *a, sqlite3_stmt *stmt, void *ret_row)
{
	struct store_mail *mail = ret_row;
	enum err e = OK;

	mail->slot = sql_u64(stmt, 0);
	mail->petition = sql_u64(stmt, 1);
	mail->title = sql_text(a, stmt, 2, &e);
	mail->job = sql_blob(a, stmt, 3, &e);
	mail->is_reminder = sql_u64(stmt, 4) != 0;
	mail->lang = sql_text(a, stmt, 5, &e);
	return e;
}

enum err store_mails(struct arena *a, struct store *s, bool reminders,
	uint64_t from_slot, size_t max, struct store_mail **ret_mails,
	size_t *ret_count)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_take(s, SQL_MAILS,
		"SELECT q.slot, g.petition_id, t.action, j.job,"
		" q.kind, j.lang"
		" FROM mail_queue q"
		" CROSS JOIN mail_job j ON j.slot = q.slot"
		" CROSS JOIN signature g ON g.slot = q.slot"
		" CROSS JOIN petition p ON p.id = g.petition_id"
		" CROSS JOIN petition_text t ON t.petition_id = p.id"
		"  AND t.lang = p.lang"
		" WHERE q.kind = ?3 AND q.slot >= ?1 ORDER BY q.slot LIMIT ?2",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, from_slot);
	sql_bind_u64(stmt, 2, max);
	sql_bind_u64(stmt, 3, reminders);
	e = sql_rows(
		a, s, stmt, sizeof(**ret_mails), mail_read, &rows, ret_count);
	if (e == OK)
		*ret_mails = rows;
	return e;
}

enum err store_mails_waiting(struct store *s, uint64_t *ret_n)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(
		s, SQL_MAILS_WAITING, "SELECT count(*) FROM mail_queue", &stmt);

	return e == OK ? sql_number(s, stmt, 0, ret_n) : e;
}

enum err store_mail_done(struct store *s, const uint64_t *slots, size_t count)
{
	enum err e = sql_writing(s);

	for (size_t i = 0; i < count && e == OK; i++)
		e = sql_run_on(s, SQL_QUEUE_DROP,
			"DELETE FROM mail_queue WHERE slot = ?1", slots[i]);
	return e;
}

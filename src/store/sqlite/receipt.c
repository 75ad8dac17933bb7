/* What the log says of one signature, and what took it out of the count. */

#include "store/sqlite/sql.h"

enum err store_receipt(struct arena *a, struct store *s, uint64_t slot,
	struct store_receipt *ret_receipt)
{
	struct store_receipt r = { .out_hour = 0 };
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_RECEIPT,
		"SELECT standing, area, o.reason, o.leaf_hour, o.ev_seq,"
		" o.leaf_index, o.log_year FROM signature g LEFT JOIN event o"
		" ON o.ev_seq = (SELECT min(ev_seq) FROM event"
		"  WHERE slot = g.slot AND type IN (3, 4, 5)"
		"   AND leaf_index IS NOT NULL AND (standing = 3 AND type = 4"
		"    OR standing = 2 AND type = 3 AND ev_seq > coalesce("
		"     (SELECT max(ev_seq) FROM event WHERE slot = g.slot"
		"      AND type IN (3, 4, 5) AND type = 5"
		"      AND leaf_index IS NOT NULL), 0)))"
		" WHERE g.slot = ?1",
		&stmt);

	_Static_assert(EVENT_INVALIDATE == 3 && EVENT_WITHDRAW == 4 &&
			EVENT_RESTORE == 5 && LOGGED_INVALIDATED == 2 &&
			LOGGED_WITHDRAWN == 3,
		"the query says so too");
	if (e != OK)
		return e;
	if (slot > INT64_MAX)
		return ERR_NOT_FOUND;
	sql_bind_u64(stmt, 1, slot);
	e = sql_only(s, stmt, ERR_NOT_FOUND);
	if (e != OK)
		return e;
	r.standing = (enum store_logged)sql_u64(stmt, 0);
	r.area = sql_text(a, stmt, 1, &e);
	r.reason = (unsigned)sql_u64(stmt, 2); /* null reads as 0 */
	r.out_hour = (uint32_t)sql_u64(stmt, 3);
	r.out.ev_seq = sql_u64(stmt, 4);
	r.out.leaf_index = sql_leaf(stmt, 5);
	r.out.log_year = (uint32_t)sql_u64(stmt, 6);
	sql_end(stmt);
	if (e == OK)
		*ret_receipt = r;
	return e;
}

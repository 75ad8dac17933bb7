/*
 * What is stored against itself.  Each check is one query that yields a row
 * for each difference: a subject's number and a second one, put into a
 * sentence.  Whole tables are read; nothing here is for a hot path.
 */

#include "store/sqlite/sql.h"

struct check {
	const char *sql;
	const char *sentence; /* with two numbers, %1 and %2 */
};

/* Totals of one kind of place that the rows do not bear out. */
#define PLACES_AGAINST_ROWS(kind, column)                                      \
	"SELECT petition_id, code FROM ("                                      \
	" SELECT petition_id, code, counted AS n FROM place_total"             \
	"  WHERE kind = " kind " UNION ALL"                                    \
	" SELECT petition_id, " column ", -count(*) FROM signature"            \
	"  WHERE standing = 1 AND " column " <> ''"                            \
	"  GROUP BY petition_id, " column ")"                                  \
	" GROUP BY petition_id, code HAVING sum(n) <> 0"

static const struct check checks[] = {
	{ "SELECT DISTINCT petition_id, 0 FROM petition_text"
	  " WHERE petition_id NOT IN (SELECT petition_id FROM search_text)"
	  " AND petition_id NOT IN (SELECT petition_id FROM search_due)",
		"petition %1 cannot be found by its words" },
	{ "SELECT p.id, p.counted - (SELECT count(*) FROM signature g"
	  " WHERE g.petition_id = p.id AND g.standing = 1) AS d"
	  " FROM petition p WHERE d <> 0",
		"petition %1 counts %2 signatures more than its rows have in "
		"the log" },
	{ PLACES_AGAINST_ROWS("1", "country"),
		"petition %1: the total of country %2 is not that of its rows "
		"in the log" },
	{ PLACES_AGAINST_ROWS("2", "area"),
		"petition %1: the total of area %2 is not that of its rows in "
		"the log" },
	{ "SELECT petition_id, code FROM place_total t"
	  " WHERE published <> counted AND NOT EXISTS"
	  " (SELECT 1 FROM place_waiting w"
	  "  WHERE w.petition_id = t.petition_id)",
		"petition %1: what is published of place %2 is old, and "
		"nothing waits to be" },
	{ "SELECT petition_id, count(*) FROM signature WHERE petition_id"
	  " NOT IN (SELECT id FROM petition) GROUP BY petition_id",
		"petition %1 is unknown and has %2 signatures" },
	{ "SELECT slot, state FROM signature g WHERE state <> 0 AND NOT EXISTS"
	  " (SELECT 1 FROM event e WHERE e.ev_seq = g.ev_seq AND e.type = 2"
	  "  AND e.slot = g.slot AND e.petition_id = g.petition_id"
	  "  AND e.c = g.commitment"
	  "  AND e.leaf_index IS g.leaf_index AND e.log_year IS g.log_year)",
		"slot %1 is confirmed (state %2) without an event that says "
		"the same" },
	{ "SELECT slot, ev_seq FROM signature"
	  " WHERE state = 0 AND ev_seq IS NOT NULL",
		"slot %1 is pending and has event %2" },
	{ "SELECT ev_seq, slot FROM event e WHERE type IN (2, 3, 4, 5)"
	  " AND NOT EXISTS (SELECT 1 FROM signature g WHERE g.slot = e.slot"
	  "  AND g.state <> 0 AND g.petition_id = e.petition_id)",
		"event %1 names slot %2, which has no confirmed signature" },
	{ "SELECT slot, standing FROM signature"
	  " WHERE (standing = 0) <> (leaf_index IS NULL)",
		"slot %1 has standing %2, which does not fit its leaf" },
	/* Without a country it is a stub (store_adopt). */
	{ "SELECT slot, petition_id FROM signature g WHERE country <> ''"
	  " AND NOT EXISTS"
	  " (SELECT 1 FROM record r WHERE r.slot = g.slot)",
		"slot %1 (petition %2) has no sealed record" },
	{ "SELECT slot, petition_id FROM signature g WHERE state = 0"
	  " AND NOT EXISTS (SELECT 1 FROM mail_job j WHERE j.slot = g.slot)",
		"slot %1 (petition %2) waits for confirmation without a mail "
		"job" },
	{ "SELECT slot, 0 FROM record r WHERE NOT EXISTS"
	  " (SELECT 1 FROM signature g WHERE g.slot = r.slot)",
		"slot %1 has a sealed record and no row" },
	{ "SELECT slot, 0 FROM mail_job j WHERE NOT EXISTS"
	  " (SELECT 1 FROM signature g WHERE g.slot = j.slot AND state = 0)",
		"slot %1 has a mail job and does not wait for confirmation" },
	{ "SELECT slot, 0 FROM mail_queue q WHERE NOT EXISTS"
	  " (SELECT 1 FROM mail_job j WHERE j.slot = q.slot)",
		"slot %1 is in the mail queue without a job" },
	{ "SELECT max(ev_seq) AS top, count(*) AS n FROM event"
	  " HAVING top <> n",
		"the highest event is %1, but there are %2 events" },
	{ "SELECT log_year, max(leaf_index) + 1 AS need FROM event e"
	  " WHERE leaf_index IS NOT NULL GROUP BY log_year"
	  " HAVING need > coalesce((SELECT max(size) FROM checkpoint c"
	  "  WHERE c.year = e.log_year), 0)",
		"the log of %1 has %2 leaves, more than its checkpoint" },
	{ "SELECT log_year, leaf_index FROM event WHERE leaf_index IS NOT NULL"
	  " GROUP BY log_year, leaf_index HAVING count(*) > 1",
		"the log of %1 has two events at leaf %2" },
	{ "SELECT p.id, p.petition_ev_seq FROM petition p"
	  " WHERE petition_ev_seq IS NOT NULL AND NOT EXISTS"
	  " (SELECT 1 FROM event e WHERE e.ev_seq = p.petition_ev_seq"
	  "  AND e.type = 1 AND e.petition_id = p.id"
	  "  AND e.count = p.carried_over)",
		"petition %1 and its event %2 tell different carried-over "
		"counts" },
	{ "SELECT \"table\", rowid FROM pragma_foreign_key_check",
		"a row of a petition refers to nothing (%1, row %2)" },
};

static void tell(const char *sentence, sqlite3_stmt *stmt, store_finding *found,
	void *arg)
{
	struct buf b;

	buf_init(&b, 512);
	for (const char *at = sentence; *at != '\0'; at++) {
		if (at[0] != '%') {
			buf_byte(&b, (uint8_t)*at);
			continue;
		}
		at++;
		buf_c(&b,
			(const char *)sqlite3_column_text(
				stmt, *at == '1' ? 0 : 1));
	}
	if (buf_err(&b) == OK)
		found(arg, buf_view(&b));
	buf_release(&b);
}

static enum err run(struct store *s, const struct check *check,
	store_finding *found, void *arg)
{
	sqlite3_stmt *stmt = NULL;
	bool row = false;
	enum err e = sql_once_literal(s, check->sql, -1, &stmt);

	while (e == OK && (e = sql_step(s, stmt, &row)) == OK && row)
		tell(check->sentence, stmt, found, arg);
	sql_drop(stmt);
	return e;
}

/* SQLite's own check of its pages; "ok" is one row of that word. */
static enum err pages(struct store *s, store_finding *found, void *arg)
{
	sqlite3_stmt *stmt = NULL;
	bool row = false;
	enum err e = sql_once(s, "PRAGMA quick_check(10)", &stmt);

	while (e == OK && (e = sql_step(s, stmt, &row)) == OK && row) {
		struct str text =
			str_c((const char *)sqlite3_column_text(stmt, 0));

		if (!str_eq(text, STR("ok")))
			tell("the database file is damaged: %1", stmt, found,
				arg);
	}
	sql_drop(stmt);
	return e;
}

enum err store_check(struct store *s, store_finding *found, void *arg)
{
	enum err e = pages(s, found, arg);

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && e == OK;
		i++)
		e = run(s, &checks[i], found, arg);
	return e;
}

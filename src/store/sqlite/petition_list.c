/*
 * Lists of petitions, a page at a time.
 *
 * A facet is a condition and an order; the rest is the same for all.  Its two
 * statements share the condition, so that the total is of what is listed.
 * Only the list reads texts: each petition has one in its own language, and
 * reading it for all that are counted takes five times as long as counting.
 */

#include "store/sqlite/search.h"

_Static_assert(
	PETITION_OPEN == 6 && PETITION_CLOSED == 7 && PETITION_REJECTED == 8,
	"the conditions say so too");

/* ?1 archived, ?2 period, ?3 topics (each between line ends), ?4 how many,
 * ?5 today, ?8 words. */
#define FROM                                                                   \
	" FROM petition p JOIN petition_text t"                                \
	"  ON t.petition_id = p.id AND t.lang = p.lang" WHERE

#define WHERE                                                                  \
	" LEFT JOIN debate d ON d.petition_id = p.id"                          \
	" WHERE archived = ?1 AND state IN (6, 7, 8)"                          \
	" AND (?2 IS NULL OR p.id IN"                                          \
	"  (SELECT petition_id FROM petition_period WHERE period = ?2))"       \
	" AND (?4 = 0 OR ?4 = (SELECT count(DISTINCT code)"                    \
	"  FROM petition_topic c WHERE c.petition_id = p.id"                   \
	"  AND instr(?3, char(10) || code || char(10)) > 0))"                  \
	" AND (?8 IS NULL"                                                     \
	"  OR p.id IN (SELECT rowid FROM search WHERE search MATCH ?8))"       \
	" AND ?5 IS NOT NULL AND "

#define COLUMNS                                                                \
	"SELECT p.id, state, archived, action, carried_over + counted,"        \
	" created_ms, updated_ms, opened_ms, closed_ms, deadline_ms,"          \
	" rejected_ms, response_ms,"                                           \
	" (SELECT summary FROM response_text r"                                \
	"  WHERE r.petition_id = p.id AND r.lang = p.lang),"                   \
	" scheduled_debate_date, d.debated_on"

/* A statement for each facet: condition, order. */
#define MOST_SIGNED "carried_over + counted DESC, created_ms DESC, p.id DESC"
#define FACETS(X)                                                              \
	X(STORE_ALL, "1", MOST_SIGNED)                                         \
	X(STORE_OPEN, "state = 6", MOST_SIGNED)                                \
	X(STORE_RECENT, "state = 6", "opened_ms DESC, p.id DESC")              \
	X(STORE_CLOSED, "state = 7", MOST_SIGNED)                              \
	X(STORE_PUBLISHED, "state IN (6, 7)", MOST_SIGNED)                     \
	X(STORE_REJECTED, "state = 8",                                         \
		"CASE WHEN archived THEN carried_over + counted END DESC,"     \
		" created_ms DESC, p.id DESC")                                 \
	X(STORE_AWAITING_RESPONSE,                                             \
		"response_threshold_ms IS NOT NULL AND response_ms IS NULL",   \
		"response_threshold_ms, p.id")                                 \
	X(STORE_WITH_RESPONSE, "response_ms IS NOT NULL",                      \
		"response_ms DESC, p.id DESC")                                 \
	X(STORE_AWAITING_DEBATE,                                               \
		"d.petition_id IS NULL AND (scheduled_debate_date >= ?5"       \
		" OR (scheduled_debate_date IS NULL"                           \
		"  AND debate_threshold_ms IS NOT NULL))",                     \
		"scheduled_debate_date IS NULL, scheduled_debate_date,"        \
		" debate_threshold_ms, p.id")                                  \
	X(STORE_DEBATED,                                                       \
		"(d.debated_on IS NOT NULL OR (d.petition_id IS NULL"          \
		"  AND scheduled_debate_date < ?5))",                          \
		"coalesce(scheduled_debate_date, d.debated_on) DESC,"          \
		" debate_outcome_ms DESC, created_ms DESC, p.id DESC")         \
	X(STORE_NOT_DEBATED,                                                   \
		"d.petition_id IS NOT NULL AND d.debated_on IS NULL",          \
		"debate_outcome_ms DESC, p.id DESC")

/* What is bound as text. */
struct asked {
	struct str topics;
	struct str match; /* null: not asked for words */
};

/* The page of a facet, or how many petitions it has in all. */
static enum err take(struct store *s, enum store_facet facet, bool is_total,
	sqlite3_stmt **ret_stmt)
{
	switch (facet) {
#define TAKE(facet, condition, order)                                          \
	case facet:                                                            \
		return is_total                                                \
			? sql_take(s, SQL_LIST_TOTAL + facet,                  \
				  "SELECT count(*) FROM petition p" WHERE      \
					  condition,                           \
				  ret_stmt)                                    \
			: sql_take(s, SQL_LIST + facet,                        \
				  COLUMNS FROM condition                       \
				  " ORDER BY " order " LIMIT ?6 OFFSET ?7",    \
				  ret_stmt);
		FACETS(TAKE)
#undef TAKE
	case STORE_FACETS:
		break;
	}
	return ERR_INTERNAL;
}

/* q is to hold them until the statement ends. */
static void bind_list(sqlite3_stmt *stmt, const struct store_list *list,
	const struct asked *q)
{
	sql_bind_u64(stmt, 1, list->archived);
	sql_bind_text(stmt, 2, list->period);
	sql_bind_text(stmt, 3, q->topics);
	sql_bind_u64(stmt, 4, list->topics_count);
	sql_bind_i64(stmt, 5, list->today);
	sql_bind_text(stmt, 8, q->match);
}

static enum err total(struct store *s, const struct store_list *list,
	const struct asked *q, uint64_t *ret_total)
{
	sqlite3_stmt *stmt;
	enum err e = take(s, list->facet, true, &stmt);

	if (e != OK)
		return e;
	bind_list(stmt, list, q);
	return sql_number(s, stmt, 0, ret_total);
}

static enum err summary_read(struct arena *a, sqlite3_stmt *stmt, void *ret_row)
{
	struct store_summary *v = ret_row;
	enum err e = OK;

	v->id = sql_u64(stmt, 0);
	v->state = (enum petition_state)sql_u64(stmt, 1);
	v->archived = sql_u64(stmt, 2) != 0;
	v->action = sql_text(a, stmt, 3, &e);
	v->count = sql_u64(stmt, 4);
	v->created_ms = sql_when(stmt, 5);
	v->updated_ms = sql_when(stmt, 6);
	v->opened_ms = sql_when(stmt, 7);
	v->closed_ms = sql_when(stmt, 8);
	v->deadline_ms = sql_when(stmt, 9);
	v->rejected_ms = sql_when(stmt, 10);
	v->response_ms = sql_when(stmt, 11);
	v->response_summary = sql_text(a, stmt, 12, &e);
	v->scheduled_debate_date = sql_day(stmt, 13);
	v->debated_on = sql_day(stmt, 14);
	return e;
}

enum err store_summary_get(struct arena *a, struct store *s, uint64_t petition,
	struct store_summary *ret_summary)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_SUMMARY_GET,
		COLUMNS " FROM petition p JOIN petition_text t"
			" ON t.petition_id = p.id AND t.lang = p.lang"
			" LEFT JOIN debate d ON d.petition_id = p.id"
			" WHERE p.id = ?1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, petition);
	e = sql_only(s, stmt, ERR_NOT_FOUND);
	if (e != OK)
		return e;
	e = summary_read(a, stmt, ret_summary);
	sql_end(stmt);
	return e;
}

/* "\nCODE\nCODE\n" */
static enum err join_topics(
	struct arena *a, const struct store_list *list, struct str *ret_topics)
{
	size_t len = 1;
	char *at;

	for (size_t i = 0; i < list->topics_count; i++)
		len += list->topics[i].len + 1;
	at = arena_alloc(a, len);
	if (at == NULL)
		return ERR_TOO_LARGE;
	*ret_topics = (struct str){ at, len };
	*at++ = '\n';
	for (size_t i = 0; i < list->topics_count; i++) {
		if (list->topics[i].len > 0)
			memcpy(at, list->topics[i].at, list->topics[i].len);
		at += list->topics[i].len;
		*at++ = '\n';
	}
	return OK;
}

enum err store_list(struct arena *a, struct store *s,
	const struct store_list *list, struct store_summary **ret_summaries,
	size_t *ret_count, uint64_t *ret_total)
{
	struct asked q;
	sqlite3_stmt *stmt;
	void *rows = NULL;
	uint64_t all = 0;
	enum err e = join_topics(a, list, &q.topics);

	if (e == OK && s->in_batch && list->words.len > 0)
		e = search_catch_up(s);
	if (e == OK)
		e = search_match(a, s, list->words, &q.match);
	if (e == OK && q.match.at != NULL && q.match.len == 0) {
		*ret_summaries = NULL;
		*ret_count = 0;
		*ret_total = 0;
		return OK;
	}
	if (e == OK)
		e = total(s, list, &q, &all);
	if (e == OK)
		e = take(s, list->facet, false, &stmt);
	if (e != OK)
		return e;
	bind_list(stmt, list, &q);
	sql_bind_u64(stmt, 6, list->max);
	sql_bind_u64(stmt, 7, list->skip > INT64_MAX ? INT64_MAX : list->skip);
	e = sql_rows(a, s, stmt, sizeof(**ret_summaries), summary_read, &rows,
		ret_count);
	if (e != OK)
		return e;
	*ret_summaries = rows;
	*ret_total = all;
	return OK;
}

/* Reading a petition with all that hangs on it, in its own language. */

#include "store/sqlite/sql.h"

static void read_moments(sqlite3_stmt *stmt, int at, struct petition *p)
{
	p->created_ms = sql_when(stmt, at);
	p->updated_ms = sql_when(stmt, at + 1);
	p->rejected_ms = sql_when(stmt, at + 2);
	p->opened_ms = sql_when(stmt, at + 3);
	p->closed_ms = sql_when(stmt, at + 4);
	p->deadline_ms = sql_when(stmt, at + 5);
	p->moderation_threshold_ms = sql_when(stmt, at + 6);
	p->response_threshold_ms = sql_when(stmt, at + 7);
	p->response_ms = sql_when(stmt, at + 8);
	p->debate_threshold_ms = sql_when(stmt, at + 9);
	p->debate_scheduled_on = sql_day(stmt, at + 10);
	p->scheduled_debate_date = sql_day(stmt, at + 11);
	p->debate_outcome_ms = sql_when(stmt, at + 12);
}

static enum err read_petition(
	struct arena *a, sqlite3_stmt *stmt, struct petition *p)
{
	enum err e = OK;

	p->state = (enum petition_state)sql_u64(stmt, 0);
	p->archived = sql_u64(stmt, 1) != 0;
	p->lang = sql_text(a, stmt, 2, &e);
	p->creator_name = sql_text(a, stmt, 3, &e);
	p->carried_over = sql_u64(stmt, 4);
	p->counted = sql_u64(stmt, 5);
	p->has_totals = sql_u64(stmt, 6) != 0;
	read_moments(stmt, 7, p);
	p->action = sql_text(a, stmt, 20, &e);
	p->background = sql_text(a, stmt, 21, &e);
	p->additional_details = sql_text(a, stmt, 22, &e);
	p->committee_note = sql_text(a, stmt, 23, &e);
	if (p->state < PETITION_PENDING || p->state > PETITION_REMOVED)
		return ERR_CORRUPT;
	return e;
}

static enum err get_petition(
	struct arena *a, struct store *s, struct petition *p)
{
	sqlite3_stmt *stmt;
	bool row = false;
	enum err e = sql_take(s, SQL_PETITION_GET,
		"SELECT p.state, archived, p.lang, creator_name, carried_over,"
		" counted, has_totals, created_ms, updated_ms, rejected_ms,"
		" opened_ms, closed_ms, deadline_ms, moderation_threshold_ms,"
		" response_threshold_ms, response_ms, debate_threshold_ms,"
		" debate_scheduled_on, scheduled_debate_date,"
		" debate_outcome_ms, action, background, additional_details,"
		" committee_note"
		" FROM petition p JOIN petition_text t"
		"  ON t.petition_id = p.id AND t.lang = p.lang"
		" WHERE p.id = ?1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, p->id);
	e = sql_step(s, stmt, &row);
	if (e == OK && !row)
		e = ERR_NOT_FOUND;
	if (e == OK)
		e = read_petition(a, stmt, p);
	sql_end(stmt);
	return e;
}

/*
 * The only row of a statement about p, read by read into one of size bytes;
 * *ret_row is NULL when there is none.
 */
static enum err only_row(struct arena *a, struct store *s, sqlite3_stmt *stmt,
	const struct petition *p, size_t size, sql_row *read,
	const void **ret_row)
{
	void *one = arena_alloc(a, size);
	bool row = false;
	enum err e;

	if (one == NULL)
		return ERR_TOO_LARGE;
	sql_bind_u64(stmt, 1, p->id);
	e = sql_step(s, stmt, &row);
	if (e == OK && row)
		e = read(a, stmt, one);
	sql_end(stmt);
	if (e == OK)
		*ret_row = row ? one : NULL;
	return e;
}

static enum err get_period(struct arena *a, struct store *s, struct petition *p)
{
	sqlite3_stmt *stmt;
	const void *row = NULL;
	enum err e = sql_take(s, SQL_PETITION_PERIOD,
		"SELECT period, government, dissolution_ms,"
		" response_threshold, debate_threshold"
		" FROM petition_period WHERE petition_id = ?1",
		&stmt);

	if (e == OK)
		e = only_row(a, s, stmt, p, sizeof(*p->period),
			store_period_read, &row);
	p->period = row;
	return e;
}

static enum err response_read(struct arena *a, sqlite3_stmt *stmt, void *ret)
{
	struct petition_response *v = ret;
	enum err e = OK;

	v->responded_on = sql_day(stmt, 0);
	v->summary = sql_text(a, stmt, 1, &e);
	v->details = sql_text(a, stmt, 2, &e);
	v->created_ms = sql_when(stmt, 3);
	v->updated_ms = sql_when(stmt, 4);
	return e;
}

static enum err get_response(
	struct arena *a, struct store *s, struct petition *p)
{
	sqlite3_stmt *stmt;
	const void *row = NULL;
	enum err e = sql_take(s, SQL_PETITION_RESPONSE,
		"SELECT responded_on, summary, details, created_ms, updated_ms"
		" FROM response JOIN response_text USING (petition_id)"
		" WHERE petition_id = ?1 AND lang ="
		"  (SELECT lang FROM petition WHERE id = ?1)",
		&stmt);

	if (e == OK)
		e = only_row(a, s, stmt, p, sizeof(*p->response), response_read,
			&row);
	p->response = row;
	return e;
}

static enum err debate_read(struct arena *a, sqlite3_stmt *stmt, void *ret)
{
	struct petition_debate *v = ret;
	enum err e = OK;

	v->debated_on = sql_day(stmt, 0);
	v->transcript_url = sql_text(a, stmt, 1, &e);
	v->video_url = sql_text(a, stmt, 2, &e);
	v->debate_pack_url = sql_text(a, stmt, 3, &e);
	v->public_engagement_url = sql_text(a, stmt, 4, &e);
	v->debate_summary_url = sql_text(a, stmt, 5, &e);
	v->overview = sql_text(a, stmt, 6, &e);
	return e;
}

static enum err get_debate(struct arena *a, struct store *s, struct petition *p)
{
	sqlite3_stmt *stmt;
	const void *row = NULL;
	enum err e = sql_take(s, SQL_PETITION_DEBATE,
		"SELECT debated_on, transcript_url, video_url,"
		" debate_pack_url, public_engagement_url, debate_summary_url,"
		" overview FROM debate JOIN debate_text USING (petition_id)"
		" WHERE petition_id = ?1 AND lang ="
		"  (SELECT lang FROM petition WHERE id = ?1)",
		&stmt);

	if (e == OK)
		e = only_row(
			a, s, stmt, p, sizeof(*p->debate), debate_read, &row);
	p->debate = row;
	return e;
}

static enum err rejection_read(struct arena *a, sqlite3_stmt *stmt, void *ret)
{
	struct petition_rejection *v = ret;
	enum err e = OK;

	v->code = sql_text(a, stmt, 0, &e);
	v->details = sql_text(a, stmt, 1, &e);
	return e;
}

static enum err get_rejection(
	struct arena *a, struct store *s, struct petition *p)
{
	sqlite3_stmt *stmt;
	const void *row = NULL;
	enum err e = sql_take(s, SQL_PETITION_REJECTION,
		"SELECT code, details"
		" FROM rejection JOIN rejection_text USING (petition_id)"
		" WHERE petition_id = ?1 AND lang ="
		"  (SELECT lang FROM petition WHERE id = ?1)",
		&stmt);

	if (e == OK)
		e = only_row(a, s, stmt, p, sizeof(*p->rejection),
			rejection_read, &row);
	p->rejection = row;
	return e;
}

static enum err get_departments(
	struct arena *a, struct store *s, struct petition *p)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_take(s, SQL_PETITION_DEPARTMENTS,
		"SELECT acronym, name, url FROM petition_department"
		" JOIN department ON department.id = department_id"
		" WHERE petition_id = ?1 ORDER BY position",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, p->id);
	e = sql_rows(a, s, stmt, sizeof(*p->departments), store_department_read,
		&rows, &p->departments_count);
	p->departments = rows;
	return e;
}

static enum err topic_read(struct arena *a, sqlite3_stmt *stmt, void *ret)
{
	struct str *v = ret;
	enum err e = OK;

	*v = sql_text(a, stmt, 0, &e);
	return e;
}

static enum err get_topics(struct arena *a, struct store *s, struct petition *p)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_take(s, SQL_PETITION_TOPICS,
		"SELECT code FROM petition_topic"
		" WHERE petition_id = ?1 ORDER BY position",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, p->id);
	e = sql_rows(a, s, stmt, sizeof(*p->topics), topic_read, &rows,
		&p->topics_count);
	p->topics = rows;
	return e;
}

static enum err activity_read(struct arena *a, sqlite3_stmt *stmt, void *ret)
{
	struct petition_activity *v = ret;
	enum err e = OK;

	v->subject = sql_text(a, stmt, 0, &e);
	v->body = sql_text(a, stmt, 1, &e);
	v->occurred_on = sql_day(stmt, 2);
	v->created_ms = sql_when(stmt, 3);
	v->updated_ms = sql_when(stmt, 4);
	return e;
}

static enum err get_activities(
	struct arena *a, struct store *s, struct petition *p)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_take(s, SQL_PETITION_ACTIVITIES,
		"SELECT subject, body, occurred_on, created_ms, updated_ms"
		" FROM activity JOIN activity_text"
		"  USING (petition_id, position)"
		" WHERE petition_id = ?1 AND lang ="
		"  (SELECT lang FROM petition WHERE id = ?1)"
		" ORDER BY position",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, p->id);
	e = sql_rows(a, s, stmt, sizeof(*p->activities), activity_read, &rows,
		&p->activities_count);
	p->activities = rows;
	return e;
}

static enum err get_all(struct arena *a, struct store *s,
	enum petition_form form, struct petition *p)
{
	enum err e = get_petition(a, s, p);

	if (e == OK)
		e = get_period(a, s, p);
	if (e == OK)
		e = get_response(a, s, p);
	if (e == OK)
		e = get_debate(a, s, p);
	if (e == OK)
		e = get_rejection(a, s, p);
	if (e == OK)
		e = get_departments(a, s, p);
	if (e == OK)
		e = get_topics(a, s, p);
	if (form == PETITION_IN_LIST)
		return e;
	if (e == OK)
		e = get_activities(a, s, p);
	if (e == OK)
		e = store_totals_get(a, s, p);
	return e;
}

static enum err get(struct arena *a, struct store *s, uint64_t id,
	enum petition_form form, struct petition **ret_petition)
{
	struct petition *p = ARENA_NEW(a, struct petition);
	bool alone = sqlite3_get_autocommit(s->db) != 0;
	enum err e;

	if (p == NULL)
		return ERR_TOO_LARGE;
	if (id > INT64_MAX)
		return ERR_NOT_FOUND;
	p->id = id;
	/* Many queries, one moment: a writer may commit between two. */
	if (alone) {
		e = sql_exec(s, "BEGIN");
		if (e != OK)
			return e;
	}
	e = get_all(a, s, form, p);
	if (e == OK)
		e = store_is_paused(s, id, &p->paused);
	if (alone) {
		enum err ended = sql_exec(s, "COMMIT");

		e = e == OK ? ended : e;
	}
	if (e == OK)
		*ret_petition = p;
	return e;
}

enum err store_petition(struct arena *a, struct store *s, uint64_t id,
	struct petition **ret_petition)
{
	return get(a, s, id, PETITION_ALONE, ret_petition);
}

enum err store_petition_element(struct arena *a, struct store *s, uint64_t id,
	struct petition **ret_petition)
{
	return get(a, s, id, PETITION_IN_LIST, ret_petition);
}

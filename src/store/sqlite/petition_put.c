/*
 * Storing a petition with all that hangs on it.  Replacing takes away what
 * hung on the old one; signatures, events and what was counted stay.
 */

#include "store/sqlite/sql.h"

enum place_kind { PLACE_COUNTRY = 1, PLACE_CONSTITUENCY = 2, PLACE_REGION = 3 };

/* The statements of one put.  Import puts thousands, so they are prepared
 * once a put and used for each of its rows. */
struct rows {
	struct store *s;
	sqlite3_stmt *stmt;
	uint64_t petition;
};

/* Start a statement whose first parameter is the petition. */
#define rows_begin(r, text) rows_begin_literal((r), "" text "", sizeof(text))

static enum err rows_begin_literal(
	struct rows *r, const char *text, size_t bytes)
{
	enum err e;

	sql_drop(r->stmt);
	r->stmt = NULL;
	e = sql_once_literal(r->s, text, (int)bytes, &r->stmt);
	if (e == OK)
		sql_bind_u64(r->stmt, 1, r->petition);
	return e;
}

/* Run it; the first parameter stays bound for the next row. */
static enum err rows_run(struct rows *r)
{
	enum err e = sql_run(r->s, r->stmt);

	sql_bind_u64(r->stmt, 1, r->petition);
	return e;
}

static enum err what_is_there(struct store *s, const struct petition *p,
	bool replace, enum store_put *ret_outcome)
{
	sqlite3_stmt *stmt;
	bool row = false;
	enum err e = sql_once(s,
		"SELECT carried_over, petition_ev_seq IS NOT NULL"
		" FROM petition WHERE id = ?1",
		&stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, p->id);
	e = sql_step(s, stmt, &row);
	if (e == OK) {
		*ret_outcome = STORE_PUT;
		if (row && !replace)
			*ret_outcome = STORE_PUT_EXISTS;
		else if (row && sql_u64(stmt, 1) != 0 &&
			sql_u64(stmt, 0) != p->carried_over)
			*ret_outcome = STORE_PUT_LOGGED;
	}
	sql_drop(stmt);
	return e;
}

static enum err take_away(struct rows *r)
{
	enum err e = OK;

#define TAKE_AWAY(table)                                                       \
	if (e == OK)                                                           \
		e = rows_begin(                                                \
			r, "DELETE FROM " table " WHERE petition_id = ?1");    \
	if (e == OK)                                                           \
	e = rows_run(r)

	TAKE_AWAY("petition_text");
	TAKE_AWAY("petition_period");
	TAKE_AWAY("response_text");
	TAKE_AWAY("response");
	TAKE_AWAY("debate_text");
	TAKE_AWAY("debate");
	TAKE_AWAY("rejection_text");
	TAKE_AWAY("rejection");
	TAKE_AWAY("petition_department");
	TAKE_AWAY("petition_topic");
	TAKE_AWAY("activity_text");
	TAKE_AWAY("activity");
	TAKE_AWAY("carried_total");
#undef TAKE_AWAY
	return e;
}

static enum err put_petition(struct rows *r, const struct petition *p)
{
	enum err e = rows_begin(r,
		"INSERT INTO petition (id, state, archived, lang,"
		" creator_name, carried_over, has_totals, created_ms,"
		" updated_ms, rejected_ms, opened_ms, closed_ms, deadline_ms,"
		" moderation_threshold_ms, response_threshold_ms, response_ms,"
		" debate_threshold_ms, debate_scheduled_on,"
		" scheduled_debate_date, debate_outcome_ms)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
		" ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)"
		" ON CONFLICT (id) DO UPDATE SET state = ?2, archived = ?3,"
		" lang = ?4, creator_name = ?5, carried_over = ?6,"
		" has_totals = ?7, created_ms = ?8, updated_ms = ?9,"
		" rejected_ms = ?10, opened_ms = ?11, closed_ms = ?12,"
		" deadline_ms = ?13, moderation_threshold_ms = ?14,"
		" response_threshold_ms = ?15, response_ms = ?16,"
		" debate_threshold_ms = ?17, debate_scheduled_on = ?18,"
		" scheduled_debate_date = ?19, debate_outcome_ms = ?20");

	if (e != OK)
		return e;
	sql_bind_u64(r->stmt, 2, p->state);
	sql_bind_u64(r->stmt, 3, p->archived);
	sql_bind_text(r->stmt, 4, p->lang);
	sql_bind_text(r->stmt, 5, p->creator_name);
	sql_bind_u64(r->stmt, 6, p->carried_over);
	sql_bind_u64(r->stmt, 7, p->has_totals);
	sql_bind_when(r->stmt, 8, p->created_ms);
	sql_bind_when(r->stmt, 9, p->updated_ms);
	sql_bind_when(r->stmt, 10, p->rejected_ms);
	sql_bind_when(r->stmt, 11, p->opened_ms);
	sql_bind_when(r->stmt, 12, p->closed_ms);
	sql_bind_when(r->stmt, 13, p->deadline_ms);
	sql_bind_when(r->stmt, 14, p->moderation_threshold_ms);
	sql_bind_when(r->stmt, 15, p->response_threshold_ms);
	sql_bind_when(r->stmt, 16, p->response_ms);
	sql_bind_when(r->stmt, 17, p->debate_threshold_ms);
	sql_bind_day(r->stmt, 18, p->debate_scheduled_on);
	sql_bind_day(r->stmt, 19, p->scheduled_debate_date);
	sql_bind_when(r->stmt, 20, p->debate_outcome_ms);
	return rows_run(r);
}

static enum err put_text(struct rows *r, const struct petition *p)
{
	enum err e = rows_begin(r,
		"INSERT INTO petition_text (petition_id, lang, action,"
		" background, additional_details, committee_note)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

	if (e != OK)
		return e;
	sql_bind_text(r->stmt, 2, p->lang);
	sql_bind_text(r->stmt, 3, p->action);
	sql_bind_text(r->stmt, 4, p->background);
	sql_bind_text(r->stmt, 5, p->additional_details);
	sql_bind_text(r->stmt, 6, p->committee_note);
	return rows_run(r);
}

static void bind_period(struct rows *r, const struct petition_period *v)
{
	sql_bind_text(r->stmt, 2, v->period);
	sql_bind_text(r->stmt, 3, v->government);
	sql_bind_when(r->stmt, 4, v->dissolution_ms);
	sql_bind_u64(r->stmt, 5, v->response_threshold);
	sql_bind_u64(r->stmt, 6, v->debate_threshold);
}

/* The petition keeps what its document said, whatever is listed. */
static enum err put_period(struct rows *r, const struct petition_period *v)
{
	enum err e = rows_begin(r,
		"INSERT INTO petition_period VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

	if (e != OK)
		return e;
	bind_period(r, v);
	e = rows_run(r);
	if (e == OK && v->period.len > 0)
		e = rows_begin(r,
			"INSERT INTO period (name, government, dissolution_ms,"
			" response_threshold, debate_threshold)"
			" SELECT ?2, ?3, ?4, ?5, ?6 WHERE ?1 IS NOT NULL"
			" ON CONFLICT (name) DO NOTHING");
	if (e != OK || v->period.len == 0)
		return e;
	bind_period(r, v);
	return rows_run(r);
}

static enum err put_response(
	struct rows *r, struct str lang, const struct petition_response *v)
{
	enum err e =
		rows_begin(r, "INSERT INTO response VALUES (?1, ?2, ?3, ?4)");

	if (e != OK)
		return e;
	sql_bind_day(r->stmt, 2, v->responded_on);
	sql_bind_when(r->stmt, 3, v->created_ms);
	sql_bind_when(r->stmt, 4, v->updated_ms);
	e = rows_run(r);
	if (e == OK)
		e = rows_begin(
			r, "INSERT INTO response_text VALUES (?1, ?2, ?3, ?4)");
	if (e != OK)
		return e;
	sql_bind_text(r->stmt, 2, lang);
	sql_bind_text(r->stmt, 3, v->summary);
	sql_bind_text(r->stmt, 4, v->details);
	return rows_run(r);
}

static enum err put_debate(
	struct rows *r, struct str lang, const struct petition_debate *v)
{
	enum err e = rows_begin(
		r, "INSERT INTO debate VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");

	if (e != OK)
		return e;
	sql_bind_day(r->stmt, 2, v->debated_on);
	sql_bind_text(r->stmt, 3, v->transcript_url);
	sql_bind_text(r->stmt, 4, v->video_url);
	sql_bind_text(r->stmt, 5, v->debate_pack_url);
	sql_bind_text(r->stmt, 6, v->public_engagement_url);
	sql_bind_text(r->stmt, 7, v->debate_summary_url);
	e = rows_run(r);
	if (e == OK)
		e = rows_begin(
			r, "INSERT INTO debate_text VALUES (?1, ?2, ?3)");
	if (e != OK)
		return e;
	sql_bind_text(r->stmt, 2, lang);
	sql_bind_text(r->stmt, 3, v->overview);
	return rows_run(r);
}

static enum err put_rejection(
	struct rows *r, struct str lang, const struct petition_rejection *v)
{
	enum err e = rows_begin(r, "INSERT INTO rejection VALUES (?1, ?2)");

	if (e != OK)
		return e;
	sql_bind_text(r->stmt, 2, v->code);
	e = rows_run(r);
	if (e == OK)
		e = rows_begin(
			r, "INSERT INTO rejection_text VALUES (?1, ?2, ?3)");
	if (e != OK)
		return e;
	sql_bind_text(r->stmt, 2, lang);
	sql_bind_text(r->stmt, 3, v->details);
	return rows_run(r);
}

static void bind_department(
	sqlite3_stmt *stmt, const struct petition_department *d)
{
	sql_bind_text(stmt, 1, d->name);
	sql_bind_text(stmt, 2, d->acronym);
	sql_bind_text(stmt, 3, d->url);
}

enum err store_department_find(
	struct store *s, const struct petition_department *d, uint64_t *ret_id)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_DEPARTMENT_FIND,
		"SELECT id FROM department"
		" WHERE name = ?1 AND acronym IS ?2 AND url IS ?3",
		&stmt);

	if (e != OK)
		return e;
	bind_department(stmt, d);
	e = sql_number(s, stmt, 0, ret_id);
	if (e != OK || *ret_id != 0)
		return e;
	e = sql_take(s, SQL_DEPARTMENT_PUT,
		"INSERT INTO department (name, acronym, url)"
		" VALUES (?1, ?2, ?3)",
		&stmt);
	if (e != OK)
		return e;
	bind_department(stmt, d);
	e = sql_run(s, stmt);
	*ret_id = (uint64_t)sqlite3_last_insert_rowid(s->db);
	return e;
}

static enum err put_departments(struct rows *r, const struct petition *p)
{
	enum err e = rows_begin(
		r, "INSERT INTO petition_department VALUES (?1, ?2, ?3)");

	for (size_t i = 0; i < p->departments_count && e == OK; i++) {
		uint64_t id = 0;

		e = store_department_find(r->s, &p->departments[i], &id);
		if (e != OK)
			return e;
		sql_bind_u64(r->stmt, 2, i);
		sql_bind_u64(r->stmt, 3, id);
		e = rows_run(r);
	}
	return e;
}

static enum err put_topics(struct rows *r, const struct petition *p)
{
	enum err e =
		rows_begin(r, "INSERT INTO petition_topic VALUES (?1, ?2, ?3)");

	for (size_t i = 0; i < p->topics_count && e == OK; i++) {
		sql_bind_u64(r->stmt, 2, i);
		sql_bind_text(r->stmt, 3, p->topics[i]);
		e = rows_run(r);
	}
	return e;
}

static enum err put_activities(struct rows *r, const struct petition *p)
{
	enum err e = rows_begin(
		r, "INSERT INTO activity VALUES (?1, ?2, ?3, ?4, ?5)");

	for (size_t i = 0; i < p->activities_count && e == OK; i++) {
		sql_bind_u64(r->stmt, 2, i);
		sql_bind_day(r->stmt, 3, p->activities[i].occurred_on);
		sql_bind_when(r->stmt, 4, p->activities[i].created_ms);
		sql_bind_when(r->stmt, 5, p->activities[i].updated_ms);
		e = rows_run(r);
	}
	if (e == OK)
		e = rows_begin(r,
			"INSERT INTO activity_text"
			" VALUES (?1, ?2, ?3, ?4, ?5)");
	for (size_t i = 0; i < p->activities_count && e == OK; i++) {
		sql_bind_u64(r->stmt, 2, i);
		sql_bind_text(r->stmt, 3, p->lang);
		sql_bind_text(r->stmt, 4, p->activities[i].subject);
		sql_bind_text(r->stmt, 5, p->activities[i].body);
		e = rows_run(r);
	}
	return e;
}

static void bind_place(sqlite3_stmt *stmt, enum place_kind kind,
	const struct petition_total *t)
{
	sql_bind_u64(stmt, 1, kind);
	sql_bind_text(stmt, 2, t->code);
	sql_bind_text(stmt, 3, t->name);
	sql_bind_text(stmt, 4, t->member);
}

static enum err find_place(struct store *s, enum place_kind kind,
	const struct petition_total *t, uint64_t *ret_id)
{
	sqlite3_stmt *stmt;
	enum err e = sql_take(s, SQL_PLACE_FIND,
		"SELECT id FROM place WHERE kind = ?1 AND code = ?2"
		" AND name = ?3 AND member IS ?4",
		&stmt);

	if (e != OK)
		return e;
	bind_place(stmt, kind, t);
	e = sql_number(s, stmt, 0, ret_id);
	if (e != OK || *ret_id != 0)
		return e;
	e = sql_take(s, SQL_PLACE_PUT,
		"INSERT INTO place (kind, code, name, member)"
		" VALUES (?1, ?2, ?3, ?4)",
		&stmt);
	if (e != OK)
		return e;
	bind_place(stmt, kind, t);
	e = sql_run(s, stmt);
	*ret_id = (uint64_t)sqlite3_last_insert_rowid(s->db);
	return e;
}

static enum err put_totals(struct rows *r, enum place_kind kind,
	const struct petition_total *totals, size_t count)
{
	enum err e = rows_begin(
		r, "INSERT INTO carried_total VALUES (?1, ?2, ?3, ?4, ?5)");

	for (size_t i = 0; i < count && e == OK; i++) {
		uint64_t place = 0;

		e = find_place(r->s, kind, &totals[i], &place);
		if (e != OK)
			return e;
		sql_bind_u64(r->stmt, 2, kind);
		sql_bind_u64(r->stmt, 3, i);
		sql_bind_u64(r->stmt, 4, place);
		sql_bind_u64(r->stmt, 5, totals[i].count);
		e = rows_run(r);
	}
	return e;
}

static enum err put_what_hangs_on_it(struct rows *r, const struct petition *p)
{
	enum err e = put_text(r, p);

	if (e == OK && p->period != NULL)
		e = put_period(r, p->period);
	if (e == OK && p->response != NULL)
		e = put_response(r, p->lang, p->response);
	if (e == OK && p->debate != NULL)
		e = put_debate(r, p->lang, p->debate);
	if (e == OK && p->rejection != NULL)
		e = put_rejection(r, p->lang, p->rejection);
	if (e == OK)
		e = put_departments(r, p);
	if (e == OK)
		e = put_topics(r, p);
	if (e == OK)
		e = put_activities(r, p);
	if (e == OK)
		e = put_totals(
			r, PLACE_COUNTRY, p->countries, p->countries_count);
	if (e == OK)
		e = put_totals(r, PLACE_CONSTITUENCY, p->constituencies,
			p->constituencies_count);
	if (e == OK)
		e = put_totals(r, PLACE_REGION, p->regions, p->regions_count);
	return e;
}

static enum err put_all(struct store *s, const struct petition *p)
{
	struct rows r = { .s = s, .petition = p->id };
	enum err e = take_away(&r);

	if (e == OK)
		e = put_petition(&r, p);
	if (e == OK)
		e = put_what_hangs_on_it(&r, p);
	sql_drop(r.stmt);
	return e;
}

enum err store_petition_put(struct store *s, const struct petition *p,
	bool replace, enum store_put *ret_outcome)
{
	enum store_put outcome = STORE_PUT;
	enum err e;

	if (p->id == 0 || p->id > INT64_MAX)
		return ERR_INVALID;
	e = sql_savepoint(s);
	if (e != OK)
		return e;
	e = what_is_there(s, p, replace, &outcome);
	if (e == OK && outcome == STORE_PUT)
		e = put_all(s, p);
	/* Texts that the schema refuses are the caller's fault. */
	if (e == ERR_EXISTS)
		e = ERR_INVALID;
	e = sql_savepoint_end(s, e);
	if (e == OK)
		*ret_outcome = outcome;
	return e;
}

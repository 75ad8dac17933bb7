/*
 * sql.h - what the files of this folder share: the handle, kept statements,
 * binding, stepping, columns.
 *
 * A query's file takes its statement by number, binds from 1 on, steps, reads
 * columns from 0 on, and ends it with sql_end.  SQL is a literal; the macro
 * sees to it.  Bound texts and blobs are borrowed until sql_end.
 */
#ifndef STORE_SQLITE_SQL_H
#define STORE_SQLITE_SQL_H

#include <sqlite3.h>

#include "domain/lexeme.h"
#include "domain/store.h"

/* One for each kept statement. */
enum sql_id {
	SQL_PETITION_IS_OPEN,
	SQL_RID_PUT,
	SQL_RID_GET,
	SQL_RID_DROP,
	SQL_RID_FORGET,
	SQL_EPOCH_PUT,
	SQL_EPOCH_GET,
	SQL_SIGNATURE_PUT,
	SQL_SIGNATURE_GET,
	SQL_RECEIPT,
	SQL_SIGNATURE_CONFIRM,
	SQL_SIGNATURE_EXPIRED,
	SQL_SIGNATURE_FORGET,
	SQL_SIGNATURE_STATE,
	SQL_SIGNATURE_STANDING,
	SQL_SIGNATURE_LEAF,
	SQL_RECORD_PUT,
	SQL_RECORD_GET,
	SQL_RECORD_DROP,
	SQL_JOB_PUT,
	SQL_JOB_DROP,
	SQL_QUEUE_PUT,
	SQL_QUEUE_DROP,
	SQL_MAILS,
	SQL_MAILS_WAITING,
	SQL_EVENT_PUT,
	SQL_EVENT_GET,
	SQL_EVENT_LEAF,
	SQL_EVENT_LAST,
	SQL_EVENTS,
	SQL_IS_PAUSED,
	SQL_STUB_PUT,
	SQL_CHECKPOINT_PUT,
	SQL_CHECKPOINT_LAST,
	SQL_CHECKPOINT_YEARS,
	SQL_HISTORY_PUT,
	SQL_HISTORY_GET,
	SQL_HISTORY_MINUTE,
	SQL_HISTORY_NEWEST,
	SQL_HISTORY_THIN,
	SQL_HISTORY_OF,
	SQL_TRENDING,
	SQL_PETITION_EVENT,
	SQL_PETITION_CLOSE_EVENT,
	SQL_PETITION_TALLY_EVENT,
	SQL_PETITION_MOVE,
	SQL_RESPONSE_REACHED,
	SQL_RESPONSE_LOST,
	SQL_DEBATE_REACHED,
	SQL_DEBATE_LOST,
	SQL_PETITION_GET,
	SQL_PETITION_PERIOD,
	SQL_PETITION_RESPONSE,
	SQL_PETITION_DEBATE,
	SQL_PETITION_REJECTION,
	SQL_PETITION_DEPARTMENTS,
	SQL_PETITION_TOPICS,
	SQL_TOTALS_COUNTRY,
	SQL_TOTALS_AREA,
	SQL_LOCAL,
	SQL_PLACE_RULE_PUT,
	SQL_PLACE_OF,
	SQL_PLACE_MOVE,
	SQL_PLACE_PUBLISH,
	SQL_PLACE_WAIT,
	SQL_PLACE_WAIT_END,
	SQL_PLACE_DUE,
	SQL_PETITION_ACTIVITIES,
	SQL_LIST, /* one for each facet */
	SQL_LIST_TOTAL = SQL_LIST + STORE_FACETS,
	SQL_LIST_END = SQL_LIST_TOTAL + STORE_FACETS - 1,
	SQL_DEPARTMENT_FIND,
	SQL_DEPARTMENT_PUT,
	SQL_PLACE_FIND,
	SQL_PLACE_PUT,
	SQL_CLOSE_DUE,
	SQL_CLOSE_EVENTS_DUE,
	SQL_TALLY_DUE,
	SQL_DOCUMENT_PUT,
	SQL_DOCUMENT_GET,
	SQL_PERIOD_GET,
	SQL_PERIODS,
	SQL_TOPICS,
	SQL_DEPARTMENTS,
	SQL_AREAS,
	SQL_REGIONS,
	SQL_COUNTRIES,
	SQL_MAPS,
	SQL_MAP_HAS,
	SQL_MAP_AREAS,
	SQL_MAP_KINDS,
	SQL_READERS,
	SQL_META_PUT,
	SQL_META_GET,
	SQL_META_NUMBER,
	SQL_SEARCH_DUE,
	SQL_SEARCH_DONE,
	SQL_SEARCH_TEXTS,
	SQL_SEARCH_UNINDEX,
	SQL_SEARCH_DROP,
	SQL_SEARCH_PUT,
	SQL_SEARCH_INDEX,
	SQL_SEARCH_LANG_PUT,
	SQL_SEARCH_LANGS,
	SQL_SUMMARY_GET,
	SQL_SHOW_FORGET,
	SQL_SHOW_FORGET_ALL,
	SQL_SIMILAR_TOTAL,
	SQL_SIMILAR_SPREAD,
	SQL_SIMILAR_PLACES,
	SQL_SIMILAR_SIZE,
	SQL_SIMILAR_STATE,
	SQL_SIMILAR_TEXTS,
	SQL_COUNT
};

struct store {
	sqlite3 *db;
	enum store_mode mode;
	bool in_batch;
	bool is_marked;
	/* Why this batch can only be rolled back; OK while it can go on. */
	enum err doom;
	uint64_t response_threshold, debate_threshold; /* 0: none */
	/* The next event's number; 0: not read yet in this batch. */
	uint64_t next_ev_seq;
	struct lexicon *lexicon;
	sqlite3_stmt *kept[SQL_COUNT];
};

/* What an SQLite result means to us. */
enum err sql_err(int rc);

/* Note a failure inside a batch that no savepoint can mend. */
enum err sql_doom(struct store *s, enum err e);

/* OK if a batch is open and not doomed. */
MUST_USE enum err sql_writing(struct store *s);

/* The statement of this number, prepared at its first use. */
#define sql_take(s, id, text, ret_stmt)                                        \
	sql_take_literal((s), (id), "" text "", (int)sizeof(text), (ret_stmt))
MUST_USE enum err sql_take_literal(struct store *s, enum sql_id id,
	const char *text, int bytes, sqlite3_stmt **ret_stmt);

/* A statement that is used seldom: ended by sql_drop. */
#define sql_once(s, text, ret_stmt)                                            \
	sql_once_literal((s), "" text "", (int)sizeof(text), (ret_stmt))
MUST_USE enum err sql_once_literal(
	struct store *s, const char *text, int bytes, sqlite3_stmt **ret_stmt);
void sql_drop(sqlite3_stmt *stmt);

/* Run statements without parameters or rows. */
#define sql_exec(s, text) sql_exec_literal((s), "" text "")
MUST_USE enum err sql_exec_literal(struct store *s, const char *text);

void sql_bind_u64(sqlite3_stmt *stmt, int at, uint64_t v);
void sql_bind_i64(sqlite3_stmt *stmt, int at, int64_t v);
/* Null for 0, STR_NULL, BYTES_NONE, WHEN_NONE, DAY_NONE. */
void sql_bind_text(sqlite3_stmt *stmt, int at, struct str v);
void sql_bind_blob(sqlite3_stmt *stmt, int at, struct bytes v);
void sql_bind_when(sqlite3_stmt *stmt, int at, int64_t ms);
void sql_bind_day(sqlite3_stmt *stmt, int at, int32_t day);

/* One step.  On failure the statement is ended already. */
MUST_USE enum err sql_step(struct store *s, sqlite3_stmt *stmt, bool *ret_row);
/* Step to the end, expecting no row, and end. */
MUST_USE enum err sql_run(struct store *s, sqlite3_stmt *stmt);
/* The same for a statement of sql_once, which is dropped. */
MUST_USE enum err sql_run_once(struct store *s, sqlite3_stmt *stmt);
/* The same, for what the schema may refuse: that is the caller's fault,
 * ERR_INVALID. */
MUST_USE enum err sql_put_once(struct store *s, sqlite3_stmt *stmt);
/* Take, bind a number as the only parameter, run. */
#define sql_run_on(s, id, text, number)                                        \
	sql_run_on_literal((s), (id), "" text "", (int)sizeof(text), (number))
MUST_USE enum err sql_run_on_literal(struct store *s, enum sql_id id,
	const char *text, int bytes, uint64_t number);

/* Step to the only row; the statement is ended if there is none, which is
 * the error none. */
MUST_USE enum err sql_only(struct store *s, sqlite3_stmt *stmt, enum err none);
/* The number in the only row, else none; the statement is ended. */
MUST_USE enum err sql_number(struct store *s, sqlite3_stmt *stmt, uint64_t none,
	uint64_t *ret_number);
/* Is there a row?  The statement is ended. */
MUST_USE enum err sql_exists(
	struct store *s, sqlite3_stmt *stmt, bool *ret_exists);
/* Ready for the next use; bindings are forgotten. */
void sql_end(sqlite3_stmt *stmt);

uint64_t sql_u64(sqlite3_stmt *stmt, int at);
/* STORE_NO_LEAF for null. */
uint64_t sql_leaf(sqlite3_stmt *stmt, int at);
int64_t sql_when(sqlite3_stmt *stmt, int at);
int32_t sql_day(sqlite3_stmt *stmt, int at);
/* Copies in the arena; STR_NULL and BYTES_NONE for null.  A full arena sets
 * *e to ERR_TOO_LARGE and gives null. */
struct str sql_text(struct arena *a, sqlite3_stmt *stmt, int at, enum err *e);
struct bytes sql_blob(struct arena *a, sqlite3_stmt *stmt, int at, enum err *e);
/* Exactly len bytes; anything else sets *e to ERR_CORRUPT. */
void sql_bytes(
	sqlite3_stmt *stmt, int at, void *ret_bytes, int len, enum err *e);

/*
 * All rows of a bound statement, which is ended: read makes one of size bytes
 * of each.  The array doubles in the arena as they come; NULL for none.
 */
typedef enum err sql_row(struct arena *a, sqlite3_stmt *stmt, void *ret_row);
MUST_USE enum err sql_rows(struct arena *a, struct store *s, sqlite3_stmt *stmt,
	size_t size, sql_row *read, void **ret_rows, size_t *ret_count);

/* Find the department, or put it; its id. */
MUST_USE enum err store_department_find(
	struct store *s, const struct petition_department *d, uint64_t *ret_id);

/* A savepoint of the store's own, inside the caller's if there is one. */
MUST_USE enum err sql_savepoint(struct store *s);
/* Keep it if e is OK, else take it back; the outcome of both. */
MUST_USE enum err sql_savepoint_end(struct store *s, enum err e);

/* totals.c: the breakdowns of p, for a petition read alone. */
MUST_USE enum err store_totals_get(
	struct arena *a, struct store *s, struct petition *p);

/* document.c: a setting that is a number; none where it is not set. */
MUST_USE enum err sql_meta_number(
	struct store *s, struct str key, uint64_t none, uint64_t *ret_number);

/* migrate.c: take the database to the newest schema. */
MUST_USE enum err store_migrate(struct store *s);

/* event.c: insert one as it stands, giving it the next number. */
MUST_USE enum err store_event_put(
	struct store *s, const struct store_event *in, uint64_t *ret_ev_seq);

/* show.c: requests to see what is held die with a signature, or a petition. */
MUST_USE enum err store_show_forget(struct store *s, uint64_t slot);
MUST_USE enum err store_show_forget_all(struct store *s, uint64_t petition);

/* history.c: a petition's count at the time of a checkpoint; thins what has
 * aged. */
MUST_USE enum err store_history_note(
	struct store *s, uint64_t petition, const struct store_history *point);

/* institution.c: rows of (name, government, dissolution_ms,
 * response_threshold, debate_threshold) and (acronym, name, url). */
sql_row store_period_read, store_department_read;

/* confirm.c: a slot's mail job is no longer wanted. */
MUST_USE enum err store_job_drop(struct store *s, uint64_t slot);

/* insert.c: does the petition take signatures at now_ms? */
MUST_USE enum err store_petition_is_open(
	struct store *s, uint64_t petition, int64_t now_ms, bool *ret_open);

/* petition_list.c: one as lists have it; ERR_NOT_FOUND. */
MUST_USE enum err store_summary_get(struct arena *a, struct store *s,
	uint64_t petition, struct store_summary *ret_summary);

/* threshold.c: a petition's public count was before and is now. */
MUST_USE enum err store_count_moved(struct store *s, uint64_t petition,
	uint64_t before, uint64_t now, int64_t at_ms);

#endif

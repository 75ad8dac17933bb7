/*
 * store_bench - the committer's two operations against a bare SQLite program
 * that writes the same rows with the same durability in the same batches.
 *
 *     store_bench [N [BATCH [ROUNDS]]]      0 256 400
 *
 * Both start with N confirmed signatures and take turns, a batch each, so
 * that what else the machine does falls on both; enough of them that each
 * side copies its journal into its file several times.  The bare one keeps the
 * tables and leaves out everything else: no look at the petition, no check of
 * the row, no partial indexes, no event numbers of its own.  Files are made
 * in a folder of their own below TMPDIR (2.2 KiB a signature and side).
 */
#include "domain/store.h"

#include <sqlite3.h>
#include <unistd.h>

#include "base/bytes.h"

enum { IDENTITY_BYTES = 616, JOB_BYTES = 1128, HOUR = 500000 };

static const int64_t now_ms = (int64_t)HOUR * 3600000;
static uint8_t noise[4096];

static void must(bool good, const char *what)
{
	if (good)
		return;
	(void)fprintf(stderr, "store_bench: %s failed\n", what);
	exit(1);
}

static double seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void exec(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK)
		return;
	(void)fprintf(stderr, "store_bench: %s\n", why);
	exit(1);
}

static sqlite3 *open_bare(const char *path)
{
	sqlite3 *db;

	must(sqlite3_open(path, &db) == SQLITE_OK, "open");
	exec(db,
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		"PRAGMA wal_autocheckpoint = 8192;"
		"PRAGMA cache_size = -32768");
	return db;
}

/* N confirmed signatures, the same for both sides. */
static void fill(sqlite3 *db, uint64_t n)
{
	char sql[1200];

	(void)snprintf(sql, sizeof(sql),
		"PRAGMA synchronous = OFF; BEGIN;"
		"WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1"
		" FROM c WHERE i < %llu) INSERT INTO signature (slot,"
		" petition_id, state, standing, hour, country, area,"
		" commitment, ev_seq, leaf_index, log_year)"
		" SELECT i, 1, 1, 1, 499000, 'GB', 'E14000530',"
		" randomblob(32), i, i, 2027 FROM c;"
		"INSERT INTO event SELECT slot, 2, 0, 1, slot, 0, 0,"
		" commitment, randomblob(32), slot, 2027 FROM signature;"
		"INSERT INTO record SELECT slot, zeroblob(616), NULL"
		" FROM signature; COMMIT;"
		"PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)",
		(unsigned long long)n);
	if (n > 0)
		exec(db, sql);
}

static void bare_schema(sqlite3 *db)
{
	exec(db,
		"CREATE TABLE signature (slot INTEGER PRIMARY KEY,"
		" petition_id INTEGER, state INTEGER, standing INTEGER,"
		" hour INTEGER, country TEXT, area TEXT, commitment BLOB,"
		" ev_seq INTEGER, leaf_index INTEGER, log_year INTEGER);"
		"CREATE TABLE record (slot INTEGER PRIMARY KEY,"
		" identity BLOB, contact BLOB);"
		"CREATE TABLE mail_job (slot INTEGER PRIMARY KEY, job BLOB);"
		"CREATE TABLE mail_queue (slot INTEGER PRIMARY KEY);"
		"CREATE TABLE form_rid (rid BLOB PRIMARY KEY, slot INTEGER)"
		" WITHOUT ROWID;"
		"CREATE TABLE event (ev_seq INTEGER PRIMARY KEY,"
		" type INTEGER, reason INTEGER, petition_id INTEGER,"
		" slot INTEGER, target_ev_seq INTEGER, count INTEGER, c BLOB,"
		" mac BLOB, leaf_index INTEGER, log_year INTEGER)");
}

/* A signature's bytes, other for each slot. */
struct form {
	uint8_t rid[16];
	uint8_t commitment[32];
	const uint8_t *identity;
	const uint8_t *job;
};

static struct form form_of(uint64_t slot)
{
	struct form f = { .identity = noise + slot % 2048,
		.job = noise + slot % 1024 };

	put_u32(f.rid, HOUR * 60);
	put_u64(f.rid + 4, slot * 0x9e3779b97f4a7c15U);
	put_u64(f.commitment, slot * 0xbf58476d1ce4e5b9U);
	return f;
}

/* --- the store -------------------------------------------------------------- */

static struct store *open_store(const char *path, uint64_t n)
{
	struct petition p = { .id = 1,
		.state = PETITION_OPEN,
		.lang = STR("en"),
		.action = STR("Plant a tree"),
		.created_ms = now_ms,
		.opened_ms = now_ms,
		.deadline_ms = now_ms + 86400000 };
	enum store_put outcome;
	struct store *s;
	sqlite3 *db;

	must(store_open(path, STORE_WRITER, &s) == OK, "store_open");
	must(store_begin(s) == OK, "begin");
	must(store_petition_put(s, &p, false, &outcome) == OK, "petition");
	must(store_commit(s) == OK, "commit");
	store_close(s);
	db = open_bare(path);
	fill(db, n);
	(void)sqlite3_close(db);
	must(store_open(path, STORE_WRITER, &s) == OK, "store_open");
	return s;
}

static double store_inserts(struct store *s, uint64_t from, uint64_t count)
{
	double start = seconds();

	must(store_begin(s) == OK, "begin");
	for (uint64_t slot = from; slot < from + count; slot++) {
		struct form f = form_of(slot);
		struct store_sealed in = { .slot = slot,
			.petition = 1,
			.hour = HOUR,
			.country = STR("GB"),
			.area = STR("E14000530"),
			.identity = { f.identity, IDENTITY_BYTES },
			.mail_job = { f.job, JOB_BYTES } };
		enum store_insert outcome;
		uint64_t got;

		memcpy(in.rid, f.rid, sizeof(in.rid));
		memcpy(in.commitment, f.commitment, sizeof(in.commitment));
		must(store_insert(s, &in, now_ms, &outcome, &got) == OK &&
				outcome == STORE_INSERTED,
			"store_insert");
	}
	must(store_commit(s) == OK, "commit");
	return seconds() - start;
}

static double store_confirms(struct store *s, uint64_t from, uint64_t count)
{
	double start = seconds();

	must(store_begin(s) == OK, "begin");
	for (uint64_t slot = from; slot < from + count; slot++) {
		struct form f = form_of(slot);
		struct store_claim in = { .slot = slot, .petition = 1 };
		struct store_place place;
		enum store_confirm outcome;

		memcpy(in.commitment, f.commitment, sizeof(in.commitment));
		must(store_confirm(s, &in, &outcome, &place) == OK &&
				outcome == STORE_VALIDATED,
			"store_confirm");
	}
	must(store_commit(s) == OK, "commit");
	return seconds() - start;
}

/* --- the bare program --------------------------------------------------------- */

struct bare {
	sqlite3 *db;
	sqlite3_stmt *insert[5];
	sqlite3_stmt *confirm[4];
};

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt;

	must(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
		     NULL) == SQLITE_OK,
		sql);
	return stmt;
}

static void prepare_bare(struct bare *b)
{
	b->insert[0] = prepare(b->db, "INSERT INTO form_rid VALUES (?2, ?1)");
	b->insert[1] = prepare(b->db,
		"INSERT INTO signature (slot, petition_id, state, standing,"
		" hour, country, area, commitment)"
		" VALUES (?1, 1, 0, 0, 500000, 'GB', 'E14000530', ?2)");
	b->insert[2] =
		prepare(b->db, "INSERT INTO record VALUES (?1, ?2, NULL)");
	b->insert[3] = prepare(b->db, "INSERT INTO mail_job VALUES (?1, ?2)");
	b->insert[4] = prepare(b->db, "INSERT INTO mail_queue VALUES (?1)");
	b->confirm[0] = prepare(b->db,
		"INSERT INTO event (ev_seq, type, reason, petition_id, slot,"
		" target_ev_seq, count, c, mac)"
		" VALUES (?1, 2, 0, 1, ?1, 0, 0, ?2, ?2)");
	b->confirm[1] = prepare(b->db,
		"UPDATE signature SET state = 1, ev_seq = ?1"
		" WHERE slot = ?1");
	b->confirm[2] = prepare(b->db, "DELETE FROM mail_job WHERE slot = ?1");
	b->confirm[3] =
		prepare(b->db, "DELETE FROM mail_queue WHERE slot = ?1");
}

static void run(sqlite3_stmt *stmt, uint64_t slot, const void *at, int len)
{
	(void)sqlite3_bind_int64(stmt, 1, (sqlite3_int64)slot);
	if (at != NULL)
		(void)sqlite3_bind_blob(stmt, 2, at, len, SQLITE_STATIC);
	must(sqlite3_step(stmt) == SQLITE_DONE, sqlite3_sql(stmt));
	(void)sqlite3_reset(stmt);
}

static double bare_inserts(struct bare *b, uint64_t from, uint64_t count)
{
	double start = seconds();

	exec(b->db, "BEGIN IMMEDIATE");
	for (uint64_t slot = from; slot < from + count; slot++) {
		struct form f = form_of(slot);

		run(b->insert[0], slot, f.rid, sizeof(f.rid));
		run(b->insert[1], slot, f.commitment, sizeof(f.commitment));
		run(b->insert[2], slot, f.identity, IDENTITY_BYTES);
		run(b->insert[3], slot, f.job, JOB_BYTES);
		run(b->insert[4], slot, NULL, 0);
	}
	exec(b->db, "COMMIT");
	return seconds() - start;
}

static double bare_confirms(struct bare *b, uint64_t from, uint64_t count)
{
	double start = seconds();

	exec(b->db, "BEGIN IMMEDIATE");
	for (uint64_t slot = from; slot < from + count; slot++) {
		struct form f = form_of(slot);

		run(b->confirm[0], slot, f.commitment, sizeof(f.commitment));
		for (size_t i = 1; i < 4; i++)
			run(b->confirm[i], slot, NULL, 0);
	}
	exec(b->db, "COMMIT");
	return seconds() - start;
}

static void close_bare(struct bare *b)
{
	for (size_t i = 0; i < 5; i++)
		(void)sqlite3_finalize(b->insert[i]);
	for (size_t i = 0; i < 4; i++)
		(void)sqlite3_finalize(b->confirm[i]);
	(void)sqlite3_close(b->db);
}

/* --- taking turns ------------------------------------------------------------- */

static void report(const char *what, double rows, double store, double bare)
{
	printf("%-8s %9.0f/s, bare %9.0f/s, ratio %.2f\n", what, rows / store,
		rows / bare, bare / store);
}

static void take_turns(struct store *s, struct bare *b, uint64_t n,
	uint64_t batch, uint64_t rounds)
{
	double times[4] = { 0 };
	uint64_t from = n + 1;

	for (uint64_t i = 0; i < rounds; i++, from += batch) {
		times[0] += store_inserts(s, from, batch);
		times[1] += bare_inserts(b, from, batch);
	}
	from = n + 1;
	for (uint64_t i = 0; i < rounds; i++, from += batch) {
		times[2] += store_confirms(s, from, batch);
		times[3] += bare_confirms(b, from, batch);
	}
	printf("%llu signatures present, batches of %llu\n",
		(unsigned long long)n, (unsigned long long)batch);
	report("insert", (double)(batch * rounds), times[0], times[1]);
	report("confirm", (double)(batch * rounds), times[2], times[3]);
}

static uint64_t argument(int argc, char **argv, int at, uint64_t otherwise)
{
	uint64_t v = otherwise;

	if (argc > at)
		must(str_u64(str_c(argv[at]), &v) == OK, argv[at]);
	return v;
}

static void remove_files(const char *folder)
{
	static const char *const names[] = { "store", "store-wal", "store-shm",
		"bare", "bare-wal", "bare-shm" };
	char path[512];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

int main(int argc, char **argv)
{
	uint64_t n = argument(argc, argv, 1, 0);
	uint64_t batch = argument(argc, argv, 2, 256);
	uint64_t rounds = argument(argc, argv, 3, 400);
	const char *tmp = getenv("TMPDIR");
	char folder[256], path[512];
	struct bare b;
	struct store *s;

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(i * 167 >> 3);
	(void)snprintf(folder, sizeof(folder), "%s/store-bench-XXXXXX",
		tmp == NULL ? "/tmp" : tmp);
	must(mkdtemp(folder) != NULL, "mkdtemp");
	(void)snprintf(path, sizeof(path), "%s/bare", folder);
	b.db = open_bare(path);
	bare_schema(b.db);
	fill(b.db, n);
	prepare_bare(&b);
	(void)snprintf(path, sizeof(path), "%s/store", folder);
	s = open_store(path, n);
	take_turns(s, &b, n, batch, rounds);
	store_close(s);
	close_bare(&b);
	remove_files(folder);
	return 0;
}

/*
 * postcode_bench - the index of postcodes against a table of SQLite's with the
 * same rows.
 *
 *     postcode_bench FILE... [--rows N]          2,700,000
 *
 * FILEs are of Code-Point Open (the first column is a postcode): their real
 * postcodes are repeated under other first two signs until there are
 * N.  A district lies in one of 650 areas, three in a hundred postcodes
 * elsewhere, a third has ended.  Look-ups are of rows drawn at random, both
 * sides taking turns.  The table is made in memory, so no disk is waited for.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <fcntl.h>

#include "base/file.h"
#include "cmd/csv.h"
#include "domain/postcodes.h"
#include "domain/postcodes_build.h"
#include "domain/text.h"

enum { LEN = 8, AREAS = 650, LOOKS = 200000, ROUNDS = 5 };

struct list {
	char (*at)[LEN];
	size_t n;
};

static void must(bool good, const char *what)
{
	if (good)
		return;
	(void)fprintf(stderr, "postcode_bench: %s failed\n", what);
	exit(1);
}

static double seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t draw(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return *state >> 33;
}

static void read_real(const char *path, struct list *l)
{
	struct arena a;
	struct csv csv;
	struct buf b;
	bool more = true;

	buf_init(&b, (size_t)64 << 20);
	must(file_read(AT_FDCWD, path, &b) == OK, path);
	arena_init(&a, 1 << 20);
	csv_init(&csv, &a, buf_view(&b));
	while (more) {
		struct str code;

		arena_clear(&a);
		must(csv_next(&csv, &more) == OK, path);
		if (!more)
			break;
		code = postcode_canonical(&a, csv.field[0]);
		must(code.at != NULL && code.len < LEN && code.len > 4, path);
		l->at = realloc(l->at, (l->n + 1) * sizeof(*l->at));
		must(l->at != NULL, "memory");
		memset(l->at[l->n], 0, LEN);
		memcpy(l->at[l->n++], code.at, code.len);
	}
	arena_release(&a);
	buf_release(&b);
}

/* The real ones under other first signs, in turn. */
static struct list repeat(const struct list *real, size_t n)
{
	static const char sign[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	struct list l = { malloc(n * LEN), n };

	must(l.at != NULL, "memory");
	for (size_t i = 0; i < n; i++) {
		size_t copy = i / real->n;

		must(copy < 36 * 36, "so many rows: that");
		memcpy(l.at[i], real->at[i % real->n], LEN);
		l.at[i][0] = sign[copy / 36];
		l.at[i][1] = sign[copy % 36];
	}
	return l;
}

static unsigned area_of(const struct list *l, size_t i, uint64_t *state)
{
	unsigned district = (unsigned)l->at[i][0] * 7919u +
		(unsigned)l->at[i][1] * 31u + (unsigned)l->at[i][2];

	return draw(state) % 100 < 3 ? (unsigned)(draw(state) % AREAS)
				     : district % AREAS;
}

struct both {
	struct buf bytes;
	struct postcodes index;
	sqlite3 *db;
	sqlite3_stmt *find;
};

static void exec(sqlite3 *db, const char *sql)
{
	must(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
}

static void make(struct both *b, const struct list *l)
{
	struct postcodes_builder *builder = postcodes_builder_new();
	uint64_t state = 1;
	sqlite3_stmt *put;
	uint32_t count;
	double began = seconds();

	must(sqlite3_open(":memory:", &b->db) == SQLITE_OK, "open");
	exec(b->db,
		"CREATE TABLE postcode (code TEXT PRIMARY KEY, area INTEGER,"
		" ended INTEGER) WITHOUT ROWID; BEGIN");
	must(sqlite3_prepare_v2(b->db,
		     "INSERT OR IGNORE INTO postcode VALUES (?1, ?2, ?3)", -1,
		     &put, NULL) == SQLITE_OK,
		"prepare");
	for (size_t i = 0; i < l->n; i++) {
		unsigned area = area_of(l, i, &state);
		bool ended = draw(&state) % 3 == 0;
		char code[16];

		(void)snprintf(code, sizeof(code), "E14%06u", area);
		must(postcodes_builder_add(builder, str_c(l->at[i]),
			     str_c(code), ended) == OK,
			"add");
		(void)sqlite3_bind_text(put, 1, l->at[i], -1, SQLITE_STATIC);
		(void)sqlite3_bind_int(put, 2, (int)area);
		(void)sqlite3_bind_int(put, 3, ended);
		must(sqlite3_step(put) == SQLITE_DONE, "insert");
		(void)sqlite3_reset(put);
	}
	(void)sqlite3_finalize(put);
	exec(b->db, "COMMIT");
	printf("%zu rows given to both in %.1f s\n", l->n, seconds() - began);
	began = seconds();
	buf_init(&b->bytes, (size_t)1 << 30);
	must(postcodes_builder_write(builder, &b->bytes, &count) == OK,
		"write");
	printf("index sorted and written in %.2f s: %zu bytes, %.2f MiB, "
	       "%.2f a postcode (%u)\n",
		seconds() - began, b->bytes.len,
		(double)b->bytes.len / (1 << 20), (double)b->bytes.len / count,
		count);
	postcodes_builder_free(builder);
	must(postcodes_open(buf_view(&b->bytes), &b->index) == OK, "open");
	began = seconds();
	must(postcodes_intact(&b->index), "checksum");
	printf("checksum in %.0f ms\n", 1e3 * (seconds() - began));
	must(sqlite3_prepare_v2(b->db,
		     "SELECT area, ended FROM postcode WHERE code = ?1", -1,
		     &b->find, NULL) == SQLITE_OK,
		"prepare");
}

static double look_ours(
	const struct both *b, const struct list *l, uint64_t state)
{
	double began = seconds();
	struct postcode_found f;

	for (int i = 0; i < LOOKS; i++)
		must(postcodes_find(
			     &b->index, str_c(l->at[draw(&state) % l->n]), &f),
			"find");
	return (seconds() - began) / LOOKS * 1e9;
}

static double look_table(
	const struct both *b, const struct list *l, uint64_t state)
{
	double began = seconds();

	for (int i = 0; i < LOOKS; i++) {
		(void)sqlite3_bind_text(b->find, 1, l->at[draw(&state) % l->n],
			-1, SQLITE_STATIC);
		must(sqlite3_step(b->find) == SQLITE_ROW, "select");
		(void)sqlite3_reset(b->find);
	}
	return (seconds() - began) / LOOKS * 1e9;
}

int main(int argc, char **argv)
{
	size_t rows = 2700000;
	struct list real = { NULL, 0 };
	struct both b = { 0 };
	struct list l;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--rows") == 0 && i + 1 < argc)
			rows = strtoul(argv[++i], NULL, 10);
		else
			read_real(argv[i], &real);
	}
	must(real.n > 0 && rows > 0, "reading postcodes: name a file, that");
	l = repeat(&real, rows);
	make(&b, &l);
	for (int i = 0; i < ROUNDS; i++) {
		double ours = look_ours(&b, &l, (uint64_t)i);
		double table = look_table(&b, &l, (uint64_t)i);

		printf("a look-up: %.0f ns, in SQLite %.0f ns, %.1f times\n",
			ours, table, table / ours);
	}
	printf("SQLite's bytes: %lld\n", (long long)sqlite3_memory_used());
	(void)sqlite3_finalize(b.find);
	(void)sqlite3_close(b.db);
	buf_release(&b.bytes);
	free(l.at);
	free(real.at);
	return 0;
}

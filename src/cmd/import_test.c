/*
 * Import, store, read back, write: nothing of a document is lost.  Our own
 * samples first, then the documents that petition.parliament.uk served.
 */

#include "cmd/import.h"

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tap.h"

struct fixture {
	char folder[64];
	char path[128];
	struct store *s;
	struct zone *zone;
	struct arena arena;
	struct buf problem;
	struct import_target target;
	struct import import;
};

static bool setup(struct fixture *f)
{
	*f = (struct fixture){ .folder = "import-test-XXXXXX" };
	if (mkdtemp(f->folder) == NULL)
		abort();
	(void)snprintf(f->path, sizeof(f->path), "%s/web.db", f->folder);
	arena_init(&f->arena, 1 << 26);
	buf_init(&f->problem, 4096);
	if (store_open(f->path, STORE_WRITER, &f->s) != OK)
		abort();
	f->target = (struct import_target){ .store = f->s };
	f->import = (struct import){ .months = PETITION_MONTHS,
		.lang = STR("en"),
		.petition = import_store,
		.arg = &f->target };
	if (zone_load("Europe/London", &f->zone) != OK)
		return false;
	f->target.zone = f->zone;
	f->import.zone = f->zone;
	return true;
}

static void teardown(struct fixture *f)
{
	static const char *const names[] = { "web.db", "web.db-wal",
		"web.db-shm", "in.json" };

	store_close(f->s);
	zone_free(f->zone);
	arena_release(&f->arena);
	buf_release(&f->problem);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(
			f->path, sizeof(f->path), "%s/%s", f->folder, names[i]);
		(void)unlink(f->path);
	}
	CHECK_INT(rmdir(f->folder), 0);
}

static const char *write_in(struct fixture *f, struct str text)
{
	(void)snprintf(f->path, sizeof(f->path), "%s/in.json", f->folder);
	if (file_swap(AT_FDCWD, f->path, text.at, text.len, 0600) != OK)
		abort();
	return f->path;
}

/* One file in one batch, as the command does it. */
static enum err import(struct fixture *f, const char *path)
{
	enum err e;

	CHECK_INT(store_begin(f->s), OK);
	e = import_file(&f->import, path, &f->problem);
	if (e == OK)
		CHECK_INT(store_commit(f->s), OK);
	else
		store_rollback(f->s);
	return e;
}

/* --- comparing -------------------------------------------------------------- */

/* Keys that the interface has today and older documents lack. */
static bool is_younger(const char *key)
{
	static const char *const keys[] = { "closing_date",
		"debate_scheduled_on", "committee_note", "departments",
		"topics", "public_engagement_url", "debate_summary_url",
		"occurred_on", "responded_on", "signatures_by_region",
		"other_parliamentary_business" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static bool differs(const char *where)
{
	printf("# differs: %s\n", where);
	return false;
}

static bool same(
	const json_t *want, const json_t *got, const char *where, bool ordered);

/* The collected archived elements have an order of their own. */
static bool has_order(const json_t *element)
{
	const char *type = json_string_value(json_object_get(element, "type"));

	return type == NULL || strcmp(type, "petition") == 0;
}

/* Every key of want, in the same order; what else got has is younger. */
static bool same_order(const json_t *want, const json_t *got)
{
	void *w = json_object_iter((json_t *)(uintptr_t)want);
	void *g = json_object_iter((json_t *)(uintptr_t)got);

	for (; g != NULL;
		g = json_object_iter_next((json_t *)(uintptr_t)got, g)) {
		const char *key = json_object_iter_key(g);

		if (w != NULL && strcmp(json_object_iter_key(w), key) == 0)
			w = json_object_iter_next((json_t *)(uintptr_t)want, w);
		else if (!is_younger(key))
			return differs(key);
	}
	return w == NULL || differs(json_object_iter_key(w));
}

static bool same_object(const json_t *want, const json_t *got, bool ordered)
{
	void *w = json_object_iter((json_t *)(uintptr_t)want);

	for (; w != NULL;
		w = json_object_iter_next((json_t *)(uintptr_t)want, w)) {
		const char *key = json_object_iter_key(w);

		if (strcmp(key, "links") != 0 &&
			!same(json_object_iter_value(w),
				json_object_get(got, key), key, ordered))
			return false;
	}
	return !ordered || same_order(want, got);
}

static bool same(
	const json_t *want, const json_t *got, const char *where, bool ordered)
{
	if (got == NULL || json_typeof(want) != json_typeof(got))
		return differs(where);
	if (json_is_object(want))
		return same_object(want, got, ordered);
	if (!json_is_array(want))
		return json_equal(want, got) || differs(where);
	if (json_array_size(want) != json_array_size(got))
		return differs(where);
	for (size_t i = 0; i < json_array_size(want); i++)
		if (!same(json_array_get(want, i), json_array_get(got, i),
			    where, ordered))
			return false;
	return true;
}

/* The document's element, read back from the store as JSON. */
static json_t *read_back(
	struct fixture *f, uint64_t id, enum petition_form form)
{
	struct petition *p = NULL;
	struct buf text;
	json_t *got = NULL;

	arena_clear(&f->arena);
	buf_init(&text, 1 << 22);
	if (store_petition(&f->arena, f->s, id, &p) == OK &&
		petition_json(
			&text, p, f->zone, STR("https://x/y.json"), form) == OK)
		got = json_loadb(text.at, text.len, 0, NULL);
	buf_release(&text);
	return got;
}

static bool round_trip(struct fixture *f, const char *path)
{
	json_t *want = json_load_file(path, 0, NULL);
	json_t *data = json_object_get(want, "data");
	bool alone = json_is_object(data);
	json_t *element = alone ? data : want;
	json_t *got = NULL, *got_element;
	bool good = false;

	if (json_is_object(element)) {
		got = read_back(f,
			(uint64_t)json_integer_value(
				json_object_get(element, "id")),
			alone ? PETITION_ALONE : PETITION_IN_LIST);
		got_element = alone ? json_object_get(got, "data") : got;
		good = got != NULL &&
			same(element, got_element, "document",
				has_order(element));
	}
	json_decref(got);
	json_decref(want);
	return good;
}

/* One file imported into an empty store, and the same when read back. */
static bool one_file(const char *path)
{
	struct fixture f;
	bool good;

	(void)setup(&f);
	good = import(&f, path) == OK && round_trip(&f, path);
	if (!good)
		printf("# %s: %.*s\n", path, STR_ARG(buf_view(&f.problem)));
	teardown(&f);
	return good;
}

static void folder(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *entry;
	size_t files = 0, good = 0;
	char file[512];

	printf("# %s\n", path);
	if (d == NULL) {
		tap_skip("no such folder here (PETITIOND_DATA)");
		return;
	}
	while ((entry = readdir(d)) != NULL) {
		if (!str_ends(str_c(entry->d_name), STR(".json")))
			continue;
		(void)snprintf(
			file, sizeof(file), "%s/%s", path, entry->d_name);
		files++;
		good += one_file(file);
	}
	(void)closedir(d);
	CHECK(files > 0);
	CHECK_INT(good, files);
}

static void test_documents(void)
{
	static const char *const folders[] = { "full", "241584", "722903",
		"archived-index" };
	const char *source = getenv("PETITIOND_SOURCE");
	const char *data = getenv("PETITIOND_DATA");
	struct fixture f;
	bool has_zones = setup(&f);
	char path[512];

	teardown(&f);
	if (!has_zones) {
		tap_skip("no time zone database here");
		return;
	}
	(void)snprintf(path, sizeof(path), "%s/samples",
		source == NULL ? "." : source);
	folder(path);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/petitions/%s",
			data == NULL ? "no-data" : data, folders[i]);
		folder(path);
	}
}

static void test_index_pages(void)
{
	const char *data = getenv("PETITIOND_DATA");
	static const char *const pages[] = { "air-quality_page1",
		"environment_page25" };
	struct store_list list = { .facet = STORE_ALL, .max = 1000 };
	struct store_summary *summaries;
	struct fixture f;
	char path[512];
	uint64_t total = 0;
	size_t n;

	(void)setup(&f);
	f.target.replace = true;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/petitions/index/%s.json",
			data == NULL ? "no-data" : data, pages[i]);
		if (access(path, R_OK) != 0) {
			tap_skip("no index pages here (PETITIOND_DATA)");
			continue;
		}
		CHECK_INT(import(&f, path), OK);
	}
	CHECK_INT(store_list(&f.arena, f.s, &list, &summaries, &n, &total), OK);
	CHECK_INT(total, n);
	CHECK_INT(total, f.target.petitions);
	teardown(&f);
}

/* --- what is wrong with a file ------------------------------------------------ */

#define GOOD(id)                                                               \
	"{\"type\":\"petition\",\"id\":" id ",\"attributes\":{"                \
	"\"action\":\"Plant\",\"state\":\"open\",\"signature_count\":3,"       \
	"\"created_at\":\"2026-05-20T08:11:02.000Z\","                         \
	"\"opened_at\":\"2026-05-30T09:30:00.000Z\"}}"

static void bad(struct fixture *f, const char *text, enum err want,
	const char *where_and_what)
{
	struct petition *p;
	char sentence[512];

	(void)write_in(f, str_c(text));
	CHECK_INT(import(f, f->path), want);
	(void)snprintf(
		sentence, sizeof(sentence), "%s%s", f->path, where_and_what);
	CHECK_STR(buf_view(&f->problem), str_c(sentence));
	/* Petition 8 stood in front of what was wrong. */
	CHECK_INT(store_petition(&f->arena, f->s, 8, &p), ERR_NOT_FOUND);
}

static void test_bad_files(void)
{
	struct fixture f;

	(void)setup(&f);
	bad(&f, "", ERR_INVALID, ":1: the file is empty: get it again");
	bad(&f, GOOD("8") "\n{\"data\":{\"id\":", ERR_INVALID,
		":2: the document ends too early: get the whole file again");
	bad(&f, "\n\n{\"id\":8,\"x\":\"\xff\"}", ERR_INVALID,
		":3: the text is not UTF-8: convert the file to UTF-8");
	bad(&f, GOOD("8") "\n\n[1]", ERR_INVALID,
		":3: this is no petition: give documents of the public "
		"interface");
	bad(&f, GOOD("8") "\n{\"id\":9,\"state\":\"open\",\n\"action\":7}",
		ERR_INVALID,
		":3: petition 9: action is not a text: put it in quotes");
	bad(&f, GOOD("8") "\n" GOOD("0"), ERR_INVALID,
		":2: petition 0: id is 0: use the petition's number");
	bad(&f, GOOD("8") "\n" GOOD("8"), ERR_EXISTS,
		":2: petition 8: id is taken already: give --replace to "
		"put this one in its place");
	bad(&f,
		"{\"data\":[" GOOD(
			"8") ",\n{\"id\":9,\"state\":\"closed\",\n"
			     "\"action\":\"A\",\"signature_count\":-1}]}",
		ERR_INVALID,
		":3: petition 9: signature_count is not a whole number from 0 "
		"up: correct it");
	bad(&f, "{\"id\":8,\"action\":\"A\",\"state\":\"ajar\"}", ERR_INVALID,
		":1: petition 8: state is no state of a petition: use open, "
		"closed or rejected");
	bad(&f,
		"{\"id\":8,\"action\":\"A\",\"state\":\"open\","
		"\"signature_count\":1,\"created_at\":\"yesterday\"}",
		ERR_INVALID,
		":1: petition 8: created_at is not a time like "
		"2026-11-23T18:24:21.000Z: correct it");
	CHECK_INT(import_file(&f.import, "no-such-file", &f.problem),
		ERR_NOT_FOUND);
	CHECK(str_starts(buf_view(&f.problem), STR("no-such-file: ")));
	teardown(&f);
}

/* The log holds a carried-over count: importing another one is refused. */
static void test_replacing(void)
{
	struct fixture f;
	struct str text = STR(GOOD("9"));
	struct petition *p = NULL;

	(void)setup(&f);
	CHECK_INT(import(&f, write_in(&f, text)), OK);
	CHECK_INT(import(&f, write_in(&f, text)), ERR_EXISTS);
	f.target.replace = true;
	CHECK_INT(import(&f, write_in(&f, text)), OK);
	CHECK_INT(f.target.events, 2);
	text = STR("{\"id\":9,\"action\":\"Sow\",\"state\":\"open\","
		   "\"signature_count\":4,"
		   "\"created_at\":\"2026-05-20T08:11:02.000Z\","
		   "\"opened_at\":\"2026-05-30T09:30:00.000Z\"}");
	CHECK_INT(import(&f, write_in(&f, text)), ERR_DENIED);
	CHECK_INT(store_petition(&f.arena, f.s, 9, &p), OK);
	CHECK_STR(p->action, STR("Plant"));
	CHECK_INT(p->carried_over, 3);
	CHECK(petition_is_open(p, p->opened_ms));
	CHECK(petition_is_open(p, p->deadline_ms));
	CHECK(!petition_is_open(p, p->deadline_ms + 1));
	if (f.zone != NULL)
		CHECK_INT(p->deadline_ms, 1796083199999); /* 30 November */
	f.import.shift_days = 10;
	text = STR(GOOD("10"));
	CHECK_INT(import(&f, write_in(&f, text)), OK);
	{
		struct petition *later = NULL;

		CHECK_INT(store_petition(&f.arena, f.s, 10, &later), OK);
		CHECK_INT(later->opened_ms - p->opened_ms, 864000000);
	}
	teardown(&f);
}

int main(void)
{
	test_documents();
	test_index_pages();
	test_bad_files();
	test_replacing();
	return tap_done();
}

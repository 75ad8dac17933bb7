#include "cmd/check_overdue.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "crypto/tag.h"
#include "role/desk.h"
#include "role/keep_find.h"

enum {
	PENDING_HOURS = 72,
	OVERDUE_MAX = 64,
	LIST_MAX = 1 << 24,
	OPENING_LEN = 32
};

struct overdue {
	struct store *store;
	struct arena arena;
	int keeper_fd;
	int64_t now_ms;
	check_found *found;
	void *context;
};

static void tell(struct overdue *o, struct str sentence)
{
	o->found(o->context, sentence);
}

/* ---- petitions ---- */

static enum err check_petitions(
	struct overdue *o, enum store_shred what, uint32_t days)
{
	int64_t hours = (int64_t)days * 24 + CHECK_GRACE_HOURS;
	uint64_t petition[OVERDUE_MAX];
	size_t n = 0;
	enum err e = store_shred_due(o->store, what,
		o->now_ms - hours * 3600000, petition, OVERDUE_MAX, &n);

	for (size_t i = 0; e == OK && i < n; i++)
		tell(o,
			arena_printf(&o->arena,
				"petition %llu closed more than %u days ago, "
				"and %s: serve the site, which destroys them "
				"after a day of running",
				(unsigned long long)petition[i], days,
				what == STORE_SHRED_TAGS
					? "the keys by which its signers can be "
					  "looked for are alive"
					: "the keys of its records are alive"));
	return e;
}

/* ---- forms and search files ---- */

static enum err check_pending(struct overdue *o)
{
	uint32_t hour = (uint32_t)(o->now_ms / 3600000);
	uint64_t slot[1];
	size_t n = 0;
	enum err e = store_expired(o->store,
		hour - PENDING_HOURS - CHECK_GRACE_HOURS, slot, 1, &n);

	if (e == OK && n > 0)
		tell(o,
			STR("forms that were never confirmed are older than "
			    "five days: serve the site, which deletes them "
			    "after a day of running"));
	return e;
}

static enum err check_search(struct overdue *o)
{
	uint64_t now = (uint64_t)(o->now_ms / 3600000);
	int fd = openat(o->keeper_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;

	if (dir == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return ERR_IO;
	}
	while ((d = readdir(dir)) != NULL) {
		struct str name = str_c(d->d_name);
		uint64_t week;

		if (!str_starts(name, STR("search-")) ||
			str_u64(str_slice(name, 7, name.len), &week) != OK)
			continue;
		if (week_of_hour(now - CHECK_GRACE_HOURS) >=
			week + CHECK_SEARCH_WEEKS)
			tell(o,
				arena_printf(&o->arena,
					"keeper/%s holds tags of internet "
					"addresses that are over two weeks "
					"old: serve the site, which deletes it "
					"after a day of running",
					d->d_name));
	}
	(void)closedir(dir);
	return OK;
}

/* ---- openings ---- */

static enum err read_rows(struct overdue *o, const char *file, struct buf *b)
{
	enum err e = file_read(o->keeper_fd, file, b);

	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err check_openings(struct overdue *o)
{
	uint64_t logged = 0;
	struct buf b;
	enum err e;

	buf_init(&b, LIST_MAX);
	e = read_rows(o, KEEP_OPENINGS_FILE, &b);
	if (e == OK)
		e = store_openings(o->store, &logged);
	if (e == OK && b.len / OPENING_LEN > logged)
		tell(o,
			arena_printf(&o->arena,
				"keeper has handed out %llu locks to desks, the "
				"log has entries of %llu openings: repeat what "
				"had no answer",
				(unsigned long long)(b.len / OPENING_LEN),
				(unsigned long long)logged));
	buf_release(&b);
	return e;
}

/* Slots of the rows that are about confirmed signatures, each once: a crash
 * may have written a row twice. */
static size_t count_erased(const struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i + OPENING_LEN <= b->len; i += OPENING_LEN) {
		const uint8_t *row = (const uint8_t *)b->at + i;
		size_t j = 0;

		while (j < i &&
			get_u64((const uint8_t *)b->at + j + 16) !=
				get_u64(row + 16))
			j += OPENING_LEN;
		n += row[6] == 0 && j == i;
	}
	return n;
}

static enum err check_erasures(struct overdue *o)
{
	uint64_t logged = 0;
	struct buf b;
	enum err e;

	buf_init(&b, LIST_MAX);
	e = read_rows(o, KEEP_ERASURES_FILE, &b);
	if (e == OK)
		e = store_erasures(o->store, &logged);
	if (e == OK && count_erased(&b) > logged)
		tell(o,
			arena_printf(&o->arena,
				"keeper was told by desks to erase %zu "
				"signatures, the log has entries of %llu: "
				"repeat what had no answer",
				count_erased(&b), (unsigned long long)logged));
	buf_release(&b);
	return e;
}

/* ---- who waits for an answer ---- */

static enum err check_shown(struct overdue *o)
{
	uint32_t now = (uint32_t)(o->now_ms / 3600000), oldest = 0;
	size_t n = 0;
	enum err e = store_show_overdue(
		o->store, now - DESK_ANSWER_DAYS * 24, &n, &oldest);

	if (e == OK && n > 0)
		tell(o,
			arena_printf(&o->arena,
				"%zu people asked more than %d days ago to see "
				"what is held about them, the first %u days "
				"ago, and have no answer: `petition-desk "
				"requests` names them",
				n, DESK_ANSWER_DAYS, (now - oldest) / 24));
	return e;
}

enum err check_overdue(const struct site *site, struct store *s,
	check_found *found, void *context)
{
	struct overdue o = { .store = s,
		.now_ms = clock_wall_ms(clock_system()),
		.found = found,
		.context = context };
	enum err e = file_open_dir(site->dir_fd, "keeper", &o.keeper_fd);

	if (e != OK)
		return e;
	arena_init(&o.arena, 1 << 20);
	e = check_petitions(&o, STORE_SHRED_TAGS, site->config.tags_days);
	if (e == OK)
		e = check_petitions(
			&o, STORE_SHRED_ALL, site->config.records_days);
	if (e == OK)
		e = check_keys(site, s, o.keeper_fd, found, context);
	if (e == OK)
		e = check_pending(&o);
	if (e == OK)
		e = check_search(&o);
	if (e == OK)
		e = check_openings(&o);
	if (e == OK)
		e = check_erasures(&o);
	if (e == OK)
		e = check_shown(&o);
	arena_release(&o.arena);
	(void)close(o.keeper_fd);
	return e;
}

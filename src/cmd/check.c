/*
 * check.c - petitiond check: the parts of a site held against each other.
 *
 * The configuration (every mistake by its line), the languages it names and
 * the theme, the database against itself, and the public log against the database: its
 * root against the checkpoint that web has committed, its leaves counted a
 * petition against the database's counts.  The logs of all years are one
 * history (docs/log.md section 2).
 */
#include <fcntl.h>
#include <getopt.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/check_overdue.h"
#include "cmd/cmd.h"
#include "domain/store.h"
#include "role/site.h"
#include "role/theme.h"
#include "role/tongue.h"
#include "tlog/checkpoint.h"
#include "tlog/leaf.h"
#include "tlog/tile.h"
#include "tlog/tree.h"

static const char HELP[] =
	"usage: petitiond check SITE\n"
	"\n"
	"Compares configuration, theme, database, log and counts with each\n"
	"other, a sentence for each mistake or difference on standard error.\n"
	"Exit 0 when there is none, 1 otherwise.  Reads only; works beside a running server.\n";

struct count {
	uint64_t petition;
	int64_t counted;
};

/* One year's log, by the checkpoint that web has committed. */
struct year_log {
	uint32_t year;
	uint64_t size;
	struct tree_hash root;
	uint64_t first; /* number of its first leaf in the history */
};

struct check {
	struct site site;
	struct store *store;
	int public_fd;
	struct arena arena;
	unsigned differences;

	/* what the log says, by petition */
	struct count *count;
	size_t n_counts;
	size_t cap_counts;
	struct year_log log[STORE_LOG_YEARS_MAX]; /* ascending */
	size_t n_logs;
	/* By leaf of the history: petition of a SIGN, and what became of it. */
	uint64_t *signed_for;
	uint8_t *gone;
	struct tlog_tree tree; /* of the log in hand */
};

static void differ(struct check *c, struct str sentence)
{
	c->differences++;
	complain("%.*s", STR_ARG(sentence));
}

static void found(void *arg, struct str sentence)
{
	differ(arg, sentence);
}

/* ---- the log, leaf by leaf ---- */

enum { GONE_INVALID = 1, GONE_WITHDRAWN = 2 };

static struct count *count_of(struct check *c, uint64_t petition)
{
	for (size_t i = c->n_counts; i > 0; i--)
		if (c->count[i - 1].petition == petition)
			return &c->count[i - 1];
	if (c->n_counts == c->cap_counts) {
		size_t cap = c->cap_counts == 0 ? 64 : c->cap_counts * 2;
		struct count *more = realloc(c->count, cap * sizeof(*more));

		if (more == NULL)
			return NULL;
		c->count = more;
		c->cap_counts = cap;
	}
	c->count[c->n_counts] = (struct count){ petition, 0 };
	return &c->count[c->n_counts++];
}

/* Where in the history the leaf stands that one of log means; UINT64_MAX if
 * there is none. */
static uint64_t target_of(const struct check *c, const struct year_log *log,
	const struct leaf *leaf)
{
	uint64_t year = leaf->aux == 0 ? log->year : leaf->aux;

	for (const struct year_log *l = c->log; l <= log; l++)
		if (l->year == year && leaf->number < l->size)
			return l->first + leaf->number;
	return UINT64_MAX;
}

static bool mark_leaf(struct check *c, struct count *n, uint64_t target,
	const struct leaf *leaf)
{
	uint8_t before;

	if (target == UINT64_MAX || c->signed_for[target] != leaf->petition)
		return false;
	before = c->gone[target];
	if (leaf->type == LEAF_INVALIDATE)
		c->gone[target] |= GONE_INVALID;
	else if (leaf->type == LEAF_WITHDRAW)
		c->gone[target] |= GONE_WITHDRAWN;
	else
		c->gone[target] &= (uint8_t)~GONE_INVALID;
	n->counted += (before != 0) - (c->gone[target] != 0);
	return true;
}

/* ERR_CORRUPT for a target that is no SIGN before it, ERR_MEMORY. */
static enum err count_leaf(struct check *c, const struct year_log *log,
	uint64_t index, const struct leaf *leaf)
{
	struct count *n = count_of(c, leaf->petition);

	if (n == NULL)
		return ERR_MEMORY;
	if (leaf->type == LEAF_SIGN) {
		c->signed_for[log->first + index] = leaf->petition;
		n->counted++;
	}
	if (!leaf_has_target(leaf->type) ||
		mark_leaf(c, n, target_of(c, log, leaf), leaf))
		return OK;
	differ(c,
		arena_printf(&c->arena,
			"leaf %llu of the log of %u means a leaf that is no "
			"earlier signature of petition %llu",
			(unsigned long long)index, log->year,
			(unsigned long long)leaf->petition));
	return ERR_CORRUPT;
}

static enum err take_leaf(struct check *c, const struct year_log *log,
	uint64_t index, const uint8_t bytes[TLOG_LEAF_BYTES])
{
	struct tree_hash hash;
	struct leaf leaf;

	if (leaf_decode(bytes, &leaf) != OK) {
		differ(c,
			arena_printf(&c->arena,
				"leaf %llu of the log of %u is none",
				(unsigned long long)index, log->year));
		return ERR_CORRUPT;
	}
	leaf_hash(&leaf, &hash);
	(void)tlog_tree_append(&c->tree, &hash);
	return count_leaf(c, log, index, &leaf);
}

/* ERR_CORRUPT after saying what is wrong. */
static enum err read_bundle(struct check *c, const struct year_log *log,
	uint64_t from, unsigned width)
{
	static uint8_t leaves[256][TLOG_LEAF_BYTES];
	struct buf path;
	struct buf bytes;
	enum err e = OK;

	buf_init(&path, 256);
	buf_init(&bytes, 256 * TLOG_ENTRY_BYTES);
	buf_printf(&path, "log/%u/", log->year);
	tlog_tile_path(&path,
		(struct tlog_tile){
			.entries = true, .index = from / 256, .width = width });
	if (buf_err(&path) != OK ||
		file_read(c->public_fd, path.at, &bytes) != OK ||
		tlog_bundle_get(buf_view(&bytes), width, leaves) != OK) {
		differ(c,
			arena_printf(&c->arena,
				"%s/public/%s is missing or damaged: start the "
				"server, which writes it again from its "
				"journal",
				c->site.path, path.at));
		e = ERR_CORRUPT;
	}
	for (unsigned i = 0; e == OK && i < width; i++)
		e = take_leaf(c, log, from + i, leaves[i]);
	buf_release(&path);
	buf_release(&bytes);
	return e;
}

static void compare_root(struct check *c, const struct year_log *log)
{
	struct tree_hash root;

	tlog_tree_root(&c->tree, &root);
	if (tree_hash_eq(&root, &log->root))
		return;
	differ(c,
		arena_printf(&c->arena,
			"the log of %u does not lead to the root that its "
			"checkpoint of %llu leaves has: the files in "
			"%s/public/log/%u were changed",
			log->year, (unsigned long long)log->size, c->site.path,
			log->year));
}

static enum err check_log(struct check *c, const struct year_log *log)
{
	enum err e = OK;

	tlog_tree_init(&c->tree);
	for (uint64_t at = 0; e == OK && at < log->size; at += 256) {
		uint64_t left = log->size - at;

		e = read_bundle(c, log, at, left < 256 ? (unsigned)left : 256);
	}
	if (e == OK)
		compare_root(c, log);
	return e;
}

/* The checkpoint that web has committed of a year. */
static enum err take_log(struct check *c, uint32_t year)
{
	struct year_log *log = &c->log[c->n_logs];
	struct store_checkpoint stored;
	struct checkpoint checkpoint;
	struct note note;
	enum err e = store_checkpoint(&c->arena, c->store, year, &stored);

	if (e != OK)
		return e;
	if (note_parse(stored.note, &note) != OK ||
		checkpoint_parse(note.text, &checkpoint) != OK ||
		checkpoint.size != stored.size) {
		differ(c,
			arena_printf(&c->arena,
				"the checkpoint of %u in the database is none",
				year));
		return ERR_CORRUPT;
	}
	*log = (struct year_log){ .year = year,
		.size = checkpoint.size,
		.root = checkpoint.root,
		.first = c->n_logs == 0 ? 0 : log[-1].first + log[-1].size };
	c->n_logs++;
	return OK;
}

/* ERR_CORRUPT, after saying why, when these logs cannot be counted. */
static enum err check_logs(struct check *c)
{
	uint32_t *years;
	size_t leaves = 0;
	size_t n;
	enum err e = store_log_years(&c->arena, c->store, &years, &n);

	for (size_t i = 0; e == OK && i < n; i++) {
		e = take_log(c, years[i]);
		if (e == OK)
			leaves = (size_t)(c->log[i].first + c->log[i].size);
	}
	if (e != OK)
		return e;
	c->signed_for = calloc(leaves + 1, sizeof(*c->signed_for));
	c->gone = calloc(leaves + 1, 1);
	if (c->signed_for == NULL || c->gone == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; e == OK && i < c->n_logs; i++)
		e = check_log(c, &c->log[i]);
	return e;
}

static enum err compare_counts(struct check *c)
{
	for (size_t i = 0; i < c->n_counts; i++) {
		struct petition *p;
		enum err e;

		if (c->count[i].petition == 0)
			continue;
		e = store_petition(
			&c->arena, c->store, c->count[i].petition, &p);
		if (e == ERR_NOT_FOUND) {
			differ(c,
				arena_printf(&c->arena,
					"petition %llu is in the log and not "
					"in the database",
					(unsigned long long)c->count[i]
						.petition));
			continue;
		}
		if (e != OK)
			return e;
		if (c->count[i].counted < 0 ||
			p->counted != (uint64_t)c->count[i].counted)
			differ(c,
				arena_printf(&c->arena,
					"petition %llu: the log counts %lld, "
					"the database %llu",
					(unsigned long long)p->id,
					(long long)c->count[i].counted,
					(unsigned long long)p->counted));
	}
	return OK;
}

static void found_words(void *arg, const char *sentence)
{
	differ(arg, str_c(sentence));
}

static enum err check_theme(struct check *c, const struct tongues *tongues)
{
	struct theme *theme = ARENA_NEW(&c->arena, struct theme);
	int fd = -1;
	enum err e;

	if (theme == NULL)
		return ERR_MEMORY;
	if (file_open_dir(c->site.dir_fd, "theme", &fd) != OK)
		return OK;
	e = theme_load(fd, tongues->list, tongues->n, found_words, c, theme);
	theme_release(theme);
	(void)close(fd);
	return e;
}

/* The languages of the configuration, the site's own words, and its theme. */
static enum err check_words(struct check *c)
{
	struct tongues tongues;
	int locale_fd = -1;
	enum err e = file_open_dir(c->site.dir_fd, "locale", &locale_fd);

	if (e != OK)
		locale_fd = -1;
	e = tongues_load(&c->site.config, locale_fd, found_words, c, &tongues);
	if (e == OK)
		e = check_theme(c, &tongues);
	tongues_release(&tongues);
	if (locale_fd >= 0)
		(void)close(locale_fd);
	return e;
}

static enum err check_all(struct check *c)
{
	enum err e = check_words(c);

	if (e == OK)
		e = store_check(c->store, found, c);

	if (e == OK)
		e = check_logs(c);
	if (e == OK)
		e = compare_counts(c);
	if (e == OK)
		e = check_overdue(&c->site, c->store, found, c);
	/* A log that cannot be counted was spoken of. */
	return e == ERR_CORRUPT && c->differences > 0 ? OK : e;
}

static enum err run(const char *path)
{
	static struct check c;
	char database[4200];
	enum err e;

	arena_init(&c.arena, (size_t)256 << 20);
	e = site_open(path, SITE_LOOK, &c.site);
	if (e != OK)
		return e;
	(void)snprintf(database, sizeof(database), "%s/web/site.db", path);
	e = store_open(database, STORE_READER, &c.store);
	if (e != OK)
		complain("%s: %s: `petitiond init` makes one", database,
			err_text(e));
	if (e == OK)
		e = file_open_dir(c.site.dir_fd, "public", &c.public_fd);
	if (e == OK) {
		e = check_all(&c);
		(void)close(c.public_fd);
		if (e != OK)
			complain("%s could not be read to the end: %s", path,
				err_text(e));
	}
	store_close(c.store);
	site_close(&c.site);
	arena_release(&c.arena);
	free(c.count);
	free(c.signed_for);
	free(c.gone);
	if (e == OK && c.differences == 0)
		printf("%s: configuration, database, log and counts agree\n",
			path);
	return e != OK ? e : c.differences == 0 ? OK : ERR_CORRUPT;
}

int cmd_check(int argc, char **argv)
{
	int status = cmd_no_options(argc, argv, HELP);

	if (status >= 0)
		return status;
	if (argc - optind != 1)
		return cmd_usage(HELP, "check needs one SITE");
	return run(argv[optind]) == OK ? 0 : 1;
}

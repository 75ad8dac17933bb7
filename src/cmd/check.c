/*
 * check.c - petitiond check: the parts of a site held against each other.
 *
 * The configuration (every mistake by its line), the database against itself,
 * and the public log against the database: its root against the checkpoint
 * that web has committed, its leaves counted a petition against the database's
 * counts.
 */
#include <fcntl.h>
#include <getopt.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/cmd.h"
#include "domain/store.h"
#include "role/site.h"
#include "tlog/checkpoint.h"
#include "tlog/leaf.h"
#include "tlog/tile.h"
#include "tlog/tree.h"

static const char HELP[] =
	"usage: petitiond check SITE\n"
	"\n"
	"Compares configuration, database, log and counts with each other, a\n"
	"sentence for each difference on standard error.  Exit 0 when there is\n"
	"none, 1 otherwise.  Reads only; works beside a running server.\n";

struct count {
	uint64_t petition;
	int64_t counted;
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
	/* petition of each SIGN leaf, and what became of it */
	uint64_t *signed_for;
	uint8_t *gone;
	struct tlog_tree tree;
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

enum { GONE_INVALID = 1, GONE_WITHDRAWN = 2 };

static bool count_leaf(struct check *c, uint64_t index, const struct leaf *leaf)
{
	struct count *n = count_of(c, leaf->petition);
	uint64_t target = leaf->number;
	uint8_t before;

	if (n == NULL)
		return false;
	if (leaf->type == LEAF_SIGN) {
		c->signed_for[index] = leaf->petition;
		n->counted++;
		return true;
	}
	/* Targets of an earlier year's log are that year's business. */
	if (!leaf_has_target(leaf->type) || leaf->aux != 0)
		return true;
	if (target >= index || c->signed_for[target] != leaf->petition)
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

static bool read_bundle(
	struct check *c, uint32_t year, uint64_t from, unsigned width)
{
	static uint8_t leaves[256][TLOG_LEAF_BYTES];
	struct buf path;
	struct buf bytes;
	bool good;

	buf_init(&path, 256);
	buf_init(&bytes, 256 * TLOG_ENTRY_BYTES);
	buf_printf(&path, "log/%u/", year);
	tlog_tile_path(&path,
		(struct tlog_tile){
			.entries = true, .index = from / 256, .width = width });
	good = buf_err(&path) == OK &&
		file_read(c->public_fd, path.at, &bytes) == OK &&
		tlog_bundle_get(buf_view(&bytes), width, leaves) == OK;
	for (unsigned i = 0; good && i < width; i++) {
		struct tree_hash hash;
		struct leaf leaf;

		good = leaf_decode(leaves[i], &leaf) == OK;
		if (!good)
			break;
		leaf_hash(&leaf, &hash);
		(void)tlog_tree_append(&c->tree, &hash);
		good = count_leaf(c, from + i, &leaf);
	}
	if (!good)
		differ(c,
			arena_printf(&c->arena,
				"%s/public/%s is missing or damaged: start the "
				"server, which writes it again from its "
				"journal",
				c->site.path, path.at));
	buf_release(&path);
	buf_release(&bytes);
	return good;
}

static void compare_root(
	struct check *c, uint32_t year, const struct checkpoint *want)
{
	struct tree_hash root;

	tlog_tree_root(&c->tree, &root);
	if (memcmp(&root, &want->root, sizeof(root)) != 0)
		differ(c,
			arena_printf(&c->arena,
				"the log of %u does not lead to the root that "
				"its checkpoint of %llu leaves has: the files "
				"in %s/public/log/%u were changed",
				year, (unsigned long long)want->size,
				c->site.path, year));
}

/* ERR_NOT_FOUND when there is no log of that year. */
static enum err check_year(struct check *c, uint32_t year)
{
	struct store_checkpoint stored;
	struct checkpoint want;
	struct note note;
	enum err e = store_checkpoint(&c->arena, c->store, year, &stored);

	if (e != OK || stored.size == 0)
		return e == OK ? ERR_NOT_FOUND : e;
	if (note_parse(stored.note, &note) != OK ||
		checkpoint_parse(note.text, &want) != OK ||
		want.size != stored.size) {
		differ(c, STR("the checkpoint in the database is none"));
		return OK;
	}
	c->signed_for = calloc(want.size, sizeof(*c->signed_for));
	c->gone = calloc(want.size, 1);
	if (c->signed_for == NULL || c->gone == NULL)
		return ERR_MEMORY;
	tlog_tree_init(&c->tree);
	for (uint64_t at = 0; at < want.size; at += 256) {
		uint64_t left = want.size - at;

		if (!read_bundle(
			    c, year, at, left < 256 ? (unsigned)left : 256))
			return OK;
	}
	compare_root(c, year, &want);
	free(c->signed_for);
	free(c->gone);
	c->signed_for = NULL;
	c->gone = NULL;
	return OK;
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

static enum err check_all(struct check *c)
{
	enum { FIRST_YEAR = 2024, LAST_YEAR = 2200 };
	enum err e = store_check(c->store, found, c);

	for (uint32_t y = FIRST_YEAR; e == OK && y < LAST_YEAR; y++) {
		e = check_year(c, y);
		if (e == ERR_NOT_FOUND)
			e = OK;
	}
	return e == OK ? compare_counts(c) : e;
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
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		(void)fputs(HELP, c == 'h' ? stdout : stderr);
		return c == 'h' ? 0 : 2;
	}
	if (argc - optind != 1) {
		complain("check needs one SITE");
		(void)fputs(HELP, stderr);
		return 2;
	}
	return run(argv[optind]) == OK ? 0 : 1;
}

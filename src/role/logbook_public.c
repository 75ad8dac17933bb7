#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/fault.h"
#include "base/file.h"
#include "role/logbook_own.h"

enum { PATH_BYTES = 128, YEARS_BYTES = 65536 };

void public_origin_of(const struct logbook *l, uint16_t year, struct buf *b)
{
	buf_printf(b, "%s/log/%u", l->host, year);
}

void public_origin(const struct logbook *l, struct buf *b)
{
	public_origin_of(l, l->year, b);
}

/* ---- tiles ---- */

/* Write, making the folders when they are missing. */
static enum err put_file(
	const struct logbook *l, const char *path, struct str contents)
{
	int dir = l->setup.public_dir_fd;
	enum err e = file_swap(dir, path, contents.at, contents.len, 0644);

	if (e != ERR_NOT_FOUND)
		return e;
	e = file_mkdirs(dir, path, 0755);
	if (e != OK)
		return e;
	return file_swap(dir, path, contents.at, contents.len, 0644);
}

/* A full tile is there: its partial ones may go, and do. */
static enum err remove_partials(const struct logbook *l, const char *path)
{
	char folder[PATH_BYTES];
	struct dirent *entry;
	DIR *dir;
	int fd;

	(void)snprintf(folder, sizeof(folder), "%s.p", path);
	if (file_open_dir(l->setup.public_dir_fd, folder, &fd) != OK)
		return OK;
	dir = fdopendir(fd);
	if (dir == NULL) {
		(void)close(fd);
		return err_from_errno(errno);
	}
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			(void)unlinkat(fd, entry->d_name, 0);
	(void)closedir(dir);
	(void)unlinkat(l->setup.public_dir_fd, folder, AT_REMOVEDIR);
	return OK;
}

static enum err put_tile(
	struct logbook *l, struct tlog_tile tile, struct str contents)
{
	struct buf path;
	enum err e;

	buf_init(&path, PATH_BYTES - 8);
	buf_printf(&path, "log/%u/", l->year);
	tlog_tile_path(&path, tile);
	e = buf_err(&path);
	FAULT("log-tile-before");
	if (e == OK)
		e = put_file(l, path.at, contents);
	FAULT("log-tile-written");
	if (e == OK && tile.width == TLOG_TILE_WIDTH)
		e = remove_partials(l, path.at);
	buf_release(&path);
	return e;
}

static enum err put_bundle(struct logbook *l, uint64_t index, unsigned width)
{
	struct tlog_tile tile = {
		.entries = true, .index = index, .width = width
	};
	struct buf b;
	enum err e;

	buf_init(&b, TLOG_TILE_WIDTH * TLOG_ENTRY_BYTES);
	for (unsigned i = 0; i < width; i++)
		tlog_bundle_put(&b, l->bundle[i]);
	e = buf_err(&b);
	if (e == OK)
		e = put_tile(l, tile, buf_view(&b));
	buf_release(&b);
	return e;
}

/* The bundle of the same number goes with a tile of level 0.  While replaying
 * only full ones are written, until the end. */
enum err public_tile(
	struct logbook *l, unsigned level, uint64_t index, unsigned width)
{
	struct tlog_tile tile = {
		.level = level, .index = index, .width = width
	};
	enum err e = OK;

	if (l->replaying && width < TLOG_TILE_WIDTH)
		return OK;
	if (level == 0)
		e = put_bundle(l, index, width);
	if (e != OK)
		return e;
	return put_tile(l, tile,
		(struct str){ (const char *)l->tree.edge[level],
			width * sizeof(struct tree_hash) });
}

/* ---- the list of years ---- */

/* The years whose first leaf the arrays know, and the one of the tree, which
 * is listed before it has any.  Years in which nothing happened have no log. */
static enum err list_years(struct logbook *l, struct buf *b)
{
	for (uint16_t y = l->first_year; y <= l->year; y++) {
		uint64_t leaves = 0;
		enum err e = leaf_rec_count(l, y, &leaves);

		if (e != OK)
			return e;
		if (leaves > 0 || y == l->year)
			buf_printf(b, "%04u\n", y);
	}
	return buf_err(b);
}

enum err public_years(struct logbook *l)
{
	int dir = l->setup.public_dir_fd;
	struct buf want, have;
	enum err e;

	buf_init(&want, YEARS_BYTES);
	buf_init(&have, YEARS_BYTES);
	e = list_years(l, &want);
	if (e != OK ||
		(file_read(dir, "log/years", &have) == OK &&
			str_eq(buf_view(&want), buf_view(&have))))
		goto out;
	FAULT("log-years-before");
	e = file_replace(dir, "log/years", want.at, want.len, 0644);
	FAULT("log-years-written");
out:
	buf_release(&have);
	buf_release(&want);
	return e;
}

enum err public_last_year(struct logbook *l, uint16_t *ret_year)
{
	struct str text, line;
	uint64_t year = 0;
	struct buf have;
	enum err e;

	buf_init(&have, YEARS_BYTES);
	e = file_read(l->setup.public_dir_fd, "log/years", &have);
	text = buf_view(&have);
	while (e == OK && str_split(&text, '\n', &line))
		if (line.len > 0)
			e = str_u64(line, &year);
	buf_release(&have);
	if (e == ERR_NOT_FOUND)
		e = OK;
	if (e == OK)
		*ret_year = (uint16_t)year;
	return e;
}

/* ---- checkpoints ---- */

static void checkpoint_path(const struct logbook *l, char ret_path[PATH_BYTES])
{
	(void)snprintf(ret_path, PATH_BYTES, "log/%u/checkpoint", l->year);
}

/* Durable, so that a torn one is never found. */
enum err public_checkpoint(struct logbook *l)
{
	int dir = l->setup.public_dir_fd;
	struct checkpoint c = { .size = l->tree.size };
	char path[PATH_BYTES];
	struct buf origin;
	enum err e;

	buf_init(&origin, PATH_BYTES + NOTE_NAME_MAX_BYTES);
	public_origin(l, &origin);
	c.origin = buf_view(&origin);
	tlog_tree_root(&l->tree, &c.root);
	buf_clear(&l->note);
	checkpoint_sign(
		&l->note, &c, &l->checkpoint_key, &l->secrets->checkpoint);
	buf_release(&origin);
	checkpoint_path(l, path);
	e = buf_err(&l->note);
	if (e == OK)
		e = file_mkdirs(dir, path, 0755);
	FAULT("log-checkpoint-before");
	if (e == OK)
		e = file_replace(dir, path, l->note.at, l->note.len, 0644);
	FAULT("log-checkpoint-written");
	if (e != OK)
		return e;
	l->note_size = c.size;
	l->note_year = l->year;
	l->note_root = c.root;
	return OK;
}

static enum err open_found(struct logbook *l, struct str note)
{
	struct checkpoint c;
	struct buf origin;
	enum err e;

	buf_init(&origin, PATH_BYTES + NOTE_NAME_MAX_BYTES);
	public_origin(l, &origin);
	e = checkpoint_open(note, buf_view(&origin), &l->checkpoint_key, &c);
	buf_release(&origin);
	if (e != OK)
		return ERR_CORRUPT;
	l->found = true;
	l->found_size = c.size;
	l->found_root = c.root;
	return OK;
}

enum err public_find(struct logbook *l)
{
	char path[PATH_BYTES];
	struct buf b;
	enum err e;

	l->found = false;
	l->met = false;
	checkpoint_path(l, path);
	buf_init(&b, NOTE_MAX_BYTES);
	e = file_read(l->setup.public_dir_fd, path, &b);
	if (e == OK)
		e = open_found(l, buf_view(&b));
	else if (e == ERR_NOT_FOUND)
		e = OK;
	buf_release(&b);
	return e;
}

/* ---- keys and documents ---- */

/* Documents are in no journal: their folder, and the names in it that a crash
 * kept from being synced, are on the disk before anything cites them. */
enum err public_folders(struct logbook *l)
{
	int dir = l->setup.public_dir_fd;
	int doc = -1;
	enum err e = file_mkdir(dir, "doc", 0755);

	if (e == OK)
		e = file_mkdir(dir, "log", 0755);
	if (e == OK)
		e = file_sync_dir(dir);
	if (e == OK)
		e = file_open_dir(dir, "doc", &doc);
	if (e == OK)
		e = file_sync_dir(doc);
	if (doc >= 0)
		(void)close(doc);
	return e;
}

static void put_key(struct buf *b, const char *what, const struct vkey *key)
{
	buf_c(b, what);
	buf_byte(b, ' ');
	vkey_write(b, key);
	buf_byte(b, '\n');
}

enum err public_keys(struct logbook *l)
{
	int dir = l->setup.public_dir_fd;
	struct buf want, have;
	enum err e;

	buf_init(&want, 4096);
	buf_init(&have, 4096);
	put_key(&want, "checkpoint", &l->checkpoint_key);
	put_key(&want, "promise", &l->promise_key);
	e = buf_err(&want);
	if (e == OK && file_read(dir, "log/keys", &have) == OK &&
		str_eq(buf_view(&want), buf_view(&have)))
		goto out;
	if (e == OK)
		e = file_replace(dir, "log/keys", want.at, want.len, 0644);
out:
	buf_release(&have);
	buf_release(&want);
	return e;
}

static enum err document_path(const uint8_t hash[32], struct buf *b)
{
	buf_init(b, PATH_BYTES);
	buf_c(b, "doc/");
	enc_hex(b, hash, 32);
	return buf_err(b);
}

enum err public_has_document(
	const struct logbook *l, const uint8_t hash[32], bool *ret_has)
{
	struct buf path;
	enum err e = document_path(hash, &path);

	if (e == OK) {
		*ret_has = faccessat(l->setup.public_dir_fd, path.at, F_OK,
				   0) == 0;
		if (!*ret_has && errno != ENOENT && errno != ENOTDIR)
			e = err_from_errno(errno);
	}
	buf_release(&path);
	return e;
}

enum err logbook_document(
	struct logbook *l, struct str document, struct sha256 *ret_hash)
{
	int dir = l->setup.public_dir_fd;
	struct sha256 hash;
	struct buf path;
	bool has;
	enum err e;

	if (l->spent != OK)
		return l->spent;
	if (document.len > LOGBOOK_DOCUMENT_MAX)
		return ERR_TOO_LARGE;
	sha256(document.at, document.len, &hash);
	e = public_has_document(l, hash.byte, &has);
	if (e == OK && !has) {
		e = document_path(hash.byte, &path);
		FAULT("log-document-before");
		if (e == OK)
			e = file_replace(
				dir, path.at, document.at, document.len, 0644);
		FAULT("log-document-written");
		buf_release(&path);
	}
	if (e != OK)
		return logbook_spend(l, e);
	*ret_hash = hash;
	return OK;
}

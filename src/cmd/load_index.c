#include "cmd/load_index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/load_postcodes.h"
#include "cmd/served.h"
#include "role/command.h"
#include "role/site.h"
#include "web/places.h"

/* A frame holds no more (role/link.h). */
static const size_t INDEX_MAX_BYTES = (size_t)60 << 20;

struct load {
	const char *site;
	struct postcodes_builder *builder;
	struct buf index;
	uint64_t rows;
};

static void say_rows(uint64_t rows)
{
	(void)fprintf(stderr, "petitiond: %llu rows read\n",
		(unsigned long long)rows);
}

static enum err take(struct load *l, struct str name, struct str bytes)
{
	struct load_postcodes in = {
		.name = name, .bytes = bytes, .progress = say_rows
	};
	struct str complaint = STR("");
	uint64_t rows = 0;
	struct arena a;
	enum err e;

	arena_init(&a, 1 << 20);
	in.arena = &a;
	e = load_postcodes(l->builder, &in, &rows, &complaint);
	l->rows += rows;
	if (e != OK && complaint.len > 0)
		complain("%.*s", STR_ARG(complaint));
	else if (e != OK)
		complain("%.*s: %s", STR_ARG(name), err_text(e));
	arena_release(&a);
	return e;
}

/* Such lists have a gigabyte, so they are mapped. */
static enum err take_file(struct load *l, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t len = 0;
	void *map = NULL;
	enum err e = fd < 0 ? err_from_errno(errno) : file_size(fd, &len);

	if (e == OK && len > 0) {
		map = mmap(NULL, (size_t)len, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map == MAP_FAILED)
			e = err_from_errno(errno);
	}
	if (e != OK)
		complain("%s: %s: name a file that can be read", path,
			err_text(e));
	else
		e = take(l, str_c(path),
			(struct str){ len == 0 ? "" : map, (size_t)len });
	if (map != NULL && map != MAP_FAILED)
		(void)munmap(map, (size_t)len);
	if (fd >= 0)
		(void)close(fd);
	return e;
}

static enum err write_index(struct load *l)
{
	uint32_t count;
	enum err e = postcodes_builder_write(l->builder, &l->index, &count);

	if (e == ERR_TOO_LARGE)
		complain("the index would be too large, or a postcode has more "
			 "than %d areas: load fewer lists at once",
			POSTCODES_AREAS);
	else if (e != OK)
		complain("the index could not be made: %s", err_text(e));
	return e;
}

/* ---- into its place ---- */

static enum err put_stopped(struct load *l)
{
	char path[4200];
	size_t count = 0;
	int fd = -1;
	enum err e;

	(void)snprintf(path, sizeof(path), "%s/web", l->site);
	e = file_open_dir(AT_FDCWD, path, &fd);
	if (e == OK) {
		e = places_put(fd, buf_view(&l->index), &count);
		(void)close(fd);
	}
	if (e != OK)
		complain("%s/%s: %s", path, PLACES_FILE, err_text(e));
	return e;
}

static enum err hand_over(struct load *l, struct link *link)
{
	static const char kind[] = "postcodes";
	struct buf *out = link_begin(link, COMMAND_LOAD);
	struct str answer;

	buf_u16(out, (uint16_t)strlen(kind));
	buf_c(out, kind);
	buf_u16(out, (uint16_t)strlen(PLACES_FILE));
	buf_c(out, PLACES_FILE);
	buf_str(out, buf_view(&l->index));
	return served_ask(link, NULL, "load it again", &answer);
}

static enum err put_served(struct load *l)
{
	struct link link;
	enum err e = served_connect(l->site, &link);

	if (e != OK)
		return e;
	e = hand_over(l, &link);
	link_close(&link);
	return e;
}

/* The lists are read before the site is opened: that takes a while. */
static enum err put(struct load *l)
{
	struct site site;
	enum err e = site_open(l->site, SITE_COMMAND, &site);

	if (e == ERR_BUSY)
		return put_served(l);
	if (e != OK)
		return e;
	e = put_stopped(l);
	site_close(&site);
	return e;
}

enum err load_index(const char *site, char **files, size_t n_files)
{
	struct load l = { .site = site, .builder = postcodes_builder_new() };
	enum err e = l.builder == NULL ? ERR_MEMORY : OK;

	buf_init(&l.index, INDEX_MAX_BYTES);
	for (size_t i = 0; e == OK && i < n_files; i++)
		e = take_file(&l, files[i]);
	if (e == OK)
		e = write_index(&l);
	if (e == OK)
		e = put(&l);
	if (e == OK)
		printf("%llu %s loaded\n", (unsigned long long)l.rows,
			l.rows == 1 ? "row" : "rows");
	buf_release(&l.index);
	postcodes_builder_free(l.builder);
	return e;
}

enum err load_index_of(struct str name, struct str bytes, struct buf *out)
{
	struct load l = { .builder = postcodes_builder_new() };
	enum err e = l.builder == NULL ? ERR_MEMORY : take(&l, name, bytes);
	uint32_t count;

	if (e == OK)
		e = postcodes_builder_write(l.builder, out, &count);
	postcodes_builder_free(l.builder);
	return e;
}

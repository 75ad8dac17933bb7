/*
 * preview.c - write every page with sample contents into a folder, so that
 * they can be looked at without a server: page-preview DIR [FILE.mo], with a
 * catalogue in its language.
 */
#include <fcntl.h>

#include "base/file.h"
#include "page/asset.h"
#include "page/sample.h"

/* Opened from a file, "/assets/" would be the root of the disk. */
static void make_relative(const struct buf *in, struct buf *out)
{
	static const struct str from = STR_INIT("\"/assets/");
	struct str rest = buf_view(in);

	while (rest.len > 0) {
		size_t n = 0;

		while (n < rest.len &&
			!str_starts(str_slice(rest, n, rest.len), from))
			n++;
		buf_str(out, str_slice(rest, 0, n));
		if (n == rest.len)
			return;
		buf_c(out, "\"assets/");
		rest = str_slice(rest, n + from.len, rest.len);
	}
}

static enum err write_page(
	const struct page_site *site, const char *dir, const struct sample *s)
{
	char path[512];
	struct buf page;
	struct buf out;
	enum err e;

	(void)snprintf(path, sizeof(path), "%s/%s.html", dir, s->name);
	buf_init(&page, 1 << 20);
	buf_init(&out, 1 << 20);
	s->write(&page, site);
	make_relative(&page, &out);
	e = buf_err(&page) != OK ? buf_err(&page) : buf_err(&out);
	if (e == OK)
		e = file_swap(AT_FDCWD, path, out.at, out.len, 0644);
	buf_release(&page);
	buf_release(&out);
	return e;
}

static enum err write_asset(const char *dir, const struct asset *a)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s%.*s", dir, STR_ARG(a->path));
	return file_swap(AT_FDCWD, path, a->body.at, a->body.len, 0644);
}

/* The site in the language of a .mo file, beside English. */
static enum err speak(struct arena *a, const char *mo, struct buf *bytes,
	struct language list[2], struct page_site *site)
{
	const char *why;
	size_t layer;
	struct str view;
	enum err e = file_read(AT_FDCWD, mo, bytes);

	view = buf_view(bytes);
	list[0] =
		(struct language){ STR("en"), STR("/en"), catalogue_english() };
	list[1] = (struct language){ .tag = STR("xx"), .prefix = STR("/xx") };
	if (e == OK)
		e = catalogue_make(a, &view, 1, &list[1].words, &layer, &why);
	site->words = list[1].words;
	site->languages = list;
	site->languages_count = 2;
	site->language = 1;
	site->prefix = list[1].prefix;
	return e;
}

static enum err write_all(const char *dir, const char *mo)
{
	char assets[512];
	struct zone *zone = NULL;
	struct page_site site;
	struct language list[2];
	struct arena arena;
	struct buf bytes;
	size_t count;
	const struct sample *s = sample_list(&count);
	size_t assets_count;
	const struct asset *a = asset_list(&assets_count);
	enum err e = zone_load("Europe/London", &zone);

	(void)snprintf(assets, sizeof(assets), "%s/assets", dir);
	site = sample_site(zone);
	arena_init(&arena, 1 << 20);
	buf_init(&bytes, MO_MAX_BYTES);
	if (e == OK && mo != NULL)
		e = speak(&arena, mo, &bytes, list, &site);
	if (e == OK)
		e = file_mkdir(AT_FDCWD, dir, 0755);
	if (e == OK)
		e = file_mkdir(AT_FDCWD, assets, 0755);
	for (size_t i = 0; i < count && e == OK; i++)
		e = write_page(&site, dir, &s[i]);
	for (size_t i = 0; i < assets_count && e == OK; i++)
		e = write_asset(dir, &a[i]);
	buf_release(&bytes);
	arena_release(&arena);
	zone_free(zone);
	return e;
}

int main(int argc, char **argv)
{
	enum err e;

	if (argc != 2 && argc != 3) {
		(void)fprintf(stderr, "usage: page-preview DIR [FILE.mo]\n");
		return 2;
	}
	e = write_all(argv[1], argv[2]);
	if (e != OK)
		(void)fprintf(
			stderr, "page-preview: %s: %s\n", argv[1], err_text(e));
	return e == OK ? 0 : 1;
}

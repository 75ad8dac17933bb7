/*
 * preview.c - write every page with sample contents into a folder, so that
 * they can be looked at without a server: page-preview DIR.
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

static enum err write_all(const char *dir)
{
	char assets[512];
	struct zone *zone = NULL;
	struct page_site site;
	size_t count;
	const struct sample *s = sample_list(&count);
	size_t assets_count;
	const struct asset *a = asset_list(&assets_count);
	enum err e = zone_load("Europe/London", &zone);

	(void)snprintf(assets, sizeof(assets), "%s/assets", dir);
	site = sample_site(zone);
	if (e == OK)
		e = file_mkdir(AT_FDCWD, dir, 0755);
	if (e == OK)
		e = file_mkdir(AT_FDCWD, assets, 0755);
	for (size_t i = 0; i < count && e == OK; i++)
		e = write_page(&site, dir, &s[i]);
	for (size_t i = 0; i < assets_count && e == OK; i++)
		e = write_asset(dir, &a[i]);
	zone_free(zone);
	return e;
}

int main(int argc, char **argv)
{
	enum err e;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: page-preview DIR\n");
		return 2;
	}
	e = write_all(argv[1]);
	if (e != OK)
		(void)fprintf(
			stderr, "page-preview: %s: %s\n", argv[1], err_text(e));
	return e == OK ? 0 : 1;
}

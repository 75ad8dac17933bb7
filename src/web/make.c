#include "web/make.h"

#include <string.h>

static const struct {
	struct str type;
	bool public_data;
	struct str file; /* to save it as; null: to show */
} types[] = {
	[MAKE_JSON] = { STR_INIT("application/json; charset=utf-8"), true,
		{ 0 } },
	[MAKE_MANIFEST] = { STR_INIT("application/manifest+json"), true,
		{ 0 } },
	[MAKE_CSV] = { STR_INIT("text/csv; charset=utf-8"), true,
		STR_INIT("attachment; filename=filtered-petitions.csv") },
	[MAKE_ARCHIVED_CSV] = { STR_INIT("text/csv; charset=utf-8"), true,
		STR_INIT("attachment; "
			 "filename=filtered-archived-petitions.csv") },
	[MAKE_ATOM] = { STR_INIT("application/atom+xml; charset=utf-8"), true,
		{ 0 } },
	[MAKE_XML] = { STR_INIT("application/xml; charset=utf-8"), true,
		{ 0 } },
	[MAKE_TEXT] = { STR_INIT("text/plain; charset=utf-8"), true, { 0 } },
	[MAKE_TABLE] = { STR_INIT("text/csv; charset=utf-8"), true, { 0 } },
	[MAKE_SVG] = { STR_INIT("image/svg+xml"), true, { 0 } },
};

enum { LOCATION_MAX_BYTES = 16 << 10 };

void make_speak(struct http_spec *spec, const struct page_site *site)
{
	if (site->languages_count < 2)
		return;
	spec->language = site->words->lang;
	/* Asked for by name, the first language is not a preference. */
	spec->by_language = site->language != 0 || site->prefix.len == 0;
}

enum err make_html(const struct page_site *site, struct buf *b,
	struct http_reply **ret_reply)
{
	struct http_spec spec = { .content_type =
					  STR("text/html; charset=utf-8"),
		.cache = HTTP_REVALIDATE };
	enum err e = buf_err(b);

	make_speak(&spec, site);
	if (e == OK)
		e = http_finish(&spec, buf_view(b), ret_reply);
	buf_release(b);
	return e;
}

static enum err finish(struct buf *b, struct str type, bool public_data,
	struct str file, struct http_reply **ret_reply)
{
	const struct http_header save = { STR("Content-Disposition"), file };
	const struct http_spec spec = { .content_type = type,
		.cache = HTTP_REVALIDATE,
		.public_data = public_data,
		.header = &save,
		.header_n = file.at == NULL ? 0 : 1 };
	enum err e = buf_err(b);

	if (e == OK)
		e = http_finish(&spec, buf_view(b), ret_reply);
	buf_release(b);
	return e;
}

enum err make_finish(
	struct buf *b, enum make_type type, struct http_reply **ret_reply)
{
	return finish(b, types[type].type, types[type].public_data,
		types[type].file, ret_reply);
}

enum err make_download(
	struct buf *b, struct str disposition, struct http_reply **ret_reply)
{
	return finish(b, types[MAKE_CSV].type, true, disposition, ret_reply);
}

void make_csv_text(struct buf *out, struct str s)
{
	buf_c(out, "\"");
	if (s.len > 0 && memchr("-=+@", s.at[0], 4) != NULL) {
		buf_printf(out, "%%%02X", (unsigned char)s.at[0]);
		s = str_slice(s, 1, s.len);
	}
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '"')
			buf_c(out, "\"");
		buf_put(out, &s.at[i], 1);
	}
	buf_c(out, "\"");
}

enum err make_redirect(const struct page_site *site, struct str location,
	bool public_data, struct http_reply **ret_reply)
{
	struct http_header to = { .name = STR("Location") };
	struct http_spec spec = { .status = 302,
		.cache = HTTP_REVALIDATE,
		.public_data = public_data,
		.header = &to,
		.header_n = 1 };
	struct buf b;
	enum err e;

	buf_init(&b, LOCATION_MAX_BYTES);
	if (language_has(location)) {
		buf_str(&b, site->prefix);
		make_speak(&spec, site);
	}
	buf_str(&b, location);
	to.value = buf_view(&b);
	e = buf_err(&b);
	if (e == OK)
		e = http_finish(&spec, STR(""), ret_reply);
	buf_release(&b);
	return e;
}

struct str make_self(const struct question *q)
{
	return arena_printf(q->arena, "%.*s%.*s%s%.*s",
		STR_ARG(q->site->base_url), STR_ARG(q->path),
		q->query.at == NULL ? "" : "?", STR_ARG(q->query));
}

enum err make_around(struct arena *a, struct store *s, uint64_t petition,
	struct page_around *ret_around)
{
	bool has[STORE_MAP_WORLD + 1];
	struct store_history *points;
	enum err e = store_history(a, s, petition, 0, STORE_HISTORY_MAX,
		&points, &ret_around->points_count);

	if (e == OK)
		e = store_map_kinds(s, has);
	if (e != OK)
		return e;
	ret_around->points = points;
	ret_around->has_map = has[STORE_MAP_HEXES] || has[STORE_MAP_SHAPES] ||
		has[STORE_MAP_WORLD];
	return OK;
}

enum err make_embed(const struct page_site *site, struct buf *b,
	enum make_embed what, struct http_reply **ret_reply)
{
	static const struct str embed_types[] = {
		[MAKE_FRAME] = STR_INIT("text/html; charset=utf-8"),
		[MAKE_BADGE] = STR_INIT("image/svg+xml"),
		[MAKE_CARD] = STR_INIT("image/png"),
	};
	struct http_spec spec = { .content_type = embed_types[what],
		.cache = STR("public, max-age=60"),
		.public_data = true,
		.embeddable = what == MAKE_FRAME };
	enum err e = buf_err(b);

	if (what == MAKE_FRAME)
		make_speak(&spec, site);
	if (e == OK)
		e = http_finish(&spec, buf_view(b), ret_reply);
	buf_release(b);
	return e;
}

#include "web/make.h"

#include <string.h>

#include "domain/place.h"

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

void make_json_begin(struct make_json *m, size_t max_bytes)
{
	buf_init(&m->out, max_bytes);
	json_init(&m->j, &m->out);
}

enum err make_json_end(struct make_json *m, enum err e, enum make_type type,
	struct http_reply **ret_reply)
{
	if (e == OK)
		e = json_done(&m->j);
	if (e == OK)
		return make_finish(&m->out, type, ret_reply);
	buf_release(&m->out);
	return e;
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

enum err make_query(const struct question *q, struct form *ret_form)
{
	return form_parse(q->arena, q->query.at == NULL ? STR("") : q->query,
		FORM_TWICE_FIRST, ret_form);
}

enum err make_shown(const struct petition *p)
{
	if (petition_is_gone(p))
		return ERR_GONE;
	return petition_is_visible(p) ? OK : ERR_NOT_FOUND;
}

enum err make_signed(
	const struct question *q, const struct petition *p, struct str *ret_to)
{
	bool archived = str_starts(q->path, STR("/archived/"));
	enum err e = make_shown(p);

	if (e == OK && p->state == PETITION_REJECTED)
		e = ERR_NOT_FOUND;
	if (e != OK)
		return e;
	if (p->archived == archived)
		*ret_to = STR_NULL;
	else if (archived)
		*ret_to = str_slice(
			q->path, sizeof("/archived") - 1, q->path.len);
	else
		*ret_to = arena_printf(
			q->arena, "/archived%.*s", STR_ARG(q->path));
	return OK;
}

enum err make_periods(const struct question *q,
	struct store_period **ret_periods, size_t *ret_count)
{
	struct store_period *p;
	size_t n;
	enum err e = store_periods(q->arena, q->store, &p, &n);

	if (e != OK)
		return e;
	while (n > 0 &&
		(p->is.dissolution_ms == WHEN_NONE ||
			p->is.dissolution_ms > q->now_ms)) {
		p++;
		n--;
	}
	*ret_periods = p;
	*ret_count = n;
	return OK;
}

enum err make_areas(const struct question *q,
	struct store_place_row **ret_areas, struct str **ret_slugs,
	size_t *ret_count)
{
	struct store_place_row *area;
	size_t n;
	enum err e = store_places(
		q->arena, q->store, STORE_AREA, DAY_NONE, &area, &n);

	if (e == OK)
		e = place_slugs(q->arena, area, n, ret_slugs);
	if (e != OK)
		return e;
	*ret_areas = area;
	*ret_count = n;
	return OK;
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

#include "web/list.h"

#include "web/make.h"

enum { PAGE_MAX_BYTES = 32 << 20, URL_MAX_BYTES = 16 << 10, CSV_ROWS = 8192 };

static struct str path_of(const struct list *l)
{
	static const struct str paths[2][3] = {
		{ STR_INIT("/petitions"), STR_INIT("/petitions.json"),
			STR_INIT("/petitions.csv") },
		{ STR_INIT("/archived/petitions"),
			STR_INIT("/archived/petitions.json"),
			STR_INIT("/archived/petitions.csv") },
	};

	return paths[l->browse.archived][l->form];
}

/* What to ask the store for. */
static struct store_list rows_of(
	const struct question *q, const struct list *l, size_t skip, size_t max)
{
	return (struct store_list){ .facet = l->browse.facet,
		.archived = l->browse.archived,
		.period = l->browse.archived ? l->browse.period : STR_NULL,
		.topics = l->code,
		.topics_count = l->browse.topics_count,
		.words = l->browse.words,
		.today = day_of(q->site->zone, q->now_ms),
		.skip = skip,
		.max = max };
}

/* The rows of the page that was asked for. */
static struct store_list page_rows(
	const struct question *q, const struct list *l)
{
	return rows_of(
		q, l, (size_t)(l->browse.page - 1) * l->per_page, l->per_page);
}

static uint64_t pages_of(const struct list *l, uint64_t total)
{
	return total == 0 ? 1 : (total + l->per_page - 1) / l->per_page;
}

static enum err redirect_list(const struct question *q, const struct list *l,
	uint64_t page, struct http_reply **ret_reply)
{
	struct str to;
	struct buf url;
	enum err e;

	buf_init(&url, URL_MAX_BYTES);
	browse_url(&url, &l->browse, path_of(l), l->browse.facet, page);
	e = buf_err(&url);
	to = arena_copy(q->arena, buf_view(&url));
	buf_release(&url);
	return e == OK
		? make_redirect(q->site, to, l->form == LIST_JSON, ret_reply)
		: e;
}

/* ---- the page ---- */

static enum err make_page(
	const struct question *q, struct list *l, struct http_reply **ret_reply)
{
	const struct store_list rows = page_rows(q, l);
	struct page_browse *b = &l->browse;
	struct store_summary *at;
	struct buf out;
	enum err e = store_list(
		q->arena, q->store, &rows, &at, &b->list.count, &b->list.total);

	if (e != OK)
		return e;
	b->list.at = at;
	b->pages = pages_of(l, b->list.total);
	if (b->page > b->pages)
		return redirect_list(q, l, b->pages, ret_reply);
	buf_init(&out, PAGE_MAX_BYTES);
	page_browse(&out, q->site, b);
	return make_html(q->site, &out, ret_reply);
}

/* ---- JSON ---- */

static void link_of(struct json *j, const struct question *q,
	const struct list *l, struct str key, uint64_t page)
{
	struct buf url;

	if (page == 0) {
		json_key_null(j, key);
		return;
	}
	buf_init(&url, URL_MAX_BYTES);
	buf_str(&url, q->site->base_url);
	browse_url(&url, &l->browse, path_of(l), l->browse.facet, page);
	json_key_text(j, key, buf_view(&url));
	buf_release(&url);
}

static void links(struct json *j, const struct question *q, struct list *l)
{
	uint64_t page = l->browse.page;
	uint64_t pages = l->browse.pages;

	json_key(j, STR("links"));
	json_object(j);
	json_key_text(j, STR("self"), make_self(q));
	link_of(j, q, l, STR("first"), 1);
	link_of(j, q, l, STR("last"), pages);
	link_of(j, q, l, STR("next"), page < pages ? page + 1 : 0);
	link_of(j, q, l, STR("prev"),
		page == 1              ? 0
			: page > pages ? pages
				       : page - 1);
	json_end(j);
}

static enum err element(
	struct json *j, const struct question *q, const struct store_summary *s)
{
	struct str self = arena_printf(q->arena, "%.*s%s/petitions/%llu.json",
		STR_ARG(q->site->base_url), s->archived ? "/archived" : "",
		(unsigned long long)s->id);
	struct petition *p;
	struct buf one;
	enum err e = store_petition_element(q->arena, q->store, s->id, &p);

	if (e != OK)
		return e;
	buf_init(&one, PAGE_MAX_BYTES);
	e = petition_json(&one, p, q->site->zone, self, PETITION_IN_LIST);
	if (e == OK)
		json_raw(j, buf_view(&one));
	buf_release(&one);
	return e;
}

enum err list_data(struct json *j, const struct question *q,
	const struct store_summary *found, size_t n)
{
	enum err e = OK;

	json_key(j, STR("data"));
	json_array(j);
	for (size_t i = 0; e == OK && i < n; i++)
		e = element(j, q, &found[i]);
	if (e == OK)
		json_end(j);
	return e;
}

static enum err make_json(
	const struct question *q, struct list *l, struct http_reply **ret_reply)
{
	const struct store_list rows = page_rows(q, l);
	struct store_summary *at;
	struct make_json m;
	uint64_t total;
	size_t n;
	enum err e = store_list(q->arena, q->store, &rows, &at, &n, &total);

	if (e != OK)
		return e;
	l->browse.pages = pages_of(l, total);
	make_json_begin(&m, PAGE_MAX_BYTES);
	json_object(&m.j);
	links(&m.j, q, l);
	e = list_data(&m.j, q, at, n);
	if (e == OK)
		json_end(&m.j);
	return make_json_end(&m, e, MAKE_JSON, ret_reply);
}

/* ---- CSV ---- */

static void csv_row(struct buf *out, const struct question *q,
	const struct store_summary *s)
{
	make_csv_text(out, s->action);
	buf_c(out, ",\"");
	buf_str(out, q->site->base_url);
	buf_printf(out, "%s/petitions/%llu\",\"%.*s\",%llu\n",
		s->archived ? "/archived" : "", (unsigned long long)s->id,
		STR_ARG(petition_state_name(s->state)),
		(unsigned long long)s->count);
}

static enum err make_csv(
	const struct question *q, struct list *l, struct http_reply **ret_reply)
{
	struct store_summary *at;
	struct arena part;
	struct buf out;
	uint64_t total = 0;
	size_t done = 0;
	size_t n = 0;
	enum err e;

	buf_init(&out, PAGE_MAX_BYTES);
	buf_c(&out, "\"Petition\",\"URL\",\"State\",\"Signatures Count\"\n");
	arena_init(&part, PAGE_MAX_BYTES);
	do {
		const struct store_list rows = rows_of(q, l, done, CSV_ROWS);

		arena_clear(&part);
		e = store_list(&part, q->store, &rows, &at, &n, &total);
		for (size_t i = 0; e == OK && i < n; i++)
			csv_row(&out, q, &at[i]);
		done += n;
	} while (e == OK && n == CSV_ROWS);
	arena_release(&part);
	if (e == OK)
		return make_finish(&out,
			l->browse.archived ? MAKE_ARCHIVED_CSV : MAKE_CSV,
			ret_reply);
	buf_release(&out);
	return e;
}

/* ---- all of them ---- */

/* A number typed into the search field is the petition's. */
static enum err find_jump(const struct question *q, const struct list *l,
	struct http_reply **ret_reply)
{
	struct petition *p;
	enum err e = store_petition_element(q->arena, q->store, l->jump, &p);

	if (e != OK)
		return e;
	if (!petition_is_visible(p) || (l->browse.archived && !p->archived))
		return ERR_NOT_FOUND;
	return make_redirect(q->site,
		arena_printf(q->arena, "%s/petitions/%llu",
			p->archived ? "/archived" : "",
			(unsigned long long)p->id),
		false, ret_reply);
}

static enum err make(
	const struct question *q, bool archived, struct http_reply **ret_reply)
{
	struct list l;
	enum err e = list_asked(q, archived, &l);

	if (e != OK)
		return e;
	if (l.jump > 0 && l.form == LIST_PAGE) {
		e = find_jump(q, &l, ret_reply);
		if (e != ERR_NOT_FOUND)
			return e;
	}
	if (l.bad_facet)
		return redirect_list(q, &l, 1, ret_reply);
	switch (l.form) {
	case LIST_PAGE:
		return make_page(q, &l, ret_reply);
	case LIST_JSON:
		return make_json(q, &l, ret_reply);
	case LIST_CSV:
		return make_csv(q, &l, ret_reply);
	}
	return ERR_INTERNAL;
}

enum err list_make(const struct question *q, struct http_reply **ret_reply)
{
	return make(q, false, ret_reply);
}

enum err list_archived_make(
	const struct question *q, struct http_reply **ret_reply)
{
	return make(q, true, ret_reply);
}

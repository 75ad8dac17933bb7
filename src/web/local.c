#include "web/local.h"

#include <stdlib.h>

#include "domain/field.h"
#include "domain/place.h"
#include "domain/text.h"
#include "html/html.h"
#include "page/local.h"
#include "web/make.h"
#include "web/routes.h"

enum { PAGE_MAX_BYTES = 4 << 20, FOUND_MAX = 24 };

static const struct str BELOW = STR_INIT("/petitions/local/");

struct page_area local_shown(
	const struct store_place_row *area, struct str slug)
{
	return (struct page_area){ .name = area->name,
		.slug = slug,
		.member = area->member,
		.member_url = area->member_url,
		.region = area->region_name };
}

/* ---- the form and all areas ---- */

static int by_slug(const void *a, const void *b)
{
	return str_cmp(((const struct page_area *)a)->slug,
		((const struct page_area *)b)->slug);
}

static enum err show_all(struct arena *a, const struct store_place_row *row,
	const struct str *slug, size_t n, struct page_local *page)
{
	struct page_area *area = ARENA_ARRAY(a, struct page_area, n + 1);

	if (area == NULL)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < n; i++)
		area[i] = local_shown(&row[i], slug[i]);
	if (n > 1)
		qsort(area, n, sizeof(*area), by_slug);
	page->area = area;
	page->area_count = n;
	return OK;
}

enum err local_make(const struct question *q, struct http_reply **ret_reply)
{
	struct page_local local = { .typed = STR("") };
	struct store_place_row *row;
	struct str *slug;
	struct buf b;
	size_t n;
	enum err e = make_areas(q, &row, &slug, &n);

	if (e != OK)
		return e;
	e = show_all(q->arena, row, slug, n, &local);
	if (e != OK)
		return e;
	buf_init(&b, PAGE_MAX_BYTES);
	page_local(&b, q->site, &local);
	return make_html(q->site, &b, ret_reply);
}

/* ---- one area ---- */

enum area_form { AREA_PAGE, AREA_JSON, AREA_CSV };

struct asked {
	enum area_form form;
	bool closed;
	struct str slug;
};

static struct asked read_path(struct str path)
{
	struct asked a = { .form = AREA_PAGE };

	a.slug = str_slice(path, BELOW.len, path.len);
	if (str_ends(a.slug, STR(".json")))
		a.form = AREA_JSON;
	else if (str_ends(a.slug, STR(".csv")))
		a.form = AREA_CSV;
	if (a.form != AREA_PAGE)
		a.slug.len = a.slug.len - (a.form == AREA_JSON ? 5 : 4);
	if (str_ends(a.slug, STR("/all"))) {
		a.closed = true;
		a.slug.len -= 4;
	}
	return a;
}

static void put_member(struct json *j, const struct page_area *area)
{
	if (area->member.len == 0)
		return;
	json_key(j, STR("mp"));
	json_object(j);
	json_key_text(j, STR("name"), area->member);
	field_text(j, STR("url"),
		area->member_url.len > 0 ? area->member_url : STR_NULL);
	json_end(j);
}

static struct str petition_url(
	const struct question *q, const struct store_local *l)
{
	return arena_printf(q->arena, "%.*s/petitions/%llu",
		STR_ARG(q->site->base_url), (unsigned long long)l->id);
}

/* Reference 4.6. */
static enum err make_json(const struct question *q,
	const struct page_area_list *list, struct http_reply **ret_reply)
{
	struct make_json m;
	struct json *j = &m.j;

	make_json_begin(&m, PAGE_MAX_BYTES);
	json_object(j);
	json_key_text(j, STR("constituency"), list->area.name);
	put_member(j, &list->area);
	json_key(j, STR("petitions"));
	json_array(j);
	for (size_t i = 0; i < list->count; i++) {
		const struct store_local *l = &list->at[i];

		json_object(j);
		json_key_text(j, STR("action"), l->action);
		json_key_text(j, STR("url"), petition_url(q, l));
		json_key_text(j, STR("state"), petition_state_name(l->state));
		json_key_u64(j, STR("constituency_signature_count"), l->local);
		json_key_u64(j, STR("total_signature_count"), l->count);
		json_end(j);
	}
	json_end(j);
	json_end(j);
	return make_json_end(&m, OK, MAKE_JSON, ret_reply);
}

/* Reference 4.12. */
static enum err make_csv(const struct question *q,
	const struct page_area_list *list, struct http_reply **ret_reply)
{
	struct buf file;
	struct html part = { .out = &file };
	struct buf b;
	enum err e;

	buf_init(&b, PAGE_MAX_BYTES);
	buf_c(&b,
		"\"Petition\",\"URL\",\"State\",\"Local Signatures\","
		"\"Total Signatures\"\n");
	for (size_t i = 0; i < list->count; i++) {
		const struct store_local *l = &list->at[i];

		make_csv_text(&b, l->action);
		buf_printf(&b, ",\"%.*s\",\"%.*s\",%llu,%llu\n",
			STR_ARG(petition_url(q, l)),
			STR_ARG(petition_state_name(l->state)),
			(unsigned long long)l->local,
			(unsigned long long)l->count);
	}
	buf_init(&file, 1024);
	buf_printf(&file, "attachment; filename=%s-popular-petitions-in-",
		list->closed ? "all" : "open");
	html_url_part(&part, list->area.slug);
	buf_c(&file, ".csv");
	e = buf_err(&file);
	if (e == OK)
		e = make_download(&b, buf_view(&file), ret_reply);
	else
		buf_release(&b);
	buf_release(&file);
	return e;
}

static enum err region_name(const struct question *q,
	const struct store_place_row *area, struct str *ret_name)
{
	struct store_place_row *region;
	size_t n;
	enum err e = store_places(
		q->arena, q->store, STORE_REGION, DAY_NONE, &region, &n);

	for (size_t i = 0; e == OK && i < n; i++)
		if (str_eq(region[i].code, area->region_code))
			*ret_name = region[i].name;
	return e;
}

static enum err read_list(const struct question *q, const struct asked *asked,
	struct page_area_list *ret_list)
{
	const struct store_place_row *area;
	struct store_place_row *row;
	struct store_local *local;
	struct str *slug;
	size_t n;
	enum err e = make_areas(q, &row, &slug, &n);

	if (e != OK)
		return e;
	area = place_by_slug(row, slug, n, asked->slug);
	if (area == NULL)
		return ERR_NOT_FOUND;
	*ret_list =
		(struct page_area_list){ .area = local_shown(area, asked->slug),
			.closed = asked->closed };
	e = region_name(q, area, &ret_list->area.region);
	if (e == OK)
		e = store_local(q->arena, q->store, area->code, asked->closed,
			LOCAL_MAX, &local, &ret_list->count);
	if (e == OK)
		ret_list->at = local;
	return e;
}

enum err area_make(const struct question *q, struct http_reply **ret_reply)
{
	const struct asked asked = read_path(q->path);
	struct page_area_list list;
	struct buf b;
	enum err e = read_list(q, &asked, &list);

	if (e != OK)
		return e;
	if (asked.form == AREA_JSON)
		return make_json(q, &list, ret_reply);
	if (asked.form == AREA_CSV)
		return make_csv(q, &list, ret_reply);
	buf_init(&b, PAGE_MAX_BYTES);
	page_area(&b, q->site, &list);
	return make_html(q->site, &b, ret_reply);
}

/* ---- the search ---- */

struct search {
	const struct places_now *now;
	struct arena *arena;
	struct page_local page;
	struct page_area found[FOUND_MAX];
};

static void add(struct search *s, const struct store_place_row *area)
{
	if (s->page.found_count < FOUND_MAX)
		s->found[s->page.found_count++] =
			local_shown(area, places_slug(s->now, area));
}

/* True if what was typed is a postcode that we know. */
static bool find_postcode(struct search *s)
{
	struct str code = postcode_canonical(s->arena, s->page.typed);
	struct postcode_found f;

	if (code.at == NULL || !postcodes_find(&s->now->index, code, &f))
		return false;
	for (size_t i = 0; i < f.n; i++) {
		const struct store_place_row *area =
			places_area(s->now, f.area[i]);

		if (area != NULL)
			add(s, area);
	}
	s->page.postcode = code;
	s->page.ended = f.ended;
	s->page.answer = f.n == 0          ? LOCAL_NO_AREA
		: s->page.found_count == 0 ? LOCAL_PAST
					   : LOCAL_CHOOSE;
	return true;
}

static bool contains(struct str text, struct str part)
{
	for (size_t i = 0; i + part.len <= text.len; i++)
		if (memcmp(text.at + i, part.at, part.len) == 0)
			return true;
	return false;
}

/* Names that hold what was typed; the very name alone, if one is. */
static void find_name(struct search *s)
{
	struct str slug = place_slug(s->arena, s->page.typed);

	s->page.answer = LOCAL_UNKNOWN_NAME;
	for (size_t i = 0; slug.len > 0 && i < s->now->areas; i++) {
		if (str_eq(s->now->slug[i], slug)) {
			s->page.found_count = 0;
			add(s, &s->now->area[i]);
			break;
		}
		if (contains(s->now->slug[i], slug))
			add(s, &s->now->area[i]);
	}
	if (s->page.found_count > 0)
		s->page.answer = LOCAL_CHOOSE;
}

static bool has_digit(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] >= '0' && s.at[i] <= '9')
			return true;
	return false;
}

static void search(struct search *s)
{
	s->page.found = s->found;
	if (s->page.typed.len == 0) {
		s->page.answer = LOCAL_EMPTY;
		return;
	}
	if (find_postcode(s))
		return;
	find_name(s);
	if (s->page.answer == LOCAL_UNKNOWN_NAME && has_digit(s->page.typed))
		s->page.answer = LOCAL_UNKNOWN_POSTCODE;
}

static struct http_reply *reply_of(struct app *app, struct search *s)
{
	bool one = s->page.answer == LOCAL_CHOOSE && s->page.found_count == 1 &&
		!s->page.ended;
	struct http_reply *reply;
	struct buf b;
	struct html part = { .out = &b };

	buf_init(&b, PAGE_MAX_BYTES);
	/* Without the list, if there is no room for it. */
	if (s->page.answer != LOCAL_CHOOSE)
		(void)!show_all(s->arena, s->now->area, s->now->slug,
			s->now->areas, &s->page);
	if (one) {
		buf_str(&b, BELOW);
		html_url_part(&part, s->found[0].slug);
		reply = app_redirect(app, buf_view(&b));
	} else {
		page_local(&b, &app->site, &s->page);
		reply = app_page(
			app, s->page.answer == LOCAL_CHOOSE ? 200 : 422, &b);
	}
	buf_release(&b);
	return reply;
}

void local_ask(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct arena room;
	struct search s = { .arena = &room };
	struct form f;

	(void)args;
	if (http_form(r, FORM_TWICE_REFUSED, &f) != OK) {
		http_reply(r, app_error(app, 400));
		return;
	}
	s.page.typed = str_trim(form_get(&f, STR("where")));
	if (s.page.typed.at == NULL || s.page.typed.len > 255)
		s.page.typed = str_slice(s.page.typed, 0, 255);
	if (s.page.typed.len == 0 || !str_is_utf8(s.page.typed))
		s.page.typed = STR("");
	arena_init(&room, PAGE_MAX_BYTES);
	s.now = places_take(app->places);
	search(&s);
	http_reply(r, reply_of(app, &s));
	places_drop(app->places, s.now);
	arena_release(&room);
}

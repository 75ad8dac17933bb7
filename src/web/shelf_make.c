#include "web/shelf_make.h"

#include <stdatomic.h>

#include "base/log.h"
#include "web/about.h"
#include "web/make.h"

enum {
	PAGE_MAX_BYTES = 8 << 20,
	ARENA_MAX_BYTES = 64 << 20,
	HOME_OPEN = 10,
	HOME_TRENDING = 3,
	HOME_RESPONDED = 3,
	HOME_DEBATED = 3,
	N_REPLIES = SHELF_ARCHIVED_JSON + 1
};

struct brief {
	_Atomic unsigned refs;
	struct arena arena;
	struct petition petition;
};

/* ---- counted things ---- */

struct brief *brief_ref(struct brief *b)
{
	if (b != NULL)
		(void)atomic_fetch_add(&b->refs, 1);
	return b;
}

void brief_free(struct brief *b)
{
	if (b == NULL || atomic_fetch_sub(&b->refs, 1) != 1)
		return;
	arena_release(&b->arena);
	free(b);
}

const struct petition *brief_petition(const struct brief *b)
{
	return &b->petition;
}

struct snapshot *snapshot_ref(struct snapshot *s)
{
	if (s != NULL)
		(void)atomic_fetch_add(&s->refs, 1);
	return s;
}

size_t snapshot_bytes(const struct snapshot *s)
{
	size_t n = sizeof(*s);

	for (size_t i = 0; i < N_REPLIES; i++)
		if (s->reply[i] != NULL)
			n += http_reply_bytes(s->reply[i]);
	return n;
}

void snapshot_free(struct snapshot *s)
{
	if (s == NULL || atomic_fetch_sub(&s->refs, 1) != 1)
		return;
	for (size_t i = 0; i < N_REPLIES; i++)
		http_reply_free(s->reply[i]);
	brief_free(s->brief);
	free(s);
}

/* ---- petitions ---- */

/* The petition without its tables, which a form does not show. */
static struct brief *brief_of(const struct petition *p)
{
	struct brief *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	atomic_store(&b->refs, 1);
	arena_init(&b->arena, 1 << 20);
	b->petition = (struct petition){ .id = p->id,
		.state = p->state,
		.archived = p->archived,
		.paused = p->paused,
		.lang = arena_copy(&b->arena, p->lang),
		.action = arena_copy(&b->arena, p->action),
		.background = arena_copy(&b->arena, p->background),
		.additional_details =
			arena_copy(&b->arena, p->additional_details),
		.carried_over = p->carried_over,
		.counted = p->counted,
		.created_ms = p->created_ms,
		.updated_ms = p->updated_ms,
		.rejected_ms = p->rejected_ms,
		.opened_ms = p->opened_ms,
		.closed_ms = p->closed_ms,
		.deadline_ms = p->deadline_ms };
	return b;
}

struct brief *make_brief(struct maker *m, uint64_t id)
{
	struct arena a;
	struct petition *p;
	struct brief *b = NULL;
	enum err e;

	arena_init(&a, ARENA_MAX_BYTES);
	e = store_petition(&a, m->store, id, &p);
	if (e == OK)
		b = brief_of(p);
	else if (e != ERR_NOT_FOUND)
		log_err("cannot-read-petition", e);
	arena_release(&a);
	return b;
}

/* site is null for data, which speak no language. */
static enum err finish(struct buf *b, const struct page_site *site,
	struct str type, unsigned status, struct http_reply **ret_reply)
{
	struct http_spec spec = { .status = status,
		.content_type = type,
		.cache = HTTP_REVALIDATE,
		.public_data = site == NULL };
	enum err e = buf_err(b);

	if (site != NULL)
		make_speak(&spec, site);
	return e == OK ? http_finish(&spec, buf_view(b), ret_reply) : e;
}

#define HTML STR("text/html; charset=utf-8")
#define JSON STR("application/json; charset=utf-8")

/* Nothing to see: a page for all, whatever the place. */
static enum err make_gone(
	const struct page_site *site, unsigned status, struct snapshot *s)
{
	struct buf b;
	enum err e = OK;

	buf_init(&b, PAGE_MAX_BYTES);
	page_error(&b, site, (int)status);
	for (size_t i = 0; e == OK && i < N_REPLIES; i++)
		e = finish(&b, site, HTML, status, &s->reply[i]);
	buf_release(&b);
	return e;
}

/* Home for what was put away when its period ended, which is told about
 * nowhere; to how far it is, for what is not published yet. */
static enum err make_all_redirect(
	const struct page_site *site, struct str to, struct snapshot *s)
{
	enum err e = OK;

	for (size_t i = 0; e == OK && i < N_REPLIES; i++)
		e = make_redirect(site, to, false, &s->reply[i]);
	return e;
}

/* From the place where p is not. */
static enum err make_redirects(const struct page_site *site,
	const struct petition *p, struct arena *a, struct snapshot *s)
{
	enum shelf_page page = p->archived ? SHELF_PETITION : SHELF_ARCHIVED;
	struct str to = arena_printf(a, "%s/petitions/%llu",
		p->archived ? "/archived" : "", (unsigned long long)p->id);
	struct str json = arena_printf(a, "%.*s.json", STR_ARG(to));
	enum err e = make_redirect(site, to, false, &s->reply[page]);

	if (e == OK)
		e = make_redirect(site, json, true, &s->reply[page + 1]);
	return e;
}

static enum err make_json(const struct page_site *site,
	const struct petition *p, struct arena *a, struct http_reply **ret)
{
	struct str self = arena_printf(a, "%.*s%s/petitions/%llu.json",
		STR_ARG(site->base_url), p->archived ? "/archived" : "",
		(unsigned long long)p->id);
	struct buf b;
	enum err e;

	buf_init(&b, PAGE_MAX_BYTES);
	e = petition_json(&b, p, site->zone, self, PETITION_ALONE);
	if (e == OK)
		e = finish(&b, NULL, JSON, 200, ret);
	buf_release(&b);
	return e;
}

static enum err make_count(const struct page_site *site,
	const struct petition *p, struct http_reply **ret)
{
	struct buf b;
	enum err e;

	buf_init(&b, PAGE_MAX_BYTES);
	e = petition_count_json(&b, p, site->zone);
	if (e == OK)
		e = finish(&b, NULL, JSON, 200, ret);
	buf_release(&b);
	return e;
}

/* The page, and with data what programs read of it. */
static enum err make_visible(struct maker *m, const struct page_site *site,
	bool data, const struct petition *p, struct arena *a,
	struct snapshot *s)
{
	enum shelf_page page = p->archived ? SHELF_ARCHIVED : SHELF_PETITION;
	struct page_around around = { .reveal = false };
	struct buf b;
	enum err e = make_around(a, m->store, p->id, &around);

	if (e != OK)
		return e;
	buf_init(&b, PAGE_MAX_BYTES);
	page_petition(&b, site, p, &around);
	e = finish(&b, site, HTML, 200, &s->reply[page]);
	buf_release(&b);
	if (e == OK && data)
		e = make_json(site, p, a, &s->reply[page + 1]);
	if (e == OK && data)
		e = make_count(site, p, &s->reply[SHELF_PETITION_COUNT]);
	if (e == OK)
		e = make_redirects(site, p, a, s);
	return e;
}

static enum err make_petition(struct maker *m, const struct page_site *site,
	unsigned view, uint64_t id, struct arena *a, struct snapshot *s)
{
	struct petition *p;
	enum err e = store_petition(a, m->store, id, &p);

	if (e != OK)
		return e;
	s->brief = brief_of(p);
	if (s->brief == NULL)
		return ERR_MEMORY;
	if (petition_is_visible(p))
		return make_visible(m, site, view == 0, p, a, s);
	if (p->state == PETITION_STOPPED && !p->archived)
		return make_all_redirect(site, STR("/"), s);
	if (waiting_part(p->state).at != NULL && !p->archived)
		return make_all_redirect(site,
			arena_printf(a, "/petitions/%llu/%.*s",
				(unsigned long long)id,
				STR_ARG(waiting_part(p->state))),
			s);
	return make_gone(site, petition_is_gone(p) ? 410 : 404, s);
}

/* ---- the others ---- */

static enum err list_read(struct maker *m, struct arena *a,
	enum store_facet facet, size_t max, struct page_list *ret_list)
{
	const struct store_list list = { .facet = facet,
		.today = day_of(m->site[0].zone, clock_wall_ms(m->clock)),
		.max = max };
	struct store_summary *at;
	enum err e = store_list(
		a, m->store, &list, &at, &ret_list->count, &ret_list->total);

	if (e == OK)
		ret_list->at = at;
	return e;
}

static enum err trends_read(
	struct maker *m, struct arena *a, struct page_home *home)
{
	int64_t now_ms = clock_wall_ms(m->clock);
	struct store_trend *trends;
	enum err e = store_trending(a, m->store, now_ms - now_ms % 60000,
		HOME_TRENDING, &trends, &home->trends_count);

	if (e == OK)
		home->trends = trends;
	return e;
}

static enum err make_home(struct maker *m, const struct page_site *site,
	struct arena *a, struct snapshot *s)
{
	struct page_home home = { 0 };
	struct buf b;
	enum err e = list_read(m, a, STORE_OPEN, HOME_OPEN, &home.open);

	if (e == OK)
		e = list_read(m, a, STORE_WITH_RESPONSE, HOME_RESPONDED,
			&home.responded);
	if (e == OK)
		e = list_read(m, a, STORE_DEBATED, HOME_DEBATED, &home.debated);
	if (e == OK)
		e = trends_read(m, a, &home);
	if (e != OK)
		return e;
	buf_init(&b, PAGE_MAX_BYTES);
	page_home(&b, site, &home);
	e = finish(&b, site, HTML, 200, &s->reply[0]);
	buf_release(&b);
	return e;
}

static enum err make_readers(struct maker *m, const struct page_site *site,
	struct arena *a, struct snapshot *s)
{
	struct store_reader *stored;
	struct page_reader *reader;
	struct buf b;
	size_t n;
	enum err e = store_readers(a, m->store, &stored, &n);

	if (e != OK)
		return e;
	reader = ARENA_ARRAY(a, struct page_reader, n);
	if (reader == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++)
		reader[i] = (struct page_reader){
			.compartment =
				(enum page_compartment)stored[i].compartment,
			.who = stored[i].who,
			.recipient = stored[i].recipient,
			.since_ms = stored[i].since_ms,
			.until_ms = stored[i].until_ms
		};
	buf_init(&b, PAGE_MAX_BYTES);
	page_readers(&b, site, reader, n);
	e = finish(&b, site, HTML, 200, &s->reply[0]);
	buf_release(&b);
	return e;
}

static enum err make_checkpoint(
	struct maker *m, uint64_t year, struct arena *a, struct snapshot *s)
{
	struct store_checkpoint c;
	struct buf b;
	enum err e = store_checkpoint(a, m->store, (uint32_t)year, &c);

	if (e != OK)
		return e;
	if (c.size == 0)
		return ERR_NOT_FOUND;
	buf_init(&b, 1 << 16);
	buf_str(&b, c.note);
	e = finish(
		&b, NULL, STR("text/plain; charset=utf-8"), 200, &s->reply[0]);
	buf_release(&b);
	return e;
}

static enum err make_years(struct maker *m, struct arena *a, struct snapshot *s)
{
	uint32_t *years;
	size_t n;
	struct buf b;
	enum err e = store_log_years(a, m->store, &years, &n);

	if (e != OK)
		return e;
	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%04u\n", years[i]);
	e = finish(
		&b, NULL, STR("text/plain; charset=utf-8"), 200, &s->reply[0]);
	buf_release(&b);
	return e;
}

struct snapshot *make(struct maker *m, const struct page_site *site,
	unsigned view, enum shelf_class class, uint64_t id)
{
	struct snapshot *s = calloc(1, sizeof(*s));
	struct arena a;
	enum err e = s == NULL ? ERR_MEMORY : OK;

	if (s != NULL)
		atomic_store(&s->refs, 1);
	arena_init(&a, ARENA_MAX_BYTES);
	if (e == OK && class == CLASS_PETITION)
		e = make_petition(m, site, view, id, &a, s);
	else if (e == OK && class == CLASS_HOME)
		e = make_home(m, site, &a, s);
	else if (e == OK && class == CLASS_READERS)
		e = make_readers(m, site, &a, s);
	else if (e == OK && class == CLASS_YEARS)
		e = make_years(m, &a, s);
	else if (e == OK)
		e = make_checkpoint(m, id, &a, s);
	arena_release(&a);
	if (e == OK)
		return s;
	log_err("cannot-make-page", e);
	snapshot_free(s);
	return NULL;
}

bool maker_has(struct maker *m, enum shelf_class class, uint64_t id)
{
	struct arena a;
	struct petition *p;
	struct store_checkpoint c;
	enum err e = OK;

	arena_init(&a, ARENA_MAX_BYTES);
	if (class == CLASS_PETITION)
		e = store_petition(&a, m->store, id, &p);
	else if (class == CLASS_CHECKPOINT && id <= UINT32_MAX)
		e = store_checkpoint(&a, m->store, (uint32_t)id, &c);
	else if (class == CLASS_CHECKPOINT)
		e = ERR_NOT_FOUND;
	if (e == OK && class == CLASS_CHECKPOINT && c.size == 0)
		e = ERR_NOT_FOUND;
	arena_release(&a);
	/* What cannot be read exists: its page says that something failed. */
	return e != ERR_NOT_FOUND;
}

/* ---- opening ---- */

void maker_checkpoint(struct maker *m, uint32_t year, int64_t made_ms)
{
	(void)snprintf(m->log_path, sizeof(m->log_path), "/log/%u", year);
	for (size_t i = 0; i < m->views; i++) {
		m->site[i].log_path = str_c(m->log_path);
		m->site[i].checkpoint_ms = made_ms;
	}
}

static enum err make_not_found(struct maker *m, size_t view)
{
	struct buf b;
	enum err e;

	buf_init(&b, PAGE_MAX_BYTES);
	page_error(&b, &m->site[view], 404);
	e = finish(&b, &m->site[view], HTML, 404, &m->not_found[view]);
	buf_release(&b);
	return e;
}

enum err maker_open(struct maker *m, const char *store_path,
	const struct page_site *sites, size_t views, struct clock *clock)
{
	enum err e;

	*m = (struct maker){ .views = views, .clock = clock };
	memcpy(m->site, sites, views * sizeof(*sites));
	e = store_open(store_path, STORE_READER, &m->store);
	for (size_t i = 0; e == OK && i < views; i++)
		e = make_not_found(m, i);
	if (e != OK)
		maker_close(m);
	return e;
}

void maker_close(struct maker *m)
{
	store_close(m->store);
	for (size_t i = 0; i < m->views; i++)
		http_reply_free(m->not_found[i]);
	*m = (struct maker){ 0 };
}

#include "web/shelf_make.h"

#include <stdatomic.h>

#include "base/log.h"

enum {
	PAGE_MAX_BYTES = 8 << 20,
	ARENA_MAX_BYTES = 64 << 20,
	HOME_OPEN = 50,
	HOME_CLOSED = 20,
	READERS_MAX = 64
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

void snapshot_free(struct snapshot *s)
{
	if (s == NULL || atomic_fetch_sub(&s->refs, 1) != 1)
		return;
	http_reply_free(s->reply[0]);
	http_reply_free(s->reply[1]);
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

static enum err finish(struct buf *b, struct str type, bool public_data,
	unsigned status, struct http_reply **ret_reply)
{
	struct http_spec spec = { .status = status,
		.content_type = type,
		.cache = HTTP_REVALIDATE,
		.public_data = public_data };
	enum err e = buf_err(b);

	return e == OK ? http_finish(&spec, buf_view(b), ret_reply) : e;
}

#define HTML STR("text/html; charset=utf-8")
#define JSON STR("application/json; charset=utf-8")

static enum err make_gone(
	const struct page_site *site, unsigned status, struct snapshot *s)
{
	struct buf b;
	enum err e = OK;

	buf_init(&b, PAGE_MAX_BYTES);
	page_error(&b, site, (int)status);
	for (size_t i = 0; e == OK && i < 2; i++)
		e = finish(&b, HTML, false, status, &s->reply[i]);
	buf_release(&b);
	return e;
}

static enum err make_petition(struct maker *m, const struct page_site *site,
	uint64_t id, struct arena *a, struct snapshot *s)
{
	struct petition *p;
	struct buf b;
	struct str self;
	enum err e = store_petition(a, m->store, id, &p);

	if (e != OK)
		return e;
	s->brief = brief_of(p);
	if (s->brief == NULL)
		return ERR_MEMORY;
	if (!petition_is_visible(p))
		return make_gone(
			site, p->state == PETITION_REMOVED ? 410 : 404, s);
	buf_init(&b, PAGE_MAX_BYTES);
	page_petition(&b, site, p, false);
	e = finish(&b, HTML, false, 200, &s->reply[0]);
	if (e == OK) {
		buf_clear(&b);
		self = arena_printf(a, "%.*s/petitions/%llu.json",
			STR_ARG(site->base_url), (unsigned long long)id);
		e = petition_json(&b, p, site->zone, self, PETITION_ALONE);
	}
	if (e == OK)
		e = finish(&b, JSON, true, 200, &s->reply[1]);
	buf_release(&b);
	return e;
}

/* ---- the others ---- */

static enum err make_home(struct maker *m, const struct page_site *site,
	struct arena *a, struct snapshot *s)
{
	struct store_list open = { true, PETITION_OPEN, STORE_MOST_SIGNED, 0,
		HOME_OPEN };
	struct store_list closed = { true, PETITION_CLOSED, STORE_NEWEST, 0,
		HOME_CLOSED };
	struct store_summary *list[2];
	struct page_home home = { 0 };
	struct buf b;
	enum err e = store_list(a, m->store, &open, &list[0], &home.open_count,
		&home.open_total);

	if (e == OK)
		e = store_list(a, m->store, &closed, &list[1],
			&home.closed_count, &home.closed_total);
	if (e != OK)
		return e;
	home.open = list[0];
	home.closed = list[1];
	buf_init(&b, PAGE_MAX_BYTES);
	page_home(&b, site, &home);
	e = finish(&b, HTML, false, 200, &s->reply[0]);
	buf_release(&b);
	return e;
}

static enum page_compartment compartment_of(struct str name)
{
	if (str_eq(name, STR("identity")))
		return PAGE_IDENTITY;
	if (str_eq(name, STR("contact")))
		return PAGE_CONTACT;
	return str_eq(name, STR("standing")) ? PAGE_STANDING : PAGE_MAIL;
}

/* The declaration in force: docs/log.md section 6. */
static enum err make_readers(struct maker *m, const struct page_site *site,
	struct arena *a, struct snapshot *s)
{
	struct page_reader reader[READERS_MAX];
	struct str text;
	struct str line;
	struct str part;
	struct buf b;
	size_t n = 0;
	enum err e = store_meta(a, m->store, STR("declaration"), &text);

	if (e == ERR_NOT_FOUND)
		text = STR("");
	else if (e != OK)
		return e;
	while (n < READERS_MAX && str_split(&text, '\n', &line)) {
		if (!str_split(&line, '\t', &part) || line.at == NULL)
			continue;
		reader[n].compartment = compartment_of(part);
		if (!str_split(&line, '\t', &reader[n].recipient) ||
			line.at == NULL)
			continue;
		reader[n++].who = line;
	}
	buf_init(&b, PAGE_MAX_BYTES);
	page_readers(&b, site, reader, n);
	e = finish(&b, HTML, false, 200, &s->reply[0]);
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
		&b, STR("text/plain; charset=utf-8"), true, 200, &s->reply[0]);
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
		&b, STR("text/plain; charset=utf-8"), true, 200, &s->reply[0]);
	buf_release(&b);
	return e;
}

struct snapshot *make(struct maker *m, const struct page_site *site,
	enum shelf_class class, uint64_t id)
{
	struct snapshot *s = calloc(1, sizeof(*s));
	struct arena a;
	enum err e = s == NULL ? ERR_MEMORY : OK;

	if (s != NULL)
		atomic_store(&s->refs, 1);
	arena_init(&a, ARENA_MAX_BYTES);
	if (e == OK && class == CLASS_PETITION)
		e = make_petition(m, site, id, &a, s);
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
	m->site.log_path = str_c(m->log_path);
	m->site.checkpoint_ms = made_ms;
}

enum err maker_open(struct maker *m, const char *store_path,
	const struct page_site *site, struct clock *clock)
{
	struct http_spec spec = {
		.status = 404, .content_type = HTML, .cache = HTTP_REVALIDATE
	};
	struct buf b;
	enum err e;

	*m = (struct maker){ .site = *site, .clock = clock };
	e = store_open(store_path, STORE_READER, &m->store);
	if (e != OK)
		return e;
	buf_init(&b, PAGE_MAX_BYTES);
	page_error(&b, site, 404);
	e = buf_err(&b);
	if (e == OK)
		e = http_finish(&spec, buf_view(&b), &m->not_found);
	buf_release(&b);
	if (e != OK)
		store_close(m->store);
	return e;
}

void maker_close(struct maker *m)
{
	store_close(m->store);
	http_reply_free(m->not_found);
	*m = (struct maker){ 0 };
}

#include "web/feed.h"

#include "html/html.h"
#include "page/say.h"
#include "web/make.h"

enum { FEED_ENTRIES = 50, SITEMAP_URLS = 50000, OUT_MAX_BYTES = 32 << 20 };

/* XML has its five entities in common with HTML, and nothing that html_text
 * writes is beyond them. */
struct feed {
	struct html h;
	struct buf out;
	const struct question *q;
};

static void moment(struct feed *f, int64_t ms)
{
	struct buf text;

	buf_init(&text, 64);
	when_put(&text, ms);
	html_text(&f->h, buf_view(&text));
	buf_release(&text);
}

static void url_of(struct feed *f, uint64_t id, bool archived)
{
	html_attr(&f->h, f->q->site->base_url);
	if (archived)
		html_lit(&f->h, "/archived");
	html_lit(&f->h, "/petitions/");
	html_decimal(&f->h, id);
}

/* The address of the feed names it for ever. */
static void feed_begin(struct feed *f, const struct question *q,
	struct str title, int64_t updated_ms)
{
	buf_init(&f->out, OUT_MAX_BYTES);
	f->h = (struct html){ .out = &f->out };
	f->q = q;
	html_lit(&f->h,
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		"<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>");
	html_text(&f->h, title);
	html_lit(&f->h, "</title>\n<id>");
	html_text(&f->h, q->site->base_url);
	html_text(&f->h, q->path);
	html_lit(&f->h, "</id>\n<link rel=\"self\" href=\"");
	html_attr(&f->h, q->site->base_url);
	html_attr(&f->h, q->path);
	html_lit(&f->h, "\"/>\n<author><name>");
	html_text(&f->h, q->site->title);
	html_lit(&f->h, "</name></author>\n<updated>");
	moment(f, updated_ms);
	html_lit(&f->h, "</updated>\n");
}

static enum err feed_end(struct feed *f, struct http_reply **ret_reply)
{
	html_lit(&f->h, "</feed>\n");
	return make_finish(&f->out, MAKE_ATOM, ret_reply);
}

/* One event; what names it within the petition. */
static void entry(struct feed *f, uint64_t id, bool archived, struct str what,
	struct str title, int64_t at_ms, struct str text)
{
	html_lit(&f->h, "<entry>\n<title>");
	html_text(&f->h, title);
	html_lit(&f->h, "</title>\n<id>");
	/* Without "/archived": it is the same event wherever it is read. */
	url_of(f, id, false);
	html_lit(&f->h, "#");
	html_text(&f->h, what);
	html_lit(&f->h, "</id>\n<link href=\"");
	url_of(f, id, archived);
	html_lit(&f->h, "\"/>\n<updated>");
	moment(f, at_ms);
	html_lit(&f->h, "</updated>\n<content type=\"text\">");
	html_text(&f->h, text);
	html_lit(&f->h, "</content>\n</entry>\n");
}

/* ---- all petitions ---- */

static const struct {
	struct str path;
	enum store_facet facet;
	struct str title;
} feeds[] = {
	{ STR_INIT("/feeds/newest.atom"), STORE_RECENT,
		words_mark("New petitions") },
	{ STR_INIT("/feeds/responded.atom"), STORE_WITH_RESPONSE,
		words_mark("Government responses") },
	{ STR_INIT("/feeds/debated.atom"), STORE_DEBATED,
		words_mark("Debated in Parliament") },
};

static int64_t day_start_ms(const struct question *q, int32_t day)
{
	return day_end_ms(q->site->zone, day - 1) + 1;
}

static int64_t event_ms(const struct question *q, enum store_facet facet,
	const struct store_summary *s)
{
	int32_t day = s->debated_on != DAY_NONE ? s->debated_on
						: s->scheduled_debate_date;

	if (facet == STORE_WITH_RESPONSE)
		return s->response_ms;
	if (facet == STORE_DEBATED && day != DAY_NONE)
		return day_start_ms(q, day);
	return s->opened_ms != WHEN_NONE ? s->opened_ms : s->created_ms;
}

enum err feed_make(const struct question *q, struct http_reply **ret_reply)
{
	struct store_list list = { .max = FEED_ENTRIES,
		.today = day_of(q->site->zone, q->now_ms) };
	struct store_summary *at;
	struct feed f;
	uint64_t total;
	size_t which = 0;
	size_t n;
	enum err e;

	while (which < 3 && !str_eq(q->path, feeds[which].path))
		which++;
	if (which == 3)
		return ERR_NOT_FOUND;
	list.facet = feeds[which].facet;
	e = store_list(q->arena, q->store, &list, &at, &n, &total);
	if (e != OK)
		return e;
	feed_begin(&f, q, words_find(q->site->words, feeds[which].title),
		n == 0 ? 0 : event_ms(q, list.facet, &at[0]));
	for (size_t i = 0; i < n; i++)
		entry(&f, at[i].id, at[i].archived, facet_name(list.facet),
			at[i].action, event_ms(q, list.facet, &at[i]),
			list.facet == STORE_WITH_RESPONSE
				? at[i].response_summary
				: at[i].action);
	return feed_end(&f, ret_reply);
}

/* ---- one petition ---- */

struct event {
	struct str what;
	struct str title;
	int64_t at_ms;
	struct str text;
};

enum { EVENTS_MAX = PETITION_TOTALS_MAX + 16 };

struct timeline {
	struct event *event;
	size_t n;
};

static void note(struct timeline *t, struct str what, struct str title,
	int64_t at_ms, struct str text)
{
	if (at_ms == WHEN_NONE || t->n == EVENTS_MAX)
		return;
	t->event[t->n++] = (struct event){ what, title, at_ms, text };
}

static int newest_first(const void *a, const void *b)
{
	const struct event *x = a;
	const struct event *y = b;

	return x->at_ms > y->at_ms ? -1 : x->at_ms < y->at_ms;
}

static void note_debate(
	struct timeline *t, const struct question *q, const struct petition *p)
{
	const struct page_site *site = q->site;

	if (p->debate == NULL) {
		if (p->scheduled_debate_date != DAY_NONE)
			note(t, STR("debate-scheduled"),
				site_tr(site, "A debate is scheduled"),
				p->debate_scheduled_on != DAY_NONE
					? day_start_ms(
						  q, p->debate_scheduled_on)
					: p->updated_ms,
				p->action);
		return;
	}
	if (p->debate->debated_on != DAY_NONE)
		note(t, STR("debated"),
			site_tr(site, "Parliament debated this"),
			day_start_ms(q, p->debate->debated_on),
			p->debate->overview);
	else
		note(t, STR("not-debated"), site_tr(site, "Not debated"),
			p->debate_outcome_ms, p->debate->overview);
}

static void note_activities(
	struct timeline *t, const struct question *q, const struct petition *p)
{
	for (size_t i = 0; i < p->activities_count; i++) {
		const struct petition_activity *a = &p->activities[i];

		note(t, arena_printf(q->arena, "business-%zu", i + 1),
			a->subject,
			a->occurred_on != DAY_NONE
				? day_start_ms(q, a->occurred_on)
				: a->created_ms,
			a->body);
	}
}

static void note_all(
	struct timeline *t, const struct question *q, const struct petition *p)
{
	const struct page_site *site = q->site;

	note(t, STR("published"), site_tr(site, "Petition published"),
		p->opened_ms, p->background);
	note(t, STR("rejected"), site_tr(site, "Petition rejected"),
		p->rejected_ms,
		p->rejection == NULL ? STR_NULL : p->rejection->details);
	note(t, STR("response-threshold"),
		site_tr(site, "Enough signatures for a response"),
		p->response_threshold_ms, p->action);
	if (p->response != NULL)
		note(t, STR("response"), site_tr(site, "Government responded"),
			p->response_ms, p->response->summary);
	note(t, STR("debate-threshold"),
		site_tr(site, "Enough signatures for a debate"),
		p->debate_threshold_ms, p->action);
	note_debate(t, q, p);
	note_activities(t, q, p);
	if (p->state == PETITION_CLOSED)
		note(t, STR("closed"), site_tr(site, "Petition closed"),
			p->closed_ms, p->action);
	if (t->n > 1)
		qsort(t->event, t->n, sizeof(*t->event), newest_first);
}

static enum err find_visible(const struct question *q, struct petition **ret_p)
{
	enum err e = store_petition(q->arena, q->store, q->id, ret_p);

	return e == OK ? make_shown(*ret_p) : e;
}

/* The place where p is, if it was asked for at the other one. */
static struct str elsewhere(
	const struct question *q, const struct petition *p, const char *tail)
{
	if (p->archived == str_starts(q->path, STR("/archived/")))
		return STR_NULL;
	return arena_printf(q->arena, "%s/petitions/%llu%s",
		p->archived ? "/archived" : "", (unsigned long long)p->id,
		tail);
}

enum err petition_feed_make(
	const struct question *q, struct http_reply **ret_reply)
{
	struct timeline t = { .n = 0 };
	struct petition *p;
	struct feed f;
	struct str to;
	enum err e = find_visible(q, &p);

	if (e != OK)
		return e;
	to = elsewhere(q, p, ".atom");
	if (to.len > 0)
		return make_redirect(q->site, to, true, ret_reply);
	t.event = ARENA_ARRAY(q->arena, struct event, EVENTS_MAX);
	if (t.event == NULL)
		return ERR_TOO_LARGE;
	note_all(&t, q, p);
	feed_begin(&f, q, p->action, t.n == 0 ? 0 : t.event[0].at_ms);
	for (size_t i = 0; i < t.n; i++)
		entry(&f, p->id, p->archived, t.event[i].what, t.event[i].title,
			t.event[i].at_ms, t.event[i].text);
	return feed_end(&f, ret_reply);
}

enum err petition_reveal_make(
	const struct question *q, struct http_reply **ret_reply)
{
	struct page_around around = { .reveal = true };
	struct petition *p;
	struct str to;
	struct buf b;
	enum err e = find_visible(q, &p);

	if (e != OK)
		return e;
	to = elsewhere(q, p, "?reveal_response=yes");
	if (to.len > 0)
		return make_redirect(q->site, to, false, ret_reply);
	e = make_around(q->arena, q->store, p->id, &around);
	if (e != OK)
		return e;
	buf_init(&b, OUT_MAX_BYTES);
	page_petition(&b, q->site, p, &around);
	return make_html(q->site, &b, ret_reply);
}

/* ---- the site map and robots ---- */

static void map_page(struct feed *f, struct str path)
{
	html_lit(&f->h, "<url><loc>");
	html_text(&f->h, f->q->site->base_url);
	html_text(&f->h, path);
	html_lit(&f->h, "</loc></url>\n");
}

static void map_petition(struct feed *f, const struct store_summary *s)
{
	html_lit(&f->h, "<url><loc>");
	url_of(f, s->id, s->archived);
	html_lit(&f->h, "</loc>");
	if (s->updated_ms != WHEN_NONE) {
		html_lit(&f->h, "<lastmod>");
		moment(f, s->updated_ms);
		html_lit(&f->h, "</lastmod>");
	}
	html_lit(&f->h, "</url>\n");
}

/* The protocol's limit is 50,000 addresses: the most signed petitions of now,
 * then the archived ones. */
enum err sitemap_make(const struct question *q, struct http_reply **ret_reply)
{
	static const struct str pages[] = { STR_INIT("/"),
		STR_INIT("/petitions"), STR_INIT("/archived/petitions"),
		STR_INIT("/help"), STR_INIT("/standards"), STR_INIT("/privacy"),
		STR_INIT("/cookies"), STR_INIT("/accessibility"),
		STR_INIT("/who-can-read") };
	struct store_list list = { .today = day_of(q->site->zone, q->now_ms) };
	struct feed f = { .q = q };
	size_t left = SITEMAP_URLS;
	enum err e = OK;

	buf_init(&f.out, OUT_MAX_BYTES);
	f.h.out = &f.out;
	html_lit(&f.h,
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset "
		"xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++, left--)
		map_page(&f, pages[i]);
	for (int archived = 0; e == OK && archived < 2; archived++) {
		struct store_summary *at;
		uint64_t total;
		size_t n = 0;

		list.archived = archived == 1;
		list.max = left;
		e = store_list(q->arena, q->store, &list, &at, &n, &total);
		for (size_t i = 0; e == OK && i < n; i++)
			map_petition(&f, &at[i]);
		left -= e == OK ? n : 0;
	}
	html_lit(&f.h, "</urlset>\n");
	if (e == OK)
		return make_finish(&f.out, MAKE_XML, ret_reply);
	buf_release(&f.out);
	return e;
}

enum err robots_make(const struct question *q, struct http_reply **ret_reply)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_c(&b,
		"User-agent: *\n"
		"Disallow: /c/\n"
		"Disallow: /health-check\n"
		"Disallow: /ping\n"
		"Disallow: /receipts/\n"
		"Disallow: /petitions/*/signatures/\n"
		"Sitemap: ");
	buf_str(&b, q->site->base_url);
	buf_c(&b, "/sitemap.xml\n");
	return make_finish(&b, MAKE_TEXT, ret_reply);
}

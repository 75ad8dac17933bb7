/*
 * web.c - the web role: opens the store, makes the app, runs its threads.
 *
 *     main thread   the flow (role/flow.h)
 *     http threads  gate, routes, handlers
 *     committer     the only writer of the database
 *     shelf         makes pages after changes
 *     answers       makes lists, feeds and tables when they are asked for
 *     searches      the same for what is searched for
 */
#include <malloc.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/zone.h"
#include "crypto/secret.h"
#include "page/content.h"
#include "role/code.h"
#include "role/flow.h"
#include "role/runtime.h"
#include "role/theme.h"
#include "role/tongue.h"
#include "role/vitals.h"
#include "web/make.h"
#include "web/metrics.h"
#include "web/routes.h"

static const char DATABASE[] = "site.db";

enum {
	TRUSTED_MAX = 32,
	LISTED_MAX = 4096,
	PEM_MAX = 64 << 10,
	SEARCHES_MAX_BYTES = 4 << 20,
	KEY_BYTES = 32
};

struct web {
	struct role *role;
	struct tongues tongues;
	struct theme theme;
	struct app_state state;
	struct app app; /* view 0 */
	struct app view[VIEWS_MAX]; /* the others, at their number */
	struct flow flow;
	struct hmac_key *form_key;
	struct zone *zone;
	struct http_server *server;
	struct http_server *metrics; /* NULL: nobody asks */
	const struct vitals *vitals;
	struct http_net trusted[TRUSTED_MAX];
	size_t n_trusted;
	struct http_net *allowed, *blocked;
	struct buf certificate;
	struct buf key;
	struct buf code; /* the CODE document */
};

/* ---- settings ---- */

static enum err read_trusted(struct web *w)
{
	struct str text = w->role->config.trusted_proxies;
	struct str part;

	while (str_split(&text, ',', &part)) {
		part = str_trim(part);
		if (part.len == 0)
			continue;
		if (w->n_trusted == TRUSTED_MAX)
			return ERR_TOO_LARGE;
		if (http_net_parse(part, &w->trusted[w->n_trusted++]) != OK)
			return ERR_INVALID;
	}
	return OK;
}

/* Addresses and networks, separated by commas. */
static enum err read_nets(
	struct str text, struct http_net **ret_nets, size_t *ret_n)
{
	struct http_net *net = calloc(LISTED_MAX, sizeof(*net));
	struct str part;
	size_t n = 0;

	if (net == NULL)
		return ERR_MEMORY;
	*ret_nets = net; /* web_release frees it */
	while (str_split(&text, ',', &part)) {
		part = str_trim(part);
		if (part.len == 0)
			continue;
		if (n == LISTED_MAX)
			return ERR_TOO_LARGE;
		if (http_net_parse(part, &net[n++]) != OK)
			return ERR_INVALID;
	}
	*ret_n = n;
	return OK;
}

static enum err read_lists(struct web *w)
{
	const struct config *c = &w->role->config;
	enum err e = OK;

	w->app.countries = c->countries;
	if (c->limits_off)
		return OK;
	w->app.only_countries = c->only_countries;
	e = read_nets(c->allowed_addresses, &w->allowed, &w->app.n_allowed);
	if (e == OK)
		e = read_nets(
			c->blocked_addresses, &w->blocked, &w->app.n_blocked);
	w->app.allowed = w->allowed;
	w->app.blocked = w->blocked;
	if (e != OK)
		log_err("cannot-read-limits-addresses", ERR_CORRUPT);
	return e;
}

/* Paths in the configuration are relative to SITE/web, the role's folder. */
static enum err read_tls(struct web *w)
{
	const struct config *c = &w->role->config;
	enum err e;

	buf_init(&w->certificate, PEM_MAX);
	buf_init(&w->key, PEM_MAX);
	if (c->tls_certificate.len == 0)
		return OK;
	e = file_read(w->role->own_fd, c->tls_certificate.at, &w->certificate);
	return e == OK ? file_read(w->role->own_fd, c->tls_key.at, &w->key) : e;
}

static enum err read_form_key(struct web *w)
{
	struct secret_key *key = SECRET_NEW(struct secret_key);
	enum err e;

	w->form_key = SECRET_NEW(struct hmac_key);
	if (key == NULL || w->form_key == NULL) {
		secret_free(key);
		return ERR_MEMORY;
	}
	e = file_read_exact(
		w->role->own_fd, "form.key", key->byte, sizeof(key->byte));
	if (e == OK)
		hmac_key_init(w->form_key, key->byte, sizeof(key->byte));
	secret_free(key);
	return e;
}

/* "URL TEXT" */
static struct page_link read_link(struct str s)
{
	size_t space = str_find(s, ' ');

	return (struct page_link){ .url = str_slice(s, 0, space),
		.text = str_trim(str_slice(s, space, s.len)) };
}

static enum err make_site(struct web *w)
{
	const struct config *c = &w->role->config;
	enum err e = zone_load(c->timezone.at, &w->zone);

	if (e != OK) {
		log_err("unknown-timezone", ERR_CORRUPT);
		return e;
	}
	w->app.site = (struct page_site){ .base_url = c->base_url,
		.title = c->title,
		.zone = w->zone,
		.response_threshold = c->response_threshold,
		.debate_threshold = c->debate_threshold,
		.duration_months = c->duration_months,
		.sponsors = c->sponsors,
		.log_path = STR("/log"),
		.get_involved = read_link(c->get_involved),
		.follow = read_link(c->follow),
		.map_url = c->map_url,
		.eligible = c->eligible,
		.home = { c->home_country, c->postcodes },
		.area_name = c->area,
		.areas_name = c->areas,
		.member_name = c->member,
		.one_machine = true,
		.credential_in_file =
			!str_starts(c->credential, STR("/run/")) };
	w->app.host = c->host;
	w->app.inbox_url = c->inbox_url;
	w->app.form_seconds = c->limits_off ? 0 : c->form_seconds;
	return OK;
}

static void tell_tongue(void *context, const char *sentence)
{
	(void)context;
	(void)sentence; /* `petitiond check` says which and why */
	log_notice("language-not-usable");
}

static void tell_theme(void *context, const char *sentence)
{
	(void)context;
	(void)sentence; /* the same */
	log_notice("theme-not-usable");
}

/* The site in the words of each view. */
static enum err make_views(struct web *w)
{
	enum err e = tongues_load(&w->role->config, w->role->locale_fd,
		tell_tongue, NULL, &w->tongues);
	size_t n = w->tongues.n;

	if (e == OK)
		e = theme_load(w->role->theme_fd, w->tongues.list, w->tongues.n,
			tell_theme, NULL, &w->theme);
	if (e != OK)
		return e;
	w->app.site.theme = theme_page(&w->theme, 0);
	w->app.site.languages = w->tongues.list;
	w->app.site.languages_count = n;
	w->app.site.words = w->tongues.list[0].words;
	w->app.state = &w->state;
	w->state.view[0] = &w->app;
	for (size_t i = 1; i < language_views(n); i++) {
		struct page_site *site = &w->view[i].site;

		*site = w->app.site;
		site->language = i % n;
		site->words = w->tongues.list[i % n].words;
		site->prefix = w->tongues.list[i % n].prefix;
		site->theme = theme_page(&w->theme, i);
		w->state.view[i] = &w->view[i];
	}
	return OK;
}

static void sites_of(const struct web *w, struct page_site *ret_sites)
{
	for (size_t i = 0; i < language_views(w->tongues.n); i++)
		ret_sites[i] = w->state.view[i]->site;
}

/* What the views have in common, once it is all there. */
static void share(struct web *w)
{
	for (size_t i = 1; i < language_views(w->tongues.n); i++) {
		struct app own = w->view[i];

		w->view[i] = w->app;
		w->view[i].site = own.site;
		memcpy(w->view[i].text, own.text, sizeof(own.text));
		memcpy(w->view[i].error, own.error, sizeof(own.error));
	}
}

static enum err make_errors(struct app *app)
{
	struct buf b;
	enum err e = OK;

	buf_init(&b, 1 << 20);
	for (unsigned s = ERROR_FIRST; e == OK && s <= 503; s++) {
		struct http_spec spec = { .status = s,
			.content_type = STR("text/html; charset=utf-8"),
			.cache = STR("no-store"),
			.retry_after_s = s == 503 ? 5 : 0 };

		if (s > 422 && s < 500)
			continue;
		make_speak(&spec, &app->site);
		buf_clear(&b);
		page_error(&b, &app->site, (int)s);
		e = buf_err(&b);
		if (e == OK)
			e = http_finish(&spec, buf_view(&b),
				&app->error[s - ERROR_FIRST]);
	}
	buf_release(&b);
	return e;
}

/* Their names change with their content.  A picture that somebody opens by
 * itself is a document: sandboxed, it runs and asks for nothing. */
static enum err make_theme(struct web *w)
{
	static const struct http_header sandbox = {
		STR_INIT("Content-Security-Policy"), STR_INIT("sandbox")
	};
	struct http_spec spec = { .cache = HTTP_IMMUTABLE,
		.content_type = STR("text/css; charset=utf-8") };
	const struct theme *t = &w->theme;
	enum err e = OK;

	if (t->css.len > 0)
		e = http_finish(&spec, buf_view(&t->css), &w->app.theme[0]);
	if (e != OK || t->logo.len == 0)
		return e;
	spec.content_type =
		t->logo_is_svg ? STR("image/svg+xml") : STR("image/png");
	spec.header = &sandbox;
	spec.header_n = 1;
	return http_finish(&spec, buf_view(&t->logo), &w->app.theme[1]);
}

/* NAME.md of SITE/pages, NAME.LANG.md for other languages than the first, or
 * our own words.  What cannot be shown is told to the log, and our own words
 * stand. */
static enum err make_text(struct web *w, const struct page_site *site,
	struct str name, struct buf *page)
{
	struct str tag = w->tongues.list[site->language].tag;
	char file[96];
	struct buf words;
	enum err e = ERR_NOT_FOUND;

	(void)snprintf(file, sizeof(file), "%.*s%s%.*s.md", STR_ARG(name),
		site->language == 0 ? "" : ".",
		site->language == 0 ? 0 : (int)tag.len, tag.at);
	buf_init(&words, CONTENT_MAX_BYTES);
	if (w->role->pages_fd >= 0)
		e = file_read(w->role->pages_fd, file, &words);
	if (e == OK)
		e = page_content(page, site, name, buf_view(&words));
	if (e != OK) {
		if (e != ERR_NOT_FOUND)
			log_err("cannot-show-own-page", e);
		buf_clear(page);
		e = page_content(page, site, name, STR_NULL);
	}
	buf_release(&words);
	return e;
}

static enum err make_texts(struct web *w, struct app *app)
{
	struct http_spec spec = { .content_type =
					  STR("text/html; charset=utf-8"),
		.cache = HTTP_REVALIDATE,
		.public_data = true };
	size_t n;
	const struct str *name = content_names(&n);
	struct buf page;
	enum err e = OK;

	make_speak(&spec, &app->site);
	buf_init(&page, 1 << 22);
	for (size_t i = 0; e == OK && i < n && i < APP_TEXTS; i++) {
		buf_clear(&page);
		e = make_text(w, &app->site, name[i], &page);
		if (e == OK)
			e = buf_err(&page);
		if (e == OK)
			e = http_finish(&spec, buf_view(&page), &app->text[i]);
	}
	buf_release(&page);
	return e;
}

/* ---- the parts, in the order of their needs ---- */

/* What the store must know of the configuration. */
static enum err tell_store(const struct web *w, struct store *writer)
{
	const struct config *c = &w->role->config;
	enum err e = store_begin(writer);

	store_thresholds(writer, c->response_threshold, c->debate_threshold);
	if (e == OK)
		e = store_place_rules(writer, c->place_changes, c->place_least);
	return e == OK ? store_commit(writer) : e;
}

static enum err open_places(struct web *w)
{
	w->app.places = places_new();
	return w->app.places == NULL
		? ERR_MEMORY
		: places_refresh(w->app.places, w->role->own_fd, w->flow.store);
}

static enum err open_store(struct web *w)
{
	struct page_site sites[VIEWS_MAX];
	struct store *writer;
	struct arena a;
	struct store_checkpoint c = { .size = 0 };
	const struct committer_settings settings = { .clock = w->app.clock,
		.zone = w->zone,
		.months = w->role->config.duration_months,
		.reminder_hours = w->role->config.reminder_hours,
		.import = w->role->import,
		.code = buf_view(&w->code) };
	/* Pages are asked for most. */
	const size_t cache = (size_t)w->role->config.cache_mib << 20;
	enum err e = store_open(DATABASE, STORE_WRITER, &writer);

	if (e != OK)
		return e;
	sites_of(w, sites);
	e = tell_store(w, writer);
	if (e == OK)
		e = committer_start(
			writer, &settings, &w->flow.done, &w->flow.committer);
	if (e != OK) {
		store_close(writer);
		return e;
	}
	e = store_open(DATABASE, STORE_READER, &w->flow.store);
	if (e == OK)
		e = reader_open(DATABASE, &w->app.reader);
	if (e == OK)
		e = open_places(w);
	if (e == OK)
		e = shelf_open(DATABASE, sites, language_views(w->tongues.n),
			w->app.clock, cache / 4 * 3, &w->app.shelf);
	if (e == OK)
		e = answers_open(DATABASE, sites, language_views(w->tongues.n),
			w->app.clock, w->app.shelf, cache / 4, &w->app.answers);
	/* Most searches are asked for once: few are kept, apart from the lists,
	 * so that a flood of them neither takes their room nor holds them up. */
	if (e == OK)
		e = answers_open(DATABASE, sites, language_views(w->tongues.n),
			w->app.clock, w->app.shelf, SEARCHES_MAX_BYTES,
			&w->app.searches);
	arena_init(&a, 1 << 20);
	if (e == OK)
		e = store_checkpoint(&a, w->flow.store, app_year(&w->app), &c);
	if (e == OK)
		shelf_checkpoint(w->app.shelf, app_year(&w->app),
			c.size == 0 ? 0 : c.made_ms);
	arena_release(&a);
	return e;
}

static enum err start_http(struct web *w)
{
	const struct config *c = &w->role->config;
	struct http_settings s = http_settings_default();
	const struct http_handler routes = { &w->app, routes_body_max,
		routes_handle };

	s.listen_fd = w->role->listen_fd;
	s.threads = c->http_threads;
	s.max_connections = c->http_connections;
	s.max_per_address = c->limits_off ? c->http_connections
					  : c->http_connections_per_address;
	s.max_parked = APP_WAITING_MAX;
	s.told = metrics_told;
	s.trusted = w->trusted;
	s.trusted_n = w->n_trusted;
	if (w->certificate.len > 0) {
		s.tls_cert_pem = w->certificate.at;
		s.tls_key_pem = w->key.at;
	}
	return http_start(&s, &routes, &w->server);
}

/* ---- for operators ---- */

static size_t roles(void *context, struct metrics_role *ret, size_t max)
{
	const struct vitals *v = context;
	size_t n = 0;

	for (size_t i = 0; i < ROLE_COUNT && n < max; i++)
		ret[n++] = (struct metrics_role){
			.name = role_name_text((enum role_name)i),
			.resident_bytes = atomic_load(&v->resident_bytes[i]),
			.starts = atomic_load(&v->starts[i]),
		};
	return n;
}

static enum err start_metrics(struct web *w)
{
	struct http_settings s = http_settings_default();
	const struct metrics_sources from = { .app = &w->app,
		.committer = w->flow.committer,
		.server = &w->server,
		.roles = roles,
		.roles_context = (void *)(uintptr_t)w->vitals };
	const struct http_handler watch = { w->app.metrics, metrics_body_max,
		metrics_handle };

	if (w->role->metrics_fd < 0)
		return OK;
	metrics_watch(w->app.metrics, &from);
	s.listen_fd = w->role->metrics_fd;
	s.threads = 1;
	s.max_connections = 64;
	s.max_per_address = 64;
	s.max_parked = 1;
	return http_start(&s, &watch, &w->metrics);
}

static enum err begin(struct web *w)
{
	enum err e;

	w->app.clock = clock_system();
	w->app.rng = rng_system();
	w->app.public_fd = w->role->public_fd;
	w->flow.role = w->role;
	w->flow.app = &w->app;
	e = crypto_init();
	if (e == OK)
		e = work_queue_init(&w->state.inbox, true);
	if (e == OK)
		e = work_queue_init(&w->flow.done, true);
	if (e == OK)
		e = read_trusted(w);
	if (e == OK)
		e = read_lists(w);
	if (e == OK)
		e = read_tls(w);
	if (e == OK)
		e = read_form_key(w);
	w->app.form_key = w->form_key;
	if (e == OK)
		e = make_site(w);
	if (e == OK)
		e = make_views(w);
	if (e == OK)
		e = make_theme(w);
	for (size_t i = 0; e == OK && i < language_views(w->tongues.n); i++) {
		e = make_errors(w->state.view[i]);
		if (e == OK)
			e = make_texts(w, w->state.view[i]);
	}
	if (e == OK)
		e = code_declare(&w->code);
	if (e == OK)
		e = metrics_open(&w->app.metrics);
	if (e == OK)
		e = vitals_read(w->role->vitals_fd, &w->vitals);
	/* Before the first thread: a filter holds for those to come. */
	if (e == OK)
		e = role_fence(w->role);
	if (e == OK)
		e = open_store(w);
	share(w);
	if (e == OK)
		e = start_http(w);
	if (e == OK)
		e = start_metrics(w);
	return e;
}

/* Whoever waits is answered first; then http ends, and what was handed to the
 * committer is committed. */
static void end(struct web *w)
{
	if (w->app.shelf != NULL)
		shelf_stop(w->app.shelf);
	if (w->app.answers != NULL)
		answers_stop(w->app.answers);
	if (w->app.searches != NULL)
		answers_stop(w->app.searches);
	http_stop(w->metrics);
	http_stop(w->server);
	committer_stop(w->flow.committer);
	answers_close(w->app.answers);
	answers_close(w->app.searches);
	shelf_close(w->app.shelf);
	reader_close(w->app.reader);
	metrics_close(w->app.metrics);
	places_free(w->app.places);
	store_close(w->flow.store);
	for (size_t v = 0; v < VIEWS_MAX && w->state.view[v] != NULL; v++) {
		struct app *app = w->state.view[v];

		for (size_t i = 0; i <= ERROR_LAST - ERROR_FIRST; i++)
			http_reply_free(app->error[i]);
		for (size_t i = 0; i < APP_TEXTS; i++)
			http_reply_free(app->text[i]);
	}
	for (size_t i = 0; i < APP_THEME_FILES; i++)
		http_reply_free(w->app.theme[i]);
	theme_release(&w->theme);
	tongues_release(&w->tongues);
	work_queue_release(&w->state.inbox);
	work_queue_release(&w->flow.done);
	for (size_t i = 1; i < FLOW_IDS; i++)
		work_free(w->flow.item[i].work);
	arena_release(&w->flow.scratch);
	secret_free(w->form_key);
	zone_free(w->zone);
	free(w->allowed);
	free(w->blocked);
	buf_release(&w->certificate);
	buf_release(&w->key);
	buf_release(&w->code);
}

int web_main(struct role *r)
{
	struct web *w = calloc(1, sizeof(*w));
	enum err e = w == NULL ? ERR_MEMORY : OK;

	if (e == OK) {
		w->role = r;
		e = begin(w);
	}
	if (e == OK) {
		log_notice("listening");
		e = flow_run(&w->flow);
	}
	if (e != OK)
		log_err("web-ends", e);
	if (w != NULL) {
		end(w);
		free(w);
	}
	return e == OK ? 0 : 1;
}

/*
 * sign.c - signing a petition: the form, the check page, and the form on its
 * way to be sealed.
 *
 * The answer to a sent form is the same whatever keeper decides, and comes
 * after the row is on the disk.  What was typed lives in the request's arena
 * and in one work item, and is wiped with both.
 */
#include "base/log.h"
#include "base/wipe.h"
#include "domain/country.h"
#include "domain/listed.h"
#include "domain/text.h"
#include "web/routes.h"

static const size_t PAGE_MAX_BYTES = 1 << 20;
static const size_t MAILED_MAX_BYTES = 900;

static uint32_t minute_now(struct app *app)
{
	return (uint32_t)(clock_wall_ms(app->clock) / 60000);
}

struct http_reply *sign_reply_closed(struct app *app, const struct petition *p)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/petitions/%llu",
		p->archived ? "/archived" : "", (unsigned long long)p->id);
	return app_redirect(app, str_c(path));
}

/* The petition, if it can be signed; else r was answered: what is closed or
 * rejected says so on its own page. */
static struct brief *open_petition(
	struct app *app, struct http_request *r, uint64_t id)
{
	struct brief *b = shelf_brief(app->shelf, id);
	const struct petition *p = b == NULL ? NULL : brief_petition(b);

	if (p == NULL || !petition_is_visible(p))
		http_reply(r, app_error(app, 404));
	else if (!petition_is_open(p, clock_wall_ms(app->clock)))
		http_reply(r, sign_reply_closed(app, p));
	else
		return b;
	brief_free(b);
	return NULL;
}

static struct str fresh_token(
	struct app *app, struct http_request *r, uint64_t id)
{
	struct buf b;
	struct str token;

	buf_init(&b, 2 * FORM_TOKEN_TEXT_LEN);
	form_token_make(&b, app->form_key, app->rng, id, minute_now(app));
	token = arena_copy(&r->arena, buf_view(&b));
	buf_release(&b);
	return token;
}

static struct str shown_now(
	struct app *app, struct http_request *r, struct str token)
{
	struct buf b;
	struct str shown;

	buf_init(&b, 64);
	form_shown_make(&b, app->form_key, token,
		(uint32_t)(clock_wall_ms(app->clock) / 1000));
	shown = arena_copy(&r->arena, buf_view(&b));
	buf_release(&b);
	return shown;
}

static struct http_reply *form_page(struct app *app, const struct petition *p,
	const struct sign_form *form, const struct sign_faults *faults,
	unsigned status)
{
	struct buf b;

	buf_init(&b, PAGE_MAX_BYTES);
	page_sign(&b, &app->site, p, form, faults);
	return app_page(app, status, &b);
}

static struct http_reply *fresh_page(struct app *app, struct http_request *r,
	const struct petition *p, struct sign_form form)
{
	form.token = fresh_token(app, r, p->id);
	form.shown = shown_now(app, r, form.token);
	return form_page(app, p, &form, NULL, 200);
}

static void show_fresh(struct app *app, struct http_request *r, uint64_t id,
	struct sign_form form)
{
	struct brief *b = open_petition(app, r, id);

	if (b != NULL)
		http_reply(r, fresh_page(app, r, brief_petition(b), form));
	brief_free(b);
}

void sign_new(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	show_fresh(app, r, args->id, (struct sign_form){ .no_email = false });
}

void sign_no_email(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	show_fresh(app, r, args->id, (struct sign_form){ .no_email = true });
}

struct http_reply *sign_reply_correct(struct app *app, struct http_request *r,
	const struct petition *p, struct str token)
{
	if (!petition_is_open(p, clock_wall_ms(app->clock)))
		return sign_reply_closed(app, p);
	return fresh_page(app, r, p, (struct sign_form){ .corrects = token });
}

/* ---- reading what was typed ---- */

struct checked {
	struct email email;
	struct str name;
	struct str slug;
	struct str postcode;
	struct str country;
	struct rid rid;
	uint64_t corrects_slot; /* 0: none */
	struct token corrects_token;
};

static struct str field(const struct form *f, struct str name)
{
	struct str value = form_get(f, name);

	return value.at == NULL ? STR("") : value;
}

static void read_form(
	struct app *app, const struct form *f, struct sign_form *ret_form)
{
	*ret_form = (struct sign_form){
		.eligible = field(f, STR("eligible")).len > 0,
		.name = field(f, STR("name")),
		.email = field(f, STR("email")),
		.country = field(f, STR("country")),
		.postcode = field(f, STR("postcode")),
		.updates = field(f, STR("updates")).len > 0,
		.token = field(f, STR("form")),
		.shown = field(f, STR("shown")),
		.website = field(f, STR("website")),
		.corrects = field(f, STR("corrects")),
		.person = field(f, STR("person")).len > 0,
	};
	if (ret_form->country.len == 0)
		ret_form->country = app->site.home.country;
}

static bool token_fresh(struct app *app, uint64_t petition, struct str text,
	struct rid *ret_rid)
{
	uint32_t now = minute_now(app);

	return form_token_check(app->form_key, petition, text, ret_rid) == OK &&
		rid_minute(ret_rid) <= now &&
		now - rid_minute(ret_rid) < FORM_LIFE_MIN;
}

/* False if anything is wrong; ret_faults says what. */
static bool check(struct app *app, struct http_request *r, uint64_t petition,
	const struct sign_form *form, struct checked *ret,
	struct sign_faults *ret_faults)
{
	struct arena *a = &r->arena;
	struct sign_faults f = { .not_eligible = !form->eligible };

	f.name = name_check(a, form->name, &ret->name);
	f.email = email_parse(a, form->email, &ret->email);
	f.country = !country_known(form->country);
	if (!f.country)
		f.postcode = postcode_parse(a, &app->site.home, form->country,
			form->postcode, &ret->postcode);
	/* A mail job has one size, whatever stands in it (formats.md 2). */
	if (f.name == NAME_FINE && f.email == EMAIL_FINE &&
		ret->name.len + ret->email.mailed.len > MAILED_MAX_BYTES)
		f.name = NAME_TOO_LONG;
	f.stale = !token_fresh(app, petition, form->token, &ret->rid);
	if (f.name == NAME_FINE)
		ret->slug = name_slug(a, ret->name);
	ret->country = form->country;
	/* A token that is none corrects nothing, as a wrong one does. */
	if (token_parse(form->corrects, &ret->corrects_slot,
		    &ret->corrects_token) != OK)
		ret->corrects_slot = 0;
	*ret_faults = f;
	return !sign_faults_any(&f);
}

/* Programs fill in what nobody sees, and send a form in the second in which
 * they got it.  A person whom this meets ticks a box (page_sign_check). */
static bool is_doubtful(
	struct app *app, const struct sign_form *form, bool sends)
{
	uint32_t now = (uint32_t)(clock_wall_ms(app->clock) / 1000);
	uint32_t shown;

	if (app->form_seconds == 0)
		return false;
	if (form->website.len > 0)
		return true;
	if (!sends)
		return false;
	return form_shown_check(
		       app->form_key, form->token, form->shown, &shown) != OK ||
		now < shown || now - shown < app->form_seconds;
}

/* ---- sending it on ---- */

struct http_reply *sign_reply_retry(
	struct app *app, struct http_request *r, uint64_t petition)
{
	const struct sign_faults again = { .stale = true };
	struct brief *b = shelf_brief(app->shelf, petition);
	struct http_reply *reply;
	struct sign_form form;
	struct form f;
	struct buf page;

	if (b == NULL ||
		form_parse(&r->arena, r->body, FORM_TWICE_FIRST, &f) != OK) {
		brief_free(b);
		return app_error(app, 503);
	}
	read_form(app, &f, &form);
	buf_init(&page, PAGE_MAX_BYTES);
	page_sign(&page, &app->site, brief_petition(b), &form, &again);
	reply = app_page(app, 503, &page);
	brief_free(b);
	return reply;
}

static bool has_address(
	const struct http_net net[], size_t n, const struct http_addr *client)
{
	for (size_t i = 0; i < n; i++)
		if (http_net_has(&net[i], client))
			return true;
	return false;
}

/* What only web can see of where a form comes from (role/keep_limit.h). */
static uint8_t hints_of(const struct app *app, const struct http_addr *client,
	struct str country)
{
	uint8_t hints = 0;

	if (has_address(app->blocked, app->n_blocked, client) ||
		(app->only_countries.len > 0 &&
			!word_is_listed(app->only_countries, country)))
		hints |= WORK_HINT_BLOCKED;
	if (has_address(app->allowed, app->n_allowed, client))
		hints |= WORK_HINT_ALLOWED;
	if (word_is_listed(app->countries, country))
		hints |= WORK_HINT_COUNTRY;
	return hints;
}

static struct work *work_of(struct app *app, struct http_request *r,
	uint64_t petition, const struct sign_form *form,
	const struct checked *c)
{
	struct work *w = app_work(app, WORK_SIGN);
	struct waiter *waiter = NULL;
	struct http_addr client = r->client;
	struct work_sign *s;
	struct buf ip;

	if (w == NULL)
		return NULL;
	waiter = calloc(1, sizeof(*waiter));
	if (waiter == NULL) {
		app_drop(app, w);
		return NULL;
	}
	s = &w->sign;
	waiter->request = r;
	s->waiters = waiter;
	s->rid = c->rid;
	s->petition = petition;
	s->hour = clock_hour(app->clock);
	s->country = arena_copy(&w->arena, c->country);
	if (str_eq(c->country, app->site.home.country))
		s->area =
			places_of_postcode(app->places, &w->arena, c->postcode);
	if (app->site.language > 0)
		s->lang = app->site.languages[app->site.language].tag;
	s->corrects_slot = c->corrects_slot;
	s->corrects_token = c->corrects_token;
	buf_init(&s->sealed, WORK_SEALED_MAX);
	buf_init(&ip, 64);
	if (client.len == 0)
		client.len = 4; /* a proxy that does not say: 0.0.0.0 */
	http_addr_write(&ip, &client);
	s->fields = (struct work_fields){
		.name = arena_copy(&w->arena, c->name),
		.email_mailed = arena_copy(&w->arena, c->email.mailed),
		.email_lower = arena_copy(&w->arena, c->email.lower),
		.email_canonical = arena_copy(&w->arena, c->email.canonical),
		.name_slug = arena_copy(&w->arena, c->slug),
		.postcode = arena_copy(&w->arena, c->postcode),
		.ip_text = arena_copy(&w->arena, buf_view(&ip)),
		.ip = client,
		.hints = hints_of(app, &client, c->country),
		.wants_updates = form->updates,
	};
	buf_release(&ip);
	return w;
}

static void send_on(struct app *app, struct http_request *r, uint64_t petition,
	const struct sign_form *form, const struct checked *c)
{
	if (!app_send(app, r, work_of(app, r, petition, form, c)))
		http_reply(r, sign_reply_retry(app, r, petition));
}

static void show_check(struct app *app, struct http_request *r,
	const struct petition *p, const struct sign_form *form, bool wrong)
{
	struct buf page;

	buf_init(&page, PAGE_MAX_BYTES);
	page_sign_check(&page, &app->site, p, form, wrong);
	http_reply(r, app_page(app, wrong ? 422 : 200, &page));
}

/* The form's way: faults and changes back to the form, the rest to the check
 * page, from there on. */
static void ask(struct app *app, struct http_request *r,
	const struct petition *p, struct sign_form *form, struct str stage)
{
	bool sends = str_eq(stage, STR("send"));
	struct sign_faults faults = { .stale = false };
	struct checked c = { .name = STR("") };

	if (str_eq(stage, STR("change"))) {
		http_reply(r, form_page(app, p, form, NULL, 200));
		return;
	}
	if (!check(app, r, p->id, form, &c, &faults)) {
		if (faults.stale) {
			form->token = fresh_token(app, r, p->id);
			form->shown = shown_now(app, r, form->token);
		}
		http_reply(r, form_page(app, p, form, &faults, 422));
		return;
	}
	form->ask_person = is_doubtful(app, form, sends);
	if (sends && (!form->ask_person || form->person))
		send_on(app, r, p->id, form, &c);
	else
		show_check(app, r, p, form, sends);
	wipe(&c.corrects_token, sizeof(c.corrects_token));
}

void sign_ask(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct brief *b = open_petition(app, r, args->id);
	struct sign_form form;
	struct form f;

	if (b == NULL)
		return;
	if (http_form(r, FORM_TWICE_REFUSED, &f) != OK) {
		http_reply(r, app_error(app, 400));
	} else {
		read_form(app, &f, &form);
		ask(app, r, brief_petition(b), &form, field(&f, STR("stage")));
	}
	brief_free(b);
}

void sign_sent(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct brief *b = shelf_brief(app->shelf, args->id);
	struct buf page;

	if (b == NULL) {
		http_reply(r, app_error(app, 404));
		return;
	}
	buf_init(&page, PAGE_MAX_BYTES);
	page_sign_sent(&page, &app->site, brief_petition(b));
	http_reply(r, app_page(app, 200, &page));
	brief_free(b);
}

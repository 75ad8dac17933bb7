#include "web/similar.h"

#include "domain/field.h"
#include "web/list.h"
#include "web/make.h"

enum { PAGE_MAX_BYTES = 8 << 20 };

static enum err read_form(const struct question *q, struct form *ret_form)
{
	return make_query(q, ret_form) == OK ? OK : ERR_INVALID;
}

/* ---- for programs ---- */

static enum err take_state(struct store_similar *ask, struct str state)
{
	bool all = str_eq(state, STR("all"));

	ask->open = state.len == 0 || all || str_eq(state, STR("open"));
	ask->closed = state.len == 0 || all || str_eq(state, STR("closed"));
	ask->rejected = all || str_eq(state, STR("rejected"));
	return ask->open || ask->closed || ask->rejected ? OK : ERR_INVALID;
}

static enum err take_archived(struct store_similar *ask, struct str archived)
{
	ask->archived = str_eq(archived, STR("yes"));
	return ask->archived || archived.len == 0 || str_eq(archived, STR("no"))
		? OK
		: ERR_INVALID;
}

/* The petition that the draft is of. */
static enum err take_except(struct store_similar *ask, struct str except)
{
	if (except.len > 0 && str_u64(except, &ask->except) != OK)
		return ERR_INVALID;
	return OK;
}

static enum err read_ask(const struct question *q, struct store_similar *ret)
{
	struct form form = { .n = 0 };
	enum err e = read_form(q, &form);

	if (e != OK)
		return e;
	*ret = (struct store_similar){ .title = form_get(&form, STR("title")),
		.background = form_get(&form, STR("background")),
		.max = STORE_SIMILAR_MAX };
	e = take_state(ret, form_get(&form, STR("state")));
	if (e == OK)
		e = take_except(ret, form_get(&form, STR("except")));
	return e == OK ? take_archived(ret, form_get(&form, STR("archived")))
		       : e;
}

enum err similar_make(const struct question *q, struct http_reply **ret_reply)
{
	struct store_similar ask;
	struct store_summary *found;
	struct make_json m;
	size_t n;
	enum err e = read_ask(q, &ask);

	if (e == OK)
		e = store_similar(q->arena, q->store, &ask, &found, &n);
	if (e != OK)
		return e;
	make_json_begin(&m, PAGE_MAX_BYTES);
	json_object(&m.j);
	field_self(&m.j, make_self(q));
	e = list_data(&m.j, q, found, n);
	if (e == OK)
		json_end(&m.j);
	return make_json_end(&m, e, MAKE_JSON, ret_reply);
}

/* ---- for people ---- */

enum err check_make(const struct question *q, struct http_reply **ret_reply)
{
	struct form form = { .n = 0 };
	struct store_similar ask = { .open = true, .max = STORE_SIMILAR_MAX };
	struct page_check page = { .words = STR_NULL };
	struct store_summary *found;
	struct buf out;
	enum err e = read_form(q, &form);

	if (e != OK)
		return e;
	page.words = list_words(form_get(&form, STR("q")));
	ask.title = page.words;
	e = store_similar(q->arena, q->store, &ask, &found, &page.list.count);
	if (e != OK)
		return e;
	page.list.at = found;
	page.list.total = page.list.count;
	buf_init(&out, PAGE_MAX_BYTES);
	page_check(&out, q->site, &page);
	return make_html(q->site, &out, ret_reply);
}

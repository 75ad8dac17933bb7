#include "web/list.h"

#include "web/make.h"

enum { PAGE_MAX = 99999 };

/* A letter, then letters, digits and hyphens; anything else is passed over. */
static bool is_code(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter &&
			(i == 0 || !((c >= '0' && c <= '9') || c == '-')))
			return false;
	}
	return s.len > 0;
}

static void take_topic(struct list *l, struct str code)
{
	struct page_browse *b = &l->browse;

	if (!is_code(code) || b->topics_count == LIST_TOPICS_MAX)
		return;
	for (size_t i = 0; i < b->topics_count; i++)
		if (str_eq(l->code[i], code))
			return;
	l->code[b->topics_count] = code;
	l->topic[b->topics_count++] = (struct page_topic){ code, code };
}

/* A number from 1 to most, else fallback. */
static uint64_t number(struct str s, uint64_t most, uint64_t fallback)
{
	uint64_t n = 0;

	return str_u64(s, &n) == OK && n >= 1 && n <= most ? n : fallback;
}

static void take_facet(struct list *l, struct str state)
{
	l->browse.facet = STORE_ALL;
	if (state.len > 0 &&
		facet_parse(state, l->browse.archived, &l->browse.facet) != OK)
		l->bad_facet = true;
}

/* A little too many is taken for the most, nonsense for the usual; these are
 * the reference's bounds. */
static void take_count(struct list *l, struct str count)
{
	uint64_t n = number(count, LIST_COUNT_MAX + 9, 0);

	l->per_page = n == 0         ? LIST_COUNT
		: n > LIST_COUNT_MAX ? LIST_COUNT_MAX
				     : (size_t)n;
	if (n > 0)
		l->browse.count = count;
}

static enum list_form form_of(struct str path)
{
	if (str_ends(path, STR(".json")))
		return LIST_JSON;
	return str_ends(path, STR(".csv")) ? LIST_CSV : LIST_PAGE;
}

/* ---- periods ---- */

static enum err read_periods(const struct question *q, struct list *l)
{
	struct store_period *ended;
	enum err e = make_periods(q, &ended, &l->browse.periods_count);

	if (e == OK)
		l->browse.periods = ended;
	return e;
}

/* By its name or its number; without one the newest.  A site that knows no
 * periods shows all that is archived. */
static enum err take_period(struct list *l, struct str asked)
{
	struct page_browse *b = &l->browse;
	uint64_t id = 0;
	bool is_number = str_u64(asked, &id) == OK;

	if (asked.len == 0) {
		if (b->periods_count > 0)
			b->period = b->periods[0].is.period;
		return OK;
	}
	for (size_t i = 0; i < b->periods_count; i++) {
		const struct store_period *p = &b->periods[i];

		if (is_number ? p->id != id : !str_eq(p->is.period, asked))
			continue;
		b->period = p->is.period;
		return OK;
	}
	if (is_number || (asked.len == 9 && asked.at[4] == '-'))
		return ERR_NOT_FOUND;
	return ERR_INVALID;
}

/* ---- words ---- */

/* More than fits in the links of the page is not searched for; a code point
 * is not cut. */
struct str list_words(struct str typed)
{
	struct str words = str_trim(typed);
	size_t n = BROWSE_WORDS_MAX_BYTES;

	if (words.len <= n)
		return words;
	while (((unsigned char)words.at[n] & 0xC0) == 0x80)
		n--;
	return str_trim(str_slice(words, 0, n));
}

/* A number alone is a petition's; "query" was once another name for "q". */
static void take_words(struct list *l, const struct form *form)
{
	struct str words = str_trim(form_get(form, STR("q")));

	l->browse.words = list_words(words);
	l->jump = number(words, INT64_MAX, 0);
	if (words.len == 0)
		l->jump = number(
			str_trim(form_get(form, STR("query"))), INT64_MAX, 0);
}

/* ---- all of it ---- */

/* The names that people gave to topics, for the page. */
static enum err name_topics(const struct question *q, struct list *l)
{
	struct store_topic *all = NULL;
	size_t n = 0;
	enum err e = OK;

	if (l->browse.topics_count > 0 && l->form == LIST_PAGE)
		e = store_topics(q->arena, q->store, &all, &n);
	for (size_t i = 0; e == OK && i < l->browse.topics_count; i++)
		for (size_t k = 0; k < n; k++)
			if (str_eq(all[k].code, l->code[i]) &&
				all[k].name.len > 0)
				l->topic[i].name = all[k].name;
	return e;
}

enum err list_asked(
	const struct question *q, bool archived, struct list *ret_list)
{
	struct list *l = ret_list;
	struct form form = { .n = 0 };
	enum err e = make_query(q, &form);

	if (e != OK)
		return ERR_INVALID;
	*l = (struct list){ .form = form_of(q->path),
		.browse = { .archived = archived } };
	take_facet(l, form_get(&form, STR("state")));
	take_count(l, form_get(&form, STR("count")));
	l->browse.page = number(form_get(&form, STR("page")), PAGE_MAX, 1);
	take_words(l, &form);
	for (size_t i = 0; i < form.n; i++)
		if (str_eq(form.field[i].name, STR("topic")) ||
			str_eq(form.field[i].name, STR("topic[]")))
			take_topic(l, form.field[i].value);
	l->browse.topic = l->topic;
	e = name_topics(q, l);
	if (e == OK && archived)
		e = read_periods(q, l);
	if (e == OK && archived)
		e = take_period(l, form_get(&form, STR("parliament")));
	return e;
}

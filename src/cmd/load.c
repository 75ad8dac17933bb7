#include "cmd/load.h"

#include <jansson.h>

#include "cmd/csv.h"

enum { COLUMNS_MAX = 8 };

/* A row whose values stand in the order of its kind's columns; null is what
 * the file does not say. */
struct row {
	struct str value[COLUMNS_MAX];
};

struct loader;
typedef enum err row_put(struct loader *l, const struct row *row);

struct column {
	const char *name;
	const char *other; /* another name for it, or NULL */
	bool needed;
	bool names; /* what stands there names the row: never empty */
};

struct kind {
	const char *name;
	struct column column[COLUMNS_MAX]; /* ends with a NULL name */
	row_put *put;
};

struct loader {
	struct store *store;
	const struct load_list *list;
	const struct kind *kind;
	size_t line; /* of the row; of an entry of JSON, which it is */
	bool is_json;
	struct str complaint;
};

static enum err complain_of(struct loader *l, const char *what)
{
	l->complaint = arena_printf(l->list->arena, "%.*s%s%zu: %s",
		STR_ARG(l->list->name), l->is_json ? ": entry " : ":", l->line,
		what);
	return ERR_INVALID;
}

static enum err complain_of_value(
	struct loader *l, const char *column, struct str value, const char *do_)
{
	char what[320];

	(void)snprintf(what, sizeof(what), "%s \"%.*s\" %s", column,
		value.len > 80 ? 80 : (int)value.len,
		value.len == 0 ? "" : value.at, do_);
	return complain_of(l, what);
}

/* ---- values ---- */

static enum err number(struct loader *l, const char *column, struct str value,
	uint64_t *ret_number)
{
	if (str_u64(value, ret_number) == OK && *ret_number <= INT64_MAX)
		return OK;
	return complain_of_value(
		l, column, value, "is not a whole number: write digits only");
}

static enum err day(struct loader *l, const char *column, struct str value,
	int32_t *ret_day)
{
	*ret_day = DAY_NONE;
	if (value.len == 0 || day_parse(value, ret_day) == OK)
		return OK;
	return complain_of_value(
		l, column, value, "is not a date like 2026-11-23: correct it");
}

static enum err moment(
	struct loader *l, const char *column, struct str value, int64_t *ret_ms)
{
	*ret_ms = WHEN_NONE;
	if (value.len == 0 || when_parse(value, ret_ms) == OK)
		return OK;
	return complain_of_value(l, column, value,
		"is not a time like 2017-05-03T00:01:00+01:00: correct it");
}

/* "2015-2017", or "2024-" while it lasts. */
static bool is_period(struct str s)
{
	if (s.len != 9 && s.len != 5)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (i == 4 ? s.at[i] != '-' : s.at[i] < '0' || s.at[i] > '9')
			return false;
	return true;
}

static struct str or_null(struct str s)
{
	return s.len == 0 ? STR_NULL : s;
}

/* ---- what becomes of a row ---- */

static enum err put_period(struct loader *l, const struct row *row)
{
	struct petition_period p = { .period = row->value[0],
		.government = or_null(row->value[1]) };
	enum err e;

	if (!is_period(p.period))
		return complain_of_value(l, "period", p.period,
			"is not like 2015-2017, or 2024- while it lasts: "
			"correct it");
	e = moment(l, "dissolution_at", row->value[2], &p.dissolution_ms);
	if (e == OK)
		e = number(l, "response_threshold", row->value[3],
			&p.response_threshold);
	if (e == OK)
		e = number(l, "debate_threshold", row->value[4],
			&p.debate_threshold);
	return e == OK ? store_period_put(l->store, &p) : e;
}

static enum err put_department(struct loader *l, const struct row *row)
{
	return store_department_put(l->store,
		&(struct petition_department){ .name = row->value[0],
			.acronym = or_null(row->value[1]),
			.url = or_null(row->value[2]) });
}

/* "race-and-equality" is called "Race and equality" unless somebody says
 * otherwise. */
static struct str name_from(struct loader *l, struct str code)
{
	char *at = arena_alloc(l->list->arena, code.len + 1);

	if (at == NULL)
		return code;
	for (size_t i = 0; i < code.len; i++)
		at[i] = code.at[i] == '-' ? ' ' : code.at[i];
	if (code.len > 0 && at[0] >= 'a' && at[0] <= 'z')
		at[0] = (char)(at[0] - 'a' + 'A');
	return (struct str){ at, code.len };
}

static enum err put_topic(struct loader *l, const struct row *row)
{
	struct store_topic t = { .code = row->value[0], .name = row->value[1] };

	if (t.name.len == 0)
		t.name = name_from(l, t.code);
	return store_topic_put(l->store, &t);
}

static enum err put_area(struct loader *l, const struct row *row)
{
	struct store_place_row p = { .code = row->value[0],
		.name = row->value[1],
		.member = or_null(row->value[2]),
		.party = or_null(row->value[3]),
		.region_code = or_null(row->value[4]) };
	enum err e = day(l, "start_date", row->value[5], &p.start_on);

	if (e == OK)
		e = day(l, "end_date", row->value[6], &p.end_on);
	return e == OK ? store_place_put(l->store, STORE_AREA, &p) : e;
}

static enum err put_region(struct loader *l, const struct row *row)
{
	return store_place_put(l->store, STORE_REGION,
		&(struct store_place_row){ .code = row->value[0],
			.name = row->value[1],
			.start_on = DAY_NONE,
			.end_on = DAY_NONE });
}

static enum err put_country(struct loader *l, const struct row *row)
{
	struct store_place_row p = { .code = row->value[0],
		.name = row->value[1] };
	enum err e = day(l, "start_date", row->value[2], &p.start_on);

	if (e == OK)
		e = day(l, "end_date", row->value[3], &p.end_on);
	return e == OK ? store_place_put(l->store, STORE_COUNTRY, &p) : e;
}

static const struct kind kinds[] = {
	{ "periods",
		{ { "period", NULL, true, true },
			{ "government", NULL, true, false },
			{ "dissolution_at", NULL, true, false },
			{ "response_threshold", NULL, true, false },
			{ "debate_threshold", NULL, true, false } },
		put_period },
	{ "departments",
		{ { "name", NULL, true, true },
			{ "acronym", NULL, false, false },
			{ "url", NULL, false, false } },
		put_department },
	{ "topics",
		{ { "code", NULL, true, true },
			{ "name", NULL, false, false } },
		put_topic },
	{ "areas",
		{ { "ons_code", "code", true, true },
			{ "name", "constituency", true, true },
			{ "mp", "member", false, false },
			{ "party", NULL, false, false },
			{ "region_ons_code", "region_code", false, false },
			{ "start_date", NULL, false, false },
			{ "end_date", NULL, false, false } },
		put_area },
	{ "regions",
		{ { "code", "ons_code", true, true },
			{ "name", NULL, true, true } },
		put_region },
	{ "countries",
		{ { "code", NULL, true, true }, { "name", NULL, true, true },
			{ "start_date", NULL, false, false },
			{ "end_date", NULL, false, false } },
		put_country },
};

enum { N_KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static const struct kind *kind_named(struct str name)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (str_eq(name, str_c(kinds[i].name)))
			return &kinds[i];
	return NULL;
}

bool load_knows(struct str kind)
{
	return kind_named(kind) != NULL;
}

/* ---- rows ---- */

static enum err take_row(struct loader *l, const struct row *row)
{
	enum err e;

	for (size_t i = 0; l->kind->column[i].name != NULL; i++) {
		const struct column *c = &l->kind->column[i];

		/* Columns that name the row; the others read themselves. */
		if (c->names && row->value[i].len == 0)
			return complain_of_value(l, c->name, row->value[i],
				"is empty: fill it in");
		if (row->value[i].len > PETITION_TEXT_MAX_BYTES)
			return complain_of(l, "is too long: shorten it");
	}
	e = l->kind->put(l, row);
	if (e == ERR_INVALID && l->complaint.len == 0)
		return complain_of(
			l, "is not whole: every row needs its name and code");
	return e;
}

static bool is_column(const struct column *c, struct str name)
{
	return str_eq(name, str_c(c->name)) ||
		(c->other != NULL && str_eq(name, str_c(c->other)));
}

/* Where each of our columns stands in the file; CSV_FIELDS_MAX: nowhere. */
static enum err find_columns(
	struct loader *l, const struct csv *header, size_t *ret_at)
{
	for (size_t i = 0; l->kind->column[i].name != NULL; i++) {
		const struct column *c = &l->kind->column[i];
		char what[160];

		ret_at[i] = CSV_FIELDS_MAX;
		for (size_t k = 0; k < header->n; k++)
			if (is_column(c, str_trim(header->field[k])))
				ret_at[i] = k;
		if (!c->needed || ret_at[i] != CSV_FIELDS_MAX)
			continue;
		l->line = header->line;
		(void)snprintf(what, sizeof(what),
			"there is no column \"%s\": the first row names the "
			"columns, so add it there",
			c->name);
		return complain_of(l, what);
	}
	return OK;
}

static enum err next_row(struct loader *l, struct csv *csv, bool *ret_row)
{
	enum err e = csv_next(csv, ret_row);

	l->line = csv->line;
	if (e == ERR_INVALID)
		return complain_of(l,
			"a quote is not closed, or stands amid a field: "
			"correct it");
	if (e == ERR_TOO_LARGE)
		return complain_of(l, "is too large: split the file");
	return e;
}

static enum err load_csv(struct loader *l, size_t *ret_count)
{
	size_t at[COLUMNS_MAX];
	struct csv csv;
	bool more;
	enum err e;

	csv_init(&csv, l->list->arena, l->list->bytes);
	e = next_row(l, &csv, &more);
	if (e == OK && !more)
		return complain_of(l, "the file is empty: get it again");
	if (e == OK)
		e = find_columns(l, &csv, at);
	while (e == OK) {
		struct row row = { .value = { { 0 } } };

		e = next_row(l, &csv, &more);
		if (e != OK || !more)
			break;
		for (size_t i = 0; l->kind->column[i].name != NULL; i++)
			if (at[i] < csv.n)
				row.value[i] = str_trim(csv.field[at[i]]);
		e = take_row(l, &row);
		*ret_count += e == OK;
	}
	return e;
}

/* ---- JSON ---- */

static enum err json_value(
	struct loader *l, const json_t *v, struct str *ret_text)
{
	if (v == NULL || json_is_null(v)) {
		*ret_text = STR_NULL;
	} else if (json_is_integer(v)) {
		*ret_text = arena_printf(l->list->arena,
			"%" JSON_INTEGER_FORMAT, json_integer_value(v));
	} else if (json_is_string(v)) {
		*ret_text = (struct str){ json_string_value(v),
			json_string_length(v) };
	} else {
		return complain_of(
			l, "holds what is neither text nor number: correct it");
	}
	return OK;
}

static enum err take_json(struct loader *l, const json_t *entry)
{
	struct row row = { .value = { { 0 } } };

	l->line++;
	/* A bare text is what the row is named by. */
	if (json_is_string(entry)) {
		row.value[0] = (struct str){ json_string_value(entry),
			json_string_length(entry) };
		return take_row(l, &row);
	}
	if (!json_is_object(entry))
		return complain_of(l, "is no object: correct it");
	for (size_t i = 0; l->kind->column[i].name != NULL; i++) {
		const struct column *c = &l->kind->column[i];
		const json_t *v = json_object_get(entry, c->name);
		enum err e;

		if (v == NULL && c->other != NULL)
			v = json_object_get(entry, c->other);
		e = json_value(l, v, &row.value[i]);
		if (e != OK)
			return e;
	}
	return take_row(l, &row);
}

static enum err load_json(struct loader *l, size_t *ret_count)
{
	json_error_t error;
	json_t *all = json_loadb(l->list->bytes.at, l->list->bytes.len,
		JSON_REJECT_DUPLICATES, &error);
	const char *key;
	json_t *entry;
	size_t i;
	enum err e = OK;

	if (all == NULL) {
		l->line = error.line > 0 ? (size_t)error.line : 1;
		return complain_of(l, "this is not JSON: correct it");
	}
	l->is_json = true;
	if (json_is_array(all)) {
		json_array_foreach(all, i, entry)
		{
			e = e == OK ? take_json(l, entry) : e;
			*ret_count += e == OK;
		}
	} else {
		json_object_foreach(all, key, entry)
		{
			e = e == OK ? take_json(l, entry) : e;
			*ret_count += e == OK;
		}
	}
	json_decref(all);
	return e;
}

enum err load_list(struct store *s, const struct load_list *list,
	size_t *ret_count, struct str *ret_complaint)
{
	struct loader l = { .store = s,
		.list = list,
		.kind = kind_named(list->kind),
		.line = 1 };
	struct str text = str_trim(list->bytes);
	size_t count = 0;
	enum err e;

	if (l.kind == NULL)
		e = complain_of(&l, "there is no such list");
	else if (!str_is_utf8(list->bytes))
		e = complain_of(
			&l, "the text is not UTF-8: convert the file to UTF-8");
	else if (text.len > 0 && (text.at[0] == '[' || text.at[0] == '{')) {
		l.line = 0;
		e = load_json(&l, &count);
	} else {
		e = load_csv(&l, &count);
	}
	if (e == OK)
		*ret_count = count;
	else
		*ret_complaint = l.complaint;
	return e;
}

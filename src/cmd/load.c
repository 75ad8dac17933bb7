#include "cmd/load.h"

#include <jansson.h>

#include "cmd/csv.h"
#include "cmd/load_map.h"
#include "domain/text.h"

enum { COLUMNS_MAX = 10 };

/* A row whose values stand in the order of its kind's columns; null is what
 * the file does not say. */
struct row {
	struct str value[COLUMNS_MAX];
};

struct loader;
typedef enum err row_put(struct loader *l, const struct row *row);
typedef enum err rows_end(struct loader *l);

struct column {
	const char *name;
	const char *other; /* other names for it, "a|b", or NULL */
	bool needed;
	bool names; /* what stands there names the row: never empty */
};

struct kind {
	const char *name;
	struct column column[COLUMNS_MAX]; /* ends with a NULL name */
	row_put *put;
	rows_end *end; /* or NULL */
	bool has_about; /* ":" and a number stand behind the kind */
};

struct loader {
	struct store *store;
	const struct load_list *list;
	const struct kind *kind;
	size_t line; /* of the row; of an entry of JSON, which it is */
	bool is_json;
	uint64_t about;
	int64_t newest_ms; /* of history */
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

static enum err put_topic(struct loader *l, const struct row *row)
{
	struct store_topic t = { .code = row->value[0], .name = row->value[1] };

	if (t.name.len == 0)
		t.name = text_of_code(l->list->arena, t.code);
	return store_topic_put(l->store, &t);
}

static enum err put_area(struct loader *l, const struct row *row)
{
	struct store_place_row p = { .code = row->value[0],
		.name = row->value[1],
		.member = row->value[2],
		.party = row->value[3],
		.region_code = row->value[4],
		.member_url = row->value[7],
		.region_name = row->value[8] };
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

static enum err put_people(
	struct loader *l, const struct row *row, enum store_place_kind kind)
{
	uint64_t people;
	enum err e = number(l, "population", row->value[1], &people);

	return e == OK
		? store_population_put(l->store, kind, row->value[0], people)
		: e;
}

static enum err put_population(struct loader *l, const struct row *row)
{
	return put_people(l, row, STORE_AREA);
}

static enum err put_country_population(struct loader *l, const struct row *row)
{
	return put_people(l, row, STORE_COUNTRY);
}

/* As others log it: a space between day and hour, no zone for UTC. */
static enum err put_point(struct loader *l, const struct row *row)
{
	struct store_history point = { .at_ms = 0 };
	struct str at = row->value[0];
	char text[48];
	size_t day = at.len < 10 ? at.len : 10;
	bool has_zone = at.len > day &&
		(at.at[at.len - 1] == 'Z' || str_find(at, '+') < at.len ||
			str_find(str_slice(at, day, at.len), '-') <
				at.len - day);
	enum err e;

	(void)snprintf(text, sizeof(text), "%.*s%s%.*s%s", (int)day, at.at,
		at.len > day ? "T" : "",
		at.len > day ? (int)(at.len - day - 1) : 0,
		at.at + (at.len > day ? day + 1 : 0), has_zone ? "" : "Z");
	if (when_parse(str_c(text), &point.at_ms) != OK || point.at_ms < 0)
		return complain_of_value(l, "at", at,
			"is not a time like 2017-05-03T00:01:00Z: correct it");
	point.at_ms += l->list->shift_days * (int64_t)86400000;
	e = number(l, "count", row->value[1], &point.count);
	if (e == OK)
		e = store_history_put(l->store, l->about, &point);
	if (e == ERR_NOT_FOUND)
		return complain_of(l,
			"there is no such petition: import it first, and say "
			"which one it is (--petition ID)");
	if (e == OK && point.at_ms > l->newest_ms)
		l->newest_ms = point.at_ms;
	return e;
}

/* As of its own time, so that a curve of years ago keeps its hours. */
static enum err end_points(struct loader *l)
{
	return store_history_thin(l->store, l->about, l->newest_ms);
}

static const struct kind kinds[] = {
	{ "periods",
		{ { "period", NULL, true, true },
			{ "government", NULL, true, false },
			{ "dissolution_at", NULL, true, false },
			{ "response_threshold", NULL, true, false },
			{ "debate_threshold", NULL, true, false } },
		put_period, NULL, false },
	{ "departments",
		{ { "name", NULL, true, true },
			{ "acronym", NULL, false, false },
			{ "url", NULL, false, false } },
		put_department, NULL, false },
	{ "topics",
		{ { "code", NULL, true, true },
			{ "name", NULL, false, false } },
		put_topic, NULL, false },
	{ "areas",
		{ { "ons_code", "code", true, true },
			{ "name", "constituency", true, true },
			{ "mp", "member", false, false },
			{ "party", NULL, false, false },
			{ "region_ons_code", "region_code", false, false },
			{ "start_date", NULL, false, false },
			{ "end_date", NULL, false, false },
			{ "mp_url", "member_url", false, false },
			{ "region_name", NULL, false, false } },
		put_area, NULL, false },
	{ "regions",
		{ { "code", "ons_code", true, true },
			{ "name", NULL, true, true } },
		put_region, NULL, false },
	{ "countries",
		{ { "code", NULL, true, true }, { "name", NULL, true, true },
			{ "start_date", NULL, false, false },
			{ "end_date", NULL, false, false } },
		put_country, NULL, false },
	{ .name = "population",
		.column = { { "ons_code", "code", true, true },
			{ "population", "people", true, false } },
		.put = put_population },
	{ .name = "country-population",
		.column = { { "code", NULL, true, true },
			{ "population", "people", true, false } },
		.put = put_country_population },
	{ .name = "history",
		.column = { { "at",
				    "timestamp|fetched_at|fetched_at_utc|"
				    "updated_at_utc",
				    true, true },
			{ "count", "signature_count", true, true } },
		.put = put_point,
		.end = end_points,
		.has_about = true },
};

enum { N_KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* ret_about is the number behind the name, 0 if there is none. */
static const struct kind *kind_named(struct str name, uint64_t *ret_about)
{
	size_t colon = str_find(name, ':');
	struct str behind = str_slice(name, colon + 1, name.len);
	bool has_about = colon < name.len;

	*ret_about = 0;
	if (has_about && str_u64(behind, ret_about) != OK)
		return NULL;
	name = str_slice(name, 0, colon);
	for (size_t i = 0; i < N_KINDS; i++)
		if (str_eq(name, str_c(kinds[i].name)) &&
			kinds[i].has_about == has_about)
			return &kinds[i];
	return NULL;
}

static bool is_map(struct str kind)
{
	return str_eq(kind, STR("map"));
}

bool load_knows(struct str kind)
{
	uint64_t about;

	return is_map(kind) || kind_named(kind, &about) != NULL;
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
	struct str others = str_c(c->other);
	struct str other;

	if (str_eq(name, str_c(c->name)))
		return true;
	while (str_split(&others, '|', &other))
		if (str_eq(name, other))
			return true;
	return false;
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

/* What a column says is never null, or nobody could clear anything. */
static struct str told(struct str field)
{
	field = str_trim(field);
	return field.len == 0 ? STR("") : field;
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
				row.value[i] = told(csv.field[at[i]]);
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

static const json_t *json_other(const json_t *entry, const struct column *c)
{
	struct str others = str_c(c->other);
	const json_t *v = NULL;
	struct str other;

	while (v == NULL && str_split(&others, '|', &other))
		v = json_object_getn(entry, other.at, other.len);
	return v;
}

/* key is that of the entry, or null: it names a row that does not. */
static enum err take_json(struct loader *l, struct str key, const json_t *entry)
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

		if (v == NULL)
			v = json_other(entry, c);
		e = json_value(l, v, &row.value[i]);
		if (v == NULL && i == 0)
			row.value[i] = key;
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
			e = e == OK ? take_json(l, STR_NULL, entry) : e;
			*ret_count += e == OK;
		}
	} else {
		json_object_foreach(all, key, entry)
		{
			e = e == OK ? take_json(l, str_c(key), entry) : e;
			*ret_count += e == OK;
		}
	}
	json_decref(all);
	return e;
}

/* A drawing is one whole. */
static enum err load_map(struct store *s, const struct load_list *list,
	size_t *ret_count, struct str *ret_complaint)
{
	struct store_map map;
	enum err e = map_parse(
		list->arena, list->name, list->bytes, &map, ret_complaint);

	if (e != OK)
		return e;
	e = store_map_put(s, &map);
	if (e == OK)
		*ret_count = map.areas_count;
	else if (e == ERR_INVALID)
		*ret_complaint = arena_printf(list->arena,
			"%.*s: two areas have one code", STR_ARG(list->name));
	return e;
}

enum err load_list(struct store *s, const struct load_list *list,
	size_t *ret_count, struct str *ret_complaint)
{
	struct loader l = { .store = s, .list = list, .line = 1 };
	struct str text = str_trim(list->bytes);
	size_t count = 0;
	enum err e;

	if (is_map(list->kind))
		return load_map(s, list, ret_count, ret_complaint);
	l.kind = kind_named(list->kind, &l.about);
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
	if (e == OK && l.kind->end != NULL)
		e = l.kind->end(&l);
	if (e == OK)
		*ret_count = count;
	else
		*ret_complaint = l.complaint;
	return e;
}

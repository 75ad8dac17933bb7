#include "cmd/load_postcodes.h"

#include "cmd/csv.h"
#include "domain/text.h"

enum { AREA_COLUMNS = 8, ROW_MAX_BYTES = 1 << 20 };

struct area_column {
	size_t at;
	bool is_ons; /* the pseudo codes of the ONS mean: no area */
};

struct columns {
	size_t postcode;
	size_t end;
	struct area_column area[AREA_COLUMNS];
	size_t areas;
};

struct reading {
	const struct load_postcodes *in;
	struct postcodes_builder *builder;
	struct csv csv;
	struct arena row; /* of the row in hand */
	struct columns column;
	uint64_t rows;
	struct str complaint;
};

static enum err complain_of(struct reading *r, const char *what)
{
	r->complaint = arena_printf(r->in->arena, "%.*s:%zu: %s",
		STR_ARG(r->in->name), r->csv.line, what);
	return ERR_INVALID;
}

static enum err complain_of_value(struct reading *r, const char *column,
	struct str value, const char *do_)
{
	char what[256];

	(void)snprintf(what, sizeof(what), "%s \"%.*s\" %s", column,
		value.len > 80 ? 80 : (int)value.len,
		value.len == 0 ? "" : value.at, do_);
	return complain_of(r, what);
}

/* ---- the header ---- */

/* Matches a name in which # is a digit that may be missing. */
static bool is_like(struct str name, const char *pattern)
{
	size_t i = 0;

	for (; *pattern != '\0'; pattern++) {
		char c = i < name.len ? name.at[i] : '\0';

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (*pattern == '#') {
			i += c >= '0' && c <= '9';
			continue;
		}
		if (c != *pattern)
			return false;
		i++;
	}
	return i == name.len;
}

static bool is_any(struct str name, const char *const *patterns)
{
	for (; *patterns != NULL; patterns++)
		if (is_like(name, *patterns))
			return true;
	return false;
}

static void take_column(struct columns *c, struct str name, size_t at)
{
	static const char *const postcode[] = { "pcds", "pcd#", "postcode",
		"post_code", "postal_code", NULL };
	static const char *const ons[] = { "pcon##", "pcon##cd", NULL };
	static const char *const area[] = { "area", "area_code", "ons_code",
		"constituency_code", NULL };
	static const char *const end[] = { "doterm", "doterm##", "end_date",
		NULL };
	bool is_ons = is_any(name, ons);

	if (is_any(name, postcode) && c->postcode == CSV_FIELDS_MAX)
		c->postcode = at;
	if (is_any(name, end))
		c->end = at;
	if ((is_ons || is_any(name, area)) && c->areas < AREA_COLUMNS)
		c->area[c->areas++] = (struct area_column){ at, is_ons };
}

static enum err next(struct reading *r, bool *ret_more)
{
	enum err e;

	arena_clear(&r->row);
	e = csv_next(&r->csv, ret_more);
	if (e == ERR_INVALID)
		return complain_of(r,
			"a quote is not closed, or stands amid a field: "
			"correct it");
	if (e == ERR_TOO_LARGE)
		return complain_of(r, "is too long for a row: correct it");
	return e;
}

static enum err read_header(struct reading *r)
{
	bool more = false;
	enum err e = next(r, &more);

	if (e != OK)
		return e;
	if (!more)
		return complain_of(r, "the file is empty: get it again");
	r->column.postcode = CSV_FIELDS_MAX;
	r->column.end = CSV_FIELDS_MAX;
	for (size_t i = 0; i < r->csv.n; i++)
		take_column(&r->column, str_trim(r->csv.field[i]), i);
	if (r->column.postcode == CSV_FIELDS_MAX)
		return complain_of(r,
			"no column holds the postcode: the first row names the "
			"columns, so call it pcds or postcode");
	if (r->column.areas == 0)
		return complain_of(r,
			"no column holds the area: the first row names the "
			"columns, so call it pcon or area_code");
	return OK;
}

/* ---- rows ---- */

/* "E99999999"; and whatever begins like the Channel Islands or the Isle of
 * Man, which elect nobody here. */
static bool is_pseudo(struct str code)
{
	if (code.len != 9)
		return false;
	for (size_t i = 1; i < code.len; i++)
		if (code.at[i] < '0' || code.at[i] > '9')
			return false;
	return code.at[0] == 'L' || code.at[0] == 'M' ||
		str_eq(str_slice(code, 1, 9), STR("99999999"));
}

static struct str field(const struct reading *r, size_t at)
{
	return at < r->csv.n ? str_trim(r->csv.field[at]) : STR("");
}

static enum err add(struct reading *r, struct str postcode,
	const struct area_column *column, bool ended)
{
	struct str area = field(r, column->at);
	enum err e;

	if (column->is_ons && is_pseudo(area))
		area = STR("");
	e = postcodes_builder_add(r->builder, postcode, area, ended);
	if (e == ERR_INVALID)
		return complain_of_value(
			r, "area", area, "is no code: shorten it");
	if (e == ERR_TOO_LARGE)
		return complain_of(r, "there are too many areas: use one list");
	return e;
}

static enum err take_row(struct reading *r)
{
	struct str typed = field(r, r->column.postcode);
	struct str postcode = postcode_canonical(&r->row, typed);
	bool ended = field(r, r->column.end).len > 0;
	enum err e = OK;
	uint64_t key;

	if (postcode.at == NULL ||
		!postcodes_key(postcode, POSTCODES_KEY_MAX, &key))
		return complain_of_value(r, "postcode", typed,
			"is not 1 to 12 letters and digits: correct it");
	for (size_t i = 0; e == OK && i < r->column.areas; i++)
		e = add(r, postcode, &r->column.area[i], ended);
	return e;
}

enum err load_postcodes(struct postcodes_builder *b,
	const struct load_postcodes *in, uint64_t *ret_rows,
	struct str *ret_complaint)
{
	struct reading r = { .in = in, .builder = b };
	bool more = true;
	enum err e;

	arena_init(&r.row, ROW_MAX_BYTES);
	csv_init(&r.csv, &r.row, in->bytes);
	e = read_header(&r);
	while (e == OK) {
		e = next(&r, &more);
		if (e != OK || !more)
			break;
		e = take_row(&r);
		r.rows += e == OK;
		if (in->progress != NULL && r.rows % LOAD_POSTCODES_STEP == 0)
			in->progress(r.rows);
	}
	arena_release(&r.row);
	if (e == OK)
		*ret_rows = r.rows;
	else
		*ret_complaint = r.complaint;
	return e;
}

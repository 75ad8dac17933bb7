#include "cmd/load_map.h"

#include <stdarg.h>

#include "cmd/csv.h"
#include "cmd/load_map_own.h"

enum { CODE_MAX_BYTES = 64, NAME_MAX_BYTES = 200, TEXT_MAX_BYTES = 32 << 20 };

enum err map_complain(struct map_reader *r, const char *format, ...)
{
	char what[400];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	r->complaint = arena_printf(
		r->arena, "%.*s: %s", STR_ARG(r->source->file), what);
	return ERR_INVALID;
}

static struct str text_of(const json_t *v)
{
	return json_is_string(v)
		? (struct str){ json_string_value(v), json_string_length(v) }
		: STR_NULL;
}

/* ---- codes and names ---- */

static bool is_code_name(struct str key)
{
	static const struct str names[] = { STR_INIT("code"),
		STR_INIT("ons_code"), STR_INIT("gss_code"), STR_INIT("iso_a2"),
		STR_INIT("iso3166-1-alpha-2") };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq_nocase(key, names[i]))
			return true;
	return str_ends(key, STR("CD"));
}

static bool is_name_name(struct str key)
{
	return str_eq_nocase(key, STR("name")) || str_eq(key, STR("n")) ||
		str_ends(key, STR("NM"));
}

/* The property of this name, or the first that looks like one. */
static struct str property(const json_t *properties, struct str named,
	bool (*looks)(struct str key))
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)properties, key, v)
	{
		struct str k = str_c(key);

		if (named.at != NULL ? str_eq(k, named) : looks(k))
			return str_trim(text_of(v));
	}
	return STR_NULL;
}

/* "826" is GB. */
static struct str country_of(struct str id)
{
	uint64_t n;

	if (str_u64(id, &n) == OK && n < 1000)
		return map_country((unsigned)n);
	return STR_NULL;
}

static enum err replace_code(struct map_reader *r, struct str *code)
{
	struct str text = r->source->codes;
	struct csv csv;
	size_t column[2] = { 0, 0 };
	size_t found = 0;
	struct arena a;
	bool more;
	enum err e;

	if (text.at == NULL)
		return OK;
	arena_init(&a, 16 << 20);
	csv_init(&csv, &a, text);
	e = csv_next(&csv, &more);
	for (size_t i = 0; e == OK && more && i < csv.n && found < 2; i++)
		if (str_ends(str_trim(csv.field[i]), STR("code")))
			column[found++] = i;
	if (e == OK && found < 2)
		e = map_complain(r,
			"the table of codes has no two columns whose names "
			"end in \"code\": name them so in its first row");
	while (e == OK && (e = csv_next(&csv, &more)) == OK && more) {
		if (csv.n <= column[1] ||
			!str_eq(str_trim(csv.field[column[0]]), *code))
			continue;
		*code = arena_copy(r->arena, str_trim(csv.field[column[1]]));
		break;
	}
	arena_release(&a);
	if (e != OK && r->complaint.len == 0)
		return map_complain(r,
			"the table of codes cannot be read at line %zu",
			csv.line);
	return e;
}

static enum err check_text(
	struct map_reader *r, const char *where, struct str s, size_t max)
{
	if (s.len > max)
		return map_complain(
			r, "%s: its code or name is too long", where);
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < ' ')
			return map_complain(r,
				"%s: its code or name holds a line end or "
				"another control character",
				where);
	return OK;
}

/* A number as id is one, except that a feature's running number is none where
 * a property tells. */
static struct str id_text(struct map_reader *r, const json_t *id)
{
	if (json_is_integer(id) && r->source->is_world)
		return arena_printf(r->arena, "%" JSON_INTEGER_FORMAT,
			json_integer_value(id));
	return str_trim(text_of(id));
}

enum err map_code(struct map_reader *r, const char *where, const json_t *id,
	const json_t *properties, struct str *ret_code, struct str *ret_name)
{
	const struct map_source *s = r->source;
	struct str name = property(properties, s->name, is_name_name);
	struct str code = STR_NULL;
	struct str country;
	enum err e;

	if (s->code.at == NULL)
		code = id_text(r, id);
	if (code.len == 0)
		code = property(properties, s->code, is_code_name);
	country = s->is_world ? country_of(code) : STR_NULL;
	if (country.len > 0)
		code = country;
	/* Land that no list of countries has is drawn, and counts nothing. */
	if (s->is_world && (code.len == 0 || code.at[0] == '-'))
		code = arena_printf(r->arena, "_%.*s", STR_ARG(name));
	if (code.len == 0)
		return map_complain(r,
			"%s has no code: name the property that holds it "
			"(--code PROPERTY)",
			where);
	e = replace_code(r, &code);
	if (e == OK)
		e = check_text(r, where, code, CODE_MAX_BYTES);
	if (e == OK)
		e = check_text(r, where, name, NAME_MAX_BYTES);
	*ret_code = arena_copy(r->arena, code);
	*ret_name = name.len == 0 ? STR_NULL : arena_copy(r->arena, name);
	return e;
}

/* ---- shapes ---- */

static enum err grow(struct map_reader *r, struct map_shapes *all)
{
	size_t cap = all->cap == 0 ? 256 : all->cap * 2;
	struct store_map_area *area =
		ARENA_ARRAY(r->arena, struct store_map_area, cap);
	struct outline_shape *shape =
		ARENA_ARRAY(r->arena, struct outline_shape, cap);

	if (cap > PETITION_TOTALS_MAX)
		return map_complain(r, "more than %d areas: leave some out",
			PETITION_TOTALS_MAX);
	if (area == NULL || shape == NULL)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < all->n; i++) {
		area[i] = all->area[i];
		shape[i] = all->shape[i];
	}
	all->area = area;
	all->shape = shape;
	all->cap = cap;
	return OK;
}

/* The rings of both. */
static enum err join(struct map_reader *r, struct outline_shape *to,
	const struct outline_shape *more)
{
	struct outline_ring *rings =
		ARENA_ARRAY(r->arena, struct outline_ring, to->n + more->n + 1);

	if (rings == NULL)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < to->n; i++)
		rings[i] = to->rings[i];
	for (size_t i = 0; i < more->n; i++)
		rings[to->n + i] = more->rings[i];
	*to = (struct outline_shape){ rings, to->n + more->n };
	return OK;
}

enum err map_add(struct map_reader *r, struct map_shapes *all, struct str code,
	struct str name, const struct outline_shape *shape)
{
	enum err e = OK;

	for (size_t i = 0; i < shape->n; i++)
		all->points += shape->rings[i].n;
	if (all->points > OUTLINE_POINTS_MAX)
		return map_complain(r, "more than %d points: simplify it first",
			OUTLINE_POINTS_MAX);
	for (size_t i = 0; i < all->n; i++)
		if (str_eq(all->area[i].code, code))
			return join(r, &all->shape[i], shape);
	if (all->n == all->cap)
		e = grow(r, all);
	if (e != OK)
		return e;
	all->area[all->n] =
		(struct store_map_area){ .code = code, .name = name };
	all->shape[all->n++] = *shape;
	return OK;
}

enum err map_draw(struct map_reader *r, const struct map_shapes *all,
	struct store_map *ret_map)
{
	struct str *outlines =
		ARENA_ARRAY(r->arena, struct str, all->n == 0 ? 1 : all->n);
	enum err e;

	if (outlines == NULL)
		return ERR_TOO_LARGE;
	if (all->n == 0)
		return map_complain(r, "there is no area in it");
	e = outline_draw(r->arena,
		r->source->is_world ? OUTLINE_WORLD : OUTLINE_REGION,
		all->shape, all->n, outlines, &ret_map->width,
		&ret_map->height);
	if (e == ERR_INVALID)
		return map_complain(r,
			"a coordinate is not on the earth: it wants longitude "
			"and latitude in degrees (EPSG:4326)");
	for (size_t i = 0; e == OK && i < all->n; i++) {
		all->area[i].outline = outlines[i];
		if (outlines[i].len == 0)
			return map_complain(r, "the area %.*s has no shape",
				STR_ARG(all->area[i].code));
	}
	ret_map->areas = all->area;
	ret_map->areas_count = all->n;
	return e;
}

/* ---- the file ---- */

/* The last year in the file's name, else the name without its end. */
static struct str set_from(struct str file)
{
	struct str year = STR_NULL;
	size_t from = 0;

	for (size_t i = 0; i < file.len; i++)
		if (file.at[i] == '/')
			from = i + 1;
	file = str_slice(file, from, file.len);
	for (size_t i = 0; i + 4 <= file.len; i++) {
		struct str four = str_slice(file, i, i + 4);
		uint64_t n;

		if (str_u64(four, &n) == OK && n >= 1800 && n < 2200)
			year = four;
	}
	return year.len > 0 ? year : str_slice(file, 0, str_find(file, '.'));
}

static enum err read_kind(
	struct map_reader *r, const json_t *all, struct store_map *ret_map)
{
	struct str type = text_of(json_object_get(all, "type"));

	ret_map->kind =
		r->source->is_world ? STORE_MAP_WORLD : STORE_MAP_SHAPES;
	if (str_eq(type, STR("FeatureCollection")))
		return map_read_geojson(r, all, ret_map);
	if (str_eq(type, STR("Topology")))
		return map_read_topojson(r, all, ret_map);
	if (json_is_object(json_object_get(all, "hexes"))) {
		ret_map->kind = STORE_MAP_HEXES;
		return map_read_hexes(r, all, ret_map);
	}
	return map_complain(r,
		"this is neither HexJSON (\"hexes\") nor TopoJSON "
		"(\"type\":\"Topology\") nor GeoJSON "
		"(\"type\":\"FeatureCollection\")");
}

enum err map_read(struct arena *a, const struct map_source *source,
	struct store_map *ret_map, struct str *ret_complaint)
{
	struct map_reader r = { .arena = a, .source = source };
	struct store_map map = { .set = source->set, .credit = source->credit };
	json_error_t error;
	json_t *all = json_loadb(source->bytes.at, source->bytes.len,
		JSON_REJECT_DUPLICATES, &error);
	enum err e;

	if (all == NULL)
		e = map_complain(&r, "line %d: this is not JSON: %s",
			error.line, error.text);
	else
		e = read_kind(&r, all, &map);
	json_decref(all);
	if (e == OK && map.set.len == 0)
		map.set = arena_copy(a, set_from(source->file));
	if (e == OK)
		*ret_map = map;
	else if (r.complaint.len == 0)
		(void)map_complain(&r, "%s", err_text(e));
	*ret_complaint = r.complaint;
	return e;
}

/* ---- the drawing as text ---- */

#define FIRST_LINE "petitiond drawing 1"

static void field(struct buf *out, struct str s, const char *end)
{
	for (size_t i = 0; i < s.len; i++)
		buf_put(out, (unsigned char)s.at[i] < ' ' ? " " : &s.at[i], 1);
	buf_c(out, end);
}

void map_write(struct buf *out, const struct store_map *map)
{
	buf_printf(out, FIRST_LINE "\n%d\t%u\t%u\t", (int)map->kind, map->width,
		map->height);
	field(out, map->set, "\t");
	field(out, map->credit, "\n");
	for (size_t i = 0; i < map->areas_count; i++) {
		field(out, map->areas[i].code, "\t");
		field(out, map->areas[i].name, "\t");
		field(out, map->areas[i].outline, "\n");
	}
}

static struct str or_null(struct str s)
{
	return s.len == 0 ? STR_NULL : s;
}

static bool small_number(struct str *line, uint64_t most, uint64_t *ret_n)
{
	struct str part;

	return str_split(line, '\t', &part) && str_u64(part, ret_n) == OK &&
		*ret_n >= 1 && *ret_n <= most;
}

static bool parse_head(struct str line, struct store_map *map)
{
	uint64_t kind;
	uint64_t width;
	uint64_t height;

	if (!small_number(&line, STORE_MAP_WORLD, &kind) ||
		!small_number(&line, 65535, &width) ||
		!small_number(&line, 65535, &height) ||
		!str_split(&line, '\t', &map->set) || map->set.len == 0 ||
		line.at == NULL)
		return false;
	map->kind = (enum store_map_kind)kind;
	map->width = (uint32_t)width;
	map->height = (uint32_t)height;
	map->credit = or_null(line);
	return true;
}

static bool parse_area(struct str line, struct store_map_area *area)
{
	if (!str_split(&line, '\t', &area->code) || area->code.len == 0 ||
		!str_split(&line, '\t', &area->name) || line.at == NULL)
		return false;
	area->name = or_null(area->name);
	area->outline = line;
	return outline_walk(line, NULL, NULL) == OK;
}

enum err map_parse(struct arena *a, struct str file, struct str text,
	struct store_map *ret_map, struct str *ret_complaint)
{
	struct store_map map = { .kind = STORE_MAP_HEXES };
	struct store_map_area *areas =
		ARENA_ARRAY(a, struct store_map_area, PETITION_TOTALS_MAX);
	size_t number = 1;
	struct str line;
	bool good = areas != NULL && text.len <= TEXT_MAX_BYTES &&
		str_is_utf8(text) && str_split(&text, '\n', &line) &&
		str_eq(line, STR(FIRST_LINE));

	if (good && str_split(&text, '\n', &line)) {
		number++;
		good = parse_head(line, &map);
	}
	while (good && str_split(&text, '\n', &line)) {
		if (line.len == 0 && text.at == NULL)
			break;
		number++;
		good = map.areas_count < PETITION_TOTALS_MAX &&
			parse_area(line, &areas[map.areas_count]);
		map.areas_count += good;
	}
	if (!good || map.areas_count == 0) {
		*ret_complaint = arena_printf(a,
			"%.*s:%zu: this is no drawing (docs/formats.md "
			"section 8): load the map it was made of",
			STR_ARG(file), number);
		return ERR_INVALID;
	}
	map.areas = areas;
	*ret_map = map;
	return OK;
}

#include "page/theme.h"

/* clang-format off */
static const struct theme_property property[] = {
	{ STR_INIT("--brand"),       THEME_COLOUR },
	{ STR_INIT("--brand-text"),  THEME_COLOUR },
	{ STR_INIT("--action"),      THEME_COLOUR },
	{ STR_INIT("--action-dark"), THEME_COLOUR },
	{ STR_INIT("--link"),        THEME_COLOUR },
	{ STR_INIT("--link-dark"),   THEME_COLOUR },
	{ STR_INIT("--paper"),       THEME_COLOUR },
	{ STR_INIT("--card"),        THEME_COLOUR },
	{ STR_INIT("--text"),        THEME_COLOUR },
	{ STR_INIT("--soft"),        THEME_COLOUR },
	{ STR_INIT("--line"),        THEME_COLOUR },
	{ STR_INIT("--edge"),        THEME_COLOUR },
	{ STR_INIT("--good"),        THEME_COLOUR },
	{ STR_INIT("--bad"),         THEME_COLOUR },
	{ STR_INIT("--warn"),        THEME_COLOUR },
	{ STR_INIT("--k0"),          THEME_COLOUR },
	{ STR_INIT("--k1"),          THEME_COLOUR },
	{ STR_INIT("--k2"),          THEME_COLOUR },
	{ STR_INIT("--k3"),          THEME_COLOUR },
	{ STR_INIT("--k4"),          THEME_COLOUR },
	{ STR_INIT("--k5"),          THEME_COLOUR },
	{ STR_INIT("--k6"),          THEME_COLOUR },
	{ STR_INIT("--focus"),       THEME_COLOUR },
	{ STR_INIT("--focus-text"),  THEME_COLOUR },
	{ STR_INIT("--wrap"),        THEME_WIDTH },
	{ STR_INIT("--sans"),        THEME_TYPEFACES },
	{ STR_INIT("--mono"),        THEME_TYPEFACES },
};
/* clang-format on */

/* What was read, by where it holds. */
struct sheet {
	struct str text;
	size_t i;
	struct theme_fault *fault;
	struct buf both, light, dark;
};

const struct theme_property *theme_properties(size_t *ret_count)
{
	*ret_count = sizeof(property) / sizeof(property[0]);
	return property;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_letter(c) || is_digit(c) || c == '-' || c == '_';
}

static enum err wrong(struct sheet *s, struct str at, const char *what)
{
	size_t end = at.at == NULL ? s->i : (size_t)(at.at - s->text.at);
	uint32_t line = 1;

	for (size_t i = 0; i < end; i++)
		line += s->text.at[i] == '\n';
	*s->fault = (struct theme_fault){ line, at, what };
	return ERR_INVALID;
}

static struct str rest(const struct sheet *s)
{
	return str_slice(s->text, s->i, s->text.len);
}

/* White space and comments; false for a comment without end. */
static bool skip(struct sheet *s)
{
	while (s->i < s->text.len) {
		if (is_space(s->text.at[s->i])) {
			s->i++;
			continue;
		}
		if (!str_starts(rest(s), STR("/*")))
			break;
		s->i += 2;
		while (s->i < s->text.len && !str_starts(rest(s), STR("*/")))
			s->i++;
		if (s->i == s->text.len)
			return false;
		s->i += 2;
	}
	return true;
}

/* Take what, with white space before it. */
static bool take(struct sheet *s, struct str what)
{
	if (!skip(s) || !str_starts(rest(s), what))
		return false;
	s->i += what.len;
	return true;
}

/* ---- values ---- */

static bool all(struct str s, bool (*is)(char c))
{
	for (size_t i = 0; i < s.len; i++)
		if (!is(s.at[i]))
			return false;
	return s.len > 0;
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* What stands between the parentheses of rgb(): numbers and units. */
static bool is_argument(char c)
{
	return is_word(c) || c == ' ' || c == ',' || c == '.' || c == '%' ||
		c == '/' || c == '+';
}

static bool is_function(struct str s)
{
	static const struct str known[] = { STR_INIT("rgb"), STR_INIT("rgba"),
		STR_INIT("hsl"), STR_INIT("hsla"), STR_INIT("hwb"),
		STR_INIT("lab"), STR_INIT("lch"), STR_INIT("oklab"),
		STR_INIT("oklch") };
	size_t open = str_find(s, '(');

	if (!str_ends(s, STR(")")) ||
		!all(str_slice(s, open + 1, s.len - 1), is_argument))
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_eq_nocase(str_slice(s, 0, open), known[i]))
			return true;
	return false;
}

static bool is_colour(struct str s)
{
	size_t digits = s.len - 1;

	if (str_starts(s, STR("#")))
		return (digits == 3 || digits == 4 || digits == 6 ||
			       digits == 8) &&
			all(str_slice(s, 1, s.len), is_hex);
	return all(s, is_letter) || is_function(s);
}

static bool is_width(struct str s)
{
	static const struct str unit[] = { STR_INIT("rem"), STR_INIT("em"),
		STR_INIT("px"), STR_INIT("ch"), STR_INIT("vw") };
	size_t n = 0;
	size_t dots = 0;

	while (n < s.len && (is_digit(s.at[n]) || s.at[n] == '.'))
		dots += s.at[n++] == '.';
	if (n == 0 || dots > 1 || s.at[0] == '.' || s.at[n - 1] == '.')
		return false;
	for (size_t i = 0; i < sizeof(unit) / sizeof(unit[0]); i++)
		if (str_eq_nocase(str_slice(s, n, s.len), unit[i]))
			return true;
	return false;
}

static bool is_name(char c)
{
	return is_word(c) || c == ' ';
}

/* One of them: a name, in quotes if it likes. */
static bool is_typeface(struct str s)
{
	s = str_trim(s);
	if (s.len > 2 && (s.at[0] == '"' || s.at[0] == '\'') &&
		s.at[s.len - 1] == s.at[0])
		s = str_slice(s, 1, s.len - 1);
	return all(s, is_name);
}

static bool are_typefaces(struct str s)
{
	struct str part;

	while (str_split(&s, ',', &part))
		if (!is_typeface(part))
			return false;
	return true;
}

static const char *what_is_wrong(enum theme_holds holds, struct str value)
{
	if (holds == THEME_COLOUR)
		return is_colour(value)
			? NULL
			: "is no colour like #14324f, navy or rgb(20 50 79)";
	if (holds == THEME_WIDTH)
		return is_width(value) ? NULL : "is no width like 68rem";
	return are_typefaces(value)
		? NULL
		: "is no list of typefaces like \"Open Sans\", sans-serif";
}

/* ---- declarations ---- */

static const struct theme_property *find(struct str name)
{
	for (size_t i = 0; i < sizeof(property) / sizeof(property[0]); i++)
		if (str_eq(property[i].name, name))
			return &property[i];
	return NULL;
}

/* With every run of white space as one space. */
static void put_value(struct buf *b, struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (!is_space(value.at[i]))
			buf_byte(b, (uint8_t)value.at[i]);
		else if (!is_space(value.at[i - 1]))
			buf_byte(b, ' ');
}

/* The value is judged as it will be written. */
static enum err put(struct sheet *s, const struct theme_property *p,
	struct str value, bool dark)
{
	struct buf tidy;
	struct buf *to = dark              ? &s->dark
		: p->holds == THEME_COLOUR ? &s->light
					   : &s->both;
	const char *what;
	enum err e;

	buf_init(&tidy, THEME_CSS_MAX_BYTES);
	put_value(&tidy, value);
	e = buf_err(&tidy);
	what = e == OK ? what_is_wrong(p->holds, buf_view(&tidy)) : NULL;
	if (e == OK && what != NULL)
		e = wrong(s, value, what);
	if (e == OK) {
		buf_str(to, p->name);
		buf_c(to, ":");
		buf_str(to, buf_view(&tidy));
		buf_c(to, ";");
	}
	buf_release(&tidy);
	return e;
}

static struct str take_word(struct sheet *s)
{
	size_t from = s->i;

	while (s->i < s->text.len && is_word(s->text.at[s->i]))
		s->i++;
	return str_slice(s->text, from, s->i);
}

/* Up to ; or }, which stays. */
static struct str take_value(struct sheet *s)
{
	size_t from = s->i;

	while (s->i < s->text.len && s->text.at[s->i] != ';' &&
		s->text.at[s->i] != '}')
		s->i++;
	return str_trim(str_slice(s->text, from, s->i));
}

static enum err declaration(struct sheet *s, bool dark)
{
	struct str name = take_word(s);
	const struct theme_property *p = find(name);
	struct str value;
	enum err e;

	if (p == NULL)
		return wrong(
			s, name, "is no custom property that a theme can set");
	if (!take(s, STR(":")))
		return wrong(s, STR_NULL, "a colon is missing here");
	value = take_value(s);
	if (value.len == 0)
		return wrong(s, name, "has no value");
	e = put(s, p, value, dark);
	if (e == OK && !take(s, STR(";")) && !str_starts(rest(s), STR("}")))
		return wrong(s, name, "does not end in ;");
	return e;
}

/* Behind ":root". */
static enum err block(struct sheet *s, bool dark)
{
	enum err e = OK;

	if (!take(s, STR("{")))
		return wrong(s, STR_NULL, ":root is not followed by {");
	while (e == OK && !take(s, STR("}"))) {
		if (!skip(s) || s->i == s->text.len)
			return wrong(s, STR_NULL, "a } is missing");
		e = declaration(s, dark);
	}
	return e;
}

/* Behind "@media". */
static enum err dark_blocks(struct sheet *s)
{
	enum err e = OK;

	if (!take(s, STR("(")) || !take(s, STR("prefers-color-scheme")) ||
		!take(s, STR(":")) || !take(s, STR("dark")) ||
		!take(s, STR(")")) || !take(s, STR("{")))
		return wrong(s, STR_NULL,
			"only (prefers-color-scheme: dark) { may follow "
			"@media");
	while (e == OK && !take(s, STR("}"))) {
		if (!take(s, STR(":root")))
			return wrong(s, STR_NULL,
				"only :root { } may stand in @media, and a }"
				" ends it");
		e = block(s, true);
	}
	return e;
}

static enum err blocks(struct sheet *s)
{
	enum err e = OK;

	while (e == OK) {
		if (!skip(s))
			return wrong(s, STR_NULL, "a comment has no end");
		if (s->i == s->text.len)
			return OK;
		if (take(s, STR(":root")))
			e = block(s, false);
		else if (take(s, STR("@media")))
			e = dark_blocks(s);
		else
			e = wrong(s, STR_NULL,
				"only :root { } and @media "
				"(prefers-color-scheme: dark) { } may stand "
				"here");
	}
	return e;
}

/* ---- the sheet ---- */

static void put_blocks(const struct sheet *s, struct buf *out)
{
	buf_c(out, "@media screen{:root{");
	buf_str(out, buf_view(&s->both));
	buf_c(out, "}}\n@media screen and (prefers-color-scheme:light){:root{");
	buf_str(out, buf_view(&s->light));
	buf_c(out, "}}\n@media screen and (prefers-color-scheme:dark){:root{");
	buf_str(out, buf_view(&s->dark));
	/* As in our own, which stands before this one. */
	buf_c(out,
		"}}\n@media screen and (prefers-contrast:more){:root{"
		"--soft:var(--text);--line:var(--edge);}}\n");
}

enum err theme_css(
	struct str text, struct buf *out, struct theme_fault *ret_fault)
{
	struct sheet s = { .text = text, .fault = ret_fault };
	enum err e;

	buf_init(&s.both, THEME_CSS_MAX_BYTES);
	buf_init(&s.light, THEME_CSS_MAX_BYTES);
	buf_init(&s.dark, THEME_CSS_MAX_BYTES);
	e = blocks(&s);
	if (e == OK)
		e = buf_err(&s.both);
	if (e == OK)
		e = buf_err(&s.light);
	if (e == OK)
		e = buf_err(&s.dark);
	if (e == OK) {
		put_blocks(&s, out);
		e = buf_err(out);
	}
	buf_release(&s.both);
	buf_release(&s.light);
	buf_release(&s.dark);
	return e;
}

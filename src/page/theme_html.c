#include "page/language.h"
#include "page/theme.h"

enum { DEPTH_MAX = 8 };

/* What may stand in an element, and where it may stand. */
enum kind { BLOCK, LIST, ITEM, INLINE, LINK, BREAK };

struct element {
	struct str name;
	enum kind kind;
};

static const struct element elements[] = {
	{ STR_INIT("p"), BLOCK },
	{ STR_INIT("ul"), LIST },
	{ STR_INIT("li"), ITEM },
	{ STR_INIT("strong"), INLINE },
	{ STR_INIT("em"), INLINE },
	{ STR_INIT("span"), INLINE },
	{ STR_INIT("a"), LINK },
	{ STR_INIT("br"), BREAK },
};

struct opened {
	const struct element *element;
	struct str at; /* its name in the text */
};

struct reader {
	struct str text;
	size_t i;
	struct html *h;
	struct theme_fault *fault;
	struct opened open[DEPTH_MAX];
	size_t depth;
};

static enum err wrong(struct reader *r, struct str at, const char *what)
{
	size_t end = at.at == NULL ? r->i : (size_t)(at.at - r->text.at);
	uint32_t line = 1;

	for (size_t i = 0; i < end; i++)
		line += r->text.at[i] == '\n';
	*r->fault = (struct theme_fault){ line, at, what };
	return ERR_INVALID;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct str rest(const struct reader *r)
{
	return str_slice(r->text, r->i, r->text.len);
}

static bool take(struct reader *r, struct str what)
{
	if (!str_starts(rest(r), what))
		return false;
	r->i += what.len;
	return true;
}

static bool skip(struct reader *r)
{
	size_t from = r->i;

	while (r->i < r->text.len && is_space(r->text.at[r->i]))
		r->i++;
	return r->i > from;
}

static struct str take_name(struct reader *r)
{
	size_t from = r->i;

	while (r->i < r->text.len && r->text.at[r->i] >= 'a' &&
		r->text.at[r->i] <= 'z')
		r->i++;
	return str_slice(r->text, from, r->i);
}

/* ---- text ---- */

/* The character that text begins a reference to, which step is the length of;
 * NUL if there is none. */
static char reference(struct str text, size_t *ret_step)
{
	static const struct {
		struct str name;
		char is;
	} known[] = {
		{ STR_INIT("&amp;"), '&' },
		{ STR_INIT("&lt;"), '<' },
		{ STR_INIT("&gt;"), '>' },
		{ STR_INIT("&quot;"), '"' },
		{ STR_INIT("&#39;"), '\'' },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!str_starts(text, known[i].name))
			continue;
		*ret_step = known[i].name.len;
		return known[i].is;
	}
	return '\0';
}

/* Append raw to b with its references resolved. */
static enum err resolve(struct reader *r, struct str raw, struct buf *b)
{
	size_t step;

	for (size_t i = 0; i < raw.len; i += step) {
		struct str here = str_slice(raw, i, raw.len);
		char c = raw.at[i];

		step = 1;
		if (c == '&') {
			c = reference(here, &step);
			if (c == '\0')
				return wrong(r, str_slice(here, 0, 1),
					"is written &amp;");
		}
		buf_byte(b, (uint8_t)c);
	}
	return buf_err(b);
}

static enum kind inside(const struct reader *r)
{
	return r->depth == 0 ? BREAK : r->open[r->depth - 1].element->kind;
}

/* Up to the next tag. */
static enum err text(struct reader *r)
{
	struct str raw = str_slice(rest(r), 0, str_find(rest(r), '<'));
	struct str word = str_trim(raw);
	enum kind in = inside(r);
	struct buf b;
	enum err e;

	if (r->depth == 0 || in == LIST) {
		if (word.len > 0)
			return wrong(r,
				str_slice(word, 0, str_find(word, '\n')),
				"stands outside p and li");
		r->i += raw.len;
		return OK;
	}
	buf_init(&b, THEME_FRAGMENT_MAX_BYTES);
	e = resolve(r, raw, &b);
	if (e == OK)
		html_text(r->h, buf_view(&b));
	buf_release(&b);
	r->i += raw.len;
	return e;
}

/* ---- attributes ---- */

struct attributes {
	bool href, lang, dir;
};

static bool leads_somewhere(struct str s)
{
	return str_starts(s, STR("https://")) ||
		str_starts(s, STR("http://")) ||
		str_starts(s, STR("mailto:")) ||
		(str_starts(s, STR("/")) && !str_starts(s, STR("//")));
}

/* A value that was resolved; raw is where it stands. */
static enum err put_attribute(struct reader *r, struct str name, struct str raw,
	struct str value, struct attributes *had)
{
	bool *seen;

	if (str_eq(name, STR("href"))) {
		seen = &had->href;
		if (!leads_somewhere(value))
			return wrong(r, raw,
				"is no address that begins with https://, "
				"http://, mailto: or /");
		html_lit(r->h, " href=\"");
		html_url(r->h, value);
	} else if (str_eq(name, STR("lang"))) {
		seen = &had->lang;
		if (!language_tag_fits(value))
			return wrong(r, raw, "is no tag of a language");
		html_lit(r->h, " lang=\"");
		html_attr(r->h, value);
	} else {
		seen = &had->dir;
		if (!str_eq(value, STR("ltr")) && !str_eq(value, STR("rtl")) &&
			!str_eq(value, STR("auto")))
			return wrong(r, raw, "is none of ltr, rtl, auto");
		html_lit(r->h, " dir=\"");
		html_attr(r->h, value);
	}
	html_lit(r->h, "\"");
	if (*seen)
		return wrong(r, name, "stands here twice");
	*seen = true;
	return OK;
}

static bool may_have(const struct element *e, struct str name)
{
	if (str_eq(name, STR("href")))
		return e->kind == LINK;
	return e->kind != BREAK &&
		(str_eq(name, STR("lang")) || str_eq(name, STR("dir")));
}

static enum err attribute(
	struct reader *r, const struct element *el, struct attributes *had)
{
	struct str name = take_name(r);
	struct str raw;
	struct buf b;
	char quote;
	enum err e;

	if (!may_have(el, name))
		return wrong(r, name.len > 0 ? name : STR_NULL,
			name.len > 0 ? "is no attribute that may stand here"
				     : "this tag is not well written");
	if (!take(r, STR("=")) || r->i == r->text.len ||
		(r->text.at[r->i] != '"' && r->text.at[r->i] != '\''))
		return wrong(r, name, "is not followed by =\"...\"");
	quote = r->text.at[r->i++];
	raw = str_slice(rest(r), 0, str_find(rest(r), quote));
	if (raw.len == rest(r).len || str_find(raw, '<') < raw.len)
		return wrong(r, name, "has a value that does not end");
	buf_init(&b, THEME_FRAGMENT_MAX_BYTES);
	e = resolve(r, raw, &b);
	if (e == OK)
		e = put_attribute(
			r, name, raw, b.len == 0 ? STR("") : buf_view(&b), had);
	buf_release(&b);
	r->i += raw.len + 1;
	return e;
}

/* ---- tags ---- */

static const struct element *find(struct str name)
{
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (str_eq(elements[i].name, name))
			return &elements[i];
	return NULL;
}

static bool in_link(const struct reader *r)
{
	for (size_t i = 0; i < r->depth; i++)
		if (r->open[i].element->kind == LINK)
			return true;
	return false;
}

/* NULL if e may stand here. */
static const char *misplaced(const struct reader *r, const struct element *e)
{
	if (r->depth == DEPTH_MAX)
		return "stands too deep";
	if (r->depth == 0)
		return e->kind == BLOCK || e->kind == LIST
			? NULL
			: "stands outside p and ul";
	if (inside(r) == LIST)
		return e->kind == ITEM ? NULL : "is no li, and stands in ul";
	if (e->kind == BLOCK || e->kind == LIST || e->kind == ITEM)
		return "may not stand in this element";
	return e->kind == LINK && in_link(r) ? "is a link in a link" : NULL;
}

/* Behind "<". */
static enum err begin(struct reader *r)
{
	struct str name = take_name(r);
	const struct element *el = find(name);
	struct attributes had = { .href = false };
	const char *why;
	enum err e = OK;

	if (el == NULL)
		return wrong(r, name.len > 0 ? name : STR_NULL,
			name.len > 0 ? "is no element that a theme may use"
				     : "< is written &lt;");
	why = misplaced(r, el);
	if (why != NULL)
		return wrong(r, name, why);
	html_lit(r->h, "<");
	html_text(r->h, el->name);
	while (e == OK && skip(r) && !str_starts(rest(r), STR(">")))
		e = attribute(r, el, &had);
	if (e != OK)
		return e;
	if (!take(r, STR(">")))
		return wrong(r, name, "is a tag that does not end in >");
	if (el->kind == LINK && !had.href)
		return wrong(r, name, "is a link without href");
	html_lit(r->h, ">");
	if (el->kind != BREAK)
		r->open[r->depth++] = (struct opened){ el, name };
	return OK;
}

/* Behind "</". */
static enum err end(struct reader *r)
{
	struct str name = take_name(r);

	(void)skip(r);
	if (r->depth == 0 || !str_eq(r->open[r->depth - 1].element->name, name))
		return wrong(r, name.len > 0 ? name : STR_NULL,
			"is closed here, and is not what was opened last");
	if (!take(r, STR(">")))
		return wrong(r, name, "is a tag that does not end in >");
	html_lit(r->h, "</");
	html_text(r->h, r->open[--r->depth].element->name);
	html_lit(r->h, ">");
	return OK;
}

/* Behind "<!--". */
static enum err comment(struct reader *r)
{
	while (r->i < r->text.len)
		if (take(r, STR("-->")))
			return OK;
		else
			r->i++;
	return wrong(r, STR_NULL, "a comment has no end");
}

static enum err step(struct reader *r)
{
	if (take(r, STR("<!--")))
		return comment(r);
	if (take(r, STR("</")))
		return end(r);
	return take(r, STR("<")) ? begin(r) : text(r);
}

/* No control characters but those of white space. */
static enum err characters(struct reader *r)
{
	if (!str_is_utf8(r->text))
		return wrong(r, STR_NULL, "the file is not UTF-8");
	for (r->i = 0; r->i < r->text.len; r->i++) {
		uint8_t c = (uint8_t)r->text.at[r->i];

		if ((c < ' ' && !is_space((char)c)) || c == 0x7f)
			return wrong(
				r, STR_NULL, "a control character stands here");
	}
	r->i = 0;
	return OK;
}

enum err theme_fragment(
	struct str source, struct html *h, struct theme_fault *ret_fault)
{
	struct reader r = { .text = source, .h = h, .fault = ret_fault };
	enum err e = characters(&r);

	while (e == OK && r.i < r.text.len)
		e = step(&r);
	if (e == OK && r.depth > 0)
		e = wrong(&r, r.open[r.depth - 1].at, "is never closed");
	return e == OK ? buf_err(h->out) : e;
}

enum err theme_logo(struct str bytes, bool is_svg)
{
	static const char png[] = "\x89PNG\r\n\x1a\n";
	struct str head = bytes;

	if (!is_svg)
		return str_starts(bytes, (struct str){ png, sizeof(png) - 1 })
			? OK
			: ERR_INVALID;
	if (!str_is_utf8(bytes))
		return ERR_INVALID;
	if (str_starts(head, STR("\xef\xbb\xbf")))
		head = str_slice(head, 3, head.len);
	head = str_trim(head);
	if (str_starts(head, STR("<svg")))
		return OK;
	if (!str_starts(head, STR("<?xml")) && !str_starts(head, STR("<!")))
		return ERR_INVALID;
	while (head.len > 0 && !str_starts(head, STR("<svg")))
		head = str_slice(head, 1, head.len);
	return head.len > 0 ? OK : ERR_INVALID;
}

#include "page/content.h"

#include <cmark.h>

#include "html/markdown.h"
#include "page/asset.h"
#include "page/layout.h"

/* Made by tools/embed.py from content/; holds asset_table. */
#include "content_table.h"

enum { CONTENTS_FROM = 3 };

const struct str *content_names(size_t *ret_count)
{
	static const struct str names[] = { STR_INIT("accessibility"),
		STR_INIT("cookies"), STR_INIT("help"), STR_INIT("privacy"),
		STR_INIT("standards") };

	*ret_count = sizeof(names) / sizeof(names[0]);
	return names;
}

/* ---- values in the text ---- */

static void put_value(
	struct buf *out, const struct page_site *site, struct str name)
{
	struct scratch s;

	if (str_eq(name, STR("response_threshold")))
		buf_str(out,
			format_number(
				site->words, &s, site->response_threshold));
	else if (str_eq(name, STR("debate_threshold")))
		buf_str(out,
			format_number(site->words, &s, site->debate_threshold));
	else if (str_eq(name, STR("months")))
		buf_decimal(out, site->duration_months);
	else if (str_eq(name, STR("site")))
		buf_str(out, site->title);
	else
		buf_printf(out, "{%.*s}", STR_ARG(name));
}

static void put_values(
	struct buf *out, const struct page_site *site, struct str text)
{
	while (text.len > 0) {
		size_t open = str_find(text, '{');
		struct str rest = str_slice(text, open + 1, text.len);
		size_t close = str_find(rest, '}');

		buf_str(out, str_slice(text, 0, open));
		if (open == text.len)
			return;
		if (close == rest.len) {
			buf_str(out, str_slice(text, open, text.len));
			return;
		}
		put_value(out, site, str_slice(rest, 0, close));
		text = str_slice(rest, close + 1, rest.len);
	}
}

/* ---- the document ---- */

static bool is_heading(cmark_node *node, int level)
{
	return cmark_node_get_type(node) == CMARK_NODE_HEADING &&
		cmark_node_get_heading_level(node) == level;
}

/* The words of a heading without their markup. */
static void put_words(struct page *p, cmark_node *heading)
{
	cmark_iter *iter = cmark_iter_new(heading);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);
		cmark_node_type type = cmark_node_get_type(node);

		if (event == CMARK_EVENT_ENTER &&
			(type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE))
			html_text(&p->h, str_c(cmark_node_get_literal(node)));
	}
	cmark_iter_free(iter);
}

static void contents(struct page *p, cmark_node *document)
{
	size_t n = 0;

	for (cmark_node *c = cmark_node_first_child(document); c != NULL;
		c = cmark_node_next(c))
		n += is_heading(c, 2);
	if (n < CONTENTS_FROM)
		return;
	n = 0;
	html_lit(&p->h, "<nav aria-label=\"");
	html_attr(&p->h, tr(p, "On this page"));
	html_lit(&p->h, "\">\n<ul>\n");
	for (cmark_node *c = cmark_node_first_child(document); c != NULL;
		c = cmark_node_next(c)) {
		if (!is_heading(c, 2))
			continue;
		html_lit(&p->h, "<li><a href=\"#part-");
		html_decimal(&p->h, ++n);
		html_lit(&p->h, "\">");
		put_words(p, c);
		html_lit(&p->h, "</a></li>\n");
	}
	html_lit(&p->h, "</ul>\n</nav>\n");
}

static void put_node(struct page *p, cmark_node *node, size_t *n)
{
	if (!is_heading(node, 2)) {
		html_markdown_block(&p->h, node);
		return;
	}
	html_lit(&p->h, "<h2 id=\"part-");
	html_decimal(&p->h, ++*n);
	html_lit(&p->h, "\">");
	put_words(p, node);
	html_lit(&p->h, "</h2>\n");
}

static void put_page(struct buf *out, const struct page_site *site,
	struct str name, struct str title, cmark_node *document)
{
	struct scratch path;
	struct page p;
	size_t n = 0;
	int len = snprintf(path.at, sizeof(path.at), "/%.*s", STR_ARG(name));

	layout_begin(&p, out, site,
		&(struct layout){
			.title = title, .path = { path.at, (size_t)len } });
	html_lit(&p.h, "<div class=\"narrow text\">\n");
	html_elem(&p.h, "h1", title);
	html_lit(&p.h, "\n");
	contents(&p, document);
	for (cmark_node *c = cmark_node_first_child(document); c != NULL;
		c = cmark_node_next(c))
		put_node(&p, c, &n);
	html_lit(&p.h, "</div>\n");
	layout_end(&p);
}

static struct str own_file(struct str name)
{
	for (size_t i = 0; i < sizeof(asset_table) / sizeof(asset_table[0]);
		i++)
		if (str_eq(asset_table[i].name, name))
			return asset_table[i].body;
	return STR_NULL;
}

/* Of content/, in the language of the site if we have it. */
static struct str own_words(const struct page_site *site, struct str name)
{
	struct str tag = site->languages_count == 0
		? STR("en")
		: site->languages[site->language].tag;
	struct str body;
	char file[96];

	(void)snprintf(file, sizeof(file), "%.*s.%.*s.md", STR_ARG(name),
		STR_ARG(tag));
	body = own_file(str_c(file));
	if (body.at != NULL)
		return body;
	(void)snprintf(file, sizeof(file), "%.*s.md", STR_ARG(name));
	return own_file(str_c(file));
}

static enum err put_markdown(struct buf *out, const struct page_site *site,
	struct str name, struct str markdown)
{
	struct str title;
	struct str rest = str_trim(markdown);
	struct buf text;
	cmark_node *document;
	enum err e;

	(void)str_split(&rest, '\n', &title);
	if (!str_is_utf8(markdown) || !str_starts(title, STR("# ")))
		return ERR_INVALID;
	buf_init(&text, 2 * CONTENT_MAX_BYTES);
	put_values(&text, site, rest);
	e = buf_err(&text);
	document = e != OK
		? NULL
		: cmark_parse_document(text.at == NULL ? "" : text.at, text.len,
			  CMARK_OPT_VALIDATE_UTF8);
	if (document != NULL)
		put_page(out, site, name,
			str_trim(str_slice(title, 2, title.len)), document);
	else if (e == OK)
		e = ERR_MEMORY;
	cmark_node_free(document);
	buf_release(&text);
	return e;
}

enum err page_content(struct buf *out, const struct page_site *site,
	struct str name, struct str markdown)
{
	if (markdown.at == NULL)
		markdown = own_words(site, name);
	if (markdown.at != NULL)
		return put_markdown(out, site, name, markdown);
	if (str_eq(name, STR("help")))
		page_help(out, site);
	else
		page_privacy(out, site);
	return OK;
}

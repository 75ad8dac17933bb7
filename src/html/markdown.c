#include "html/markdown.h"

#include <cmark.h>

/* Quotes and lists within each other beyond this are written flat, so that no
 * text makes a page that a browser cannot lay out. */
enum { NESTED_MAX = 8 };

struct writer {
	struct html *h;
	bool keep_lines;
	unsigned heading; /* what `highest` becomes; 0: headings stay */
	unsigned highest;
	unsigned last; /* the heading written last */
	unsigned nested;
	bool in_link; /* links lie not within each other */
};

/* ---- text ---- */

static void put_words(struct writer *w, cmark_node *node)
{
	struct str text = str_c(cmark_node_get_literal(node));

	if (w->in_link)
		html_text(w->h, text);
	else
		html_linked(w->h, text);
}

static void put_code(struct writer *w, cmark_node *node)
{
	html_lit(w->h, "<code>");
	html_text(w->h, str_c(cmark_node_get_literal(node)));
	html_lit(w->h, "</code>");
}

/* ---- inline tags ---- */

/* What html_url would not turn into "#". */
static bool is_linkable(struct str url)
{
	static const struct str good[] = { STR_INIT("http://"),
		STR_INIT("https://"), STR_INIT("mailto:") };

	if (str_starts(url, STR("/")))
		return !str_starts(url, STR("//"));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (str_eq_nocase(str_slice(url, 0, good[i].len), good[i]))
			return true;
	return str_starts(url, STR("#"));
}

static void put_link(struct writer *w, cmark_node *node, bool enters)
{
	struct str url = str_c(cmark_node_get_url(node));

	if (!is_linkable(url))
		return;
	w->in_link = enters;
	if (!enters) {
		html_lit(w->h, "</a>");
		return;
	}
	html_lit(w->h, "<a rel=\"nofollow\" href=\"");
	html_url(w->h, url);
	html_lit(w->h, "\">");
}

static void put_inline(struct writer *w, cmark_node *node, bool enters)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
		put_words(w, node);
		break;
	case CMARK_NODE_HTML_INLINE:
		html_text(w->h, str_c(cmark_node_get_literal(node)));
		break;
	case CMARK_NODE_CODE:
		put_code(w, node);
		break;
	case CMARK_NODE_SOFTBREAK:
		if (w->keep_lines)
			html_lit(w->h, "<br>");
		html_lit(w->h, "\n");
		break;
	case CMARK_NODE_LINEBREAK:
		html_lit(w->h, "<br>\n");
		break;
	case CMARK_NODE_EMPH:
		enters ? html_lit(w->h, "<em>") : html_lit(w->h, "</em>");
		break;
	case CMARK_NODE_STRONG:
		enters ? html_lit(w->h, "<strong>")
		       : html_lit(w->h, "</strong>");
		break;
	case CMARK_NODE_LINK:
		put_link(w, node, enters);
		break;
	default:
		break; /* an image: its words are nodes of their own */
	}
}

/* ---- blocks ---- */

/* True where the list that holds the paragraph is written without gaps. */
static bool is_tight(cmark_node *paragraph)
{
	cmark_node *item = cmark_node_parent(paragraph);
	cmark_node *list = item == NULL ? NULL : cmark_node_parent(item);

	return list != NULL && cmark_node_get_type(list) == CMARK_NODE_LIST &&
		cmark_node_get_list_tight(list);
}

static void put_paragraph(struct writer *w, cmark_node *node, bool enters)
{
	if (is_tight(node)) {
		if (!enters && cmark_node_next(node) != NULL)
			html_lit(w->h, "\n");
	} else if (enters) {
		html_lit(w->h, "<p>");
	} else {
		html_lit(w->h, "</p>\n");
	}
}

static unsigned level_of(struct writer *w, cmark_node *node)
{
	unsigned level = (unsigned)cmark_node_get_heading_level(node);

	if (w->heading == 0)
		return level;
	level = level - w->highest + w->heading;
	if (level > w->last + 1)
		level = w->last + 1;
	return level > 6 ? 6 : level;
}

static void put_heading(struct writer *w, cmark_node *node, bool enters)
{
	if (enters) {
		w->last = level_of(w, node);
		html_lit(w->h, "<h");
	} else {
		html_lit(w->h, "</h");
	}
	html_decimal(w->h, w->last);
	html_lit(w->h, ">");
	if (!enters)
		html_lit(w->h, "\n");
}

static void put_list(struct writer *w, cmark_node *node, bool enters)
{
	bool numbered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
	int start = cmark_node_get_list_start(node);

	if (!enters) {
		numbered ? html_lit(w->h, "</ol>\n")
			 : html_lit(w->h, "</ul>\n");
	} else if (!numbered) {
		html_lit(w->h, "<ul>\n");
	} else if (start <= 1) {
		html_lit(w->h, "<ol>\n");
	} else {
		html_lit(w->h, "<ol start=\"");
		html_decimal(w->h, (uint64_t)start);
		html_lit(w->h, "\">\n");
	}
}

static void put_verbatim(struct writer *w, cmark_node *node)
{
	if (cmark_node_get_type(node) == CMARK_NODE_HTML_BLOCK) {
		html_lit(w->h, "<p>");
		html_text(w->h, str_trim(str_c(cmark_node_get_literal(node))));
		html_lit(w->h, "</p>\n");
		return;
	}
	html_lit(w->h, "<pre tabindex=\"0\">");
	put_code(w, node);
	html_lit(w->h, "</pre>\n");
}

/* A quote, a list or its item, unless it lies too deep. */
static void put_container(struct writer *w, cmark_node *node, bool enters)
{
	w->nested -= enters ? 0 : 1;
	if (w->nested < 2 * NESTED_MAX) {
		switch (cmark_node_get_type(node)) {
		case CMARK_NODE_BLOCK_QUOTE:
			enters ? html_lit(w->h, "<blockquote>\n")
			       : html_lit(w->h, "</blockquote>\n");
			break;
		case CMARK_NODE_LIST:
			put_list(w, node, enters);
			break;
		default:
			enters ? html_lit(w->h, "<li>")
			       : html_lit(w->h, "</li>\n");
			break;
		}
	}
	w->nested += enters ? 1 : 0;
}

static void put(struct writer *w, cmark_node *node, bool enters)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_BLOCK_QUOTE:
	case CMARK_NODE_LIST:
	case CMARK_NODE_ITEM:
		put_container(w, node, enters);
		break;
	case CMARK_NODE_PARAGRAPH:
		put_paragraph(w, node, enters);
		break;
	case CMARK_NODE_HEADING:
		put_heading(w, node, enters);
		break;
	case CMARK_NODE_CODE_BLOCK:
	case CMARK_NODE_HTML_BLOCK:
		put_verbatim(w, node);
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		html_lit(w->h, "<hr>\n");
		break;
	default:
		put_inline(w, node, enters);
		break;
	}
}

static void put_tree(struct writer *w, cmark_node *root)
{
	cmark_iter *iter = cmark_iter_new(root);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
		put(w, cmark_iter_get_node(iter), event == CMARK_EVENT_ENTER);
	cmark_iter_free(iter);
}

/* ---- whole texts ---- */

/* "##Why" as people write it: 2 to 6 marks, and no blank behind them. */
static size_t marks_without_blank(struct str line)
{
	size_t n = 0;

	while (n < line.len && line.at[n] == '#')
		n++;
	if (n < 2 || n > 6 || n == line.len || line.at[n] == ' ' ||
		line.at[n] == '\t' || line.at[n] == '\r')
		return 0;
	return n;
}

static void put_lines(struct buf *out, struct str text)
{
	struct str line;

	while (str_split(&text, '\n', &line)) {
		size_t n = marks_without_blank(line);

		buf_str(out, str_slice(line, 0, n));
		if (n > 0)
			buf_c(out, " ");
		buf_str(out, str_slice(line, n, line.len));
		buf_c(out, "\n");
	}
}

static unsigned highest_heading(cmark_node *document)
{
	cmark_iter *iter = cmark_iter_new(document);
	cmark_event_type event;
	unsigned highest = 6;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);
		unsigned level;

		if (cmark_node_get_type(node) != CMARK_NODE_HEADING)
			continue;
		level = (unsigned)cmark_node_get_heading_level(node);
		highest = level < highest ? level : highest;
	}
	cmark_iter_free(iter);
	return highest;
}

void html_markdown(
	struct html *h, const struct html_markdown *how, struct str text)
{
	struct writer w = { .h = h,
		.keep_lines = how->keep_lines,
		.heading = how->heading,
		.last = how->heading - 1 };
	cmark_node *document;
	struct buf lines;

	buf_init(&lines, 2 * text.len + 64);
	put_lines(&lines, text);
	document = buf_err(&lines) != OK || lines.len == 0
		? NULL
		: cmark_parse_document(
			  lines.at, lines.len, CMARK_OPT_VALIDATE_UTF8);
	if (document != NULL) {
		cmark_consolidate_text_nodes(document);
		w.highest = highest_heading(document);
		put_tree(&w, document);
	}
	cmark_node_free(document);
	buf_release(&lines);
}

void html_markdown_block(struct html *h, struct cmark_node *block)
{
	struct writer w = { .h = h };

	cmark_consolidate_text_nodes(block);
	put_tree(&w, block);
}

/*
 * markdown.h - Markdown (CommonMark) as HTML, through the escaping writer.
 *
 * cmark reads it; what is written here is every tag that can come out:
 * paragraphs, headings, lists, quotes, code, emphasis and links.  HTML in the
 * text is shown as the characters it is made of, an image as its words, and a
 * link to anything but http, https, mailto or a place of this site as its
 * text.  Bare addresses become links as in html_paragraphs; all links carry
 * rel="nofollow".  A heading written without its blank ("##Why") counts.
 *
 * Headings are moved: the highest level that the text uses becomes `heading`,
 * the next ones follow without a gap, so that a page's outline stays whole
 * whatever people type.
 *
 * Nothing here fails by itself: the buf remembers.
 */
#ifndef HTML_MARKDOWN_H
#define HTML_MARKDOWN_H

#include <stdbool.h>

#include "html/html.h"

struct html_markdown {
	unsigned heading; /* 1 to 6: what the highest becomes */
	bool keep_lines; /* a line's end is one: <br> */
};

void html_markdown(
	struct html *h, const struct html_markdown *how, struct str text);

/* The same for one block of a document that the caller has parsed with
 * CMARK_OPT_VALIDATE_UTF8 and looked into; its headings keep their level. */
struct cmark_node;
void html_markdown_block(struct html *h, struct cmark_node *block);

#endif
